"""The state between two runs: .notion-sync.json, committed beside the pages it describes. Its format
is described in docs/format.md.

Sorted, one page per line, so that a diff shows only the pages that changed. Unknown keys are kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from backup.errors import BrokenState, StateError
from backup.model import STORE, Json
from backup.sync import untrusted
from backup.sync.untrusted import (
    Damage,
    Damaged,
    is_digest,
    is_file_of_page,
    is_folder,
    is_id,
)

NAME = ".notion-sync.json"
VERSION = 2
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_ELSEWHERE = "elsewhere"  # see dumps


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
    asked for (see pipeline.comments).
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
    unknown: Json = field(default_factory=dict)

    def shows(self) -> tuple[tuple[str, str], ...]:
        """Its linked views: the id of each, and that of the database it shows, '' if nobody knows."""
        return tuple((str(each.get("id")), str(each.get("of") or "")) for each in self.views)

    def names(self) -> tuple[str, ...]:
        """The page's files in its folder: its text, its store, then what it shows or offers."""
        own = ("index.md", STORE) if self.store else ("index.md",)
        return tuple(dict.fromkeys([*own, *(str(each["path"]) for each in self.files)]))

    def paths(self) -> tuple[str, ...]:
        """The same below the output folder."""
        return tuple(join(self.folder, name) for name in self.names())


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
    """Where a database's pages lie; `index` says that its README.md is ours,
    `index_digest` names what that shows. `sources` are the ids of its data sources, `store` is as
    in Record. `parent` is the id of the page that it lies in, '' for a root."""

    folder: str
    title: str
    icon: str = ""
    index: bool = False
    index_digest: str = ""
    sources: tuple[str, ...] = ()
    store: str = ""
    parent: str = ""
    unknown: Json = field(default_factory=dict)

    def paths(self) -> tuple[str, ...]:
        """The database's files below the output folder: its list of pages, and its store."""
        own = (("README.md", self.index), (STORE, bool(self.store)))
        return tuple(join(self.folder, name) for name, is_ours in own if is_ours)


@dataclass(frozen=True, slots=True)
class State:
    """All pages and databases by their id (32 hex digits), and the names of `people`, '' for those whom
    Notion did not name. `damage` is what was left out of it."""

    pages: Mapping[str, Record] = field(default_factory=dict)
    databases: Mapping[str, Place] = field(default_factory=dict)
    unknown: Json = field(default_factory=dict)
    damage: tuple[Damage, ...] = field(default=(), compare=False)
    people: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def nodes(self) -> dict[str, Record | Place]:
        """All of them by their id."""
        return {**self.databases, **self.pages}

    def owned(self) -> dict[str, str]:
        """Every file that is ours, below the output folder → the id of its page or database."""
        found = {path: id_ for id_, record in self.pages.items() for path in record.paths()}
        found |= {path: id_ for id_, place in self.databases.items() for path in place.paths()}
        return found


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


def join(folder: str, name: str) -> str:
    """`name` in `folder`, where '.' is the output folder itself."""
    return name if folder in (".", "") else f"{folder}/{name}"


def loads(text: str) -> State:
    """The state in the text of the file; '' is the empty state of a first run.

    The file lies in a repository, where others write too. What `dumps` could not have written of a
    page or a database is left out, and named in `damage`.

    Raises BrokenState when the text is not a state, and StateError when a newer version wrote it.
    """
    if not text.strip():
        return State()
    if "<<<<<<<" in text and ">>>>>>>" in text:
        raise BrokenState(f"{NAME} holds merge-conflict markers.")
    try:
        raw = untrusted.parsed(text)
        _check_version(raw.pop("version"))
        pages, databases = raw.pop("pages"), raw.pop("databases")
        elsewhere, people = raw.pop(_ELSEWHERE, None), _named(raw.pop("people", None))
        named = elsewhere if isinstance(elsewhere, list) else ()
        found = _Found({each for each in named if isinstance(each, str)})
        places = found.places(databases.items())
        records = found.records(pages.items())
        unknown = found.unknown(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenState(f"{NAME} is damaged ({type(error).__name__}).") from None
    return State(records, places, unknown, tuple(found.damage), people)


def _named(raw: Any) -> dict[str, str]:
    """The names of people. One that cannot be a name is left out: Notion is asked again."""
    given = raw.items() if isinstance(raw, dict) else ()
    return {id_: name for id_, name in given if is_id(id_) and isinstance(name, str)}


def _check_version(version: object) -> None:
    if type(version) is int and version <= VERSION:
        return
    shown = version if type(version) is int else "of another kind"
    raise StateError(
        f"{NAME} was written by a newer version of this program (its format is {shown}, "
        f"this one knows {VERSION}). Nothing was changed.",
        hint="Use the newer version (uses: …@v…), or move the file away to start over.",
    )


@dataclass
class _Found:
    """What is taken from a file entry by entry: `parents` are the folders in which pages may lie."""

    parents: set[str]
    damage: list[Damage] = field(default_factory=list)

    def places(self, raw: Iterable[tuple[str, Any]]) -> dict[str, Place]:
        """The databases; of one that is damaged the folder counts, as pages lie in it."""
        found: dict[str, Place] = {}
        for id_, each in raw:
            try:
                found[id_] = _place(id_, each)
            except Damaged as why:
                self._leave_out(id_, why)
                if is_id(id_) and isinstance(each, dict) and _is_place(each.get("folder")):
                    found[id_] = Place(each["folder"], "")
        self.parents.update(place.folder for place in found.values())
        return found

    def records(self, raw: Collection[tuple[str, Any]]) -> dict[str, Record]:
        """The pages. A folder may lie only where the file says that pages lie, and is one page's."""
        found: dict[str, Record] = {}
        taken: set[str] = set()
        self._nested(raw)
        for id_, each in raw:
            try:
                record = from_json(id_, each)
                if parent_of(record.folder) not in self.parents:
                    raise Damaged("a folder in which no database or page has its pages")
                if record.folder in taken:
                    raise Damaged("the folder of another page")
            except Damaged as why:
                self._leave_out(id_, why)
            else:
                taken.add(record.folder)
                found[id_] = record
        return found

    def _nested(self, raw: Iterable[tuple[str, Any]]) -> None:
        """Pages lie in the folders of pages, too: from the outside in, also in one that is damaged."""
        folders = (each.get("folder") for _, each in raw if isinstance(each, dict))
        for folder in sorted(str(each) for each in folders if is_folder(each)):
            if parent_of(folder) in self.parents:
                self.parents.add(folder)

    def unknown(self, raw: Json) -> Json:
        """What a later version may have added to the file."""
        try:
            untrusted.check(raw)
        except Damaged as why:
            self._leave_out("", why)
            return {}
        return raw

    def _leave_out(self, id_: str, why: Damaged) -> None:
        self.damage.append(Damage(NAME, id_ if is_id(id_) else "", str(why)))


def readable(text: str) -> State:
    """`loads`, with an empty state in place of a broken one: for what only asks what is there."""
    try:
        return loads(text)
    except BrokenState:
        return State()


def says_in_version_1(text: str, state: State) -> bool:
    """Whether version 1 wrote just this state: no reason to write it again in today's words."""
    if not text.startswith('{\n  "version": 1,'):
        return False
    found = readable(text)
    return found == state and not found.damage


def dumps(state: State) -> str:
    """The text of the file: the same state is always the same text.

    Pages may lie where no database or page has its folder by now: one that could not be moved, say, or
    a root. The file names such folders, so that `loads` can tell them from a record that was tampered
    with.
    """
    folders = {place.folder for place in state.databases.values()}
    pages = {record.folder for record in state.pages.values()}
    elsewhere = {parent_of(folder) for folder in pages} - folders - (pages - {"."})
    known = {
        "version": VERSION,
        "databases": {id_: to_json(place) for id_, place in sorted(state.databases.items())},
        "pages": {id_: to_json(record) for id_, record in sorted(state.pages.items())},
        **({_ELSEWHERE: sorted(elsewhere)} if elsewhere else {}),
        **({"people": dict(state.people)} if state.people else {}),
    }
    lines = [f'  "{name}": {_block(value)}' for name, value in {**known, **state.unknown}.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _block(value: Any) -> str:
    """A mapping of mappings with one entry a line; anything else on one line."""
    nested = isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values())
    if not nested:
        return _encoded(value)
    inner = ",\n".join(f"    {_encoded(key)}: {_encoded(each)}" for key, each in value.items())
    return "{\n" + inner + "\n  }"


def from_json(id_: str, raw: Any) -> Record:
    """The record that `to_json` wrote of the page `id_`; raises Damaged when it cannot be one: a
    record decides which files are ours."""
    record: Record = _value(Record, id_, raw)
    if not _is_place(record.folder):
        raise Damaged("a folder that no page can have")
    if not all(is_file_of_page(each.get("path")) for each in record.files):
        raise Damaged("a file that no page can have")
    for each in record.lists:
        List.from_json(each)
    shown = all(is_id(id_) and (not of or is_id(of)) for id_, of in record.shows())
    if not (shown and all(map(is_id, record.discussed))):
        raise Damaged("an id that is not one of Notion's")
    _check_store(record)
    return record


def _place(id_: str, raw: Any) -> Place:
    place: Place = _value(Place, id_, raw)
    if not _is_place(place.folder):
        raise Damaged("a folder that no database can have")
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


def _is_place(folder: Any) -> bool:
    return folder == "." or is_folder(folder)


def _value(kind: type[Any], id_: str, raw: Any) -> Any:
    if not is_id(id_):
        raise Damaged("an id that is not one of Notion's")
    if not isinstance(raw, dict):
        raise Damaged("values of the wrong kind")
    known, before = _FIELDS[kind], _BEFORE[kind]
    renamed = {new: raw[old] for old, new in before.items() if old in raw}
    raw = {**renamed, **{key: value for key, value in raw.items() if key not in before}}
    given = {key: value for key, value in raw.items() if key in known}
    unknown = {key: value for key, value in raw.items() if key not in known}
    values = {key: untrusted.typed(value, known[key][0]) for key, value in given.items()}
    untrusted.check(unknown)
    try:
        return kind(**values, unknown=unknown)
    except TypeError:
        raise Damaged("values that are missing") from None
