"""Decides what a run does: two pictures go in, steps come out, and nothing is touched.

The listing says what Notion has, the state says what the backup has. A page that is missing from the
listing is only a candidate for removal; the verdict of asking for it decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from backup.model import Problem, Row, Target
from backup.sync import paths
from backup.sync.paths import Named
from backup.sync.state import Record, State, join

_SHARE = 0.20  # of a database's pages: more than this at once is taken for a mistake …
_FEW = 5  # … from this many pages on


class Action(Enum):
    """What happens to a page."""

    FETCH = "fetch"  # read it, write it
    KEEP = "keep"  # nothing to do, or nothing may be done
    REMOVE = "remove"  # delete the files that are ours


class Verdict(Enum):
    """What Notion says of a page that its database no longer lists."""

    TRASHED = "in Notion's trash"
    MOVED = "moved out of the database"
    LISTED = "still in the database"  # the listing missed it, or it is archived
    UNREACHABLE = "not shown to the integration (deleted for good, or no longer shared)"
    UNKNOWN = "Notion could not be asked about it"


@dataclass(frozen=True, slots=True)
class Step:
    """One page's part of the plan. `old_folder` is set when the page moves from there."""

    action: Action
    page_id: str
    folder: str
    title: str
    reason: str
    old_folder: str = ""
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A database as Notion shows it now. `complete` says that every row is in `rows`.

    `shapes` holds, for each data source, what its pages are written with: a page with another
    `shape` in its record is written again.
    """

    id: str
    title: str
    icon: str
    folder: str
    rows: tuple[Row, ...]
    complete: bool
    shapes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide. `damaged` holds the pages whose files are not as recorded; of
    `shard` (i, n), this run takes the i-th part of n."""

    full_sync: bool = False
    keep_deleted: bool = False
    allow_mass_delete: bool = False
    damaged: Collection[str] = ()
    shard: tuple[int, int] = (1, 1)

    def mine(self, page_id: str) -> bool:
        """Whether a page is this run's: its id decides, so that no two runs take the same."""
        part, parts = self.shard
        return parts == 1 or int(page_id[-8:], 16) % parts == part - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which a person would read them, and what is wrong with the picture.

    `targets` are the pages and databases that links may point to, as they will lie afterwards.
    """

    steps: tuple[Step, ...]
    targets: Mapping[str, Target]
    problems: tuple[Problem, ...] = ()

    def of(self, action: Action) -> tuple[Step, ...]:
        """The steps of one kind."""
        return tuple(step for step in self.steps if step.action is action)


def candidates(listed: Collection[Listed], state: State) -> tuple[str, ...]:
    """Pages of the listed databases that no listing shows: to be asked for, one by one."""
    shown = {row.id for database in listed for row in database.rows}
    complete = {database.id for database in listed if database.complete}
    return tuple(
        id_
        for id_, record in state.pages.items()
        if record.database in complete and id_ not in shown
    )


def plan(
    listed: Collection[Listed], state: State, verdicts: Mapping[str, Verdict], rules: Rules
) -> Plan:
    """What to do with every page of the listed databases; pages of others are left alone."""
    gone, problems = _gone(listed, state, verdicts, rules)
    staying = {step.page_id: step for step in gone if step.action is Action.KEEP}
    folders = _folders(listed, state, staying)
    targets = _targets(listed, state, folders, {step.page_id for step in gone} - staying.keys())
    steps = [
        _step(row, folders[row.id], database.shapes.get(row.source, ""), state, targets, rules)
        for database in listed
        for row in database.rows
        if rules.mine(row.id)
    ]
    return Plan(
        (*steps, *filter(lambda step: rules.mine(step.page_id), gone)), targets, tuple(problems)
    )


def old_targets(state: State, index: Callable[[str], str]) -> dict[str, Target]:
    """Where links pointed to when the state was written; `index` gives a folder's index file."""
    pages = {
        id_: Target(join(record.folder, "index.md"), record.title, record.icon)
        for id_, record in state.pages.items()
    }
    databases = {
        id_: Target(index(place.folder), place.title, place.icon)
        for id_, place in state.databases.items()
    }
    return {**databases, **pages}


def index_of(folder: str) -> str:
    """The file that lists a database's pages: hosts show it with the folder."""
    return join(folder, "README.md")


def _folders(
    listed: Collection[Listed], state: State, staying: Mapping[str, Step]
) -> dict[str, str]:
    """The folder of every listed page."""
    found: dict[str, str] = {}
    databases = [database.folder for database in listed]
    others = [place.folder for place in state.databases.values()]
    kept = [step.folder for step in staying.values()]
    for database in listed:
        wanted = [_named(row, database, state) for row in database.rows]
        taken = paths.first_parts([*databases, *others, *kept], database.folder)
        named = paths.names(wanted, taken)
        found.update({id_: join(database.folder, name) for id_, name in named.items()})
    return found


def _named(row: Row, database: Listed, state: State) -> Named:
    record = state.pages.get(row.id)
    return Named(row.id, row.title, record.folder.rpartition("/")[2] if record else "")


def _targets(
    listed: Collection[Listed], state: State, folders: Mapping[str, str], gone: Collection[str]
) -> dict[str, Target]:
    now = {
        row.id: Target(join(folders[row.id], "index.md"), row.title, row.icon)
        for database in listed
        for row in database.rows
    }
    databases = {
        database.id: Target(index_of(database.folder), database.title, database.icon)
        for database in listed
    }
    before = {id_: t for id_, t in old_targets(state, index_of).items() if id_ not in gone}
    return {**before, **databases, **now}


def _step(
    row: Row, folder: str, shape: str, state: State, targets: Mapping[str, Target], rules: Rules
) -> Step:
    record = state.pages.get(row.id)
    moved = record.folder if record and record.folder != folder else ""
    reason = _why_fetch(row, record, moved, shape, state, targets, rules)
    action = Action.FETCH if reason else Action.KEEP
    return Step(action, row.id, folder, row.title, reason or "unchanged", moved, row)


def _why_fetch(
    row: Row,
    record: Record | None,
    moved: str,
    shape: str,
    state: State,
    targets: Mapping[str, Target],
    rules: Rules,
) -> str:
    """Why the page must be read, in words for the log; '' when it need not be."""
    if record is None:
        return "new"
    if row.title != record.title:
        return f"renamed from “{record.title}”"
    reasons = {
        "edited": row.edited != record.edited,
        "moved": bool(moved),
        "its files are not as they were left": row.id in rules.damaged,
        "edited in the minute in which it was last read": not record.settled,
        "settings, properties or the program changed": record.shape != shape,
        "its icon changed": row.icon != record.icon,
        "a page it refers to was renamed, moved, added or removed": _stale(record, state, targets),
        "full sync": rules.full_sync,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _stale(record: Record, state: State, targets: Mapping[str, Target]) -> bool:
    """Whether a link of the page would be written differently today."""
    ids = {link.partition("#")[0] for link in record.links}
    return any(_before(state, id_) != targets.get(id_) for id_ in ids)


def _before(state: State, id_: str) -> Target | None:
    if record := state.pages.get(id_):
        return Target(join(record.folder, "index.md"), record.title, record.icon)
    if place := state.databases.get(id_):
        return Target(index_of(place.folder), place.title, place.icon)
    return None


def _gone(
    listed: Collection[Listed], state: State, verdicts: Mapping[str, Verdict], rules: Rules
) -> tuple[list[Step], list[Problem]]:
    steps: list[Step] = []
    problems: list[Problem] = []
    missing = candidates(listed, state)
    for database in listed:
        records = {
            id_: state.pages[id_] for id_ in missing if state.pages[id_].database == database.id
        }
        removable = [
            id_ for id_ in records if verdicts.get(id_) in (Verdict.TRASHED, Verdict.MOVED)
        ]
        refusal = _refusal(database, state, len(removable), rules)
        if refusal:
            problems.append(Problem(database.title, refusal))
        steps += [
            _gone_step(id_, record, verdicts, rules, refusal) for id_, record in records.items()
        ]
    return steps, problems


def _gone_step(
    id_: str, record: Record, verdicts: Mapping[str, Verdict], rules: Rules, refusal: str
) -> Step:
    verdict = verdicts.get(id_, Verdict.UNKNOWN)
    if verdict not in (Verdict.TRASHED, Verdict.MOVED):
        return Step(Action.KEEP, id_, record.folder, record.title, verdict.value)
    if refusal or rules.keep_deleted:
        why = "too many at once" if refusal else "ON_DELETE=keep"
        return Step(Action.KEEP, id_, record.folder, record.title, f"{verdict.value}; {why}")
    return Step(Action.REMOVE, id_, record.folder, record.title, verdict.value)


def _refusal(database: Listed, state: State, removable: int, rules: Rules) -> str:
    """Why nothing of this database is removed, in a sentence; '' when it may be."""
    if rules.allow_mass_delete or rules.keep_deleted or not removable:
        return ""
    recorded = sum(
        record.database == database.id and rules.mine(id_) for id_, record in state.pages.items()
    )
    too_many = removable >= _FEW and removable > recorded * _SHARE
    if not too_many and database.rows:
        return ""
    return (
        f"{removable} of {recorded} pages would be removed at once, so none was. When that is right, "
        "run once with ALLOW_MASS_DELETE=true."
    )
