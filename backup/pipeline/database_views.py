"""Asks how Notion shows databases: for the views of each, by which its rows are shown, and restored.

A list names only ids, so each view is one more request. Assumed: a view that changes does not change what a
listing says of its database; then a full sync asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias, TypeVar

from backup.errors import NotionError, sentence
from backup.folder.tables import Views
from backup.json_values import is_shallow, word
from backup.model import Json, Problem, bare_id, plain_text
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.report.log import Log
from backup.stop import Stop
from backup.store import StoredDatabase
from backup.words import UNTITLED

T = TypeVar("T")
_Answer: TypeAlias = tuple[Views | None, str]  # what is to be said of those that are not there

_MOST = 20  # views that are looked at: people put the table first
_DEEPEST = 100  # lists and objects in each other; filters have two levels, and Python cannot save any number
_TOO_DEEP = "A view is nested too deeply to be saved."
_LATER = (
    "Notion did not answer what views the database has, or was not asked before the run ended: the table may "
    "have other columns and another order than in Notion. The next run asks again."
)
_LACKING = (
    "Notion refused to say what views the database has, or to show one of them: {} The table may have other "
    "columns and another order than in Notion. The next run asks again, and after that every seventh run."
)


@dataclass
class DatabaseViews:
    """Asks several databases at once. When Notion does not answer, or somebody wants the run to end, the
    rest is asked no more: lists of pages can wait."""

    client: Client
    pool: Executor
    stop: Stop
    log: Log
    _is_over: bool = False
    _begun: dict[str, Future[_Answer]] = field(default_factory=dict)

    def begin(self, databases: Collection[StoredDatabase]) -> None:
        """Ask for the views of these while pages are read."""
        self._begun = {each.id: self._submit(each) for each in databases}

    def ask(self, databases: Collection[StoredDatabase]) -> dict[str, Views]:
        """The views of those databases for which Notion answered, by their ids; a warning for others, and
        where it refused some."""
        found: dict[str, Views] = {}
        futures = [
            self._begun.pop(each.id) if each.id in self._begun else self._submit(each)
            for each in databases
        ]
        for database, future in zip(databases, futures, strict=True):
            # When the run is to end, the threads may still be waiting for pages.
            is_late = self.stop.requested and not future.done()
            views, lacking = (None, _LATER) if is_late else future.result()
            if lacking:
                title = plain_text(database.raw.get("title")) or UNTITLED
                self.log.problem("warnings", Problem(title, lacking, database.id))
            if views:
                found[database.id] = views
        return found

    def _submit(self, database: StoredDatabase) -> Future[_Answer]:
        return self.pool.submit(self._asked, database)

    def _asked(self, database: StoredDatabase) -> _Answer:
        """The views of a database, and what is to be said of those that are not there."""
        if self._is_over or self.stop.requested:
            return None, _LATER
        shown: list[Json] = []
        refusals: list[NotionError] = []
        try:
            with self.client.spent_on("listing"):
                for id_ in self._answered(partial(_ids, self.client, database), refusals) or ():
                    view = self._answered(partial(self.client.view, id_), refusals)
                    if view and not is_shallow(view, _DEEPEST):
                        refusals.append(NotionError(_TOO_DEEP))
                        continue
                    shown += [view] if view else []
        except NotionError:
            self._is_over = True
            return None, _LATER
        lacking = _LACKING.format(sentence(refusals[0])) if refusals else ""
        # Nobody can delete the last view: one that shows none was in the trash just then.
        return Views(tuple(shown), bool(shown) and not refusals), lacking

    def _answered(self, ask: Callable[[], T], refusals: list[NotionError]) -> T | None:
        """An answer; None, and the refusal is noted, when it is about this view or list alone."""
        try:
            return ask()
        except NotionError as error:
            if not error.is_refusal:
                raise
            refusals.append(error)
            return None


def _ids(client: Client, database: StoredDatabase) -> list[str]:
    """The ids of the views that stand in the database: one request."""
    ids = [word(raw, "id") for raw in listed(client.views_in(database.id))]
    return [id_ for id_ in ids if bare_id(id_)][:_MOST]
