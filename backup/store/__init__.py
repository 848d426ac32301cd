"""What Notion said of a page or database, without loss, as the bytes of one file beside its Markdown; pure.

The first line has the format's version, the page object with every property value, its comments, and
what is known of its files. Then comes one block per line, in reading order, each with its depth: one changed block is one
changed line. docs/format.md describes the form.

What changes without an edit, and what is secret, is left out (see `clean`): an unchanged page always has
the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backup.errors import StoreError
from backup.exact_json import HALF
from backup.json_values import as_object, mapping, word
from backup.model import STORE, Json, Page, bare_id
from backup.store import lean, lines
from backup.store.lasting import lasting
from backup.store.lines import damaged

__all__ = [
    "NAME",
    "VERSION",
    "StoreError",
    "StoredDatabase",
    "StoredPage",
    "clean",
    "digest",
    "dumps",
    "in_order",
    "loads",
    "page_of",
]

VERSION = 1
_LARGEST = 256_000_000  # bytes; more than the largest page that is read
_HALF = re.compile(HALF.encode())  # or only a text about such


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page with what is known of its files: `files` are those in its folder (see
    files.records.FileRecord), `pending` those that could not be downloaded (see files.pending)."""

    page: Page
    files: tuple[Json, ...] = ()
    pending: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDatabase:
    """A database: `raw` is its container, `sources` are its data sources with their schema. The order
    of its properties is kept: pages show them in it."""

    id: str
    raw: Json
    sources: tuple[Json, ...] = ()
    views: tuple[Json, ...] = ()
    templates: tuple[Json, ...] = ()


def clean(page: Page) -> Page:
    """The page as it comes out of its store: without signatures, e-mail addresses and pictures of
    people, and without `schema`, which its data source has.

    The Markdown is always made of this one, so that it says nothing that the store does not.
    """
    raw: Json = lasting(page.raw)
    if isinstance(raw.get("properties"), dict):
        # Their order is the schema's business; without one it is that of the file.
        raw = {**raw, "properties": dict(sorted(raw["properties"].items()))}
    return replace(
        page,
        raw=raw,
        blocks=lines.clean(page),
        schema={},
        comments=tuple(lasting(list(page.comments))),
    )


def dumps(stored: StoredPage | StoredDatabase) -> bytes:
    """The bytes of the file, without what `clean` leaves out; the same values are always the same bytes.

    Raises StoreError for what `loads` would refuse.
    """
    try:
        if isinstance(stored, StoredDatabase):
            text = _of_database(stored)
        else:
            text = "\n".join([_of_page(stored), *lines.dumps(stored.page)])
        return f"{text}\n".encode()
    except (RecursionError, UnicodeEncodeError):
        raise damaged("nested too deeply, or has halves of characters") from None


def loads(data: bytes) -> StoredPage | StoredDatabase:
    """What the bytes of the file say. Raises StoreError, with one sentence, when this version could
    not have written them."""
    if len(data) > _LARGEST:
        raise damaged(f"larger than {_LARGEST // 1_000_000} MB")
    try:
        first, *rest = data.decode("utf-8").removesuffix("\n").split("\n")
        head = as_object(lean.loads(first))
        _check_version(head.get("version"))
        found = _page(head, rest) if "page" in head else _database(head, rest)
        if _HALF.search(data):
            dumps(found)  # refuses the half of a character
        return found
    except RecursionError:
        raise damaged("nested too deeply") from None
    except ValueError:
        raise damaged("not the JSON that was written") from None


def as_database(data: bytes) -> StoredDatabase | None:
    """The database that a store is about; None when it is about something else, or cannot be used."""
    try:
        found = loads(data)
    except StoreError:
        return None
    return found if isinstance(found, StoredDatabase) else None


def page_of(data: bytes) -> Json:
    """The page object alone: nothing else of the file is looked at. Raises StoreError as `loads` does."""
    return mapping(_head(data), "page")


def subject(data: bytes) -> str:
    """The id of the page or database that the file is about, by its first line; '' when that is damaged,
    or somebody else's. What follows may be damaged: it is still that page's file."""
    try:
        head = _head(data)
        return _id(head, mapping(head, "page") or mapping(head, "database"))
    except StoreError:
        return ""


def _head(data: bytes) -> Json:
    try:
        head = as_object(lean.loads(data[:_LARGEST].split(b"\n", 1)[0].decode("utf-8")))
        _check_version(head.get("version"))
    except RecursionError:
        raise damaged("nested too deeply") from None
    except ValueError:
        raise damaged("not the JSON that was written") from None
    return head


def in_order(new: StoredDatabase, old: StoredDatabase) -> StoredDatabase:
    """`new` with the properties of each source in the order of `old`: Notion gives them in any, and pages
    are written in the first one. Properties that `old` does not have come last."""
    before = {bare_id(word(source, "id")): _places(source) for source in old.sources}
    sources = (
        _sorted(source, before.get(bare_id(word(source, "id")), {})) for source in new.sources
    )
    return replace(new, sources=tuple(sources))


def _places(source: Json) -> dict[str, int]:
    """Where each property stands, by its id, which stays when it is renamed."""
    found = mapping(source, "properties").values()
    return {word(as_object(each), "id"): at for at, each in enumerate(found)}


def _sorted(source: Json, places: Mapping[str, int]) -> Json:
    def place(item: tuple[str, Any]) -> int:
        return places.get(word(as_object(item[1]), "id"), len(places))

    properties = mapping(source, "properties")
    return (
        {**source, "properties": dict(sorted(properties.items(), key=place))} if places else source
    )


def digest(data: bytes) -> str:
    """The name of just these bytes: 64 hex digits (SHA-256)."""
    return hashlib.sha256(data).hexdigest()


def _check_version(version: object) -> None:
    if type(version) is not int:
        raise damaged("without the version of its format")
    if version != VERSION:
        age = "newer" if version > VERSION else "older"
        raise StoreError(
            f"A {STORE} was written by {'a' if age == 'newer' else 'an'} {age} version of this program "
            f"(its format is {version}, this one knows {VERSION})."
        )


def _of_page(stored: StoredPage) -> str:
    raw = lasting(stored.page.raw)
    known = {"page": raw, "files": stored.files, "pending": stored.pending, "version": VERSION}
    comments = lasting(list(stored.page.comments))
    more = {"comments": comments} if comments else {}
    return lean.dumps({**known, **more, **_own_id(stored.page.id, raw)})


def _page(head: Json, rest: list[str]) -> StoredPage:
    raw, files, pending = head.get("page"), head.get("files"), head.get("pending")
    if not isinstance(raw, dict):
        raise damaged("without its page")
    blocks = lines.loads(rest, raw)
    page = Page(_id(head, raw), raw, blocks, comments=_objects(head.get("comments", [])))
    return StoredPage(page, _noted(files), _noted(pending))


def _of_database(stored: StoredDatabase) -> str:
    raw = lasting(stored.raw)
    order = [list(mapping(source, "properties")) for source in stored.sources]
    parts = {
        "database": raw,
        "sources": lasting(list(stored.sources)),
        "views": lasting(list(stored.views)),
        "templates": lasting(list(stored.templates)),
    }
    return lean.dumps({**parts, "order": order, "version": VERSION, **_own_id(stored.id, raw)})


def _database(head: Json, rest: list[str]) -> StoredDatabase:
    raw, order = head.get("database"), head.get("order")
    if not isinstance(raw, dict) or rest:
        raise damaged("neither a page nor a database")
    sources = _objects(head.get("sources"))
    if not isinstance(order, list) or len(order) != len(sources):
        raise damaged("without the order of its properties")
    ordered = tuple(_in_order(*each) for each in zip(sources, order, strict=True))
    views, templates = _objects(head.get("views")), _objects(head.get("templates"))
    return StoredDatabase(_id(head, raw), raw, ordered, views, templates)


def _in_order(source: Json, names: Any) -> Json:
    """The source with its properties as Notion listed them: a line has its keys sorted."""
    properties = mapping(source, "properties")
    if not isinstance(names, list) or sorted(map(repr, names)) != sorted(map(repr, properties)):
        raise damaged("without the order of its properties")
    if "properties" not in source or not isinstance(source["properties"], dict):
        return source
    return {**source, "properties": {name: properties[name] for name in names}}


def _own_id(id_: str, raw: Json) -> Json:
    """The id where it is another one than the object says."""
    return {} if id_ == bare_id(str(raw.get("id", ""))) else {"id": id_}


def _id(head: Json, raw: Json) -> str:
    found = head.get("id", bare_id(str(raw.get("id", ""))))
    if not isinstance(found, str):
        raise damaged("without an id")
    return found


def _noted(value: object) -> tuple[Json, ...]:
    """What this program wrote itself, for the state as well: it has no number that Python writes otherwise."""
    found = _objects(value)
    try:
        json.dumps(found)
    except TypeError:
        raise damaged("with numbers that it cannot have") from None
    return found


def _objects(value: object) -> tuple[Json, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise damaged("without the lists that belong to it")
    return tuple(value)
