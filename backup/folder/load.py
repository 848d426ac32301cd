"""Loads what a run starts from: the published branch, and what the work tree adds to it.

If a run publishes, the branch is the truth and the work tree only a cache, except for pages that an
interrupted run left unpublished. Without publishing, the work tree is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from backup.errors import BrokenState, StateError
from backup.files.gather import is_intact
from backup.files.records import FileRecord
from backup.folder.tree import Tree
from backup.markdown import origin
from backup.model import TEXT
from backup.sync import journal, merge, state
from backup.sync.base import Base
from backup.sync.journal import Replayed
from backup.sync.state import Record, State, join
from backup.sync.untrusted import Damage

_NAME = state.NAME


@dataclass(frozen=True, slots=True)
class Local:
    """What the work tree says. `claimed` are files that an interrupted run may have written; all are
    ours. `older` are those that it was about to write where an older copy of a page lies that no state knows
    any more: they may be written, and never deleted. `finished` are the ids of pages that it wrote, and that lie there as it did, `torn` of those
    that it was writing. `problem` says why its state file cannot be used; '' when it can, or when
    there is none: `lack` is then 'missing' or 'empty'."""

    state: State = field(default_factory=State)
    claimed: frozenset[str] = frozenset()
    finished: frozenset[str] = frozenset()
    torn: frozenset[str] = frozenset()
    lack: str = "missing"
    problem: str = ""
    older: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of the backup before Notion is asked.

    `claimed`: see Local. `former` are files that the work tree's state names and `state` does not.
    `unpublished` are the ids of pages that an interrupted run left in the work tree. `problem` says
    why the state that should be the truth cannot be used; `rebuilt` are the ids of the pages that
    were found again all the same and must be read, `restored` of those whose store has all that is
    needed, `strays` the folders that carry the id of a page elsewhere.
    `damage` are single entries of it that were left out. `torn` are the ids of pages that are to be
    read, as their files may not belong together.
    """

    state: State
    claimed: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    unpublished: frozenset[str] = frozenset()
    problem: str = ""
    rebuilt: frozenset[str] = frozenset()
    restored: frozenset[str] = frozenset()
    strays: tuple[str, ...] = ()
    damage: tuple[Damage, ...] = ()
    torn: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Holes:
    """The ids of pages of which a file is missing, of those of which only the text is, and of those
    of which none is left."""

    damaged: frozenset[str]
    textless: frozenset[str]
    lost: frozenset[str]


def local(tree: Tree, *, believed: bool = True) -> Local:
    """The state file and what the journal of an interrupted run adds; a journal that git tracks is
    not `believed`. Raises StateError when a later version wrote the state."""
    text = tree.content(state.NAME)
    lines = tree.beginning(journal.NAME, -1) if believed else ""
    problem = ""
    try:
        known = state.loads(text)
    except BrokenState as error:
        known, problem = State(), error.message
    replayed = journal.replay(known, lines, partial(_is_there, tree))
    lack = "" if text.strip() else "empty" if tree.has(state.NAME) else "missing"
    older = _older(replayed, tree)
    claimed, torn = replayed.claimed - older, frozenset(replayed.torn)
    found = replayed.state, claimed, replayed.finished, torn
    return Local(*found, lack, problem, older)


def _older(replayed: Replayed, tree: Tree) -> frozenset[str]:
    """The files that a run was about to write over an older copy of a page that no state knows any more, or
    that the state has where it does not lie."""
    pages = replayed.state.pages
    unknown = (
        paths
        for id_, paths in replayed.torn.items()
        if id_ not in pages or not tree.has(pages[id_].text_path)
    )
    lying = (
        paths for paths in unknown if any(each.endswith(TEXT) and tree.has(each) for each in paths)
    )
    return frozenset().union(*lying)


def present(tree: Tree, where: str, *, believed: bool = True) -> Local:
    """The same for somebody who only looks at the backup in the folder `where`. Raises StateError when there
    is none, or its state cannot be used."""
    here = local(tree, believed=believed)
    if here.problem:
        raise StateError(here.problem, hint="The next backup rebuilds it from the pages on disk.")
    if here.lack:
        raise StateError(
            f"There is no backup here: {join(where, _NAME)} is {here.lack}.",
            hint="Run a backup first, or name its folder with OUTPUT_DIR.",
        )
    return here


def _is_there(tree: Tree, record: Record, text: str, store: str) -> bool:
    """Whether a page lies on the disk as its record and the digests of its text and its store say."""
    files = [FileRecord.from_json(raw) for raw in record.files]
    folder = tree.root / record.folder
    is_text = tree.digest(record.text_path) == text
    is_store = not record.store or tree.digest(record.store_path) == store
    return is_text and is_store and all(is_intact(each, folder) for each in files)


def of_work_tree(here: Local) -> Memory:
    """The memory of a run that does not publish. A page that an interrupted run was writing may have a
    store and files that are not those of its text."""
    rebuilt = frozenset(here.state.pages) if here.problem else frozenset()
    lack = f"{state.NAME} is {here.lack}." if here.lack else ""
    problem = here.problem or lack
    damage = here.state.damage
    return Memory(
        here.state,
        here.claimed,
        here.older,
        problem=problem,
        rebuilt=rebuilt,
        damage=damage,
        torn=here.torn,
    )


def of_branch(base: Base, here: Local, tree: Tree) -> Memory:
    """The memory of a run that publishes: `here` adds the pages that an interrupted run finished and
    never published, and all that lie in `tree` and say who they are when nothing was ever published.
    What else lies there may be older than the branch: that says nothing, nor does a page's absence."""
    known = base.pages()
    is_first = not base.state.pages
    newer = {
        id_: record
        for id_, record in here.state.pages.items()
        if id_ in here.finished
        or (is_first and id_ not in here.torn and _says_so(tree, id_, record))
        if base.before.pages.get(id_) != record
        if id_ in known or id_ not in base.before.pages
        if _is_newer(record, known.get(id_))
    }
    pages = disjoint(known, newer)
    unpublished = {id_ for id_ in newer if pages.get(id_) is newer[id_]}
    unpublished |= {
        id_  # it was read again, as the branch lacks a file of it
        for id_ in here.finished & pages.keys()
        if pages[id_] == here.state.pages[id_] and not base.files.keys() >= set(pages[id_].paths())
    }
    databases = {**(here.state.databases if newer else {}), **base.databases()}
    now = replace(base.state, pages=pages, databases=databases, damage=())
    earlier = [each for each in (here.state, base.before) if each != now]
    former = here.older.union(path for each in earlier for path in each.owned())
    former -= now.owned().keys() if former else set()
    rebuilt = frozenset(known) if base.problem else frozenset()
    return Memory(
        now,
        here.claimed,
        frozenset(former),
        frozenset(unpublished),
        base.problem,
        rebuilt - unpublished,
        damage=base.state.damage,
    )


def _says_so(tree: Tree, page_id: str, record: Record) -> bool:
    """Whether all files of a page are there, and its text says where it is in Notion, as its last line
    does: nothing else shows whether somebody has changed it."""
    text = tree.beginning(record.text_path, -1)
    return origin.subject(text) == page_id and all(map(tree.has, record.paths()))


def _is_newer(record: Record, known: Record | None) -> bool:
    """Whether a page was written since: of one that was only moved, the branch has the files that are
    certainly ours."""
    if known is None:
        return True
    return replace(record, folder=known.folder) != known and merge.age(record) >= merge.age(known)


def disjoint(known: Mapping[str, Record], newer: Mapping[str, Record]) -> dict[str, Record]:
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


def unproven(memory: Memory) -> Memory:
    """The memory in which no page that was found again is settled before it is read, or proved to be as
    its store says: the run may be stopped before, and what it saves must not look as if all were well."""
    doubted = memory.rebuilt | memory.restored
    pages = {
        id_: replace(record, stable=False) if id_ in doubted else record
        for id_, record in memory.state.pages.items()
    }
    return replace(memory, state=replace(memory.state, pages=pages))


def without_stores(memory: Memory, has: Callable[[str], bool]) -> Memory:
    """The memory of a run that keeps no stores: those that there are belong to nobody, and go. Where a text is
    missing, the store stays until that is written from it: Notion may no longer show the page."""
    pages = {
        id_: replace(each, store="") if each.store and has(each.text_path) else each
        for id_, each in memory.state.pages.items()
    }
    databases = {id_: replace(each, store="") for id_, each in memory.state.databases.items()}
    now = replace(memory.state, pages=pages, databases=databases)
    dropped = memory.state.owned().keys() - now.owned().keys()
    return replace(memory, state=now, claimed=memory.claimed | dropped)


def having(memory: Memory, base: Base | None, tree: Tree) -> Callable[[str], bool]:
    """Whether the backup has a file, by its path below the output folder: the branch, or `tree` where nothing
    is published."""
    if base is None:
        return tree.has
    pages, files = memory.state.pages, base.files
    unpublished = {path for id_ in memory.unpublished for path in pages[id_].paths()}
    return lambda path: path in files or path in unpublished


def missing(state: State, has: Callable[[str], bool]) -> Holes:
    """Looks for every file that the state names."""
    damaged, textless, lost = set(), set(), set()
    for id_, record in state.pages.items():
        is_text, *others = [has(path) for path in record.paths()]
        if not all(others) or not (is_text or record.store):
            damaged.add(id_)
        elif not is_text:
            textless.add(id_)
        if not any((is_text, *others)):
            lost.add(id_)
    for id_, place in state.databases.items():
        if (paths := place.paths()) and not any(map(has, paths)):
            lost.add(id_)
    return Holes(frozenset(damaged), frozenset(textless), frozenset(lost))


def named(state: State) -> Iterator[str]:
    """Every file that the state names, its own and the lists of pages included."""
    yield _NAME
    for place in state.databases.values():
        yield from place.paths()
    for record in state.pages.values():
        yield from record.paths()
