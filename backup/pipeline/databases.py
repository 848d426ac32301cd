"""Lists the rows of databases, with as many requests in parallel as possible.

The longest chain is a query's pages, because each names the next one. Everything else runs beside it, and
data sources known from the last run are queried before their database has named them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import timedelta

from backup import store
from backup.errors import NotionError, Unauthorized, sentence
from backup.folder.tables import Contents
from backup.json_values import mapping, word
from backup.model import Json, Row, bare_id
from backup.notion import read
from backup.notion.client import Client
from backup.notion.read import Answered, SourceRows
from backup.notion.resolve import Resolved, Source, data_source
from backup.store import StoredDatabase
from backup.sync.state import Place, State
from backup.sync.steps import Listed, Listing
from backup.words import UNTITLED

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
        """A database, once the answers about all its sources are there; raises NotionError when none can
        be listed. One that cannot costs no other one: then the store stays as it is. `title` and `parent`
        as in Listed; `deep` says that databases in it are backed up, too."""
        self.ask(database.sources)
        given, refused = self._given(database)
        sources, parts = [source for source, _ in given], [rows for _, rows in given]
        schemas = {source.id: source.schema for source in sources}
        stored = StoredDatabase(database.id, database.raw, tuple(each.raw for each in sources))
        nested = tuple(dict.fromkeys(each for part in parts for each in part.databases))
        store_ = None if refused else store.dumps(stored)
        listed = Listed(
            id=database.id,
            title=title or database.title or UNTITLED,
            icon=database.icon,
            folder="",
            rows=tuple(row for part in parts for row in part.rows),
            complete=not refused and all(part.complete for part in parts),
            sources=database.sources,
            stored=store_ if self.keep_json else b"",
            parent=parent,
            databases=nested if deep else (),
        )
        problems = [*refused, *(each for part in parts for each in part.problems)]
        problems += [_NESTED.format(len(nested))] if nested and not deep else []
        return Found(listed, schemas, tuple(problems))

    def _given(self, database: Resolved) -> tuple[list[tuple[Source, SourceRows]], list[str]]:
        """The data sources that can be listed, with their rows, and why others cannot; raises NotionError
        when none can."""
        found: list[tuple[Source, SourceRows]] = []
        errors: list[NotionError] = []
        for id_ in database.sources:
            asked = self._asked[id_]
            try:
                rows = read.rows(asked.live.result(), asked.archived.result(), database.id)
                found.append((asked.source.result(), rows))
            except Unauthorized:
                raise
            except NotionError as error:
                errors.append(error)
        if errors and not found:
            raise errors[0]
        return found, [_REFUSED.format(sentence(each)) for each in errors]


_REFUSED = "One of its data sources cannot be listed; what the backup has of it stays. {}"
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


def in_order(listing: Listing, known: State, stores: Contents) -> Listing:
    """The listing with the properties of each database in the order in which its pages are written: that of
    its store in the backup, which `stores` gives, as the API lists them in any order. Of a database that did
    not change, none is read; one that is not as the state says is not believed."""
    changed = {
        place.store_path: (each, place.store)
        for each in listing.databases
        if each.stored and (place := known.databases.get(each.id, Place(each.folder, "")))
        if store.digest(each.stored) != place.listing_digest
    }
    schemas, ordered = dict(listing.schemas), {each.id: each for each in listing.databases}
    for path, data in stores(changed) if changed else ():
        listed, digest = changed[path]
        now, before = map(store.as_database, (listed.stored or b"", data))
        is_ours = digest in ("", store.digest(data))  # a state that was lost says nothing
        if now and before and before.id == now.id and is_ours:
            now = store.in_order(now, before)
            ordered[now.id] = replace(listed, stored=store.dumps(now))
            for source in now.sources:
                names = mapping(source, "properties")
                schema = listing.schemas.get(bare_id(word(source, "id")), {})
                schemas[bare_id(word(source, "id"))] = {
                    name: schema[name] for name in names if name in schema
                }
    return replace(listing, databases=tuple(ordered.values()), schemas=schemas)
