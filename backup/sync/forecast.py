"""Estimates the requests that a plan will take."""

from __future__ import annotations

import math

from backup.sync.state import State
from backup.sync.steps import Action, Plan

_USUAL = 4  # requests of a page, as long as no page is known: the mean of the sample workspace


def requests(decided: Plan, state: State) -> int:
    """About how many requests to Notion the plan takes: what a page took when it was last read, for
    a new one what pages of this backup take, and a last look for each data source.

    A page's requests depend on how deep its blocks are nested, which only reading tells.
    """
    known = [record.requests for record in state.pages.values()]
    usual = math.ceil(sum(known) / len(known)) if known else _USUAL
    wanted = decided.of(Action.FETCH)
    sources = {step.row.source for step in wanted if step.row and step.row.source}
    each = (
        state.pages[step.page_id].requests if step.page_id in state.pages else usual
        for step in wanted
    )
    return sum(each) + len(sources)
