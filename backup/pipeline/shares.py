"""Lists a tree that is too large for one run in shares: each list has its turn within seven runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from backup.model import Problem
from backup.pipeline.walk import Walk, cost
from backup.sync.rotation import is_due
from backup.sync.state import Record

_LONG = 360  # requests: two minutes of what Notion allows
_LATE = timedelta(hours=1)  # Assumed: by then an edit is in the index of the search
_IN_SHARES = (
    "To list all of them takes about {} requests. So this run listed a part of them ({} requests), and a "
    "search told which pages of the others were edited. Every page has its turn in seven runs; a full "
    "sync lists all."
)


def set_out(
    walk: Walk, records: Mapping[str, Record], turn: int, *, is_whole: bool
) -> tuple[Problem | None, str]:
    """Have the lists of these pages on their way. When that takes too long for one run that is not to
    be `is_whole`: a share of them, a warning that says so, and since when (ISO 8601) a search should
    look for edits in the rest."""
    needed = cost(records.values())
    if needed <= _LONG or is_whole:
        walk.ask(records)
        return None, ""
    share = {id_: each for id_, each in records.items() if is_due(id_, turn)}
    walk.ask(share)
    rest = {id_: each for id_, each in records.items() if each.lists and id_ not in share}
    walk.believe(rest, records)
    warning = Problem("pages in pages", _IN_SHARES.format(needed, cost(share.values())))
    return warning, _an_hour_before(max(each.edited for each in records.values()))


def _an_hour_before(time: str) -> str:
    """All that was edited later may be new; `time` is the newest edit that the backup has."""
    try:
        moment = datetime.fromisoformat(time.replace("Z", "+00:00")) - _LATE
    except ValueError:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M")
