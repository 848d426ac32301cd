"""Chooses what a run checks of what it believes, so that in some runs everything has its turn.

No run may write what it has checked: an unchanged one writes nothing. So the number of the run decides.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

SHARES = 7  # of a large tree; each container is listed at least every seventh run of a workflow
IN_ONE_RUN = 360  # requests, two minutes of what Notion allows; what takes more is done in shares


def turn_at(time: datetime) -> int:
    """The number of a run that nobody counts: another one in the next hour, on the next day, and in the
    next week at the same hour, so that whatever the schedule, each share has its turn: of weekly runs within seven,
    of daily ones within two weeks."""
    day = time.toordinal()
    return day + day // SHARES + time.hour


def is_due(id_: str, turn: int) -> bool:
    """Whether something belongs to the share of the run number `turn`."""
    return int(id_[-8:], 16) % SHARES == turn % SHARES


def chosen(ids: Collection[str], count: int, turn: int) -> list[str]:
    """So many of the ids, others in the next run."""
    ordered = sorted(ids, key=lambda id_: (id_[-8:], id_))
    start = turn * count % len(ordered) if ordered else 0
    return (ordered[start:] + ordered[:start])[:count]
