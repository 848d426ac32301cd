"""Finds pages that lie in the backup and that the state does not know, or not there: by the history of the branch,
by their stores, or by their own words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass, replace

from backup.folder import rebuild
from backup.folder.load import Memory, disjoint
from backup.folder.rebuild import Rebuilt
from backup.folder.tables import Contents
from backup.markdown import origin
from backup.model import NODE_FILES, STORE, TEXT
from backup.sync import state
from backup.sync.state import Record
from backup.sync.steps import Listed


@dataclass(frozen=True, slots=True)
class BackupFiles:
    """What lies in the backup, whoever put it there: all `files` below the output folder, what texts
    say at their beginning, what files say to the end, one by one, and the records that the history has of
    pages that lie there as it knows them, `earlier` given texts of some. It is None where there is no
    history."""

    files: Callable[[], Collection[str]]
    texts: Callable[[Collection[str]], Mapping[str, str]]
    stores: Contents = lambda paths: ()
    earlier: Callable[[Set[str]], Mapping[str, Record]] | None = None


def completed(
    memory: Memory,
    listed: Collection[Listed],
    present: BackupFiles,
    roots: Mapping[str, str] | None = None,
) -> Memory:
    """The memory with pages that lie there, and that the state does not know, or not there: what the
    history says of them; and of a state that was lost, or of damaged entries, what they say themselves in
    the folders of the `listed` databases, of pages that are `roots` (folder → id), and of what is found
    in these.

    A lost state knows none of them, a damaged one lacks some; and one that somebody has edited may
    lack any, or have it where it lay long ago. Of these only the history shows that nobody wrote
    in them.
    """
    roots = roots or {}
    memory = _caught_up(memory, listed, present, roots)
    damaged = {each.entry for each in memory.damage}
    if not (memory.problem or damaged):
        return memory
    files, owned = present.files(), set(memory.state.owned())
    parents = {each.folder: id_ for id_, each in memory.state.nodes.items()}
    parents |= {each.folder: each.id for each in listed if each.folder}
    pages, stores = _places(memory, files, owned, parents)
    if not (pages or stores):
        return _with(memory, Rebuilt({}), {})
    found = rebuild.rebuilt(files, present.texts(pages), present.stores(stores), parents, roots)
    added: dict[str, Record] = {}
    for id_, record in found.pages.items():
        is_lost = id_ not in memory.state.pages and (memory.problem or id_ in damaged)
        if is_lost and owned.isdisjoint(record.paths()):
            added[id_] = record
            owned.update(record.paths())
    if memory.problem:
        memory = _with_databases(memory, found, files, present, owned)
    return _with(memory, found, added)


def _with_databases(
    memory: Memory,
    found: Rebuilt,
    files: Collection[str],
    present: BackupFiles,
    owned: Collection[str],
) -> Memory:
    """The memory with the databases that were found again, unless their stores are what others `owned`; a
    state of the history may know them without, as a run was cut off then."""
    known = memory.state.databases
    lost = {
        id_: place
        for id_, place in found.databases.items()
        if not (was := known.get(id_)) or (was.folder, was.store) == (place.folder, "")
        if place.store_path not in owned
    }
    databases = {**known, **rebuild.with_lists(lost, files, present.stores)}
    return replace(memory, state=replace(memory.state, databases=databases))


def _places(
    memory: Memory, files: Collection[str], owned: Collection[str], databases: Collection[str]
) -> tuple[set[str], set[str]]:
    """The texts and the stores in `files` that no page of the state has; the stores also of pages that
    must be read if nothing else names them."""
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
    memory: Memory, listed: Collection[Listed], present: BackupFiles, roots: Mapping[str, str]
) -> Memory:
    """The memory with pages where the history says that they lie, when texts show that the state is not
    of today: somebody has put an old one back, or edited it."""
    if present.earlier is None or not (strange := _strange(memory, listed, present, roots)):
        return memory
    before = memory.state.pages
    found = present.earlier(strange)
    found = {id_: each for id_, each in found.items() if id_ not in memory.unpublished}
    pages = disjoint(before, found)
    moved = {id_ for id_, each in pages.items() if each != before.get(id_)}
    now = replace(memory.state, pages=pages)
    return replace(memory, state=now, rebuilt=memory.rebuilt | moved) if moved else memory


def _strange(
    memory: Memory, listed: Collection[Listed], present: BackupFiles, roots: Mapping[str, str]
) -> set[str]:
    """The texts of pages that the state does not know, or has elsewhere, where it has something else. A
    copy of a page that lies where the state has it is the owner's, and so is one of a page that nobody
    lists, anywhere but where the backup puts pages."""
    pages = memory.state.pages
    rows = {row.id: row for each in listed for row in each.rows}
    homes = {each.folder for each in memory.state.nodes.values()}
    homes |= {each.folder for each in listed if each.folder}
    owned = memory.state.owned()
    files = frozenset(present.files())
    free = (path for path in files if path.endswith(f"/{TEXT}") and path not in owned)
    named = _named(free, present)
    going = {
        id_
        for id_ in rows.keys() & pages.keys() - memory.unpublished
        if (rows[id_].title, rows[id_].parent) != (pages[id_].title, pages[id_].parent)
    }
    place = {id_: pages[id_].text_path for id_ in going.union(named.values()) & pages.keys()}
    there = _named(place.values(), present)
    found = {path for id_ in going if there.get(path := place[id_], id_) != id_}
    for path, id_ in named.items():
        folder = path.rpartition("/")[0]
        is_ours = id_ in rows or folder in roots or _is_below(folder, homes, files)
        if there.get(place[id_]) != id_ if id_ in place else is_ours:
            found.add(path)
    return found


def _is_below(folder: str, homes: Collection[str], files: frozenset[str]) -> bool:
    """Whether a folder lies in one of these, or in what looks like a page or database in them of which
    nobody knows any more."""
    while (folder := state.parent_of(folder)) not in homes:
        own = (state.join(folder, name) for name in NODE_FILES)
        if folder == "." or files.isdisjoint(own):
            return False
    return True


def _named(paths: Iterable[str], present: BackupFiles) -> dict[str, str]:
    """Which page each of the texts is of, by its own words."""
    said = (
        (path, origin.subject(content.decode("utf-8", "replace")))
        for path, content in present.stores(set(paths))
    )
    return {path: id_ for path, id_ in said if id_}


def _with(memory: Memory, found: Rebuilt, added: Mapping[str, Record]) -> Memory:
    """The memory with the pages `added`, which were found again, and with what their stores say of
    those that must be read otherwise."""
    known = memory.state.pages
    stored = {id_: found.pages[id_] for id_ in found.whole & memory.rebuilt}
    stored = {id_: each for id_, each in stored.items() if each.folder == known[id_].folder}
    pages = {**added, **known, **stored}
    newest = max((each.edited for each in pages.values()), default="")
    whole = stored.keys() | (found.whole & added.keys())
    restored = {id_ for id_ in whole if rebuild.is_settled(pages[id_], newest)}
    folders = {record.folder for record in pages.values()}
    elsewhere = {*found.strays, *(each.folder for each in found.pages.values())}
    again = memory.rebuilt | added.keys()
    is_first = not again and memory.problem.endswith(("missing.", "empty."))
    return replace(
        memory,
        state=replace(memory.state, pages=pages),
        rebuilt=frozenset(again - restored),
        restored=frozenset(restored),
        strays=tuple(sorted(elsewhere - folders)) if memory.problem else (),
        problem="" if is_first else memory.problem,
    )
