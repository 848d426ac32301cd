"""What a workspace is made of: one node a page, database, data source or block, and a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from backup.model import Json


class Clock:
    """A clock that stands still until it is moved: `workspace.now = Clock(...)`."""

    def __init__(self, year: int, month: int, day: int, hour: int = 8, minute: int = 0) -> None:
        self.time = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> datetime:
        """Moves on by a timedelta (`minutes=3`); the new time."""
        self.time += timedelta(**span)
        return self.time


def wall_clock() -> datetime:
    """The real time, aware, in UTC."""
    return datetime.now(timezone.utc)


@dataclass
class Node:
    """One thing with an id. `kind`: page, database, data_source or block.

    `parent` is the id of what holds it ('' for the workspace itself). `children` are ids: blocks
    and child pages of a page or block, data sources of a database, rows of a data source. `data`
    is the part of its JSON that is not computed. `recorded` are whole objects, by
    their `object`, to be served as they are. What `load` and `grow` give is asked for once, when it
    is first needed.
    """

    id: str
    kind: str
    parent: str
    created: datetime
    edited: datetime
    author: str
    editor: str
    load: Callable[[], Json] = dict
    grow: Callable[[], None] | None = None
    children: list[str] = field(default_factory=list)
    made: int = 0  # children ever added: their ids are counted
    trashed: bool = False
    thrown: datetime | None = None  # when it last came into the trash, or out of it
    archived: bool = False
    locked: bool = False
    shared: bool = True
    unreadable: bool = False  # its children answer 404
    restricted: bool = False  # listed, but whatever asks for it answers 403
    recorded: Mapping[str, Json] = field(default_factory=dict)
    _data: Json | None = None

    @property
    def loaded(self) -> bool:
        """Whether its data was ever asked for."""
        return self._data is not None

    @property
    def data(self) -> Json:
        """The stored part of the node's JSON."""
        if self._data is None:
            self._data = self.load()
        return self._data


def counted_id(*words: str, version: int = 8, newest: bool = True) -> str:
    """An id made from words, the same in every run.

    Pages and blocks of one time share their first digits, as recent ids of Notion do; databases
    and files have ids that look random.
    """
    hex_ = hashlib.sha256("/".join(words).encode()).hexdigest()
    head = "2b6f1d40-5e0a" if newest else f"{hex_[:8]}-{hex_[8:12]}"
    return f"{head}-{version}{hex_[13:16]}-a{hex_[17:20]}-{hex_[20:32]}"


def minute_time(time: datetime) -> str:
    """As pages, blocks, data sources and comments carry it: rounded down to the minute."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:00.000Z")


def exact_time(time: datetime) -> str:
    """As databases and views carry it: milliseconds and an offset."""
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds")
