"""Rewrites the report of a publishing run: what its commits contain, instead of what was read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from backup.model import Problem
from backup.publish.compose import PageChange
from backup.publish.message import KINDS
from backup.report.report import Entry, Report
from backup.words import by_title


def published(
    report: Report,
    changes: Collection[PageChange],
    left: Collection[Problem] = (),
    earlier: Collection[str] = (),
) -> Report:
    """The report of what was published: `changes` are the pages of the run's commits, `left` are
    those that could not be. What an `earlier` run had read (ids) counts too; what the branch had already
    does not."""
    shown = {each.page_id: each for each in reversed([*changes])}  # what happened first
    shown |= {change.page_id: change for change in changes if change.mention.kind == "removed"}
    known = {(word, entry.page_id): entry for word, entry in report.details()}
    lists: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    for id_, change in shown.items():
        is_moved = change.mention.kind == "renamed"  # of these, the note is where they were
        note = _EARLIER if id_ in earlier and not is_moved else ""
        entry = Entry(change.mention.title, change.folder, note, id_)
        lists[change.mention.kind].append(known.get((change.mention.kind, id_), entry))
    new, updated, renamed, removed = (tuple(sorted(lists[kind], key=_by_title)) for kind in KINDS)
    now = replace(report, new=new, updated=updated, renamed=renamed, removed=removed)
    return _recounted(now, _touched(report) - {each.page_id for each in left}, _touched(now))


def _touched(report: Report) -> set[str]:
    return {entry.page_id for entry in (*report.new, *report.updated, *report.renamed)}


def _recounted(report: Report, before: set[str], now: set[str]) -> Report:
    """With unchanged pages counted again: `before` and `now` are those that changed."""
    apart = {each.page_id for each in report.failed} | {each.page_id for each in report.kept}
    back, more = before - now, now - before - apart

    def count(unchanged: int, members: Collection[str]) -> int:
        return max(unchanged + len(back.intersection(members)) - len(more.intersection(members)), 0)

    sections = tuple(
        replace(each, unchanged=count(each.unchanged, each.members)) for each in report.sections
    )
    return replace(report, sections=sections, unchanged=count(report.unchanged, back | more))


_EARLIER = "read by an earlier run"


def _by_title(entry: Entry) -> tuple[object, ...]:
    return (by_title(entry.title), entry.folder)
