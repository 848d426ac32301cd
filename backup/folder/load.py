"""Loads what a run starts from: the published branch, and what the work tree adds to it.

If a run publishes, the branch is the truth and the work tree only a cache, except for pages that an
interrupted run left unpublished. Without publishing, the work tree is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from backup.errors import BrokenState
from backup.files.store import FileRecord, is_intact
from backup.folder import rebuild
from backup.folder.tree import Tree
from backup.sync import journal, merge, state
from backup.sync.base import Base
from backup.sync.plan import Listed, index_of
from backup.sync.state import Record, State, join
from backup.sync.untrusted import Damage

_NAME = state.NAME


@dataclass(frozen=True, slots=True)
class Local:
    """What the work tree says. `claimed` are files that an interrupted run may have written; all are
    ours. `problem` says why its state file cannot be used; '' when it can, or is not there."""

    state: State = field(default_factory=State)
    claimed: frozenset[str] = frozenset()
    is_there: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of the backup before Notion is asked.

    `claimed`: see Local. `former` are files that the work tree's state names and `state` does not.
    `unpublished` are the ids of pages that an interrupted run left in the work tree. `problem` says
    why the state that should be the truth cannot be used; `rebuilt` are the ids of the pages that
    were found again all the same, `strays` the folders that carry the id of a page elsewhere.
    `damage` are single entries of it that were left out.
    """

    state: State
    claimed: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    unpublished: frozenset[str] = frozenset()
    problem: str = ""
    rebuilt: frozenset[str] = frozenset()
    strays: tuple[str, ...] = ()
    damage: tuple[Damage, ...] = ()


@dataclass(frozen=True, slots=True)
class Holes:
    """The ids of pages of which a file is missing, and of those of which none is left."""

    damaged: frozenset[str]
    lost: frozenset[str]


def local(tree: Tree, *, believed: bool = True) -> Local:
    """The state file and what the journal of an interrupted run adds; a journal that git tracks is
    not `believed`. Raises StateError when a later version wrote the state."""
    text = tree.beginning(state.NAME, -1)
    lines = tree.beginning(journal.NAME, -1) if believed else ""
    problem = ""
    try:
        known = state.loads(text)
    except BrokenState as error:
        known, problem = State(), error.message
    replayed = journal.replay(known, lines, lambda record, digest: _is_there(tree, record, digest))
    return Local(replayed.state, replayed.claimed, bool(text.strip()), problem)


def _is_there(tree: Tree, record: Record, digest: str) -> bool:
    """Whether a page lies on the disk as its record and the digest of its text say."""
    files = [FileRecord.from_json(raw) for raw in record.files]
    folder = tree.root / record.folder
    is_text = tree.digest(join(record.folder, "index.md")) == digest
    return is_text and all(is_intact(each, folder) for each in files)


def of_work_tree(here: Local) -> Memory:
    """The memory of a run that does not publish."""
    rebuilt = frozenset(here.state.pages) if here.problem else frozenset()
    missing = "" if here.is_there else f"{state.NAME} is missing."
    problem = here.problem or missing
    damage = here.state.damage
    return Memory(here.state, here.claimed, problem=problem, rebuilt=rebuilt, damage=damage)


def of_branch(base: Base, here: Local, has: Callable[[str], bool]) -> Memory:
    """The memory of a run that publishes: `here` adds the pages that are newer there than on the
    branch, and lie there whole (`has` tells of a file). That a page is absent there says nothing."""
    known = {
        id_: record
        for id_, record in base.state.pages.items()
        if not base.problem or any(path in base.files for path in record.paths())
    }
    newer = {
        id_: record
        for id_, record in here.state.pages.items()
        if base.before.pages.get(id_) != record and _is_newer(record, known.get(id_))
        if id_ in known or id_ not in base.before.pages
        if all(map(has, record.paths()))
    }
    pages = _disjoint(known, newer)
    unpublished = frozenset(id_ for id_ in newer if pages.get(id_) is newer[id_])
    databases = {**here.state.databases, **base.state.databases} if newer else base.state.databases
    now = State(pages, databases, base.state.unknown)
    former = (here.state.owned().keys() | base.before.owned().keys()) - now.owned().keys()
    rebuilt = frozenset(known) if base.problem else frozenset()
    return Memory(
        now,
        here.claimed,
        frozenset(former),
        unpublished,
        base.problem,
        rebuilt - unpublished,
        damage=base.state.damage,
    )


def _is_newer(record: Record, known: Record | None) -> bool:
    return known is None or (known != record and merge.age(record) >= merge.age(known))


def _disjoint(known: Mapping[str, Record], newer: Mapping[str, Record]) -> dict[str, Record]:
    """`known` with those of `newer` that take no file from another page."""
    if not newer:
        return dict(known)
    pages = {**known, **newer}
    while clashing := {
        id_ for id_ in merge.clashing(pages) if id_ in newer and pages.get(id_) is newer[id_]
    }:
        pages = {id_: each for id_, each in pages.items() if id_ not in clashing}
        pages |= {id_: known[id_] for id_ in clashing if id_ in known}
    return pages


def completed(
    memory: Memory,
    listed: Iterable[Listed],
    files: Collection[str],
    texts: Callable[[Collection[str]], Mapping[str, str]],
) -> Memory:
    """The memory with the pages that a lost state knew no more, found again by what they say in the
    folders of the `listed` databases. `files` are all files below the output folder, and `texts`
    reads some of them. Of a state that lost single entries, only these are looked for."""
    damaged = {each.entry for each in memory.damage}
    if not (memory.problem or damaged):
        return memory
    databases = {database.folder: database.id for database in listed}
    pages = [path for path in files if path.endswith("/index.md")]
    found = rebuild.rebuilt(texts(pages), files, databases)
    fresh = {
        id_: each
        for id_, each in found.pages.items()
        if id_ not in memory.state.pages and (memory.problem or id_ in damaged)
    }
    owned = memory.state.owned()
    fresh = {id_: each for id_, each in fresh.items() if not owned.keys() & set(each.paths())}
    now = replace(memory.state, pages={**fresh, **memory.state.pages})
    folders = {record.folder for record in now.pages.values()}
    named = sorted({*found.strays, *(each.folder for each in found.pages.values())} - folders)
    rebuilt = memory.rebuilt | fresh.keys()
    is_first = not rebuilt and memory.problem.endswith("missing.")
    return replace(
        memory,
        state=now,
        rebuilt=rebuilt,
        strays=tuple(named) if memory.problem else (),
        problem="" if is_first else memory.problem,
    )


def missing(state: State, has: Callable[[str], bool]) -> Holes:
    """Looks for every file that the state names."""
    damaged, lost = set(), set()
    for id_, record in state.pages.items():
        there = [has(path) for path in record.paths()]
        if not all(there):
            damaged.add(id_)
        if not any(there):
            lost.add(id_)
    return Holes(frozenset(damaged), frozenset(lost))


def deleted(state: State, has: Callable[[str], bool]) -> list[str]:
    """Every file that the state names, its own and the lists of pages included, and that is not there."""
    indexes = (index_of(place.folder) for place in state.databases.values() if place.index)
    pages = (path for record in state.pages.values() for path in record.paths())
    return [path for path in (_NAME, *indexes, *pages) if not has(path)]
