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
from backup.markdown.links import notion_address
from backup.model import STORE
from backup.sync import journal, merge, state
from backup.sync.base import Base
from backup.sync.paths import possible_names
from backup.sync.plan import Listed
from backup.sync.state import Record, State, join
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
    say at their beginning, what stores say, one by one, and the records that the history has of some
    pages, with just the files that lie there. `earlier` is None where there is no history."""

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
    is_text = tree.digest(join(record.folder, "index.md")) == text
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
    unpublished = frozenset(id_ for id_ in newer if pages.get(id_) is newer[id_])
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
        unpublished,
        base.problem,
        rebuilt - unpublished,
        damage=base.state.damage,
    )


def _says_so(tree: Tree, page_id: str, record: Record) -> bool:
    """Whether all files of a page are there, and its text says where it is in Notion, as its last line
    does: nothing else tells whether somebody has changed it."""
    text = tree.beginning(join(record.folder, "index.md"), -1)
    return notion_address(page_id) in text and all(map(tree.has, record.paths()))


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
    """The memory with pages that lie there, and that the state knows no more: found again by what they
    say in the folders of the `listed` databases, of pages that are `roots` (folder → id), and of what
    is found in these; or by what the history says of them.

    A lost state knows none of them, a damaged one lacks some; and one that somebody has edited may
    lack any that Notion lists, or have it where it lay long ago. Of these only the history can tell
    that nobody wrote in them.
    """
    memory = _caught_up(memory, listed, lying)
    damaged = {each.entry for each in memory.damage}
    lacking = {row.id for each in listed for row in each.rows} - memory.state.pages.keys()
    lacking |= set((roots or {}).values()) - memory.state.pages.keys()
    if not (memory.problem or damaged or lacking):
        return memory
    files, owned = lying.files(), set(memory.state.owned())
    parents = {each.folder: id_ for id_, each in memory.state.nodes.items()}
    parents |= {database.folder: database.id for database in listed}
    pages, stores = _places(memory, files, owned, parents)
    if not (pages or stores):
        return _with(memory, Rebuilt({}), {})
    is_told = memory.problem or damaged
    texts, held = (lying.texts(pages), lying.stores(stores)) if is_told else ({}, ())
    found = rebuild.rebuilt(files, texts, held, parents, roots)
    fresh = {id_: each for id_, each in found.pages.items() if memory.problem or id_ in damaged}
    wanted = damaged | _waiting(listed, lacking, pages)
    earlier = lying.earlier(wanted - fresh.keys()) if lying.earlier else {}
    added: dict[str, Record] = {}
    for id_, record in {**fresh, **earlier}.items():
        if id_ not in memory.state.pages and owned.isdisjoint(record.paths()):
            added[id_] = record
            owned.update(record.paths())
    return _with(memory, found, added)


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
        if name in ("index.md", STORE) and (path not in owned or folder in doubted)
        if memory.problem or state.parent_of(folder) in databases
    ]
    pages = {path for path, _, name in free if name == "index.md" and path not in owned}
    return pages, {path for path, folder, name in free if name == STORE and folder}


def _caught_up(memory: Memory, listed: Collection[Listed], lying: Lying) -> Memory:
    """The memory with pages where the history says that they lie, when somebody has put an old state
    back, which says where they lay then."""
    if lying.earlier is None:
        return memory
    before, found = memory.state.pages, dict[str, Record]()
    lost = _doubtful(memory, listed, lying.files())
    asked: set[str] = set()
    while lost:
        found |= lying.earlier(lost)
        asked |= lost
        lost = _displaced(before, found) - asked
    pages = _disjoint(before, found)
    moved = {id_ for id_ in found if pages[id_] != before[id_]}
    now = replace(memory.state, pages=pages)
    return replace(memory, state=now, rebuilt=memory.rebuilt | moved) if moved else memory


def _doubtful(memory: Memory, listed: Collection[Listed], files: Collection[str]) -> set[str]:
    """The pages of which a file is missing, or that are renamed, while a text lies where they belong
    now: that of somebody else, or their own, which the state does not know. Where one belongs of which
    a file is missing and that lies in another page, only its title tells: that list is not read yet."""
    pages = memory.state.pages
    rows = {
        row.id: row.title
        for each in listed
        for row in each.rows
        if row.id in pages and row.id not in memory.unpublished
    }
    damaged = {
        id_
        for id_, record in pages.items()
        if id_ not in memory.unpublished and not all(path in files for path in record.paths())
    }
    renamed = {id_ for id_, title in rows.items() if title != pages[id_].title} - damaged
    if not damaged | renamed:
        return set()
    owned = memory.state.owned()
    strange = {path for path in files if path.endswith("/index.md") and path not in owned}
    names = {path.split("/")[-2] for path in strange}
    titles = {id_: rows.get(id_, pages[id_].title) for id_ in damaged}
    called = {id_ for id_ in damaged if not names.isdisjoint(possible_names(titles[id_], id_))}
    elsewhere = _waiting(listed, damaged, files, pages)
    return elsewhere | called | _waiting(listed, renamed, strange)


def _displaced(pages: Mapping[str, Record], found: Mapping[str, Record]) -> set[str]:
    """The other pages that are said to have a file of one that was `found`."""
    taken = {path for record in found.values() for path in record.paths()}
    others = pages.keys() - found.keys() if taken else ()
    return {id_ for id_ in others if not taken.isdisjoint(pages[id_].paths())}


def _waiting(
    listed: Collection[Listed],
    lacking: Collection[str],
    pages: Collection[str],
    known: Mapping[str, Record] | None = None,
) -> set[str]:
    """The pages in whose place one of `pages` lies, but for the place where they are `known` to lie."""
    found = set()
    for each in listed:
        for row in (row for row in each.rows if row.id in lacking):
            names = possible_names(row.title, row.id)
            folders = {join(each.folder, name) for name in names}
            if known:
                folders.discard(known[row.id].folder)
            if any(f"{folder}/index.md" in pages for folder in folders):
                found.add(row.id)
    return found


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
