"""Asks what became of pages and databases that no list shows any more where they were."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from backup.errors import BackupError, NotFound, Unauthorized
from backup.json_values import mapping
from backup.model import Json, Row, dashed_id
from backup.notion import children, read
from backup.notion.client import Client
from backup.notion.read import is_trashed
from backup.sync.family import DEEPEST, TOP
from backup.sync.steps import Verdict


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What Notion says. When it lies in another page now, `page_id` is that one's id, and `row` the
    page itself; a database has none."""

    verdict: Verdict
    page_id: str = ""
    row: Row | None = None


@dataclass(frozen=True)
class Asking:
    """`databases` are the ids of those that are not pages, `inside` all that the backup has or Notion
    shows of it, and TOP when all roots of the workspace belong to it."""

    client: Client
    databases: Collection[str]
    inside: Collection[str]

    def about(self, id_: str) -> Whereabouts:
        """What became of one; raises Unauthorized."""
        try:
            return self._said(id_, self._object(id_))
        except NotFound:
            return Whereabouts(Verdict.UNREACHABLE)
        except Unauthorized:
            raise
        except BackupError:
            return Whereabouts(Verdict.UNKNOWN)

    def _object(self, id_: str) -> Json:
        ask = self.client.database if id_ in self.databases else self.client.page
        return ask(dashed_id(id_))

    def _said(self, id_: str, raw: Json) -> Whereabouts:
        if is_trashed(raw):
            return Whereabouts(Verdict.TRASHED)
        if not isinstance(mapping(raw, "parent").get("type"), str):
            return Whereabouts(Verdict.UNKNOWN)  # a partial page says nothing about where it is
        home = children.home(self.client, raw)
        if home.is_trashed:
            return Whereabouts(Verdict.ORPHANED)
        if home.id is None:
            return Whereabouts(Verdict.UNKNOWN)
        if home.id not in self.inside:
            return Whereabouts(Verdict.LISTED if self._leads_inside(home.id) else Verdict.MOVED)
        if home.id == TOP or home.id in self.databases:
            return Whereabouts(Verdict.LISTED)  # a query or a search will show it
        row = None if id_ in self.databases else read.child(raw, home.id)
        return Whereabouts(Verdict.LISTED, home.id, row)

    def _leads_inside(self, id_: str) -> bool:
        """Whether what something lies in is itself in the backup, or will be: a page that is new there
        may not have been seen yet."""
        above: str | None = id_
        for _ in range(DEEPEST):
            if above is None or above in self.inside:
                return above is not None
            if above == TOP:
                return False
            try:
                above = children.home(self.client, children.page_or_database(self.client, above)).id
            except NotFound:
                return False
        return True
