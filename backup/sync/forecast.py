"""Says what a plan will do, and estimates the requests that it will take.

It stands apart because it decides nothing, unlike `plan`, and does nothing, unlike the command that logs it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from backup.model import STORE
from backup.sync.plan import STORELESS
from backup.sync.state import State
from backup.sync.steps import Action, Plan, Step
from backup.words import counted

_USUAL = 4  # requests of a page, as long as no page is known: the mean of the sample workspace


def lines(decided: Plan, state: State, allowed: int) -> Iterator[str]:
    """What the plan will do, in one line of counts, and for how long it will ask if it needs more requests
    than are `allowed` in a minute; and one about pages that are read only because they
    have no store yet, which is the case for all when stores are new."""
    number = {action: len(decided.of(action)) for action in Action}
    fetch, render, remove = (number[each] for each in (Action.FETCH, Action.RENDER, Action.REMOVE))
    retry, cost = number[Action.RETRY], requests(decided, state)
    minutes = f", {counted(math.ceil(cost / allowed), 'minute')}" if cost > allowed else ""
    said = [f"{fetch} to read" + (f" (about {counted(cost, 'request')}{minutes})" if fetch else "")]
    said += [f"{render} to write again without reading"] if render else []
    said += [f"{remove} to remove", f"{len(decided.unchanged)} unchanged"]
    said += [f"of {counted(retry, 'page')} missing files to try again"] if retry else []
    yield ", ".join(said)
    storeless = [step for step in decided.of(Action.FETCH) if step.reason == STORELESS]
    if storeless:
        cost, pages = _of(storeless, state), counted(len(storeless), "page")
        yield (
            f"Without a {STORE} so far: {pages}, to be read once for it (about "
            f"{counted(cost, 'request')}). If the run is cut off, the next one continues with the rest. "
            "KEEP_JSON=false turns this off."
        )


def requests(decided: Plan, state: State) -> int:
    """About how many requests to Notion the plan takes: what a page took when it was last read, for
    a new one what pages of this backup take, and a last look for each data source. To render a page
    takes none.

    A page's requests depend on how deep its blocks are nested, which only reading shows.
    """
    wanted = decided.of(Action.FETCH)
    return _of(wanted, state) + len(
        {step.row.source for step in wanted if step.row and step.row.source}
    )


def _of(wanted: Collection[Step], state: State) -> int:
    known = [record.requests for record in state.pages.values()]
    usual = math.ceil(sum(known) / len(known)) if known else _USUAL
    pages = state.pages
    return sum(pages[step.page_id].requests if step.page_id in pages else usual for step in wanted)
