"""Retries missing files of unchanged pages without reading the pages.

A page is read only if the outcome changed, because then its text changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from backup.errors import FileError
from backup.files.pending import Pending, sentence
from backup.files.received import Downloaded, Passing, TooLarge
from backup.model import Problem
from backup.pipeline.page import Reader
from backup.report.log import Log
from backup.sync.plan import Action, Step
from backup.sync.state import Record

Outcomes = Mapping[str, "Downloaded | FileError"]


@dataclass(frozen=True)
class Retried:
    """`steps` are pages to be read, because a file of theirs can be had now, or is missing for
    another cause; `tried` has what became of each page's files, by identity; `lost` are the files
    of the other pages that still fail, but for those that are given up (see files.pending)."""

    steps: tuple[Step, ...] = ()
    tried: Mapping[str, Outcomes] = field(default_factory=dict)
    lost: tuple[Problem, ...] = ()


def retry(
    reader: Reader, log: Log, steps: Collection[Step], records: Mapping[str, Record]
) -> Retried:
    """Try the pending files of every page that the plan leaves alone."""
    wanted = [
        (step, pending)
        for step in steps
        if step.action is Action.KEEP and step.row
        for pending in map(Pending.from_json, records[step.page_id].pending)
        if pending.is_due(reader.downloader.max_bytes, reader.today)
    ]
    if not wanted:
        return Retried()
    log.line(f"Retrying files that could not be downloaded last time: {len(wanted)}")
    tried: defaultdict[str, dict[str, Downloaded | FileError]] = defaultdict(dict)
    news: dict[str, Step] = {}
    lost = []
    outcomes = reader.try_again([pending for _, pending in wanted])
    for (step, pending), outcome in zip(wanted, outcomes, strict=True):
        if outcome is not None:
            tried[step.page_id][pending.identity] = outcome
        if isinstance(outcome, FileError) and _is_as_before(pending, outcome):
            if not pending.is_given_up(reader.today):
                lost.append(Problem(step.title, sentence(pending.file, outcome), step.page_id))
        else:
            news[step.page_id] = replace(step, action=Action.FETCH, reason=_REASON)
    still = tuple(problem for problem in lost if problem.page_id not in news)
    return Retried(tuple(news.values()), tried, still)


def _is_as_before(pending: Pending, error: FileError) -> bool:
    """Whether the page may stay as it is. One whose file turns out to be gone has to remember that."""
    is_news = bool(pending.since) and not pending.gone and not isinstance(error, Passing)
    return not isinstance(error, TooLarge) and not is_news


_REASON = "a missing file can be downloaded now, or fails for another reason"
