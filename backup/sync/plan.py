"""Decides what a run does, from the listing and the state. Pure.

The listing says what Notion has, the state says what the backup has. A page that is missing from the
listing is only a candidate for removal; the verdict of asking for it decides (see sync.removals).

A run plans in rounds: after each one it plans again, from what it has written and learned by then.
Every reason to read a page, or to write it again, is here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from backup.model import STORE, TEXT, Problem, Row, Target
from backup.sync.layout import all_folders
from backup.sync.removals import removals
from backup.sync.state import List, Place, Record, State, join
from backup.sync.steps import Action, Listed, Listing, Plan, Rules, Step
from backup.sync.targets import all_targets, icon_of, links_digest

_NONE: frozenset[str] = frozenset()  # one for all: Python makes another one each time
_READINGS = 2  # of a page that is edited meanwhile; then it is taken as it is, and not stable

STORELESS = f"its {STORE} is missing"
TEXTLESS = "its Markdown was deleted here"
_LOST = "the state was lost or damaged"
_ADOPTED = "adopted from an earlier backup"
_FOLLOWS = "goes where the page above it goes"
_EDITED = "edited while it was read"
NO_COMMENTS = "its discussions were not read yet"
DISCUSSED = "its discussions changed"
ANCHORS = "links to its blocks changed"
LINKS = "a page it refers to was renamed, moved, added or removed"
_OTHERS = "left to another shard"
_RETRIED = "a missing file can be downloaded now, or fails for another reason"


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides about a page: where links lead, and which blocks they mean, too; what lies in each
    page, with the lists of `pages` as they were seen; and what linked views show."""

    state: State
    rules: Rules
    targets: Mapping[str, Target]
    anchors: Mapping[str, set[str]]
    inside: Mapping[str, frozenset[str]]
    pages: Mapping[str, Listed]
    views: Mapping[str, str]


def plan(listing: Listing, state: State, rules: Rules) -> Plan:
    """What to do with every page of the listed databases and pages; those of others are left alone."""
    listing = _without_doubles(listing)
    missing = removals(listing, state, rules)
    removed, dead = missing.removed, missing.databases
    listing = _without(listing, {*removed, *dead})
    folders = all_folders(listing, state, {*removed, *dead})
    listing = listing.placed(folders)
    targets = all_targets(listing, state, folders, removed, dead)
    anchors = _anchors(record for id_, record in state.pages.items() if id_ not in removed)
    pages = {each.id: each for each in listing.pages}
    known = _Known(state, rules, targets, anchors, _inside(listing), pages, listing.views)
    rows = [row for row in listing.rows if row.id in folders]
    steps = [_step(row, folders[row.id], known) for row in rows]
    mine = [
        s for s in steps if rules.mine(s.page_id) or s.old_folder or s.action is not Action.KEEP
    ]
    others = {row.id for row in rows} | removed
    kept = _kept(missing.steps, state, folders, others)
    kept += tuple(_linking(known, folders, {*others, *(step.page_id for step in kept)}))
    kept = tuple(_again(step, known) for step in kept)
    listed = {each.id for each in listing.databases} | dead
    left = tuple(
        _left(id_, each, folders) for id_, each in state.databases.items() if id_ not in listed
    )
    todo, waiting = (*mine, *kept), sum(_is_waiting(row, known) for row in rows)
    unwritten = frozenset(join(s.folder, TEXT) for s in steps if s.reason == _OTHERS)
    shown = listing.databases
    return Plan(
        todo, targets, missing.problems, shown, dead, listing.views, left, waiting, unwritten
    )


def learned(
    rules: Rules,
    done: Collection[Step],
    failed: Iterable[Problem],
    retried: Mapping[str, bool],
) -> Rules:
    """The rules for the next round: what was done in this one, which pages failed, and for each page
    whose missing files were tried whether it is to be read now."""
    edits = Counter(step.page_id for step in done if step.reason == _EDITED)
    return replace(
        rules,
        read=rules.read | {step.page_id for step in done},
        failed=rules.failed | {each.page_id for each in failed},
        edits=edits + Counter(rules.edits),
        retried={**rules.retried, **retried},
    )


def is_watched(step: Step) -> bool:
    """Whether to ask after the reading if the page was edited meanwhile: half of what was read is of
    the one moment then, half of the other."""
    is_read = step.action is Action.FETCH and step.reason not in (ANCHORS, _RETRIED)
    return step.stable and is_read


def needed(step: Step, record: Record) -> Collection[str]:
    """The files in a page's folder that a step uses: a missing file may come, and takes its place among
    those that are there."""
    files = [name for name in record.names() if name not in (TEXT, STORE)]
    if step.action is Action.FETCH:
        return [*files, *([STORE] if record.store and record.comments else [])]
    proof = [TEXT] if step.is_proof else []
    is_other = record.pending or step.reason in (NO_COMMENTS, DISCUSSED)
    return [STORE, *proof, *(files if is_other else [])]


def _without_doubles(listing: Listing) -> Listing:
    """Every page once: one that moved while all was listed counts where it was seen last edited, and
    there where it was listed last. A root that lies in something else that is listed is not a root."""
    newest: dict[str, Row] = {}
    for row in listing.rows:
        other = newest.get(row.id)
        if other is None or (bool(row.parent), row.edited) >= (bool(other.parent), other.edited):
            newest[row.id] = row

    def once(each: Listed) -> Listed:
        return replace(each, rows=tuple(row for row in each.rows if newest[row.id] is row))

    roots = {
        id_: root
        for id_, root in listing.roots.items()
        if id_ not in newest or not newest[id_].parent
    }
    nested = {each.id for each in listing.databases if each.parent}
    return replace(
        listing,
        databases=tuple(map(once, listing.databases)),
        pages=tuple(map(once, listing.pages)),
        roots={id_: root for id_, root in roots.items() if id_ not in nested},
    )


def _without(listing: Listing, removed: Collection[str]) -> Listing:
    """The listing without the lists of what is removed: what Notion still shows there goes, too, or is
    kept for its own sake."""
    if not removed:
        return listing
    databases = tuple(each for each in listing.databases if each.id not in removed)
    pages = tuple(each for each in listing.pages if each.id not in removed)
    return replace(listing, databases=databases, pages=pages)


def _left(id_: str, place: Place, folders: Mapping[str, str]) -> Listed:
    """A database that nobody lists, in the folder where it stays or goes."""
    folder = folders.get(id_, place.folder)
    return Listed(
        id_, place.title, place.icon, folder, (), False, place.sources, parent=place.parent
    )


def _kept(
    steps: Iterable[Step], state: State, folders: Mapping[str, str], others: Collection[str]
) -> tuple[Step, ...]:
    """The steps of what nobody lists, with folders; what lies below goes where its parent goes."""
    found = {
        step.page_id: step
        if step.action is Action.REMOVE or step.page_id not in state.pages
        else _moved(step, folders.get(step.page_id, step.folder))
        for step in steps
    }
    for id_, record in state.pages.items():
        folder = folders.get(id_, record.folder)
        if id_ not in found and id_ not in others and folder != record.folder:
            step = Step(Action.KEEP, id_, record.folder, record.title, _FOLLOWS)
            found[id_] = _moved(step, folder)
    return tuple(found.values())


def _linking(known: _Known, folders: Mapping[str, str], others: Collection[str]) -> Iterable[Step]:
    """Steps for what else nobody lists, but that must be written again."""
    for id_, record in known.state.pages.items():
        if id_ not in others:
            folder = folders.get(id_, record.folder)
            step = Step(Action.KEEP, id_, folder, record.title, "")
            if (again := _again(step, known)) is not step:
                yield again


def _again(step: Step, known: _Known) -> Step:
    """The step of a page that nobody lists; it is written again, from its store alone, when its links would
    lead nowhere or its text was deleted, as long as a schema of its rows is known."""
    rules, record = known.rules, known.state.pages.get(step.page_id)
    if step.action is not Action.KEEP or not (record and record.store and rules.mine(step.page_id)):
        return step
    place = known.state.databases.get(record.parent)
    keys = {rules.render_keys.get(source) for source in (place.sources if place else ("",))} - {
        None
    }
    anchors = known.anchors.get(step.page_id, set())
    digest = links_digest(record.links, step.folder, known.targets)
    is_ours = bool(keys)
    # What no setting leads to may be another job's, which has settings of its own and knows more.
    if step.page_id in rules.left:
        nodes = (known.targets, known.state.pages, known.state.databases)
        ids = {link.partition("#")[0] for link in record.links}
        is_ours = record.render_key in keys and all(
            any(id_ in each for each in nodes) for id_ in ids
        )
    reasons = {
        TEXTLESS: bool(keys) and step.page_id in rules.textless and step.page_id not in rules.read,
        LINKS: is_ours and digest != record.links_digest,
        ANCHORS: is_ours and anchors != set(record.anchors),
    }
    reason = _first(reasons)
    if not reason or step.page_id in rules.damaged or step.page_id in rules.failed:
        return step
    return replace(step, action=Action.RENDER, reason=reason, anchors=frozenset(anchors))


def _moved(step: Step, folder: str) -> Step:
    return replace(step, folder=folder, old_folder=step.folder) if folder != step.folder else step


def _inside(listing: Listing) -> dict[str, frozenset[str]]:
    """For each page whose lists are known to the end what lies in it."""
    return {
        each.id: frozenset((*each.databases, *(row.id for row in each.rows)))
        for each in listing.pages
        if each.id and each.complete
    }


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
    anchors = frozenset(found) if (found := known.anchors.get(row.id)) else _NONE
    action, reason = _wanted(row, record, folder, known)
    if not reason and row.id in rules.due and row.id not in (rules.read | rules.retried.keys()):
        action, reason = Action.RETRY, "files could not be downloaded last time"
    is_ours = rules.writes(row.id, moved) or (row.id in known.pages and known.pages[row.id].aside)
    if not is_ours or row.id in rules.failed:
        # Only put where no other page waits for its place.
        action, reason = Action.KEEP, "" if is_ours or action is Action.KEEP else _OTHERS
    is_stable = rules.edits.get(row.id, 0) + (reason == _EDITED) < _READINGS
    reason = reason or "unchanged"
    is_proof = action is Action.RENDER and reason == _LOST
    return Step(action, row.id, folder, row.title, reason, moved, row, anchors, is_stable, is_proof)


def _is_waiting(row: Row, known: _Known) -> bool:
    """Whether a page of another shard was not read yet as it is now."""
    read = known.state.pages.get(row.id)
    is_read = read and read.stable and read.edited == row.edited
    return not (is_read or known.rules.mine(row.id))


def _wanted(row: Row, record: Record | None, folder: str, known: _Known) -> tuple[Action, str]:
    """What a page needs, and why: '' when that is nothing. What a store can answer is not read."""
    if record is None:
        return Action.FETCH, "new"
    if reason := _first(_why_fetch(row, record, known)):
        return Action.FETCH, reason
    if reason := _first(_why_render(row, record, folder, known)):
        return Action.RENDER if record.store else Action.FETCH, reason
    return Action.KEEP, ""


def _first(reasons: Mapping[str, bool]) -> str:
    return next((reason for reason, holds in reasons.items() if holds), "")


def _why_fetch(row: Row, record: Record, known: _Known) -> dict[str, bool]:
    """Why a page must be read, in words for the log. For one that was read in this run, what was to be
    seen before that counts no more."""
    rules = known.rules
    is_unread = row.id not in rules.read
    is_edited = row.edited != record.edited
    return {
        _LOST: row.id in rules.rebuilt and is_unread,
        _ADOPTED: bool(row.edited) and not record.edited and is_unread,
        f"renamed from “{record.title}”": row.title != record.title,
        "edited": is_edited and is_unread,
        _EDITED: is_edited and rules.edits.get(row.id, 0) < _READINGS,
        "moved elsewhere": row.parent != record.parent,
        "pages or databases in it came or went": is_unread
        and (
            (row.id in known.pages and known.pages[row.id].shifted)
            or (row.id in known.inside and known.inside[row.id] != _children(record))
        ),
        "its files were changed or deleted here": row.id in rules.damaged and is_unread,
        "edited in the minute of the last read, or read incompletely": is_unread
        and not record.stable
        and row.id not in rules.restored,
        "Notion did not show all of it last time": row.id in rules.withheld and is_unread,
        "its icon changed": icon_of(row, known.state) != record.icon,
        "full sync": rules.full_sync and is_unread,
        STORELESS: rules.keep_json and not record.store and is_unread,
        "its discussions are no longer backed up": rules.comments is False
        and record.comments not in ("", "-"),
    }


def _why_render(row: Row, record: Record, folder: str, known: _Known) -> dict[str, bool]:
    """Why a page must be written again, though what Notion said of it is still true."""
    rules = known.rules
    is_unread = row.id not in rules.read
    return {
        _LOST: row.id in rules.restored and is_unread,
        NO_COMMENTS: rules.comments is True and not record.comments and is_unread,
        DISCUSSED: row.id in rules.discussed and is_unread,
        TEXTLESS: row.id in rules.textless and is_unread,
        "settings, properties or the program changed": record.render_key
        != rules.render_keys.get(row.source, ""),
        "archived, locked, their opposite, or related from elsewhere": bool(
            row.source or row.packed
        )
        and row.relations_digest != record.relations_digest,
        "a linked view in it shows something else": _views(record, known) != record.shows(),
        LINKS: record.links_digest != links_digest(record.links, folder, known.targets),
        ANCHORS: set(record.anchors) != known.anchors.get(row.id, set()),
        _RETRIED: rules.retried.get(row.id, False) and is_unread,
    }


def _views(record: Record, known: _Known) -> tuple[tuple[str, str], ...]:
    """The linked views of a page, as they are known now."""
    before, lists = dict(record.shows()), map(List.from_json, record.lists)
    ids = [id_ for each in lists for id_ in each.databases]
    now = {id_: known.views.get(id_, before.get(id_)) for id_ in ids}
    return tuple((id_, of) for id_, of in now.items() if of is not None)


def _children(record: Record) -> frozenset[str]:
    """What the page had in it when it was read."""
    lists = map(List.from_json, record.lists)
    return frozenset(id_ for each in lists for id_ in (*each.pages, *each.databases)) or _NONE
