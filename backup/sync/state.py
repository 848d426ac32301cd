"""The state between two runs: .notion-sync.json, committed beside the pages it describes. Its format
is described in docs/format.md.

Sorted, one page per line, so that a diff shows only the pages that changed. Unknown keys are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from backup.errors import BrokenState, StateError
from backup.json_values import as_object, word
from backup.model import OWN, Json, moment
from backup.sync import untrusted
from backup.sync.records import (
    List,
    Place,
    Record,
    from_json,
    is_place,
    join,
    parent_of,
    place_from_json,
    to_json,
)
from backup.sync.untrusted import Damage, Damaged, is_folder, is_id

__all__ = [
    "MOST",
    "NAME",
    "VERSION",
    "List",
    "Place",
    "Record",
    "State",
    "dumps",
    "from_json",
    "join",
    "loads",
    "parent_of",
    "readable",
    "says_in_version_1",
    "to_json",
]

NAME = f"{OWN}json"
VERSION = 2
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_ELSEWHERE = "elsewhere"  # see dumps
_UNSEEN = "unseen_since"
MOST = 1_000  # titles of what lies outside that are remembered, as a request is made for each


@dataclass(frozen=True)  # without slots: `loads` remembers weakly those in use
class State:
    """All pages and databases by their id (32 hex digits), the names of `people`, and the titles of what
    lies `outside` of the backup; '' where Notion gave none, None where nobody has asked. `failed` are the pages that the last run could
    not read or write: `title`, `folder`, and the day `since` then. `unseen_since` is
    set by a run that did not come to see or read all: later edits may be unknown (ISO 8601). `damage` is
    what was left out of it."""

    pages: Mapping[str, Record] = field(default_factory=dict)
    databases: Mapping[str, Place] = field(default_factory=dict)
    unknown: Json = field(default_factory=dict)
    damage: tuple[Damage, ...] = field(default=(), compare=False)
    people: Mapping[str, str] = field(default_factory=dict, compare=False)
    outside: Mapping[str, str | None] = field(default_factory=dict)
    failed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unseen_since: str = ""

    @property
    def nodes(self) -> dict[str, Record | Place]:
        """All of them by their id."""
        return {**self.databases, **self.pages}

    def may_hold(self, id_: str) -> bool:
        """Whether others may lie in it: it is a database, or a page that showed some."""
        return id_ in self.databases or bool(self.pages[id_].lists)

    def owned(self) -> dict[str, str]:
        """Every file that is ours, below the output folder → the id of its page or database."""
        found = {path: id_ for id_, record in self.pages.items() for path in record.paths()}
        found |= {path: id_ for id_, place in self.databases.items() for path in place.paths()}
        return found


def loads(text: str | bytes) -> State:
    """The state in the text of the file; '' is the empty state of a first run.

    The file lies in a repository, where others write too. What `dumps` could not have written of a
    page or a database is left out, and named in `damage`.

    Raises BrokenState when the text is not a state, and StateError when a newer version wrote it.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if not data.strip():
        return State()
    digest = hashlib.sha256(data).digest()
    if not (found := _IN_USE.get(digest)):
        found = _IN_USE[digest] = _state(data)
    return found


# A run meets the same text on the branch and in the work tree: that is one state, as long as one is needed.
_IN_USE: WeakValueDictionary[bytes, State] = WeakValueDictionary()


def _state(data: bytes) -> State:
    if b"<<<<<<<" in data and b">>>>>>>" in data:
        raise BrokenState(f"{NAME} holds merge-conflict markers.")
    try:
        return _by_and_by(data) or _at_once(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenState(f"{NAME} is damaged ({type(error).__name__}).") from None


def _by_and_by(data: bytes) -> State | None:
    """The state, a few pages at a time: all of them as they were written take several times the room. None
    when it is not as `dumps` wrote it."""
    begin = data.find(_PAGES) + len(_PAGES)
    end = data.find(_END, begin)
    if begin < len(_PAGES) or end < 0:
        return None
    try:
        raw = untrusted.parsed(_text(data[:begin] + data[end:]))
        return _made(raw, _entries(data, begin, end)) if raw.pop("pages") == {} else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _at_once(data: bytes) -> State:
    raw = untrusted.parsed(_text(data))
    return _made(raw, raw.pop("pages").items())


def _made(raw: Json, pages: Iterable[tuple[str, Any]]) -> State:
    _check_version(raw.pop("version"))
    databases = raw.pop("databases")
    elsewhere = raw.pop(_ELSEWHERE, None)
    people, outside = _named(raw.pop("people", None)), raw.pop("outside", None)
    unasked = {id_: None for id_ in as_object(outside) if is_id(id_) and outside[id_] is None}
    outside = unasked | _named(outside)
    failed = _failed(raw.pop("failed", None))
    since = word({_UNSEEN: raw.pop(_UNSEEN, None)}, _UNSEEN)
    named = elsewhere if isinstance(elsewhere, list) else ()
    found = _Entries({each for each in named if isinstance(each, str)})
    places = found.places(databases.items())
    records = found.records(pages)
    unknown = found.unknown(raw)
    damage, unseen = tuple(found.damage), since if moment(since) else ""
    return State(records, places, unknown, damage, people, outside, failed, unseen)


def _named(raw: Any) -> dict[str, str]:
    """Names by their ids. One that cannot be a name is left out: Notion is asked again."""
    given = raw.items() if isinstance(raw, dict) else ()
    return {id_: name for id_, name in given if is_id(id_) and isinstance(name, str)}


def _failed(raw: Any) -> dict[str, dict[str, str]]:
    """The pages that failed. What does not say since when is left out."""
    given = raw.items() if isinstance(raw, dict) else ()
    return {
        id_: {name: word(each, name) for name in ("folder", "since", "title")}
        for id_, each in given
        if is_id(id_) and word(each, "since")
    }


_PIECE = 1 << 16  # bytes that are parsed together
_PAGES, _END = b'\n  "pages": {\n', b"\n  }"


def _entries(data: bytes, begin: int, end: int) -> Iterator[tuple[str, Any]]:
    """The pages in the lines from `begin` to `end`. Raises ValueError where there is not one in each."""
    seen: set[str] = set()
    while begin < end:
        cut = data.find(b"\n", begin + _PIECE, end)
        stop = cut if cut >= 0 else end
        found = untrusted.parsed(_text(b"{%s}" % data[begin:stop].rstrip(b",")))
        if len(found) != data.count(b"\n", begin, stop) + 1 or not seen.isdisjoint(found):
            raise ValueError
        seen.update(found)
        yield from found.items()
        begin = stop + 1


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


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
class _Entries:
    """What is taken from a file entry by entry: `parents` are the folders in which pages may lie."""

    parents: set[str]
    damage: list[Damage] = field(default_factory=list)

    def places(self, raw: Iterable[tuple[str, Any]]) -> dict[str, Place]:
        """The databases; of one that is damaged the folder counts, as pages lie in it."""
        found: dict[str, Place] = {}
        for id_, each in raw:
            try:
                found[id_] = place_from_json(id_, each)
            except Damaged as why:
                self._leave_out(id_, why)
                if is_id(id_) and isinstance(each, dict) and is_place(each.get("folder")):
                    found[id_] = Place(each["folder"], "")
        self.parents.update(place.folder for place in found.values())
        return found

    def records(self, raw: Iterable[tuple[str, Any]]) -> dict[str, Record]:
        """The pages. A folder may lie only where the file says that pages lie, and is one page's."""
        whole: dict[str, Record] = {}
        folders: list[str] = []
        for id_, each in raw:
            try:
                record = whole[id_] = from_json(id_, each)
                folders.append(record.folder)
            except Damaged as why:
                self._leave_out(id_, why)
                folder = each.get("folder") if isinstance(each, dict) else None
                folders += [str(folder)] if is_folder(folder) else []
        self._nested(folders)
        taken: set[str] = set()
        found: dict[str, Record] = {}
        for id_, record in whole.items():
            if parent_of(record.folder) not in self.parents:
                self._leave_out(id_, _HOMELESS)
            elif record.folder in taken:
                self._leave_out(id_, _TAKEN)
            else:
                taken.add(record.folder)
                found[id_] = record
        return found

    def _nested(self, folders: Iterable[str]) -> None:
        """Pages lie in the folders of pages, too: from the outside in, also in one that is damaged."""
        for folder in sorted(folders):
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


_HOMELESS = Damaged("a folder in which no database or page has its pages")
_TAKEN = Damaged("the folder of another page")


def readable(text: str | bytes) -> State:
    """`loads`, with an empty state in place of a broken one: for what only asks what is there."""
    try:
        return loads(text)
    except BrokenState:
        return State()


def says_in_version_1(text: bytes, state: State) -> bool:
    """Whether version 1 wrote just this state: no reason to write it again in today's words."""
    if not text.startswith(b'{\n  "version": 1,'):
        return False
    found = readable(text)
    return found == state and not found.damage


def dumps(state: State) -> bytes:
    """The text of the file: the same state is always the same text.

    Pages may lie where no database or page has its folder by now: one that could not be moved, say, or
    a root. The file names such folders, so that `loads` can tell them from a record that was tampered
    with.
    """
    folders = {place.folder for place in state.databases.values()}
    pages = {record.folder for record in state.pages.values()}
    elsewhere = {parent_of(folder) for folder in pages} - folders - (pages - {"."})
    known = {"version": VERSION, "databases": state.databases, "pages": state.pages}
    known |= {_ELSEWHERE: sorted(elsewhere)} if elsewhere else {}
    known |= {"people": dict(state.people)} if state.people else {}
    known |= {"outside": dict(state.outside)} if state.outside else {}
    known |= {"failed": dict(state.failed)} if state.failed else {}
    known |= {_UNSEEN: state.unseen_since} if state.unseen_since else {}
    lines = [
        b'  "%s": %s' % (name.encode(), _block(value))
        for name, value in {**known, **state.unknown}.items()
    ]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _block(value: Any) -> bytes:
    """A mapping of mappings with one entry a line; anything else on one line."""
    nested = isinstance(value, Mapping) and value and all(map(_is_entry, value.values()))
    if not nested:
        return _encoded(value).encode()
    inner = b",\n".join(_entry(key, value[key]) for key in sorted(value))
    return b"{\n" + inner + b"\n  }"


def _is_entry(value: Any) -> bool:
    return isinstance(value, Record | Place | dict)


def _entry(key: str, value: Any) -> bytes:
    said = value if isinstance(value, dict) else to_json(value)
    return f"    {_encoded(key)}: {_encoded(said)}".encode()
