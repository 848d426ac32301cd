"""Lists every database, with as many requests in parallel as possible, and asks about pages that a
listing does not show.

The longest chain is a query's pages, because each names the next one. Everything else runs beside it, and
data sources known from the last run are queried before their database has named them again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from datetime import timedelta

from backup import store
from backup.errors import (
    BackupError,
    ConfigError,
    Forbidden,
    NotFound,
    NotionError,
    StoreError,
    Unauthorized,
    sentence,
)
from backup.json_values import mapping, word
from backup.model import STORE, Json, Problem, Row, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.notion.read import Answered
from backup.notion.resolve import Resolved, Source, data_source, resolve
from backup.settings import Settings
from backup.store import StoredDatabase
from backup.sync.plan import Listed, Listing, Verdict
from backup.sync.state import Place, State, join

_MARGIN = timedelta(minutes=2)  # see read.edited_since


@dataclass(frozen=True)
class _Asked:
    """What was asked about one data source; the answers are on their way."""

    source: Future[Source]
    live: Future[Answered]
    archived: Future[Answered]

    @classmethod
    def about(cls, client: Client, source_id: str, pool: Executor) -> _Asked:
        live = pool.submit(read.live, client, source_id)  # first: it takes longest
        return cls(
            pool.submit(data_source, client, source_id),
            live,
            pool.submit(read.archived, client, source_id),
        )


# A database, the schema of each of its data sources, and what is missing of it.
_Found = tuple[Listed, dict[str, Json], list[str]]


def list_databases(client: Client, settings: Settings, known: State, pool: Executor) -> Listing:
    """Every row of every database. A database that cannot be read is a problem, not the end.

    `known` is what an earlier run knew of the databases, to ask for their sources at once. Where the
    settings give a database no folder, it has none yet (see plan.placed). Raises Unauthorized, also
    when every database is refused, and ConfigError when not one database can be used as it is written.
    """
    started = time.monotonic()
    asked = {
        source_id: _Asked.about(client, source_id, pool)
        for setting in settings.databases
        if (place := known.databases.get(setting.id))
        for source_id in place.sources
    }
    databases = [pool.submit(resolve, client, setting) for setting in settings.databases]
    keeps = settings.keep_json
    answers = [_tried(client, future, asked, pool, keeps) for future in databases]
    _refuse(answers)
    found = [each for each in answers if not isinstance(each, Exception)]
    problems = [
        Problem("settings", str(each))
        if isinstance(each, ConfigError)
        else Problem(setting.label or setting.setting, sentence(each))
        for setting, each in zip(settings.databases, answers, strict=True)
        if isinstance(each, Exception)
    ]
    problems += [
        Problem(database.title, what) for database, _, missing in found for what in missing
    ]
    schemas = {id_: schema for _, each, _ in found for id_, schema in each.items()}
    began = client.now() - timedelta(seconds=time.monotonic() - started)
    return Listing(tuple(database for database, _, _ in found), schemas, tuple(problems), began)


_INCAPABLE = "Every database was refused. Give the integration the capability to read content."


def _tried(
    client: Client,
    database: Future[Resolved],
    asked: dict[str, _Asked],
    pool: Executor,
    keeps: bool,
) -> _Found | Exception:
    """A database, or why it cannot be read: whatever is raised for it costs no other one."""
    try:
        return _found(client, database.result(), asked, pool, keeps)
    except Unauthorized:
        raise
    except Exception as error:  # noqa: BLE001 - it costs no other database
        return error


def _refuse(answers: Collection[_Found | Exception]) -> None:
    """Raise when every database is a mistake of the settings, or refused: then all others were."""
    mistakes = [str(each) for each in answers if isinstance(each, ConfigError)]
    refused = [each.message for each in answers if isinstance(each, Forbidden)]
    if len(mistakes) == len(answers):
        raise ConfigError("\n".join(mistakes))
    if len(refused) == len(answers):
        raise Unauthorized(refused[0], hint=_INCAPABLE, status=403)


def _found(
    client: Client, database: Resolved, asked: dict[str, _Asked], pool: Executor, keeps: bool
) -> _Found:
    """A database, once the answers about all its sources are there; `keeps` says that it has a store."""
    for source_id in database.sources:
        if source_id not in asked:
            asked[source_id] = _Asked.about(client, source_id, pool)
    about = [asked[source_id] for source_id in database.sources]
    sources = [each.source.result() for each in about]
    schemas = {source.id: source.schema for source in sources}
    stored = StoredDatabase(database.id, database.raw, tuple(source.raw for source in sources))
    parts = [
        read.rows(each.live.result(), each.archived.result(), source_id, database.id)
        for source_id, each in zip(database.sources, about, strict=True)
    ]
    listed = Listed(
        id=database.id,
        title=database.setting.label or database.title or "Untitled",
        icon=database.icon,
        folder=database.setting.path,
        rows=tuple(row for part in parts for row in part.rows),
        complete=all(part.complete for part in parts),
        sources=tuple(schemas),
        stored=store.dumps(stored) if keeps else b"",
    )
    return listed, schemas, [problem for part in parts for problem in part.problems]


def verdicts(
    client: Client, ids: Collection[str], settings: Settings, pool: Executor
) -> dict[str, Verdict]:
    """What Notion says of each page that its database no longer lists."""
    ours = {each.id for each in settings.databases}
    return dict(zip(ids, pool.map(lambda id_: _verdict(client, id_, ours), ids), strict=True))


def _verdict(client: Client, id_: str, ours: Collection[str]) -> Verdict:
    """`ours` are the databases of this backup: a page that went to one of them will be listed there,
    if not in this run then in the next."""
    try:
        raw = client.page(dashed_id(id_))
    except NotFound:
        return Verdict.UNREACHABLE
    except Unauthorized:
        raise
    except BackupError:
        return Verdict.UNKNOWN
    if raw.get("in_trash") or raw.get("archived"):
        return Verdict.TRASHED
    parent = mapping(raw, "parent")
    if not isinstance(parent.get("type"), str):
        return Verdict.UNKNOWN  # a partial page says nothing about where it is
    return Verdict.LISTED if bare_id(str(parent.get("database_id", ""))) in ours else Verdict.MOVED


def edited_since(client: Client, listing: Listing, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since the listing began: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives
    none."""
    moment = listing.began - _MARGIN
    found: list[Row] = []
    for database in listing.databases:
        for source in dict.fromkeys(row.source for row in database.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, database.id, moment)
            except NotionError:
                continue
    return found


def in_order(
    listing: Listing, known: State, stores: Callable[[Collection[str]], Iterable[tuple[str, bytes]]]
) -> Listing:
    """The listing with the properties of each database in the order in which its pages are written: that of
    its store in the backup, which `stores` gives. Of a database that did not change, none is read."""
    changed = {
        join(place.folder, STORE): each
        for each in listing.databases
        if each.stored and (place := known.databases.get(each.id, Place(each.folder, "")))
        if store.digest(each.stored) != place.store
    }
    schemas, ordered = dict(listing.schemas), {each.id: each for each in listing.databases}
    for path, data in stores(changed) if changed else ():
        now, before = store.loads(changed[path].stored or b""), _of_database(data)
        if isinstance(now, StoredDatabase) and before and before.id == now.id:
            now = store.in_order(now, before)
            ordered[now.id] = replace(changed[path], stored=store.dumps(now))
            for source in now.sources:
                names = mapping(source, "properties")
                schema = listing.schemas.get(bare_id(word(source, "id")), {})
                schemas[bare_id(word(source, "id"))] = {
                    name: schema[name] for name in names if name in schema
                }
    return replace(listing, databases=tuple(ordered.values()), schemas=schemas)


def _of_database(data: bytes) -> StoredDatabase | None:
    """The database whose store this is; None when it cannot be used."""
    try:
        found = store.loads(data)
    except StoreError:
        return None
    return found if isinstance(found, StoredDatabase) else None
