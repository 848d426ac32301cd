"""What of Notion's answers lasts until somebody edits: no signatures, nothing of the request, and of people
only their names."""

from __future__ import annotations

from typing import Any

from backup import urls
from backup.json_values import mapping, word
from backup.model import ID_IN_ANY_CASE, STREAMED, Json, bare_id

_DOCUMENTS = ("page", "database", "data_source", "view")
_ADDRESSES = ("url", "public_url")


def lasting(value: Any) -> Any:
    """The same value without what changes or is secret. Keys count only where the API has them: a
    property may be called 'expiry_time', and its value is an object."""
    if isinstance(value, str):
        return urls.unsigned(value) if "//" in value or "=" in value else value
    if isinstance(value, dict):
        found = {key: lasting(each) for key, each in value.items()}
        return _object(found) if "object" in found or "url" in found or "type" in found else found
    return [lasting(each) for each in value] if isinstance(value, list) else value


def lasting_block(raw: Json) -> Json:
    """`lasting` for a block: only that distinguishes a file from a link that people follow."""
    found: Json = lasting(raw)
    type_ = word(raw, "type")
    data = mapping(raw, type_)
    address = word(mapping(data, "external"), "url")
    if type_ in STREAMED and address and "." not in urls.last_segment(address):
        external = {**mapping(found[type_], "external"), "url": urls.unsigned(address)}
        found[type_] = {**found[type_], "external": external}
    if type_ == "embed" and urls.is_hosted(word(data, "url")):
        found[type_] = {**found[type_], "url": urls.kept(data["url"])}
    return found


def is_lasting(text: str) -> bool:
    """Whether `lasting_block` certainly changes nothing in the block of this JSON text: it has no address,
    and no key that it looks for. Most have none."""
    is_plain = not ("=" in text or ("/" in text and "//" in text) or 'url":' in text)
    return is_plain and not ('"request_id":' in text or '"person":' in text or '"bot":' in text)


def _object(found: Json) -> Json:
    kind = found.get("object")
    if isinstance(kind, str):
        found = _of_the_api(found, kind)
    if isinstance(found.get("url"), str) and isinstance(found.get("expiry_time"), str):
        found = {**found, "url": urls.kept(found["url"])}
        del found["expiry_time"]
    if found.get("type") == "file" and (address := word(mapping(found, "file"), "url")):
        found["file"] = {**found["file"], "url": urls.kept(address)}
    if found.get("type") == "external" and (address := word(mapping(found, "external"), "url")):
        found["external"] = {**found["external"], "url": urls.unlocked(address)}
    return found


def _of_the_api(found: Json, kind: str) -> Json:
    if isinstance(found.get("request_id"), str):
        del found["request_id"]
    if kind in _DOCUMENTS:
        for key in _ADDRESSES:
            if isinstance(found.get(key), str):
                found[key] = _id_at_end(found[key])
    if kind == "user":
        found.pop("avatar_url", None)
        if isinstance(found.get("person"), dict):
            found["person"] = {k: each for k, each in found["person"].items() if k != "email"}
        if isinstance(found.get("bot"), dict):
            found["bot"] = {}
    return found


def _id_at_end(url: str) -> str:
    """The id with which the address of a page or database ends; '' for another address."""
    path = url.partition("?")[0].partition("#")[0].rstrip("/")
    found = ID_IN_ANY_CASE.findall(path)
    return bare_id(found[-1]) if found else ""
