"""Merges the states of two runs that started from the same one.

Page by page the version that was read later counts, its files and its record together; nothing is
guessed, and what cannot be decided is left to the next run, which reads it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from backup.sync.state import Record, State

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Merged:
    """`ours` are the pages of which our version counts, or our removal; `back` those of which it
    would, but other files have their place."""

    state: State
    ours: frozenset[str]
    back: frozenset[str]


def merged(
    base: State,
    ours: State,
    theirs: State,
    rewritten: Collection[str] = (),
    taken: Collection[str] = (),
    removed: Collection[str] = (),
) -> Merged:
    """`theirs` with what we changed since `base`, the state that we began with.

    `rewritten` are pages that we wrote again, though their record is the same. `taken` are paths
    that cannot be ours. `removed` are pages and databases that our plan removed: one that is merely
    absent from `ours` is not.
    """
    won = _won(base.pages, ours.pages, theirs.pages, rewritten, removed)
    pages = _chosen(won, ours.pages, theirs.pages)
    back: set[str] = set()
    while contested := clashing(pages, taken) & won:
        back |= contested
        won -= contested
        pages = _chosen(won, ours.pages, theirs.pages)
    databases = _joined(base.databases, ours.databases, theirs.databases, removed)
    state = State(
        pages,
        databases,
        {**theirs.unknown, **ours.unknown},
        people=_joined(base.people, ours.people, theirs.people, ()),
        outside=_joined(base.outside, ours.outside, theirs.outside, base.outside),
        failed=_joined(base.failed, ours.failed, theirs.failed, base.failed),
        unseen_since=(ours if ours.unseen_since != base.unseen_since else theirs).unseen_since,
    )
    return Merged(state, frozenset(won), frozenset(back))


def _won(
    base: Mapping[str, Record],
    ours: Mapping[str, Record],
    theirs: Mapping[str, Record],
    rewritten: Collection[str],
    removed: Collection[str],
) -> set[str]:
    """The pages of which our version counts, or our removal."""
    won = set()
    for id_ in {*ours, *removed}:
        was, mine, yours = base.get(id_), ours.get(id_), theirs.get(id_)
        if mine == was and id_ not in rewritten:
            continue
        # A page of which only they know something new is not removed: the next run may do that.
        # One that they removed, and we have read, stays.
        # One that we removed, and that their state lacks, may have left files.
        newer = yours is None or (mine is not None and age(mine) >= age(yours))
        if newer or yours == was:
            won.add(id_)
    return won


def age(record: Record) -> tuple[str, bool, int]:
    """Sorts versions of a page by when they were read: Notion's time of the last edit decides, and
    within its minute whether that was over. Of two equal ones, the one that lacks fewer files is better."""
    return (record.edited, record.stable, -len(record.pending))


def _chosen(
    won: Collection[str], ours: Mapping[str, Record], theirs: Mapping[str, Record]
) -> dict[str, Record]:
    kept = {id_: record for id_, record in theirs.items() if id_ not in won}
    return kept | {id_: record for id_, record in ours.items() if id_ in won}


def clashing(pages: Mapping[str, Record], taken: Collection[str] = ()) -> set[str]:
    """Pages with a file where another page, or somebody else (`taken`), has one."""
    owners: dict[str, list[str]] = {}
    for id_, record in pages.items():
        for path in record.paths():
            owners.setdefault(path, []).append(id_)
    refused = set(taken)
    contested = (ids for path, ids in owners.items() if len(ids) > 1 or path in refused)
    return {id_ for ids in contested for id_ in ids}


def _joined(
    base: Mapping[str, T], ours: Mapping[str, T], theirs: Mapping[str, T], removed: Collection[str]
) -> dict[str, T]:
    changed = {id_: value for id_, value in ours.items() if base.get(id_) != value}
    dropped = {id_ for id_ in removed if id_ not in ours and theirs.get(id_) == base.get(id_)}
    # What one side merely lacks is not removed.
    found = {**ours, **theirs, **changed}
    return {id_: value for id_, value in found.items() if id_ not in dropped}
