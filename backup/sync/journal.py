"""The journal of a run, one line per page, so that a killed run loses no finished page.

The line comes before the page's files are touched. It holds the record that the page will have and
the digests of its text and its store; the text is written last. So the disk itself says whether a
line came true: when the text is there, and the store and the files that belong to it. The state takes the place of the lines when
the run ends: the file where nothing is published, else that of the branch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backup.model import OWN
from backup.sync import untrusted
from backup.sync.state import Record, State, from_json, to_json
from backup.sync.untrusted import Damage, Damaged, is_id, is_our_name

NAME = f"{OWN}journal"

IsThere = Callable[[Record, str, str], bool]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state with what an interrupted run `finished` (ids of pages), and every file that it wrote
    or was about to write: ours, whether or not a page needs it now. `torn` has the pages that do not lie there whole,
    each with the files that it was to have: those that it had begun to write, and those of which somebody
    deleted a file since. The state's damage holds the journal's too."""

    state: State
    claimed: frozenset[str]
    finished: frozenset[str] = frozenset()
    torn: Mapping[str, frozenset[str]] = field(default_factory=dict)


def claim(paths: Collection[str]) -> str:
    """The line that says: these files are about to be written, and are ours."""
    return _line({"claim": sorted(paths)})


def page(page_id: str, record: Record | None, text: str = "", store: str = "") -> str:
    """The line that says: this page is about to have this record, and a text and a store with these
    digests; None means that it is about to go."""
    said = {"page": page_id, "record": record and to_json(record), "text": text}
    return _line({**said, "store": store} if store else said)


def _line(entry: dict[str, Any]) -> str:
    """It begins with the line break: what was cut off before it spoils nothing."""
    return "\n" + json.dumps(entry, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Said:
    """A line: for a page its record and the digests of its text and its store, for a claim paths
    alone."""

    page_id: str
    paths: tuple[str, ...]
    record: Record | None = None
    text: str = ""
    store: str = ""


def replay(state: State, text: str, is_there: IsThere) -> Replayed:
    """`state` with what the lines of an interrupted run say and the disk confirms.

    `is_there` says whether a page lies there whole as a record and two digests say. A line that was cut off says nothing: what it would have said was not begun. A journal that git knows is
    nobody's memory of an interrupted run, and must not come here.
    """
    said, damage = _read(text)
    if not (said or damage):
        return Replayed(state, frozenset())
    pages = dict(state.pages)
    claimed = {path for each in said for path in each.paths}
    of_pages: dict[str, list[_Said]] = {}
    finished: set[str] = set()
    torn: dict[str, frozenset[str]] = {}
    for each in filter(lambda each: each.page_id, said):
        of_pages.setdefault(each.page_id, []).append(each)
    for id_, lines in of_pages.items():
        true = (each for each in reversed(lines) if _came_true(each, is_there))
        if last := next(true, None):
            before = pages.pop(id_, None)
            claimed.update(before.paths() if before else ())
            if last.record:
                pages[id_] = last.record
                finished.add(id_)
        else:
            torn[id_] = frozenset(path for each in lines for path in each.paths)
            before, record = pages.get(id_), _of_text(lines, is_there)
            if record and (before is None or before.folder != record.folder):  # it went there
                claimed.update(before.paths() if before else ())
                pages[id_] = replace(record, stable=False)
    found = replace(state, pages=pages, damage=(*state.damage, *damage))
    return Replayed(found, frozenset(claimed), frozenset(finished), torn)


def _came_true(said: _Said, is_there: IsThere) -> bool:
    """A removal that was begun is one: some of the page's files may be deleted."""
    return said.record is None or is_there(said.record, said.text, said.store)


def _of_text(lines: Collection[_Said], is_there: IsThere) -> Record | None:
    """The record of the line whose text lies there, which is written last: somebody took other files since."""
    for each in reversed([*lines]):
        if each.record and is_there(replace(each.record, files=(), store=""), each.text, ""):
            return each.record
    return None


def _read(text: str) -> tuple[list[_Said], list[Damage]]:
    """The lines that say something, and what is wrong with others that are whole."""
    said: list[_Said] = []
    damage: list[Damage] = []
    for line in text.splitlines():
        try:
            said.append(_said(untrusted.parsed(line)))
        except ValueError:
            continue  # cut off
        except Damaged as why:
            damage.append(Damage(NAME, "", str(why)))
    return said, damage


def _said(entry: Any) -> _Said:
    if isinstance(entry, dict) and isinstance(claimed := entry.get("claim"), list):
        if not all(map(is_our_name, claimed)):
            raise Damaged("a file that cannot be the backup's")
        return _Said("", tuple(claimed))
    if not isinstance(entry, dict) or not {"page", "record", "text"} <= entry.keys():
        raise Damaged("values that are missing")
    id_, raw, text, store = entry["page"], entry["record"], entry["text"], entry.get("store", "")
    if not (is_id(id_) and isinstance(text, str) and isinstance(store, str)):
        raise Damaged("values of the wrong kind")
    record = None if raw is None else from_json(id_, raw)
    return _Said(id_, record.paths() if record else (), record, text, store)
