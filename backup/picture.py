"""The picture a plan is made from: what Notion lists, what the state remembers, what the disk holds."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backup.errors import BackupError, BrokenState, ConfigError, NotFound, NotionError, Unauthorized
from backup.markdown.context import Options
from backup.model import Database, Json, Problem, Row, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.notion.resolve import Resolved, resolve
from backup.settings import Settings
from backup.sync import journal, paths, plan, rebuild, state
from backup.sync.plan import Listed, Verdict
from backup.sync.state import Record, State
from backup.tree import Tree

_MARGIN = timedelta(minutes=2)
RENDERER = "1"  # raised when the same page gives other Markdown: every page is written again then


@dataclass(frozen=True, slots=True)
class Memory:
    """The state as the last run left it, and files that an interrupted run was about to write.

    `rebuilt` says, when the state was lost or broken, that it was made from the pages on the disk.
    """

    state: State
    claimed: frozenset[str]
    rebuilt: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What Notion shows: each database with its rows, and the schema of each data source."""

    listed: tuple[Listed, ...]
    schemas: Mapping[str, Json]
    problems: tuple[Problem, ...]
    since: datetime  # by Notion's clock; what was edited before it, the listing shows


def remembered(tree: Tree) -> Memory:
    """The state file and what the journal of an interrupted run adds; a lost or broken state is made
    from the pages that are there. Raises StateError when a later version wrote it."""
    text = tree.read(state.NAME)
    broken = ""
    try:
        known = state.loads(text)
    except BrokenState as error:
        known, broken = State(), error.message
    if not known.pages:
        known = replace(rebuild.rebuilt(*_on_disk(tree)), databases=known.databases)
    replayed = journal.replay(known, tree.read(journal.NAME))
    lost = broken or (f"{state.NAME} is missing." if known.pages else "")
    return Memory(replayed.state, replayed.claimed, lost)


def _on_disk(tree: Tree) -> tuple[dict[str, str], list[str]]:
    files = list(tree.files())
    pages = [path for path in files if path.endswith("/index.md")]
    return {path: tree.beginning(path) for path in pages}, files


def assigned(memory: Memory, shown: Seen) -> Memory:
    """A state that was made from the disk does not know whose the pages are: their folder tells."""
    owners = {database.folder: database.id for database in shown.listed}
    pages = {
        id_: record
        if record.database
        else replace(record, database=owners.get(record.folder.rpartition("/")[0] or ".", ""))
        for id_, record in memory.state.pages.items()
    }
    return replace(memory, state=replace(memory.state, pages=pages))


def options(settings: Settings) -> Options:
    """The settings that shape the Markdown."""
    return Options(
        front_matter=settings.front_matter,
        properties=settings.properties,
        image_max_width=settings.image_max_width,
        image_style=settings.image_style,
    )


def seen(client: Client, settings: Settings) -> Seen:
    """Every row of every database. A database that cannot be read is a problem, not the end.

    Raises Unauthorized, and ConfigError when not one database can be used as it is written.
    """
    found: list[tuple[Resolved, list[read.Listing]]] = []
    mistakes: list[ConfigError] = []
    problems: list[Problem] = []
    started = time.monotonic()
    for setting in settings.databases:
        try:
            resolved = resolve(client, setting)
            found.append(
                (resolved, [read.rows(client, each, resolved.id) for each in resolved.sources])
            )
        except Unauthorized:
            raise
        except ConfigError as error:
            mistakes.append(error)
        except NotionError as error:
            problems.append(Problem(setting.label or setting.setting, str(error)))
    if mistakes and not found and not problems:
        raise ConfigError("\n".join(str(mistake) for mistake in mistakes))
    problems += [Problem("settings", str(mistake)) for mistake in mistakes]
    listed, more = _listed(found, options(settings))
    schemas = {source.id: source.schema for resolved, _ in found for source in resolved.sources}
    since = client.now() - timedelta(seconds=time.monotonic() - started) - _MARGIN
    return Seen(listed, schemas, (*problems, *more), since)


def _listed(
    found: list[tuple[Resolved, list[read.Listing]]], shaping: Options
) -> tuple[tuple[Listed, ...], list[Problem]]:
    wanted = {each.id: (each.setting.path, _label(each)) for each, _ in found}
    folders = paths.database_folders(wanted)
    listed, problems = [], []
    for each, listings in found:
        problems += [
            Problem(_label(each), problem) for listing in listings for problem in listing.problems
        ]
        listed.append(
            Listed(
                id=each.id,
                title=_label(each),
                icon=each.icon,
                folder=folders[each.id],
                rows=tuple(row for listing in listings for row in listing.rows),
                complete=all(listing.complete for listing in listings),
                shapes={source.id: shape(source.schema, shaping) for source in each.sources},
            )
        )
    return tuple(listed), problems


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
    named = {str(each.get("id")): each.get("name") for each in choices or ()}
    return [str(config.get("id", "")), kind, named]


def verdicts(
    client: Client, ids: Collection[str], memory: State, ask: Callable[..., list[Verdict]]
) -> dict[str, Verdict]:
    """What Notion says of each page that no listing shows; `ask` maps a function over them."""
    given = ask(lambda id_: _verdict(client, id_, memory.pages[id_]), ids)
    return dict(zip(ids, given, strict=True))


def _verdict(client: Client, id_: str, record: Record) -> Verdict:
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
    parent = raw.get("parent") or {}
    database = bare_id(str(parent.get("database_id", "")))
    return Verdict.LISTED if database == record.database else Verdict.MOVED


def edited_since(client: Client, shown: Seen, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since they were listed: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives none."""
    found: list[Row] = []
    for database in shown.listed:
        for source in dict.fromkeys(row.source for row in database.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, database.id, shown.since)
            except NotionError:
                continue
    return found


def damaged(tree: Tree, memory: State) -> frozenset[str]:
    """Pages of which a file is missing on the disk."""
    return frozenset(
        id_
        for id_, record in memory.pages.items()
        if not all(tree.has(path) for path in record.paths())
    )


def candidates(shown: Seen, memory: Memory) -> tuple[str, ...]:
    """Pages to ask for: recorded, and missing from a complete listing."""
    return plan.candidates(shown.listed, memory.state)


def present(databases: Collection[Database]) -> str:
    """The databases of a run in words: '1 database', '3 databases'."""
    return f"{len(databases)} database{'' if len(databases) == 1 else 's'}"
