"""Lists the rows of databases, with as many requests in parallel as possible.

The longest chain is a query's pages, because each names the next one. Everything else runs beside it, and
data sources known from the last run are queried before their database has named them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import timedelta

from backup import store
from backup.errors import NotionError
from backup.model import Json, Row
from backup.notion import read
from backup.notion.client import Client
from backup.notion.read import Answered
from backup.notion.resolve import Resolved, Source, data_source
from backup.store import StoredDatabase
from backup.sync.steps import Listed, Listing

_MARGIN = timedelta(minutes=2)  # see read.edited_since


@dataclass(frozen=True)
class _Asked:
    """What was asked about one data source; the answers are on their way."""

    source: Future[Source]
    live: Future[Answered]
    archived: Future[Answered]


@dataclass(frozen=True, slots=True)
class Found:
    """A database, the schema of each of its data sources, and what is missing of it."""

    listed: Listed
    schemas: dict[str, Json]
    problems: tuple[str, ...]


@dataclass
class Sources:
    """Asks about data sources, each once in a run; `keep_json` says that databases have stores."""

    client: Client
    pool: Executor
    keep_json: bool
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def ask(self, source_ids: Iterable[str]) -> None:
        """Have the answers on their way."""
        for id_ in source_ids:
            if id_ not in self._asked:
                live = self.pool.submit(read.live, self.client, id_)  # first: it takes longest
                self._asked[id_] = _Asked(
                    self.pool.submit(data_source, self.client, id_),
                    live,
                    self.pool.submit(read.archived, self.client, id_),
                )

    def found(
        self, database: Resolved, title: str = "", parent: str = "", *, deep: bool = True
    ) -> Found:
        """A database, once the answers about all its sources are there; raises NotionError. `title`
        and `parent` as in Listed; `deep` says that databases in it are backed up, too."""
        self.ask(database.sources)
        about = [self._asked[source_id] for source_id in database.sources]
        sources = [each.source.result() for each in about]
        schemas = {source.id: source.schema for source in sources}
        stored = StoredDatabase(database.id, database.raw, tuple(each.raw for each in sources))
        parts = [
            read.rows(each.live.result(), each.archived.result(), database.id) for each in about
        ]
        nested = tuple(dict.fromkeys(each for part in parts for each in part.databases))
        listed = Listed(
            id=database.id,
            title=title or database.title or "Untitled",
            icon=database.icon,
            folder="",
            rows=tuple(row for part in parts for row in part.rows),
            complete=all(part.complete for part in parts),
            sources=tuple(schemas),
            stored=store.dumps(stored) if self.keep_json else b"",
            parent=parent,
            databases=nested if deep else (),
        )
        problems = [each for part in parts for each in part.problems]
        problems += [_NESTED.format(len(nested))] if nested and not deep else []
        return Found(listed, schemas, tuple(problems))


_NESTED = (
    "Databases that are rows of this wiki: {}. To back them up, set CHILD_PAGES to true, or name each "
    "in DATABASES, too."
)


def edited_since(client: Client, listing: Listing, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since the listing began: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives
    none."""
    moment = listing.began - _MARGIN
    found: list[Row] = []
    for each in listing.databases:
        for source in dict.fromkeys(row.source for row in each.rows if row.id in page_ids):
            try:
                with client.spent_on("listing"):
                    found += read.edited_since(client, source, each.id, moment)
            except NotionError:
                continue
    return found
