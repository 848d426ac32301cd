"""Loads what a run starts from: the published branch, and what the work tree adds to it.

If a run publishes, the branch is the truth and the work tree only a cache, except for pages that an
interrupted run left unpublished. Without publishing, the work tree is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import partial

from backup.errors import BrokenState, StateError
from backup.files.store import FileRecord, is_intact
from backup.folder import rebuild
from backup.folder.rebuild import Rebuilt
from backup.folder.tree import Tree
from backup.markdown import origin
from backup.model import STORE, TEXT
from backup.sync import journal, merge, state
from backup.sync.base import Base
from backup.sync.state import Record, State, join
from backup.sync.steps import Listed
from backup.sync.untrusted import Damage

_NAME = state.NAME


@dataclass(frozen=True, slots=True)
class Local:
    """What the work tree says. `claimed` are files that an interrupted run may have written; all are
    ours. `finished` are the ids of pages that it wrote, and that lie there as it did, `torn` of those
    that it was writing. `problem` says why its state file cannot be used; '' when it can, or is not
    there."""

    state: State = field(default_factory=State)
    claimed: frozenset[str] = frozenset()
    finished: frozenset[str] = frozenset()
    torn: frozenset[str] = frozenset()
    is_there: bool = False
    problem: str = ""


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
class Lying:
    """What lies in the backup, whoever put it there: all `files` below the output folder, what texts
    say at their beginning, what files say to the end, one by one, and the records that the history has of
    pages that lie there as it knows them, `earlier` given texts of some. It is None where there is no
    history."""

    files: Callable[[], Collection[str]]
    texts: Callable[[Collection[str]], Mapping[str, str]]
    stores: Callable[[Collection[str]], Iterable[tuple[str, bytes]]] = lambda paths: ()
    earlier: Callable[[Set[str]], Mapping[str, Record]] | None = None


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
    is_there = bool(text.strip())
    found = replayed.state, replayed.claimed, replayed.finished, replayed.torn
    return Local(*found, is_there, problem)


def present(tree: Tree, where: str, *, believed: bool = True) -> Local:
    """The same for somebody who only looks at the backup in the folder `where`. Raises StateError when there
    is none, or its state cannot be used."""
    here = local(tree, believed=believed)
    if here.problem:
        raise StateError(here.problem, hint="The next backup makes it anew from what lies there.")
    if not here.is_there:
        raise StateError(
            f"There is no backup here: {join(where, _NAME)} is missing.",
            hint="Run a backup first, or name its folder with OUTPUT_DIR.",
        )
    return here


def _is_there(tree: Tree, record: Record, text: str, store: str) -> bool:
    """Whether a page lies on the disk as its record and the digests of its text and its store say."""
    files = [FileRecord.from_json(raw) for raw in record.files]
    folder = tree.root / record.folder
    is_text = tree.digest(join(record.folder, TEXT)) == text
    is_store = not record.store or tree.digest(join(record.folder, STORE)) == store
    return is_text and is_store and all(is_intact(each, folder) for each in files)


def of_work_tree(here: Local) -> Memory:
    """The memory of a run that does not publish. A page that an interrupted run was writing may have a
    store and files that are not those of its text."""
    rebuilt = frozenset(here.state.pages) if here.problem else frozenset()
    missing = "" if here.is_there else f"{state.NAME} is missing."
    problem = here.problem or missing
    damage = here.state.damage
    return Memory(
        here.state, here.claimed, problem=problem, rebuilt=rebuilt, damage=damage, torn=here.torn
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
    pages = _disjoint(known, newer)
    unpublished = {id_ for id_ in newer if pages.get(id_) is newer[id_]}
    unpublished |= {
        id_  # it was read again, as the branch lacks a file of it
        for id_ in here.finished & pages.keys()
        if pages[id_] == here.state.pages[id_] and not base.files.keys() >= set(pages[id_].paths())
    }
    databases = {**(here.state.databases if newer else {}), **base.databases()}
    now = replace(base.state, pages=pages, databases=databases, damage=())
    earlier = [each for each in (here.state, base.before) if each != now]
    former = {path for each in earlier for path in each.owned()}
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
    does: nothing else tells whether somebody has changed it."""
    text = tree.beginning(_text_of(record), -1)
    return origin.subject(text) == page_id and all(map(tree.has, record.paths()))


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
    listed: Collection[Listed],
    lying: Lying,
    roots: Mapping[str, str] | None = None,
) -> Memory:
    """The memory with pages that lie there, and that the state does not know, or not there: what the
    history says of them; and of a state that was lost, or of damaged entries, what they say themselves in
    the folders of the `listed` databases, of pages that are `roots` (folder → id), and of what is found
    in these.

    A lost state knows none of them, a damaged one lacks some; and one that somebody has edited may
    lack any, or have it where it lay long ago. Of these only the history can tell that nobody wrote
    in them.
    """
    roots = roots or {}
    memory = _caught_up(memory, listed, lying, roots)
    damaged = {each.entry for each in memory.damage}
    if not (memory.problem or damaged):
        return memory
    files, owned = lying.files(), set(memory.state.owned())
    parents = {each.folder: id_ for id_, each in memory.state.nodes.items()}
    parents |= {each.folder: each.id for each in listed if each.folder}
    pages, stores = _places(memory, files, owned, parents)
    if not (pages or stores):
        return _with(memory, Rebuilt({}), {})
    found = rebuild.rebuilt(files, lying.texts(pages), lying.stores(stores), parents, roots)
    added: dict[str, Record] = {}
    for id_, record in found.pages.items():
        is_lost = id_ not in memory.state.pages and (memory.problem or id_ in damaged)
        if is_lost and owned.isdisjoint(record.paths()):
            added[id_] = record
            owned.update(record.paths())
    if memory.problem:
        memory = _with_databases(memory, found, files, lying, owned)
    return _with(memory, found, added)


def _with_databases(
    memory: Memory, found: Rebuilt, files: Collection[str], lying: Lying, owned: Collection[str]
) -> Memory:
    """The memory with the databases that were found again, unless their stores are what others `owned`; a
    state of the history may know them without, as a run was cut off then."""
    known = memory.state.databases
    lost = {
        id_: place
        for id_, place in found.databases.items()
        if not (was := known.get(id_)) or (was.folder, was.store) == (place.folder, "")
        if join(place.folder, STORE) not in owned
    }
    databases = {**known, **rebuild.with_lists(lost, files, lying.stores)}
    return replace(memory, state=replace(memory.state, databases=databases))


def _places(
    memory: Memory, files: Collection[str], owned: Collection[str], databases: Collection[str]
) -> tuple[set[str], set[str]]:
    """The texts and the stores in `files` that no page of the state has; the stores also of pages that
    must be read if nothing else tells of them."""
    doubted = {memory.state.pages[id_].folder for id_ in memory.rebuilt}
    free = [
        (path, folder, name)
        for path in files
        for folder, _, name in [path.rpartition("/")]
        if name in (TEXT, STORE) and (path not in owned or folder in doubted)
        if memory.problem or state.parent_of(folder) in databases
    ]
    pages = {path for path, _, name in free if name == TEXT and path not in owned}
    return pages, {path for path, folder, name in free if name == STORE and folder}


def _caught_up(
    memory: Memory, listed: Collection[Listed], lying: Lying, roots: Mapping[str, str]
) -> Memory:
    """The memory with pages where the history says that they lie, when texts tell that the state is not
    of today: somebody has put an old one back, or edited it."""
    if lying.earlier is None or not (strange := _strange(memory, listed, lying, roots)):
        return memory
    before = memory.state.pages
    found = lying.earlier(strange)
    found = {id_: each for id_, each in found.items() if id_ not in memory.unpublished}
    pages = _disjoint(before, found)
    moved = {id_ for id_, each in pages.items() if each != before.get(id_)}
    now = replace(memory.state, pages=pages)
    return replace(memory, state=now, rebuilt=memory.rebuilt | moved) if moved else memory


def _strange(
    memory: Memory, listed: Collection[Listed], lying: Lying, roots: Mapping[str, str]
) -> set[str]:
    """The texts of pages that the state does not know, or has elsewhere, where it has something else. A
    copy of a page that lies where the state has it is the owner's, and so is one of a page that nobody
    lists, anywhere but where the backup puts pages."""
    pages = memory.state.pages
    rows = {row.id: row for each in listed for row in each.rows}
    homes = {each.folder for each in memory.state.nodes.values()}
    homes |= {each.folder for each in listed if each.folder}
    owned = memory.state.owned()
    free = (path for path in lying.files() if path.endswith(f"/{TEXT}") and path not in owned)
    told = _told(free, lying)
    going = {
        id_
        for id_ in rows.keys() & pages.keys() - memory.unpublished
        if (rows[id_].title, rows[id_].parent) != (pages[id_].title, pages[id_].parent)
    }
    place = {id_: _text_of(pages[id_]) for id_ in going.union(told.values()) & pages.keys()}
    there = _told(place.values(), lying)
    found = {path for id_ in going if there.get(path := place[id_], id_) != id_}
    for path, id_ in told.items():
        folder = path.rpartition("/")[0]
        is_ours = id_ in rows or folder in roots or state.parent_of(folder) in homes
        if there.get(place[id_]) != id_ if id_ in place else is_ours:
            found.add(path)
    return found


def _text_of(record: Record) -> str:
    return join(record.folder, TEXT)


def _told(paths: Iterable[str], lying: Lying) -> dict[str, str]:
    """Which page each of the texts is of, by its own words."""
    said = (
        (path, origin.subject(content.decode("utf-8", "replace")))
        for path, content in lying.stores(set(paths))
    )
    return {path: id_ for path, id_ in said if id_}


def _with(memory: Memory, found: Rebuilt, added: Mapping[str, Record]) -> Memory:
    """The memory with the pages `added`, which were found again, and with what their stores tell of
    those that must be read otherwise."""
    known = memory.state.pages
    told = {id_: found.pages[id_] for id_ in found.whole & memory.rebuilt}
    told = {id_: each for id_, each in told.items() if each.folder == known[id_].folder}
    pages = {**added, **known, **told}
    newest = max((each.edited for each in pages.values()), default="")
    whole = told.keys() | (found.whole & added.keys())
    restored = {id_ for id_ in whole if rebuild.is_settled(pages[id_], newest)}
    folders = {record.folder for record in pages.values()}
    elsewhere = {*found.strays, *(each.folder for each in found.pages.values())}
    again = memory.rebuilt | added.keys()
    is_first = not again and memory.problem.endswith("missing.")
    return replace(
        memory,
        state=replace(memory.state, pages=pages),
        rebuilt=frozenset(again - restored),
        restored=frozenset(restored),
        strays=tuple(sorted(elsewhere - folders)) if memory.problem else (),
        problem="" if is_first else memory.problem,
    )


def unproven(memory: Memory) -> Memory:
    """The memory in which no page that was found again is settled before it is read, or proved to be as
    its store says: the run may be stopped before, and what it saves must not look as if all were well."""
    doubted = memory.rebuilt | memory.restored
    pages = {
        id_: replace(record, stable=False) if id_ in doubted else record
        for id_, record in memory.state.pages.items()
    }
    return replace(memory, state=replace(memory.state, pages=pages))


def without_stores(memory: Memory) -> Memory:
    """The memory of a run that keeps no stores: those that there are belong to nobody, and go."""
    pages = {id_: replace(each, store="") for id_, each in memory.state.pages.items()}
    databases = {id_: replace(each, store="") for id_, each in memory.state.databases.items()}
    now = replace(memory.state, pages=pages, databases=databases)
    dropped = memory.state.owned().keys() - now.owned().keys()
    return replace(memory, state=now, claimed=memory.claimed | dropped)


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
    return Holes(frozenset(damaged), frozenset(textless), frozenset(lost))


def named(state: State) -> Iterator[str]:
    """Every file that the state names, its own and the lists of pages included."""
    yield _NAME
    for place in state.databases.values():
        yield from place.paths()
    for record in state.pages.values():
        yield from record.paths()
