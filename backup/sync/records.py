"""What the backup knows of one page or database, and its form in the state and the journal."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from backup.model import README, STORE, TEXT, Json
from backup.sync import untrusted
from backup.sync.untrusted import (
    Damaged,
    is_digest,
    is_file_of_page,
    is_folder,
    is_id,
    is_list,
)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one page: everything that decides whether it must be read again.

    `parent` is the id of the page's database, or of the page that it lies in, '' for a root; `folder`
    is the page's folder below the output folder.
    `edited` is the `last_edited_time` that was read; `stable` is false when that minute was not over
    yet, or not all could be read. `relations_digest` is the row's. `render_key` names the settings,
    schema and renderer it was written with. `links` are the pages and databases it refers to, and
    'page#block' where it means a block; `links_digest` names where they led when it was written
    (see plan). `anchors` are its own blocks that carry an anchor. `files` are the records of the
    files room, `pending` its notes on files that could not be downloaded. `requests` is how many
    requests to Notion the reading took. `store` is the SHA-256 of the page's `.notion.json`, '' when
    it has none. `lists` are the lists of its blocks in which pages and databases lie (see `List`),
    `views` those of the databases that show another one (see `shows`). `comments` is the digest of its
    comments, '-' when it has none, '' when nobody has asked; `told` names what Notion's Markdown said
    about where they are, '' when it was not asked; `discussed` are the blocks whose comments have to be
    asked for (see pipeline.comments). `withheld` are those whose content Notion did not show: when it
    does not in the next reading either, it is asked only in some runs.
    """

    parent: str
    folder: str
    title: str
    icon: str = ""
    edited: str = ""
    relations_digest: str = ""
    stable: bool = True
    render_key: str = ""
    links: tuple[str, ...] = ()
    links_digest: str = ""
    anchors: tuple[str, ...] = ()
    files: tuple[Json, ...] = ()
    pending: tuple[Json, ...] = ()
    requests: int = 1
    store: str = ""
    lists: tuple[Json, ...] = ()
    views: tuple[Json, ...] = ()
    comments: str = ""
    told: str = ""
    discussed: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    unknown: Json = field(default_factory=dict)

    def shows(self) -> tuple[tuple[str, str], ...]:
        """Its linked views: the id of each, and that of the database it shows, '' if nobody knows."""
        if not self.views:
            return ()
        return tuple((str(each.get("id")), str(each.get("of") or "")) for each in self.views)

    def doubting(self, views: Mapping[str, str], *, is_new: bool) -> Record:
        """The record without those of its linked views of which more is known now, than when the page was
        written, or of a page that `is_new` less: whoever writes it next asks again."""
        unsure = {
            id_
            for id_, of in self.shows()
            if not of and (views.get(id_) or (is_new and id_ not in views))
        }
        if not unsure:
            return self
        return replace(
            self, views=tuple(each for each in self.views if each.get("id") not in unsure)
        )

    @property
    def text_path(self) -> str:
        """Where its text lies, below the output folder."""
        return join(self.folder, TEXT)

    @property
    def store_path(self) -> str:
        """Where its store lies."""
        return join(self.folder, STORE)

    def names(self) -> tuple[str, ...]:
        """The page's files in its folder: its text, its store, then what it shows or offers."""
        own = (TEXT, STORE) if self.store else (TEXT,)
        if not self.files:
            return own
        return tuple(dict.fromkeys([*own, *(str(each["path"]) for each in self.files)]))

    def paths(self) -> tuple[str, ...]:
        """The same below the output folder."""
        folder = self.folder
        return tuple([join(folder, name) for name in self.names()])


@dataclass(frozen=True, slots=True)
class List:
    """A list of blocks in which pages and databases lie: the `id` of the page or block that has them,
    how many `blocks` there are, and the ids of those that are `pages` and `databases`."""

    id: str
    blocks: int
    pages: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, raw: Json) -> List:
        """The list that `to_json` wrote; raises Damaged when it cannot be one."""
        parts = (raw.get("pages", []), raw.get("databases", []))
        blocks = untrusted.typed(raw.get("blocks", 0), "int")
        pages, databases = (untrusted.typed(each, "tuple[str, ...]") for each in parts)
        if not all(map(is_id, (raw.get("id"), *pages, *databases))):
            raise Damaged("an id that is not one of Notion's")
        return cls(raw["id"], blocks, pages, databases)

    def to_json(self) -> Json:
        """As the state has it, without what is empty."""
        found: Json = {"id": self.id, "blocks": self.blocks}
        parts = {"pages": list(self.pages), "databases": list(self.databases)}
        return {**found, **{name: ids for name, ids in parts.items() if ids}}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database's pages lie; `index` says that its README.md is ours, `lists` are the names of
    its other files that show its pages, `index_digest` names what they all show. `sources` are the ids of
    its data sources, `store` is as in Record; `listing_digest` names what a listing said of the database
    when that was written. `parent` is the id of the page that it lies in, '' for a root."""

    folder: str
    title: str
    icon: str = ""
    index: bool = False
    lists: tuple[str, ...] = ()
    index_digest: str = ""
    sources: tuple[str, ...] = ()
    store: str = ""
    listing_digest: str = ""
    parent: str = ""
    unknown: Json = field(default_factory=dict)

    @property
    def store_path(self) -> str:
        """Where its store lies, below the output folder."""
        return join(self.folder, STORE)

    def showing(self, names: Collection[str], digest: str) -> Place:
        """The same with files of these names, which show what `digest` names."""
        lists = tuple(name for name in names if name != README)
        return replace(self, index=README in names, lists=lists, index_digest=digest)

    def paths(self) -> tuple[str, ...]:
        """The database's files below the output folder: those that show its pages, and its store."""
        own = ((README,) if self.index else ()) + self.lists + ((STORE,) if self.store else ())
        return tuple(join(self.folder, name) for name in own)


# Of each kind, the fields: their types as they are written, and their defaults.
_FIELDS: dict[type[Any], dict[str, tuple[str, Any]]] = {
    kind: {
        each.name: (str(each.type), each.default) for each in fields(kind) if each.name != "unknown"
    }
    for kind in (Record, Place)
}
# Of each kind, the keys of version 1 by those of today. A journal does not say its version, so these
# are read wherever they stand.
_BEFORE: dict[type[Any], dict[str, str]] = {
    Record: {
        "database": "parent",
        "led": "links_digest",
        "mark": "relations_digest",
        "settled": "stable",
        "shape": "render_key",
    },
    Place: {"shown": "index_digest"},
}
_SHARED = {"parent", "render_key"}  # many pages have the same one: it is kept once
_NOTHING: dict[str, Json] = {"unknown": {}}  # nobody changes it


def join(folder: str, name: str) -> str:
    """`name` in `folder`, where '.' is the output folder itself."""
    return name if folder in (".", "") else f"{folder}/{name}"


def from_json(id_: str, raw: Any) -> Record:
    """The record that `to_json` wrote of the page `id_`; raises Damaged when it cannot be one: a
    record decides which files are ours."""
    record: Record = _value(Record, id_, raw)
    if not is_place(record.folder):
        raise Damaged("a folder that no page can have")
    if not all(is_file_of_page(each.get("path")) for each in record.files):
        raise Damaged("a file that no page can have")
    for each in record.lists:
        List.from_json(each)
    ids = [id_ for view in record.shows() for id_ in (view if view[1] else view[:1])]
    if not all(map(is_id, (*ids, *record.discussed))):
        raise Damaged("an id that is not one of Notion's")
    _check_store(record)
    return record


def place_from_json(id_: str, raw: Any) -> Place:
    place: Place = _value(Place, id_, raw)
    if not is_place(place.folder):
        raise Damaged("a folder that no database can have")
    if not all(map(is_list, place.lists)):
        raise Damaged("a file that no database can have")
    if not all(map(is_id, place.sources)):
        raise Damaged("an id that is not one of Notion's")
    _check_store(place)
    return place


def _check_store(value: Record | Place) -> None:
    if value.store and not is_digest(value.store):
        raise Damaged("a digest that is not one")


def to_json(value: Record | Place) -> Json:
    """Only what differs from the default: most pages have no failures, icons or anchors."""
    found = dict(value.unknown)
    for name, (_, default) in _FIELDS[type(value)].items():
        if (each := getattr(value, name)) != default:
            found[name] = each
    return found


def parent_of(folder: str) -> str:
    """The folder that a folder lies in; '.' is the output folder."""
    return folder.rpartition("/")[0] or "."


def is_place(folder: Any) -> bool:
    return folder == "." or is_folder(folder)


def _value(kind: type[Any], id_: str, raw: Any) -> Any:
    if not is_id(id_):
        raise Damaged("an id that is not one of Notion's")
    if not isinstance(raw, dict):
        raise Damaged("values of the wrong kind")
    known, before = _FIELDS[kind], _BEFORE[kind]
    if not before.keys().isdisjoint(raw):
        renamed = {new: raw[old] for old, new in before.items() if old in raw}
        raw = {**renamed, **{key: value for key, value in raw.items() if key not in before}}
    values = {
        key: untrusted.typed(value, known[key][0]) for key, value in raw.items() if key in known
    }
    unknown = {key: value for key, value in raw.items() if key not in known}
    untrusted.check(unknown)
    for key in values.keys() & _SHARED:
        values[key] = sys.intern(values[key])
    try:
        return kind(**values, **({"unknown": unknown} if unknown else _NOTHING))
    except TypeError:
        raise Damaged("values that are missing") from None
