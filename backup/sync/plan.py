"""Decides what a run does, from the listing and the state. Pure.

The listing says what Notion has, the state says what the backup has. A page that is missing from the
listing is only a candidate for removal; the verdict of asking for it decides (see sync.removals).

A run plans in rounds: after each one it plans again, from what it has written and learned by then.
Every reason to read a page, or to write it again, is here.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from backup.model import STORE, Problem, Row, Target
from backup.sync import paths
from backup.sync.paths import Named
from backup.sync.removals import candidates, gone
from backup.sync.state import Record, State, join
from backup.sync.steps import Action, Listed, Listing, Plan, Rules, Step, Verdict, index_of

__all__ = [
    "STORELESS",
    "Action",
    "Listed",
    "Listing",
    "Plan",
    "Rules",
    "Step",
    "Verdict",
    "candidates",
    "index_of",
    "is_watched",
    "learned",
    "links_digest",
    "placed",
    "plan",
]

_READINGS = 2  # of a page that changes under our eyes; then it is taken as it is, and not stable

STORELESS = f"its {STORE} is missing"
_LOST = "the state was lost or damaged"
_EDITED = "edited while it was read"
_ANCHORS = "links to its blocks changed"
_NEWS = "a missing file can be downloaded now, or fails for another reason"


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides about a page: where links lead, and which blocks they mean, too."""

    state: State
    rules: Rules
    targets: Mapping[str, Target]
    anchors: Mapping[str, set[str]]


def placed(listing: Listing, state: State) -> Listing:
    """The listing with a folder for each database."""
    wanted = {each.id: (each.folder, each.title) for each in listing.databases}
    current = {id_: place.folder for id_, place in state.databases.items()}
    folders = paths.database_folders(wanted, current)
    databases = (replace(each, folder=folders[each.id]) for each in listing.databases)
    return replace(listing, databases=tuple(databases))


def plan(listing: Listing, state: State, rules: Rules) -> Plan:
    """What to do with every page of the listed databases; pages of others are left alone."""
    listed = _without_doubles(listing.databases)
    missing, problems = gone(listed, state, listing.verdicts, rules)
    removed = {step.page_id for step in missing if step.action is Action.REMOVE}
    staying = {step.page_id: step.folder for step in missing if step.page_id not in removed}
    folders = _folders(listed, state, staying, removed)
    targets = _targets(listed, state, {**staying, **folders}, removed)
    anchors = _anchors(record for id_, record in state.pages.items() if id_ not in removed)
    known = _Known(state, rules, targets, anchors)
    steps = [_step(row, folders[row.id], known) for database in listed for row in database.rows]
    mine = [step for step in steps if rules.mine(step.page_id) or step.old_folder]
    return Plan((*mine, *missing), targets, tuple(problems))


def learned(
    rules: Rules,
    done: Collection[Step],
    failed: Iterable[Problem],
    news: Mapping[str, bool],
) -> Rules:
    """The rules for the next round: what was done in this one, which pages failed, and whether there
    is news for each page whose missing files were tried."""
    edits = Counter(step.page_id for step in done if step.reason == _EDITED)
    return replace(
        rules,
        read=rules.read | {step.page_id for step in done},
        failed=rules.failed | {each.page_id for each in failed},
        edits=edits + Counter(rules.edits),
        news={**rules.news, **news},
    )


def is_watched(step: Step) -> bool:
    """Whether to ask after the reading if the page was edited meanwhile: half of what was read is of
    the one moment then, half of the other."""
    is_read = step.action is Action.FETCH and step.reason not in (_ANCHORS, _NEWS)
    return step.stable and is_read


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


def _anchors(records: Iterable[Record]) -> Mapping[str, set[str]]:
    """For each page the ids of its blocks that some link of the backup points to."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in (link for record in records for link in record.links):
        page_id, _, block_id = link.partition("#")
        if block_id:
            found[page_id].add(block_id)
    return found


def _step(row: Row, folder: str, known: _Known) -> Step:
    record, rules = known.state.pages.get(row.id), known.rules
    moved = record.folder if record and record.folder != folder else ""
    anchors = frozenset(known.anchors.get(row.id, ()))
    action, reason = _wanted(row, record, moved, known)
    if not reason and row.id in rules.due and row.id not in (rules.read | rules.news.keys()):
        action, reason = Action.RETRY, "files could not be downloaded last time"
    if not rules.mine(row.id) or row.id in rules.failed:
        action, reason = Action.KEEP, ""  # only put where no other page waits for its place
    is_stable = rules.edits.get(row.id, 0) + (reason == _EDITED) < _READINGS
    reason = reason or "unchanged"
    is_proof = action is Action.RENDER and reason == _LOST
    return Step(action, row.id, folder, row.title, reason, moved, row, anchors, is_stable, is_proof)


def _wanted(row: Row, record: Record | None, moved: str, known: _Known) -> tuple[Action, str]:
    """What a page needs, and why: '' when that is nothing. What a store can answer is not read."""
    if record is None:
        return Action.FETCH, "new"
    if reason := _first(_why_fetch(row, record, known.rules)):
        return Action.FETCH, reason
    if reason := _first(_why_render(row, record, moved, known)):
        return Action.RENDER if record.store else Action.FETCH, reason
    return Action.KEEP, ""


def _first(reasons: Mapping[str, bool]) -> str:
    return next((reason for reason, holds in reasons.items() if holds), "")


def _why_fetch(row: Row, record: Record, rules: Rules) -> dict[str, bool]:
    """Why a page must be read, in words for the log. For one that was read in this run, what was to be
    seen before that counts no more."""
    is_unread = row.id not in rules.read
    is_edited = row.edited != record.edited
    return {
        _LOST: row.id in rules.rebuilt and is_unread,
        f"renamed from “{record.title}”": row.title != record.title,
        "edited": is_edited and is_unread,
        _EDITED: is_edited and rules.edits.get(row.id, 0) < _READINGS,
        "moved to another database": row.database != record.parent,
        "its files were changed or deleted here": row.id in rules.damaged and is_unread,
        "edited in the minute of the last read, or read incompletely": is_unread
        and not record.stable,
        "its icon changed": row.icon != record.icon,
        "full sync": rules.full_sync and is_unread,
        STORELESS: rules.keep_json and not record.store and is_unread,
    }


def _why_render(row: Row, record: Record, moved: str, known: _Known) -> dict[str, bool]:
    """Why a page must be written again, though what Notion said of it is still true."""
    rules = known.rules
    is_unread = row.id not in rules.read
    return {
        _LOST: row.id in rules.restored and is_unread,
        "moved": bool(moved),
        "its Markdown was deleted here": row.id in rules.textless and is_unread,
        "settings, properties or the program changed": record.render_key
        != rules.shapes.get(row.source, ""),
        "archived, restored, or related from elsewhere": row.relations_digest
        != record.relations_digest,
        "a page it refers to was renamed, moved, added or removed": record.links_digest
        != links_digest(record.links, record.folder, known.targets),
        _ANCHORS: set(record.anchors) != known.anchors.get(row.id, set()),
        _NEWS: rules.news.get(row.id, False) and is_unread,
    }
