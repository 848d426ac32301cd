"""Lists and their cursors, as far as a client can tell them from Notion's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backup.demo.nodes import Node, counted_id
from backup.demo.refusal import bad_body, bad_cursor
from backup.model import Json, bare_id

LARGEST = 100
T = TypeVar("T")


@dataclass(frozen=True)
class Paging:
    """What a request asks for; `most` is a bound of ours below the hundred, for short pages."""

    size: int
    cursor: str

    @classmethod
    def asked(cls, sent: Mapping[str, Any], part: str, most: int = LARGEST) -> Paging:
        """From the query string or the body (`part` names it in the error)."""
        size = sent.get("page_size", LARGEST)
        try:
            number = int(size)
        except (TypeError, ValueError):
            raise bad_body(part, "page_size should be a number", size) from None
        if not 1 <= number <= LARGEST:
            raise bad_body(part, f"page_size should be between 1 and {LARGEST}", size)
        cursor = sent.get("start_cursor")
        return cls(min(number, most), "" if cursor is None else str(cursor))


def envelope(type_: str, results: list[Json], next_cursor: str | None) -> Json:
    """A page of a list."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": next_cursor,
        "has_more": next_cursor is not None,
        "type": type_,
        type_: {},
    }


def by_id(items: Sequence[Node], paging: Paging) -> tuple[Sequence[Node], str | None]:
    """A page of nodes; its cursor is the id of the first one of the next page."""
    start = 0
    if paging.cursor:
        ids = [bare_id(item.id) for item in items]
        if bare_id(paging.cursor) not in ids:
            raise bad_cursor(paging.cursor)
        start = ids.index(bare_id(paging.cursor))
    rest = items[start + paging.size : start + paging.size + 1]
    return items[start : start + paging.size], rest[0].id if rest else None


def by_place(items: Sequence[T], paging: Paging, mark: str) -> tuple[Sequence[T], str | None]:
    """A page of things without ids; `mark` begins the cursor."""
    start = 0
    if paging.cursor:
        place = paging.cursor.removeprefix(mark)
        if place == paging.cursor or not place.isdigit() or int(place) >= len(items):
            raise bad_cursor(paging.cursor)
        start = int(place)
    end = start + paging.size
    return items[start:end], f"{mark}{end}" if end < len(items) else None


@dataclass
class Sessions:
    """Queries under way: their cursor is 's:<session>:<row>', with the next page's first row.

    Assumed: a session keeps the rows that it began with, without those that left since.
    """

    rows: dict[str, list[Node]] = field(default_factory=dict)
    capped: set[str] = field(default_factory=set)

    def begin(self, rows: list[Node], cap: int) -> str:
        """Keeps the rows of a new query, at most `cap`."""
        id_ = counted_id("session", str(len(self.rows)), version=4, newest=False)
        self.rows[id_] = rows[:cap]
        if len(rows) > cap:
            self.capped.add(id_)
        return id_

    def resume(self, cursor: str) -> tuple[str, int]:
        """The session of a cursor, and the place where it goes on."""
        mark, _, rest = cursor.partition(":")
        id_, _, row = rest.partition(":")
        if mark != "s" or id_ not in self.rows:
            raise bad_cursor(cursor)
        places = [place for place, node in enumerate(self.rows[id_]) if node.id == row]
        if not places:
            raise bad_cursor(cursor)
        return id_, places[0]
