"""Asks how Notion shows databases: for the views of each, by which its rows are shown, and restored.

A list names only ids, so each view is one more request. Assumed: a view that changes does not change what a
listing says of its database; then a full sync asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from backup.errors import NotionError
from backup.json_values import word
from backup.model import Json, Problem, bare_id, plain_text
from backup.notion.client import Client
from backup.notion.lists import listed
from backup.report.log import Log
from backup.stop import Stop
from backup.store import StoredDatabase

_REFUSED = (400, 403, 404)  # such a view or list cannot be read, today or ever
_MOST = 20  # views that are looked at: people put the table first
_LATER = (
    "Notion did not answer what views the database has: its table may have other columns and another order "
    "than in Notion. The next run asks again."
)


@dataclass
class Displays:
    """Asks several databases at once. When Notion does not answer, or somebody wants the run to end, the
    rest is asked no more: lists of pages can wait."""

    client: Client
    pool: Executor
    stop: Stop
    log: Log
    _is_over: bool = False

    def ask(self, databases: Collection[StoredDatabase]) -> dict[str, tuple[Json, ...]]:
        """The views of those databases for which Notion answered, by their ids; a warning for others."""
        if self.stop.requested:
            return {}
        answers = [*zip(databases, self.pool.map(self._asked, databases), strict=True)]
        if not self.stop.requested:
            silent = [database for database, views in answers if views is None]
            self.log.problem("warnings", *(_later(database) for database in silent))
        return {database.id: views for database, views in answers if views is not None}

    def _asked(self, database: StoredDatabase) -> tuple[Json, ...] | None:
        if self._is_over or self.stop.requested:
            return None
        try:
            with self.client.spent_on("listing"):
                return tuple(_views(self.client, database))
        except NotionError:
            self._is_over = True
            return None


def _later(database: StoredDatabase) -> Problem:
    return Problem(plain_text(database.raw.get("title")) or "Untitled", _LATER, database.id)


def _views(client: Client, database: StoredDatabase) -> Iterator[Json]:
    """One request, and one for each view."""
    for id_ in _ids(client, database):
        try:
            yield client.view(id_)
        except NotionError as error:
            if error.status not in _REFUSED:
                raise


def _ids(client: Client, database: StoredDatabase) -> list[str]:
    try:
        found = listed(client.views_in(database.id))
    except NotionError as error:
        if error.status not in _REFUSED:
            raise
        return []
    ids = [word(raw, "id") for raw in found]
    return [id_ for id_ in ids if bare_id(id_)][:_MOST]
