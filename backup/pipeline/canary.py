"""Checks some of what a walk believes: that lists show the times of pages, and that a page in which
nothing lay has still nothing in it.

Neither is promised by Notion; both were seen (see notion.children). Costs at most 20 requests, and one for
each page in which a search of the workspace shows something new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from backup.errors import NotionError
from backup.model import Problem, Row, dashed_id
from backup.notion import children
from backup.notion.children import Children
from backup.notion.client import Client
from backup.pipeline.walk import Walk
from backup.sync.rotation import chosen
from backup.sync.state import Record

_MOST = 10  # of each kind
_ONE_IN = 50  # pages
_LISTS_LIE = (
    "Notion's lists of blocks do not show when the pages in them were edited, as they used to. Each page "
    "was asked for itself, which takes more requests."
)


@dataclass(frozen=True)
class Canary:
    """`turn` is the number of the run, `began` when its listing began."""

    client: Client
    pool: Executor
    turn: int
    began: datetime

    def check(
        self, walk: Walk, records: Mapping[str, Record], hints: Collection[str] = ()
    ) -> Problem | None:
        """Check what a walk has seen, by the `records` of all pages; where it was wrong, each page is
        asked for itself, and the warning says so. `hints` are pages in which nothing lay and something may."""
        rows = [row for row in walk.rows.values() if not row.packed]
        steady = [
            row
            for row in rows
            if row.id not in walk.believed
            if (before := records.get(row.id)) and before.edited == row.edited
        ]
        is_wrong = self._lies(steady)
        if is_wrong:
            walk.doubt()
        leaves = [row.id for row in steady if not records[row.id].lists]
        small = [id_ for id_ in leaves if records[id_].requests == 1]
        due = {*hints, *chosen(small, self._count(rows), self.turn)}
        for id_, found in self._grown(due).items():
            walk.show(id_, found.pages, found.databases, complete=True)
        return Problem("pages in pages", _LISTS_LIE) if is_wrong else None

    def _lies(self, rows: Collection[Row]) -> bool:
        """Whether a list showed another time than a page that was not edited since says itself; `rows`
        are those that a list of blocks showed."""
        by_id = {row.id: row for row in rows}
        wanted = [by_id[id_] for id_ in chosen(by_id, self._count(rows), self.turn)]
        return any(self.pool.map(self._differs, wanted))

    def _differs(self, row: Row) -> bool:
        try:
            edited = str(self.client.page(dashed_id(row.id)).get("last_edited_time") or "")
        except NotionError:
            return False  # it says nothing about times
        limit = self.began.strftime("%Y-%m-%dT%H:%M")
        return edited != row.edited and edited < limit

    def _grown(self, leaves: Collection[str]) -> dict[str, Children]:
        """Pages in which something lies now, by their ids, of those in which nothing lay."""
        found = zip(leaves, self.pool.map(self._listed, leaves), strict=True)
        return {id_: each for id_, each in found if each and (each.pages or each.databases)}

    def _listed(self, id_: str) -> Children | None:
        try:
            return children.listed(self.client, id_, id_)
        except NotionError:
            return None

    def _count(self, rows: Collection[Row]) -> int:
        return min(_MOST, len(rows) // _ONE_IN)
