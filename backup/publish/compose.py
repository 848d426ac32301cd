"""Decides what to publish, in a three-way merge of what the run has, what it started with, and what the
remote has now. Pure.

A page's files and its record always go together. Of two versions the one that was read later wins; an
unclear case is left to the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from backup import store
from backup.errors import BrokenState
from backup.folder.tables import Contents, Holdings, Sheet, Tables, nothing
from backup.markdown.database import is_our_list
from backup.model import CSV, README, STORE, Problem
from backup.publish.commits import folders_of, in_the_way
from backup.publish.message import KINDS, Mention
from backup.sync import merge, state
from backup.sync.merge import Merged
from backup.sync.state import Place, Record, State, join
from backup.sync.steps import index_of
from backup.words import UNTITLED, by_title


@dataclass(frozen=True, slots=True)
class Held:
    """What a run has finished at one moment. `objects` maps the files of every page, and the store of
    every database, that is new since the last publication to what git calls their content; `rewritten` are pages and databases
    of which files were written, whether their record changed or not; `removed` are the pages that
    the plan removed: no other page's absence is a removal. `tables` makes the files that show the pages
    of databases; without it they are made later."""

    state: State
    objects: Mapping[str, str]
    rewritten: Collection[str] = ()
    removed: Collection[str] = ()
    tables: Tables | None = None

    def split(self, base: State, size: Callable[[str], int], most: int) -> Iterator[Held]:
        """What to publish before all of it, where it is more than one push may hold: the first new pages, and
        more each time. `base` is what is published, `size` gives the bytes of a file. What shows the pages of
        a database comes with the last one."""
        databases = {
            id_: replace(each, index=False, lists=(), index_digest="")
            for id_, each in self.state.databases.items()
        }
        now = replace(self.state, databases=databases)
        pages = {id_: each for id_, each in self.state.pages.items() if id_ in base.pages}
        total = 0
        for id_ in sorted(self.state.pages.keys() - pages.keys()):
            paths = self.state.pages[id_].paths()
            more = sum(size(path) for path in paths if path in self.objects)
            if total and total + more > most:
                yield replace(self, state=replace(now, pages={**pages}), tables=None)
                total = 0
            pages[id_] = self.state.pages[id_]
            total += more


@dataclass(frozen=True, slots=True)
class PageChange:
    """One page: what becomes of its files in `folder`. `edited` is when somebody last did so, for
    Notion."""

    page_id: str
    mention: Mention
    folder: str
    edited: str
    put: Mapping[str, str]
    drop: Collection[str]


@dataclass(frozen=True, slots=True)
class Composition:
    """What to commit. `texts` are the state and the lists of pages, `stores` those of databases, as
    objects; `drop` is what was ours and nobody needs. `back` are pages that are left to the next run."""

    state: State
    changes: tuple[PageChange, ...]
    texts: Mapping[str, str | bytes]
    stores: Mapping[str, str]
    drop: Collection[str]
    back: Mapping[str, Record] = field(default_factory=dict)

    def left(self) -> tuple[Problem, ...]:
        """What to say of the pages that are left."""
        return tuple(
            Problem(record.title or UNTITLED, _LEFT.format(record.text_path), id_)
            for id_, record in sorted(self.back.items())
        )


_LEFT = (
    "{} was not published: another file is at this path on the branch. Move it away if it is not part of "
    "the backup; if another run was faster, the next run publishes the page."
)


def composition(
    base: State,
    held: Held,
    files: Mapping[str, str],
    text: str | bytes,
    links: Collection[str] = (),
    ours: Collection[str] = (),
    tip: Contents = nothing,
) -> Composition:
    """What to commit on a tip with these `files` (path → object) and this `text` of the state;
    `links` are those files that are symbolic links or submodules: never ours. `ours` are files that
    are ours, though no state says so: they themselves do, or the history. `tip` reads files.

    `base` is what the tip had when the run began, as far as it knows. All paths are below the
    output folder. Raises StateError when a later version of this program wrote the state.
    """
    theirs = understood(text, base, files)
    known = (theirs.owned().keys() | base.owned().keys() | set(ours)) - set(links)
    ground = _Ground(files, known, folders_of(files))
    taken = _taken(base, held, ground)
    merged = merge.merged(base, held.state, theirs, held.rewritten, taken, held.removed)
    now = replace(merged.state, databases=_indexed(merged.state, held, ground))
    records = (each.get(id_) for id_ in merged.ours for each in (now.pages, theirs.pages))
    changed = {record.parent for record in records if record} | set(held.rewritten)
    now, shown = _shown(now, theirs, changed, held, ground, tip)
    owned = now.owned()
    changes = tuple(_changes(now, merged, theirs, base, held, files, owned))
    texts: dict[str, str | bytes] = {state.NAME: state.dumps(now), **shown}
    drop = sorted(theirs.owned().keys() - owned.keys() - set(links))
    back = {id_: _any(id_, held.state, theirs, base) for id_ in merged.back}
    return Composition(now, changes, texts, _stores(now, held), drop, back)


def _any(page_id: str, *states: State) -> Record:
    """What the first of the states that has the page knows of it."""
    found = (each.pages[page_id] for each in states if page_id in each.pages)
    return next(found, Record("", "", ""))


def understood(text: str | bytes, base: State, files: Collection[str]) -> State:
    """The state in `text`; where it is lost or broken, in whole or in part, what is there of `base`:
    no reason to take what lies beside it for somebody else's."""
    pages = {id_: each for id_, each in base.pages.items() if all(p in files for p in each.paths())}
    try:
        if text.strip():
            found = state.loads(text)
            lost = {each.entry for each in found.damage} & pages.keys()
            return replace(found, pages={**{id_: pages[id_] for id_ in lost}, **found.pages})
    except BrokenState:
        pass  # a merge that went wrong, say: the files decide
    databases = {
        id_: place
        for id_, place in base.databases.items()
        if not place.index or index_of(place.folder) in files
    }
    return replace(base, pages=pages, databases=databases)


def mentions(before: State, now: State) -> list[Mention]:
    """Every page that is not as it was, in order."""
    changed = {
        id_: _kind(before.pages.get(id_), now.pages.get(id_))
        for id_ in before.pages.keys() | now.pages.keys()
        if _seen(before.pages.get(id_)) != _seen(now.pages.get(id_))
    }
    found = [
        Mention(kind, (now.pages.get(id_) or before.pages[id_]).title)
        for id_, kind in changed.items()
    ]
    return ordered(found)


def ordered(found: Iterable[Mention]) -> list[Mention]:
    """New pages first, removed ones last, each kind by title."""
    return sorted(found, key=lambda each: (KINDS.index(each.kind), by_title(each.title)))


def _seen(record: Record | None) -> tuple[object, ...] | None:
    """What a reader of the backup sees change."""
    return (record.folder, record.title, record.edited, record.files) if record else None


def _kind(was: Record | None, now: Record | None) -> str:
    if now is None:
        return "removed"
    if was is None:
        return "new"
    return "updated" if was.folder == now.folder else "renamed"


@dataclass(frozen=True, slots=True)
class _Ground:
    """The tip's files, which of them are `known` to be ours, and all its folders."""

    files: Mapping[str, str]
    known: Collection[str]
    folders: Collection[str]

    def is_free(self, path: str, content: str = "") -> bool:
        """Whether a file of ours may lie there; a file of the same `content` is in nobody's way."""
        if in_the_way(path, self.files, self.folders):
            return False
        return path in self.known or self.files.get(path, content) == content


def _taken(base: State, held: Held, ground: _Ground) -> set[str]:
    """Paths of our new pages that cannot be ours: something of somebody else is in the way, or our
    own file is not there to be put."""
    changed = [each for id_, each in held.state.pages.items() if base.pages.get(id_) != each]
    rewritten = (each for id_ in held.rewritten if (each := held.state.pages.get(id_)))
    paths = {path for record in (*changed, *rewritten) for path in record.paths()}
    lacking = {path for record in changed for path in record.paths() if path not in held.objects}
    return lacking | {
        path for path in paths if not ground.is_free(path, held.objects.get(path, ""))
    }


def _indexed(now: State, held: Held, ground: _Ground) -> dict[str, Place]:
    """The databases; where a README.md or store of somebody else lies by now, it is none of ours."""
    found: dict[str, Place] = {}
    for id_, place in now.databases.items():
        path = place.store_path
        is_index = place.index and ground.is_free(index_of(place.folder))
        lists = tuple(name for name in place.lists if ground.is_free(join(place.folder, name)))
        is_store = bool(place.store) and ground.is_free(path, held.objects.get(path, ""))
        kept = place.store if is_store else ""
        found[id_] = replace(place, index=is_index, lists=lists, store=kept)
    return found


def _stores(now: State, held: Held) -> dict[str, str]:
    """The stores of databases that are new, and that the state to be published means."""
    ours = held.state.databases
    paths = (
        place.store_path
        for id_, place in now.databases.items()
        if place.store and id_ in ours and ours[id_].store == place.store
    )
    return {path: held.objects[path] for path in paths if path in held.objects}


def _changes(
    now: State,
    merged: Merged,
    theirs: State,
    base: State,
    held: Held,
    files: Mapping[str, str],
    owned: Collection[str],
) -> Iterator[PageChange]:
    """The pages of which our version counts, the first edited one first. Of one that the state of the tip
    lacks, `base` has the files that were found there: they go, if it is removed or lies elsewhere now."""
    for id_ in sorted(merged.ours, key=lambda each: (_edited(now, theirs, each), each)):
        mine, yours = now.pages.get(id_), theirs.pages.get(id_)
        is_gone = yours is not None and mine is None  # its files may be another's by now
        yours = yours or base.pages.get(id_)
        paths = mine.paths() if mine else ()
        put = {path: held.objects[path] for path in paths if path in held.objects}
        drop = [
            path for path in (yours.paths() if yours else ()) if path in files and path not in owned
        ]
        if drop or is_gone or any(files.get(path) != object_ for path, object_ in put.items()):
            page = mine or yours or Record("", "", "")
            kind = _kind(yours, mine)
            mention = Mention(kind, page.title)
            yield PageChange(id_, mention, page.folder, _edited(now, theirs, id_), put, drop)


def _edited(now: State, theirs: State, id_: str) -> str:
    record = now.pages.get(id_) or theirs.pages.get(id_)
    return record.edited if record else ""


def _shown(
    now: State,
    theirs: State,
    changed: Collection[str],
    held: Held,
    ground: _Ground,
    tip: Contents,
) -> tuple[State, dict[str, str]]:
    """The state, and by their paths the files that show the pages of databases, as all runs together
    know them. Those that the run did not write and the tip has already are not made again, nor those of a
    database that is as it was, and of which no page is `changed`."""
    if held.tables is None:
        return _listed(now, theirs, held, ground)
    places = dict(now.databases)
    shown: dict[str, str] = {}
    holdings = Holdings(now)
    for id_ in places.keys() & held.state.databases.keys():
        place, there = places[id_], theirs.databases.get(id_)
        is_same = place == there and id_ not in changed
        is_same = is_same or _is_there(place, there, holdings.digest(id_), ground)
        if is_same and id_ not in held.rewritten:
            continue
        made = held.tables.made(id_, holdings, tip)
        texts = dict(_free(made.texts, place, ground))
        shown |= {join(place.folder, name): text for name, text in texts.items()}
        places[id_] = place.showing(texts, holdings.digest(id_) if made.is_whole else "")
    return replace(now, databases=places), shown


def _listed(now: State, theirs: State, held: Held, ground: _Ground) -> tuple[State, dict[str, str]]:
    """The same while pages are still being read: what shows the pages of a database stays as it is, and
    one that has no table yet gets a list of them."""
    shown: dict[str, str] = {}
    holdings = Holdings(now)
    places = {
        id_: _as_there(each, theirs.databases.get(id_)) for id_, each in now.databases.items()
    }
    for id_ in places.keys() & held.state.databases.keys():
        path = index_of(places[id_].folder)
        is_table = places[id_].index_digest or places[id_].lists
        if not is_table and ground.is_free(path):
            shown[path] = Sheet(id_, holdings, None).texts()[README]
            places[id_] = replace(places[id_], index=True)
    return replace(now, databases=places), shown


def _as_there(place: Place, there: Place | None) -> Place:
    """A place with the lists of pages that the tip has."""
    if there is None or there.folder != place.folder:
        return place
    digest = there.index_digest
    return replace(place, index=there.index, lists=there.lists, index_digest=digest)


def _is_there(place: Place, there: Place | None, digest: str, ground: _Ground) -> bool:
    if there is None or there.paths() != place.paths():
        return False
    is_same = there.index_digest == place.index_digest == digest
    return is_same and all(path in ground.files for path in place.paths())


def _free(texts: Mapping[str, str], place: Place, ground: _Ground) -> Iterator[tuple[str, str]]:
    """The files of a database that may be ours: what the run found taken stays so, and nothing leads to
    further parts of a README.md that is somebody else's."""
    for name, text in texts.items():
        is_ours = name in place.lists if name == CSV else place.index
        if is_ours and ground.is_free(join(place.folder, name)):
            yield name, text


def is_ours(path: str, content: bytes, id_: str, ids: Collection[str]) -> bool:
    """Whether a list of pages or a store says that this program wrote it; `ids` are the pages."""
    if path.endswith(STORE):
        return store.subject(content) == id_
    return is_our_list(path, content.decode("utf-8", "replace"), ids)
