"""Files, icons and covers as a request has them: uploaded once by content, or at their address elsewhere. Pure.

The address of a file of Notion's own is never sent: it would be taken as one elsewhere, and open nothing
soon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from backup import urls
from backup.files import find
from backup.files.names import identity
from backup.files.records import FileRecord
from backup.json_values import mapping, word
from backup.model import Block, Json, Page, encodable
from backup.restore import canonical, limits
from backup.restore.draft import Upload
from backup.restore.losses import Loss
from backup.restore.saved import Node, Saved
from backup.restore.texts import Scope, custom_emoji, web

_NATIVE = re.compile(r"[a-z0-9-]{1,100}")
_TINTS = ("lightgray", *(each for each in limits.OPTION_COLORS if each != "default"))


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to be uploaded: the node in whose folder it lies, its path there, what it is called, and its
    size."""

    node: Node
    path: str
    name: str
    size: int

    @property
    def parts(self) -> int:
        """How many parts it is sent in."""
        return 1 if self.size <= limits.ONE_PART else -(-self.size // limits.PART)

    @property
    def requests(self) -> int:
        """Made, sent, and completed where it has several parts."""
        return 2 if self.parts == 1 else self.parts + 2


@dataclass
class Files:
    """The files of a plan, each content once: by the SHA-256 of each."""

    most: int  # bytes that one may have
    saved: Saved
    node: Node  # the one that is translated
    uploads: dict[str, Planned] = field(default_factory=dict)

    def upload(self, key: str, scope: Scope, holder: Json) -> Upload | None:
        """The file that hangs at `key` (see model.File); None when it cannot be uploaded, which is lost.
        `holder` is what Notion says of it."""
        record = scope.files.get(key)
        why = self._refused(record)
        if record is None or why:
            scope.lose(why or Loss.FILE_MISSING, _name(record) if record else file_name(holder))
            return None
        planned = Planned(self.node, record.path, _name(record), record.size)
        self.uploads.setdefault(record.sha256, planned)
        return Upload(record.sha256)

    def _refused(self, record: FileRecord | None) -> Loss | None:
        if record is None or record.size < 0:
            return Loss.FILE_MISSING
        if record.size > self.most:
            return Loss.FILE_TOO_LARGE
        ending = PurePosixPath(_name(record)).suffix.lower().removeprefix(".")
        if ending not in limits.ENDINGS:
            return Loss.FILE_TYPE
        if record.sha256 in self.uploads or self.saved.open(self.node, record.path) is not None:
            return None
        return Loss.FILE_MISSING


def files_of(page: Page, records: tuple[FileRecord, ...]) -> dict[str, FileRecord]:
    """What is in the backup of the files of a page, by the key of each (see model.File)."""
    known = {record.identity: record for record in records}
    found = {file.key: known.get(identity(file)) for file in find.files(page)}
    return {key: record for key, record in found.items() if record is not None}


def file_name(holder: Json) -> str:
    """What a file is called by what Notion says of it."""
    url = word(mapping(holder, word(holder, "type")), "url") or word(holder, "url")
    return urls.own_name(word(holder, "name"), url) or urls.public(url)


def named(holder: Json, most: int, scope: Scope) -> Json:
    """The name of a file beside it, as much of it as Notion takes."""
    name = encodable(canonical.file_name(holder))
    if limits.units(name) > most:
        scope.lose(Loss.TOO_DEEP)
    return {"name": next(limits.pieces(name, most))} if name else {}


def _name(record: FileRecord) -> str:
    """What people call it, when that ends as a file of its type does; else its name in the folder."""
    stored = PurePosixPath(record.path).name
    name = encodable(record.name).replace("/", "-").strip()
    is_whole = PurePosixPath(name).suffix.lower() == PurePosixPath(stored).suffix.lower()
    return name if is_whole and len(name.encode()) <= 900 else stored


def file(holder: Json, key: str, scope: Scope, files: Files) -> Json | None:
    """The file of a block, icon, cover or entry of a list; None when there is none that can be sent."""
    if url := word(mapping(holder, "external"), "url"):
        target = web(url, scope)
        return {"type": "external", "external": {"url": target}} if target else None
    found = files.upload(key, scope, holder)
    return {"type": "file_upload", "file_upload": {"id": found}} if found else None


def block_icon(block: Block, scope: Scope, files: Files) -> Json | None:
    """The icon of a callout or label, as `icon`. A callout takes no upload ("Emoji and icon", 2026-09).
    Assumed: a label takes none either."""
    given = mapping(block.data, "icon")
    if word(given, "type") != "file":
        return icon(block.data, block.id, scope, files)
    scope.lose(Loss.FILE_TYPE, file_name(given))
    return None


def icon(owner: Json, key: str, scope: Scope, files: Files) -> Json | None:
    """The icon of a page or database; None when there is none, or none that can be sent."""
    given = mapping(owner, "icon")
    kind = word(given, "type")
    if kind == "emoji":
        return {"type": kind, kind: encodable(word(given, kind))}
    if kind == "custom_emoji":
        found = custom_emoji(mapping(given, kind), scope)
        return {"type": kind, kind: found} if found else None
    if kind == "icon":
        return _native(mapping(given, kind), scope)
    return file(given, f"{key}/icon", scope, files) if kind in ("file", "external") else None


def _native(given: Json, scope: Scope) -> Json | None:
    name, color = word(given, "name"), word(given, "color")
    if not _NATIVE.fullmatch(name):
        scope.lose(Loss.ADDRESS)
        return None
    tint = {"color": color} if color in _TINTS else {}
    return {"type": "icon", "icon": {"name": name, **tint}}


def icon_and_cover(raw: Json, key: str, scope: Scope, files: Files) -> Json:
    """The icon and cover of a page or database, as far as there are any."""
    found: Json = {}
    if made := icon(raw, key, scope, files):
        found["icon"] = made
    given = mapping(raw, "cover")
    if given and (made := file(given, f"{key}/cover", scope, files)):
        found["cover"] = made
    return found
