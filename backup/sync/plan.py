"""Decides what a run does, from the listing and the state. Pure.

The listing says what Notion has, the state says what the backup has. A page that is missing from the
listing is only a candidate for removal; the verdict of asking for it decides (see sync.gone).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from backup.model import Row, Target
from backup.sync import paths
from backup.sync.paths import Named
from backup.sync.removals import candidates, gone
from backup.sync.state import Record, State, join
from backup.sync.steps import Action, Listed, Plan, Rules, Step, Verdict, index_of

__all__ = [
    "Action",
    "Listed",
    "Plan",
    "Rules",
    "Step",
    "Verdict",
    "candidates",
    "index_of",
    "links_digest",
    "plan",
]


def plan(
    listed: Collection[Listed], state: State, verdicts: Mapping[str, Verdict], rules: Rules
) -> Plan:
    """What to do with every page of the listed databases; pages of others are left alone."""
    listed = _without_doubles(listed)
    missing, problems = gone(listed, state, verdicts, rules)
    removed = {step.page_id for step in missing if step.action is Action.REMOVE}
    staying = {step.page_id: step.folder for step in missing if step.page_id not in removed}
    folders = _folders(listed, state, staying, removed)
    targets = _targets(listed, state, {**staying, **folders}, removed)
    steps = [
        _step(row, folders[row.id], database.shapes.get(row.source, ""), state, targets, rules)
        for database in listed
        for row in database.rows
    ]
    mine = [step for step in steps if rules.mine(step.page_id) or step.old_folder]
    return Plan((*mine, *missing), targets, tuple(problems))


def links_digest(links: Iterable[str], folder: str, targets: Mapping[str, Target]) -> str:
    """A short name for where a page's links lead, seen from its folder; '' when it has none.

    It is kept with the page: as long as it stays the same, the links need not be written again,
    however many runs were cut off in between.
    """
    ids = sorted({link.partition("#")[0] for link in links})
    if not ids:
        return ""
    ends = [[t.path, t.title, t.icon] if (t := targets.get(id_)) else id_ for id_ in ids]
    text = json.dumps([folder, ends])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _without_doubles(listed: Collection[Listed]) -> tuple[Listed, ...]:
    """Every page once: one that moved while the databases were listed counts where it was seen last
    edited, and there where it was listed last."""
    newest: dict[str, Row] = {}
    for row in (row for database in listed for row in database.rows):
        if row.id not in newest or newest[row.id].edited <= row.edited:
            newest[row.id] = row
    return tuple(
        replace(database, rows=tuple(row for row in database.rows if newest[row.id] is row))
        for database in listed
    )


def _folders(
    listed: Collection[Listed], state: State, staying: Mapping[str, str], removed: Collection[str]
) -> dict[str, str]:
    """The folder of every listed page. None takes that of a page that nobody lists and nobody
    removes, or lies on the way to another database."""
    found: dict[str, str] = {}
    shown = {row.id for database in listed for row in database.rows}
    left = {id_: each.folder for id_, each in state.pages.items() if id_ not in shown}
    reserved = [
        *(database.folder for database in listed),
        *(place.folder for place in state.databases.values()),
        *(folder for id_, folder in {**left, **staying}.items() if id_ not in removed),
    ]
    for database in listed:
        wanted = [_named(row, state) for row in database.rows]
        named = paths.names(wanted, paths.first_parts(reserved, database.folder))
        found.update({id_: join(database.folder, name) for id_, name in named.items()})
    return found


def _named(row: Row, state: State) -> Named:
    record = state.pages.get(row.id)
    return Named(row.id, row.title, record.folder.rpartition("/")[2] if record else "")


def _targets(
    listed: Collection[Listed], state: State, folders: Mapping[str, str], removed: Collection[str]
) -> dict[str, Target]:
    """Everything a link may lead to: what is listed now, what stays of what was there before."""
    places = {
        id_: Target(index_of(place.folder), place.title, place.icon)
        for id_, place in state.databases.items()
    }
    databases = {
        database.id: Target(index_of(database.folder), database.title, database.icon)
        for database in listed
    }
    before = {
        id_: Target(join(folders.get(id_, record.folder), "index.md"), record.title, record.icon)
        for id_, record in state.pages.items()
        if id_ not in removed
    }
    now = {
        row.id: Target(join(folders[row.id], "index.md"), row.title, row.icon)
        for database in listed
        for row in database.rows
    }
    return {**places, **databases, **before, **now}


def _step(
    row: Row,
    folder: str,
    render_key: str,
    state: State,
    targets: Mapping[str, Target],
    rules: Rules,
) -> Step:
    record = state.pages.get(row.id)
    moved = record.folder if record and record.folder != folder else ""
    reason = _why_fetch(row, record, moved, render_key, targets, rules)
    if not rules.mine(row.id):  # it is only put where no other page waits for its place
        reason = ""
    action = Action.FETCH if reason else Action.KEEP
    return Step(action, row.id, folder, row.title, reason or "unchanged", moved, row)


def _why_fetch(
    row: Row,
    record: Record | None,
    moved: str,
    render_key: str,
    targets: Mapping[str, Target],
    rules: Rules,
) -> str:
    """Why the page must be read, in words for the log; '' when it need not be."""
    if record is None:
        return "new"
    if row.id in rules.rebuilt:
        return "the state was lost or damaged"
    if row.title != record.title:
        return f"renamed from “{record.title}”"
    reasons = {
        "edited": row.edited != record.edited,
        "moved": bool(moved) or row.database != record.parent,
        "its files were changed or deleted here": row.id in rules.damaged,
        "edited in the minute of the last read, or read incompletely": not record.stable,
        "settings, properties or the program changed": record.render_key != render_key,
        "its icon changed": row.icon != record.icon,
        "archived, restored, or related from elsewhere": row.relations_digest
        != record.relations_digest,
        "a page it refers to was renamed, moved, added or removed": record.links_digest
        != links_digest(record.links, record.folder, targets),
        "full sync": rules.full_sync,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
