"""Lists and their cursors, as far as a client can tell them from Notion's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backup.model import Json, dashed_id
from fakenotion.nodes import Node, counted_id
from fakenotion.refusal import bad_cursor
from fakenotion.validation import number

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
        size = number(part, "page_size", sent.get("page_size", LARGEST), LARGEST)
        return cls(min(size, most), sent.get("start_cursor", ""))


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
        wanted = dashed_id(paging.cursor)
        start = next((place for place, item in enumerate(items) if item.id == wanted), -1)
        if start < 0:
            raise bad_cursor(paging.cursor)
    rest = items[start + paging.size : start + paging.size + 1]
    return items[start : start + paging.size], rest[0].id if rest else None


def by_place(items: Sequence[T], paging: Paging, *scope: str) -> tuple[Sequence[T], str | None]:
    """A page of things without ids; the cursor holds for the list of this `scope` alone."""
    start, mark = 0, f"{counted_id('cursor', *scope, version=4, newest=False)}:"
    if paging.cursor:
        place = paging.cursor.removeprefix(mark)
        if place == paging.cursor or not place.isdecimal() or int(place) >= len(items):
            raise bad_cursor(paging.cursor)
        start = int(place)
    end = start + paging.size
    return items[start:end], f"{mark}{end}" if end < len(items) else None


@dataclass
class Session:
    """A query under way: what it asked for, and the rows that answered it when last looked at.

    `find` looks again, which is done when the workspace has another `revision`. `began` is when,
    in seconds of the clock that lets cursors expire.
    """

    asked: Json
    find: Callable[[], list[Node]]
    began: float
    revision: int = -1
    rows: list[Node] = field(default_factory=list)


@dataclass
class Sessions:
    """Queries under way. Their cursor is 's:<session>:<row>' with the row that the next page began
    with at the time; what counts is how many rows were given before.

    Assumed: the pages of a query are cut from what it finds at the time of each, so that a row that
    comes, goes or is sorted elsewhere meanwhile lets others come twice or not at all (Notion's
    reference promises nothing, and clients are told to expect both). A cursor holds for the query
    that it was given to, and for `life` seconds.
    """

    timer: Callable[[], float] = time.monotonic
    life: float = 3600
    _open: dict[str, Session] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def begin(self, asked: Json, find: Callable[[], list[Node]]) -> str:
        """Opens a query; `asked` is all that its cursors are bound to. Its id."""
        id_ = counted_id("session", str(self._count), version=4, newest=False)
        self._count += 1
        self._open[id_] = Session(asked, find, self.timer())
        return id_

    def rows(self, id_: str, revision: int) -> list[Node]:
        """What the query finds in the workspace's present `revision`."""
        session = self._open[id_]
        if session.revision != revision:
            session.rows, session.revision = session.find(), revision
        return session.rows

    def cursor(self, id_: str, row: str, place: int) -> str:
        """The cursor of a page that begins with a row, at a place of the result."""
        made = f"s:{id_}:{row}"
        self._places[made] = place
        return made

    def resume(self, cursor: str, asked: Json) -> tuple[str, int]:
        """The session of a cursor, and the place where it goes on."""
        place = self._places.get(cursor)
        id_ = cursor[2:].partition(":")[0]
        session = self._open.get(id_)
        if place is None or session is None or session.asked != asked:
            raise bad_cursor(cursor)
        if self.timer() - session.began > self.life:
            raise bad_cursor(cursor)
        return id_, place

    def expire(self) -> None:
        """No cursor given so far is good any more."""
        self._open.clear()
        self._places.clear()
