"""Lists that come in parts, each named by the one before it: whether there is another one, and what
to do when Notion loses the thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from backup.errors import NotionError
from backup.json_values import objects
from backup.model import Json

T = TypeVar("T")

PAGE_SIZE = 100  # the largest that the API takes
_MOST = 2_000  # parts; of 10,000 rows, the most that a query gives, they would have five each
_FRUITLESS = 20  # parts in a row with nothing new; a filter may leave a few of them empty
_RESTARTS = 2  # times; a list that loses its place three times would do so for ever


def restarted(ask: Callable[[], T]) -> T:
    """What `ask` makes of a whole list. When its cursor is refused half-way, as one is that has
    expired, the list is asked for from its beginning, at most twice."""
    for _ in range(_RESTARTS):
        try:
            return ask()
        except NotionError as error:
            if not is_lost(error):
                raise
    return ask()


def listed(parts: Iterable[Json]) -> list[Json]:
    """What a list shows that is answered in parts."""
    return [each for part in parts for each in objects(part.get("results"))]


def is_lost(error: NotionError) -> bool:
    """Whether a cursor was refused. Assumed: the wording ("The start_cursor provided is invalid")."""
    return error.status == 400 and "cursor" in error.message


def going_on(named: str) -> Callable[[Json], str]:
    """A function that is shown each part of the list `named`, and gives the cursor of the next one;
    '' at the end. It raises NotionError when the list leads nowhere, or has no end."""
    cursors: set[str] = set()
    last: list[object] = []
    fruitless = 0

    def follow(part: Json) -> str:
        nonlocal last, fruitless
        if not part.get("has_more"):
            return ""
        cursor, found = part.get("next_cursor"), part.get("results")
        if not isinstance(cursor, str) or not cursor or cursor in cursors:
            raise NotionError(
                f"Notion's list of {named} has more, but does not say where it continues."
            )
        cursors.add(cursor)
        fruitless = fruitless + 1 if not found or found == last else 0
        last = found if isinstance(found, list) else []
        if fruitless >= _FRUITLESS or len(cursors) >= _MOST:
            parts = f"{fruitless} parts with nothing new" if fruitless else f"{_MOST:,} parts"
            raise NotionError(f"Notion's list of {named} does not end: it gave {parts}.")
        return cursor

    return follow
