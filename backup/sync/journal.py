"""What a run has done so far, one line a page, so that a killed run loses nothing it finished.

A line is appended before a page's files are written (what is about to be ours) and after them (its
record). The state file, written when the run publishes, takes the place of the lines.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from backup.sync.state import Record, State, from_json, to_json

NAME = ".notion-sync.journal"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state with the finished pages of an interrupted run, and the files it had claimed."""

    state: State
    claimed: frozenset[str]


def claim(paths: Collection[str]) -> str:
    """The line that says: these files are about to be written, and are ours."""
    return json.dumps({"claim": sorted(paths)}) + "\n"


def finished(page_id: str, record: Record | None) -> str:
    """The line that says: this page is done; None means that it was removed."""
    return json.dumps({"page": page_id, "record": record and to_json(record)}) + "\n"


def replay(state: State, text: str) -> Replayed:
    """`state` with everything that the lines of an interrupted run say.

    A last line that was cut off says nothing: what it would have said was not done.
    """
    pages = dict(state.pages)
    claimed: set[str] = set()
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        claimed.update(entry.get("claim", ()))
        if "page" not in entry:
            continue
        if (raw := entry["record"]) is None:
            pages.pop(entry["page"], None)
        else:
            pages[entry["page"]] = from_json(raw)
    return Replayed(replace(state, pages=pages), frozenset(claimed))
