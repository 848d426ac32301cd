"""The memory between two runs: .notion-sync.json, committed beside the pages it describes.

Sorted and one page a line, so that a diff shows just the pages that changed. What this version does
not know is kept as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from backup.errors import BrokenState, StateError
from backup.model import Json

NAME = ".notion-sync.json"
VERSION = 1
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_SIMPLE: dict[str, type] = {"str": str, "bool": bool, "int": int}


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one page: everything that decides whether it must be read again.

    `folder` is the page's folder below the output folder. `edited` is the `last_edited_time` that was
    read, `settled` is false when that minute was not over yet, `mark` is the row's. `shape` names the settings, schema
    and renderer it was written with. `links` are the pages and databases it refers to, and
    'page#block' where it means a block; `led` names where they led when it was written (see
    plan.led). `anchors` are its own blocks that carry an anchor. `files` are the records of the files
    room, `pending` its notes on files that could not be had. `requests` is what the reading took of
    Notion.
    """

    database: str
    folder: str
    title: str
    icon: str = ""
    edited: str = ""
    mark: str = ""
    settled: bool = True
    shape: str = ""
    links: tuple[str, ...] = ()
    led: str = ""
    anchors: tuple[str, ...] = ()
    files: tuple[Json, ...] = ()
    pending: tuple[Json, ...] = ()
    requests: int = 1
    unknown: Json = field(default_factory=dict)

    def paths(self) -> tuple[str, ...]:
        """The page's files below the output folder: its text, then what it shows or offers."""
        inside = dict.fromkeys(["index.md", *(str(each["path"]) for each in self.files)])
        return tuple(join(self.folder, path) for path in inside)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database's pages lie; `index` says that its README.md is ours, `shown` names what it
    shows. `sources` are the ids of its data sources."""

    folder: str
    title: str
    icon: str = ""
    index: bool = False
    shown: str = ""
    sources: tuple[str, ...] = ()
    unknown: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """All pages and databases by their id (32 hex digits)."""

    pages: Mapping[str, Record] = field(default_factory=dict)
    databases: Mapping[str, Place] = field(default_factory=dict)
    unknown: Json = field(default_factory=dict)

    def owned(self) -> dict[str, str]:
        """Every file that is ours, below the output folder → the id of its page or database."""
        found = {path: id_ for id_, record in self.pages.items() for path in record.paths()}
        found |= {
            join(place.folder, "README.md"): id_
            for id_, place in self.databases.items()
            if place.index
        }
        return found


# Of each kind, the fields: their types as they are written, and their defaults.
_FIELDS: dict[type[Any], dict[str, tuple[str, Any]]] = {
    kind: {
        each.name: (str(each.type), each.default) for each in fields(kind) if each.name != "unknown"
    }
    for kind in (Record, Place)
}


def join(folder: str, name: str) -> str:
    """`name` in `folder`, where '.' is the output folder itself."""
    return name if folder in (".", "") else f"{folder}/{name}"


def loads(text: str) -> State:
    """The state in the text of the file; '' is the empty state of a first run.

    Raises BrokenState when the text is no state, and StateError when it is one of a later version.
    """
    if not text.strip():
        return State()
    if "<<<<<<<" in text and ">>>>>>>" in text:
        raise BrokenState(f"{NAME} holds merge-conflict markers.")
    try:
        raw = json.loads(text)
        version = raw.pop("version")
        if type(version) is not int or version > VERSION:
            raise StateError(
                f"{NAME} was written by a later version of this program (its format is {version}, "
                f"this one knows {VERSION}). Nothing was changed.",
                hint="Use the later version (uses: …@v…), or set the file aside to begin anew.",
            )
        pages = {id_: from_json(each) for id_, each in raw.pop("pages").items()}
        databases = {id_: _value(Place, each) for id_, each in raw.pop("databases").items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenState(f"{NAME} is damaged ({type(error).__name__}).") from None
    return State(pages, databases, raw)


def readable(text: str) -> State:
    """`loads`, with an empty state in place of a broken one: for what only asks what is there."""
    try:
        return loads(text)
    except BrokenState:
        return State()


def dumps(state: State) -> str:
    """The text of the file: the same state is always the same text."""
    known = {
        "version": VERSION,
        "databases": {id_: to_json(place) for id_, place in sorted(state.databases.items())},
        "pages": {id_: to_json(record) for id_, record in sorted(state.pages.items())},
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


def from_json(raw: Json) -> Record:
    """The record that `to_json` wrote; raises TypeError when it is none."""
    record: Record = _value(Record, raw)
    if not all(
        isinstance(each, dict) and isinstance(each.get("path"), str) for each in record.files
    ):
        raise TypeError("files")
    return record


def to_json(value: Record | Place) -> Json:
    """Only what differs from the default: most pages have no failures, icons or anchors."""
    found = dict(value.unknown)
    for name, (_, default) in _FIELDS[type(value)].items():
        if (each := getattr(value, name)) != default:
            found[name] = each
    return found


def _value(kind: type[Any], raw: Json) -> Any:
    known = _FIELDS[kind]
    unknown = {key: value for key, value in raw.items() if key not in known}
    given = {key: _typed(value, known[key][0]) for key, value in raw.items() if key in known}
    return kind(**given, unknown=unknown)


def _typed(value: Any, annotation: str) -> Any:
    """The value as its field has it; raises TypeError when the file holds something else."""
    if type(value) is not _SIMPLE.get(annotation, list):
        raise TypeError(annotation)
    return tuple(value) if isinstance(value, list) else value
