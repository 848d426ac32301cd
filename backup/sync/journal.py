"""What a run is about to do, one line a page, so that a killed run loses nothing that it finished.

The line comes before the page's files are touched. It holds the record that the page will have and
the digest of its text; the text is written last. So the disk itself says whether a line came true:
when the text is there, and the files that it refers to. The state file takes the place of the lines
when the run ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from backup.sync.state import Record, State, from_json, to_json

NAME = ".notion-sync.journal"

IsThere = Callable[[Record, str], bool]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state with what an interrupted run finished, and every file that it had in its hands: ours,
    whether or not a page needs it now."""

    state: State
    claimed: frozenset[str]


def claim(paths: Collection[str]) -> str:
    """The line that says: these files are about to be written, and are ours."""
    return _line({"claim": sorted(paths)})


def page(page_id: str, record: Record | None, text: str = "") -> str:
    """The line that says: this page is about to have this record, and a text with this digest; None
    means that it is about to go."""
    return _line({"page": page_id, "record": record and to_json(record), "text": text})


def _line(entry: dict[str, Any]) -> str:
    """It begins with the line break: what was cut off before it spoils nothing."""
    return "\n" + json.dumps(entry, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Said:
    """A line: for a page its record and the digest of its text, for a claim paths alone."""

    page_id: str
    paths: tuple[str, ...]
    record: Record | None = None
    text: str = ""


def replay(state: State, text: str, is_there: IsThere) -> Replayed:
    """`state` with what the lines of an interrupted run say and the disk confirms.

    `is_there` tells whether a page lies there whole as a record and the digest of a text say. A line
    that was cut off says nothing: what it would have said was not begun.
    """
    said = list(_said(text))
    pages = dict(state.pages)
    claimed = {path for each in said for path in each.paths}
    of_pages: dict[str, list[_Said]] = {}
    for each in filter(lambda each: each.page_id, said):
        of_pages.setdefault(each.page_id, []).append(each)
    for id_, lines in of_pages.items():
        true = (each for each in reversed(lines) if _came_true(each, is_there))
        if last := next(true, None):
            before = pages.pop(id_, None)
            claimed.update(before.paths() if before else ())
            pages |= {id_: last.record} if last.record else {}
    return Replayed(replace(state, pages=pages), frozenset(claimed))


def _came_true(said: _Said, is_there: IsThere) -> bool:
    """A removal that was begun is one: some of the page's files may be gone."""
    return said.record is None or is_there(said.record, said.text)


def _said(text: str) -> Iterator[_Said]:
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            if "claim" in entry:
                yield _Said("", tuple(map(str, entry["claim"])))
                continue
            record = from_json(entry["record"]) if entry["record"] else None
            paths = record.paths() if record else ()
            yield _Said(str(entry["page"]), paths, record, str(entry["text"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
