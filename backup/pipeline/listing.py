"""Lists every database: who asks Notion for what, and when, so that no answer waits for another one.

The longest chain is that of a query's pages: each names the next one. Everything else runs beside
it, and a data source that the last run knew is asked before its database has named it again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from backup.errors import ConfigError, Forbidden, Unauthorized, sentence
from backup.markdown.context import Options
from backup.model import Json, Problem
from backup.notion import read
from backup.notion.client import Client
from backup.notion.read import Answered
from backup.notion.resolve import Resolved, Source, data_source, resolve
from backup.settings import Settings
from backup.sync import paths
from backup.sync.plan import Listed, Listing
from backup.sync.state import State

RENDERER = "1"  # raised when the same page gives other Markdown: every page is written again then


def options(settings: Settings) -> Options:
    """The settings that shape the Markdown."""
    return Options(
        front_matter=settings.front_matter,
        properties=settings.properties,
        image_max_width=settings.image_max_width,
        image_style=settings.image_style,
    )


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


@dataclass(frozen=True)
class _Found:
    """A database, its data sources, and the listing of each."""

    database: Resolved
    sources: tuple[Source, ...]
    listings: tuple[read.Listing, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What Notion answered, before it is clear where the databases lie; `placed` makes a Listing of it."""

    found: tuple[_Found, ...]
    problems: tuple[Problem, ...]
    began: datetime


def answers(client: Client, settings: Settings, known: State, pool: Executor) -> Answers:
    """Every row of every database. A database that cannot be read is a problem, not the end.

    `known` is what an earlier run knew of the databases, to ask for their sources at once. Raises
    Unauthorized, also when every database is refused, and ConfigError when not one database can be
    used as it is written.
    """
    started = time.monotonic()
    asked = {
        source_id: _Asked.about(client, source_id, pool)
        for setting in settings.databases
        if (place := known.databases.get(setting.id))
        for source_id in place.sources
    }
    databases = [pool.submit(resolve, client, setting) for setting in settings.databases]
    answers = [_tried(client, future, asked, pool) for future in databases]
    _refuse(answers)
    found = [each for each in answers if isinstance(each, _Found)]
    problems = [
        Problem("settings", str(each))
        if isinstance(each, ConfigError)
        else Problem(setting.label or setting.setting, sentence(each))
        for setting, each in zip(settings.databases, answers, strict=True)
        if isinstance(each, Exception)
    ]
    problems += [
        Problem(_label(each.database), problem)
        for each in found
        for listing in each.listings
        for problem in listing.problems
    ]
    began = client.now() - timedelta(seconds=time.monotonic() - started)
    return Answers(tuple(found), tuple(problems), began)


def placed(answers: Answers, settings: Settings, known: State) -> Listing:
    """What Notion shows, with the folder of each database; `known` is the state of the backup."""
    found = answers.found
    schemas = {source.id: source.schema for each in found for source in each.sources}
    listed = _listed(found, options(settings), known)
    return Listing(listed, schemas, answers.problems, answers.began)


_INCAPABLE = "Every database was refused. Give the integration the capability to read content."


def _tried(
    client: Client, database: Future[Resolved], asked: dict[str, _Asked], pool: Executor
) -> _Found | Exception:
    """A database, or why it cannot be read: whatever is raised for it costs no other one."""
    try:
        return _found(client, database.result(), asked, pool)
    except Unauthorized:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        return error


def _refuse(answers: Collection[_Found | Exception]) -> None:
    """Raise when every database is a mistake of the settings, or refused: then all others were."""
    mistakes = [str(each) for each in answers if isinstance(each, ConfigError)]
    refused = [each.message for each in answers if isinstance(each, Forbidden)]
    if len(mistakes) == len(answers):
        raise ConfigError("\n".join(mistakes))
    if len(refused) == len(answers):
        raise Unauthorized(refused[0], hint=_INCAPABLE, status=403)


def _found(client: Client, database: Resolved, asked: dict[str, _Asked], pool: Executor) -> _Found:
    """The answers about a database's sources, once they are all there."""
    for source_id in database.sources:
        if source_id not in asked:
            asked[source_id] = _Asked.about(client, source_id, pool)
    about = [asked[source_id] for source_id in database.sources]
    sources = tuple(each.source.result() for each in about)
    listings = tuple(
        read.listing(each.live.result(), each.archived.result(), source_id, database.id)
        for source_id, each in zip(database.sources, about, strict=True)
    )
    return _Found(database, sources, listings)


def _listed(found: Collection[_Found], shaping: Options, known: State) -> tuple[Listed, ...]:
    labels = {each.database.id: _label(each.database) for each in found}
    folders = paths.database_folders(
        {
            each.database.id: (each.database.setting.path, labels[each.database.id])
            for each in found
        },
        {id_: place.folder for id_, place in known.databases.items()},
    )
    return tuple(
        Listed(
            id=each.database.id,
            title=labels[each.database.id],
            icon=each.database.icon,
            folder=folders[each.database.id],
            rows=tuple(row for listing in each.listings for row in listing.rows),
            complete=all(listing.complete for listing in each.listings),
            shapes={source.id: shape(source.schema, shaping) for source in each.sources},
        )
        for each in found
    )


def _label(resolved: Resolved) -> str:
    return resolved.setting.label or resolved.title or "Untitled"


def shape(schema: Json, shaping: Options) -> str:
    """A short name for everything besides the page itself that its Markdown depends on.

    The order of keys says nothing. Formula expressions are left out: Notion rewrites their text
    without any change (changelog of 2026-08-12), and the values tell what they give.
    """
    columns = {name: _column(config) for name, config in schema.items() if isinstance(config, dict)}
    text = json.dumps([RENDERER, repr(shaping), columns], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _column(config: Json) -> list[Json | str]:
    kind = str(config.get("type", ""))
    inner = config.get(kind)
    choices = inner.get("options") if isinstance(inner, dict) else None
    named = {
        str(each.get("id")): each.get("name")
        for each in (choices if isinstance(choices, list) else ())
        if isinstance(each, dict)
    }
    return [str(config.get("id", "")), kind, named]
