"""Checks some of what a walk believes: that lists show the times of pages, and that a page in which
nothing lay has still nothing in it.

Neither is promised by Notion; both were seen (see notion.children). Costs at most 20 requests.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from backup.errors import NotionError
from backup.model import Row, dashed_id
from backup.notion import children
from backup.notion.children import Children
from backup.notion.client import Client
from backup.sync.rotation import chosen

_MOST = 10  # of each kind
_ONE_IN = 50  # pages


@dataclass(frozen=True)
class Canary:
    """`turn` is the number of the run, `began` when its listing began."""

    client: Client
    pool: Executor
    turn: int
    began: datetime

    def lies(self, rows: Collection[Row]) -> bool:
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

    def grown(self, rows: Collection[Row], leaves: Mapping[str, int]) -> dict[str, Children]:
        """Pages in which something lies now, by their ids; `leaves` are pages without, with about how
        many requests each takes, `rows` tell how large the tree is."""
        small = [id_ for id_, requests in leaves.items() if requests == 1]
        wanted = chosen(small, self._count(rows), self.turn)
        found = zip(wanted, self.pool.map(self._listed, wanted), strict=True)
        return {id_: each for id_, each in found if each and (each.pages or each.databases)}

    def _listed(self, id_: str) -> Children | None:
        try:
            return children.listed(self.client, id_, id_)
        except NotionError:
            return None

    def _count(self, rows: Collection[Row]) -> int:
        return min(_MOST, len(rows) // _ONE_IN)
