"""The picture a plan is made from: what Notion lists, what the state remembers, what the disk holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from backup.errors import BackupError, ConfigError, NotFound, NotionError, Unauthorized
from backup.markdown.context import Options
from backup.model import Database, Json, Problem, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.notion.resolve import Resolved, resolve
from backup.settings import Settings
from backup.sync import journal, paths, plan, state
from backup.sync.plan import Listed, Verdict
from backup.sync.state import Record, State
from backup.tree import Tree

RENDERER = "1"  # raised when the same page gives other Markdown: every page is written again then


@dataclass(frozen=True, slots=True)
class Memory:
    """The state as the last run left it, and files that an interrupted run was about to write."""

    state: State
    claimed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What Notion shows: each database with its rows, and the schema of each data source."""

    listed: tuple[Listed, ...]
    schemas: Mapping[str, Json]
    problems: tuple[Problem, ...]


def remembered(tree: Tree) -> Memory:
    """The state file and what the journal of an interrupted run adds. Raises StateError."""
    known = state.loads(tree.read(state.NAME))
    replayed = journal.replay(known, tree.read(journal.NAME))
    return Memory(replayed.state, replayed.claimed)


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
    return Seen(listed, schemas, (*problems, *more))


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
