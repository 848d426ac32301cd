"""Files, icons and covers on their way in: addresses elsewhere, uploads, emojis.

A signed address of Notion's own is taken as any address elsewhere, and rots, as reported of the API.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from backup.model import Json, bare_id
from fakenotion import build, validation
from fakenotion.content import Content
from fakenotion.writing import shape
from fakenotion.writing.uploads import Uploads

_NATIVE = re.compile(r"https://www\.notion\.so/icons/([a-z0-9-]+)_([a-z]+)\.svg")
_SHADES = [
    "gray",
    "lightgray",
    "brown",
    "yellow",
    "orange",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
]


def of_block(uploads: Uploads, where: str, sent: Json, named: bool = False) -> Json:
    """The file of a media block, an icon or a cover: an address elsewhere, or an upload."""
    kind = shape.kind_of(where, sent, "external", "file_upload")
    address, name = _address(uploads, f"{where}.{kind}", kind, sent[kind])
    made = build.external(address) if kind == "external" else build.hosted(address)
    return {**made, "name": sent.get("name", name)} if named else made


def _address(uploads: Uploads, where: str, kind: str, sent: Any) -> tuple[str, str]:
    """Where a file lies, and its name."""
    if kind == "external":
        shape.held(where, sent, {"url": "text"}, "url")
        address = shape.web(f"{where}.url", sent["url"])
        return address, PurePosixPath(unquote(urlsplit(address).path)).name
    shape.held(where, sent, {"id": "text"}, "id")
    upload = uploads.attach(where, sent["id"])
    return upload.address, upload.name


def of_embed(uploads: Uploads, where: str, sent: Json) -> str:
    """The address of an uploaded page of HTML, which is read back signed."""
    shape.held(where, sent, {"id": "text"}, "id")
    return uploads.attach(where, sent["id"]).address


def of_value(content: Content, uploads: Uploads, where: str, sent: Any) -> Json:
    """One file of a `files` value. One that lies with Notion may be sent back as it was read."""
    kind = shape.kind_of(where, sent, "external", "file_upload", "file")
    known = {"type": "text", "name": "text", kind: "object"}
    shape.held(where, sent, known)
    name = shape.text(f"{where}.name", sent.get("name", ""), 100)
    if kind == "file":
        shape.held(f"{where}.file", sent["file"], {"url": "text", "expiry_time": "text"}, "url")
        return {"name": name, **_kept(content, shape.web(f"{where}.file.url", sent["file"]["url"]))}
    address, found = _address(uploads, f"{where}.{kind}", kind, sent[kind])
    made = build.external(address) if kind == "external" else build.hosted(address)
    return {"name": name or found, **made}


def _kept(content: Content, address: str) -> Json:
    path = unquote(urlsplit(address).path.lstrip("/"))
    if path in content.files.contents and not path.startswith("outside/"):
        return build.hosted(content.files.address(path))
    return build.external(address)


def icon(content: Content, uploads: Uploads, where: str, sent: Any) -> Json | None:
    """An icon as it is read back; an emoji of another workspace becomes none. Raises Refusal."""
    if sent is None:
        return None
    kinds = ("emoji", "external", "file_upload", "custom_emoji", "icon")
    kind = shape.kind_of(where, sent, *kinds)
    shape.held(where, sent, {"type": "text", kind: "text" if kind == "emoji" else "object"})
    if kind == "emoji":
        return build.emoji(shape.text(f"{where}.emoji", sent["emoji"], 32))
    if kind == "custom_emoji":
        return _emoji(content, f"{where}.custom_emoji", sent["custom_emoji"])
    if kind == "icon":
        return _native(f"{where}.icon", sent["icon"])
    made = of_block(uploads, where, sent)
    native = _NATIVE.fullmatch(made["external"]["url"]) if kind == "external" else None
    return build.icon(native[1], native[2]) if native else made


def _emoji(content: Content, where: str, sent: Any) -> Json | None:
    known = {"id": "text", "name": "text", "url": "text"}
    id_ = shape.uuid(where, "id", shape.held(where, sent, known, "id")["id"])
    for one in content.emojis:
        if bare_id(one["id"]) == bare_id(id_):
            return build.custom_emoji(one["id"], one["name"], one["url"])
    return None


def _native(where: str, sent: Any) -> Json:
    shape.held(where, sent, {"name": "text", "color": "text"}, "name")
    shade = validation.one_of(where, "color", sent.get("color", "gray"), *_SHADES)
    return build.icon(sent["name"], shade)


def cover(uploads: Uploads, where: str, sent: Any) -> Json | None:
    """A cover as it is read back. Raises Refusal."""
    if sent is None:
        return None
    kind = shape.kind_of(where, sent, "external", "file_upload")
    shape.held(where, sent, {"type": "text", kind: "object"})
    return of_block(uploads, where, sent)
