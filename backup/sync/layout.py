"""The folder of every page and database, from the top down: each lies in that of what it lies in.

Siblings share one name space, whatever they are. Deep and long paths are shortened by a fixed rule, so
that the same tree has the same folders in every run.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from backup.model import FILE_FOLDERS
from backup.slug import folded, slug
from backup.sync.paths import LONGEST_SHORT, Named, RootFolder, names, root_folders
from backup.sync.state import Record, State, join, parent_of
from backup.sync.steps import Listing

_LONG, _LONGEST = 200, 400  # bytes of a folder's path
_DEEPEST = 40  # folders in each other; GitHub advises not to pass 50


@dataclass(frozen=True, slots=True)
class Spot:
    """A page or database that wants a folder. `parent` is the id of what it lies in, `folder` the one
    that it has now, '' for none. One that is `kept`, although nobody lists it, keeps its name."""

    id: str
    title: str
    parent: str
    is_page: bool
    folder: str = ""
    kept: bool = False

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.rpartition("/")[2]


def placed(listing: Listing, state: State) -> Listing:
    """The listing with a folder for each database."""
    return listing.placed(all_folders(listing, state))


def roots_in(listing: Listing, state: State) -> dict[str, str]:
    """The folders of the pages that lie in nothing else that is listed, each with the page's id."""
    found = all_folders(listing, state)
    return {found[row.id]: row.id for each in listing.pages if not each.id for row in each.rows}


def all_folders(listing: Listing, state: State, removed: Collection[str] = ()) -> Mapping[str, str]:
    """The folder of everything that is listed or stays. What nobody lists keeps its name, and is where
    its parent is."""
    nodes = {id_: each for id_, each in state.nodes.items() if id_ not in removed}
    current = {id_: each.folder for id_, each in nodes.items()}
    shown = [
        Spot(each.id, each.title, each.parent, True, current.get(each.id, ""))
        for each in listing.rows
    ]
    shown += [
        Spot(each.id, each.title, each.parent, False, current.get(each.id, ""))
        for each in listing.databases
    ]
    listed = {spot.id: spot for spot in shown}
    kept = [
        Spot(id_, each.title, each.parent, isinstance(each, Record), each.folder, kept=True)
        for id_, each in nodes.items()
        if id_ not in listed
    ]
    tops = {id_: each.folder for id_, each in nodes.items() if not each.parent}
    nested = {spot.id for spot in shown if spot.parent}
    chosen = root_folders(
        _roots(listing), {id_: folder for id_, folder in tops.items() if id_ not in nested}
    )
    known = {*listed, *nodes}
    fixed = {spot.id: spot.folder for spot in kept if _stays(spot, known, current)}
    return folders({**fixed, **chosen}, (*shown, *kept))


def _roots(listing: Listing) -> dict[str, RootFolder]:
    """The roots that Notion shows; others stay where they are."""
    named = {each.id: each for each in listing.databases if not each.parent}
    pages = {row.id for each in listing.pages for row in each.rows if not row.parent}
    known = {id_: root for id_, root in listing.roots.items() if id_ in {*named, *pages}}
    return {id_: RootFolder(each.folder, each.title) for id_, each in named.items()} | known


def _stays(spot: Spot, known: Collection[str], current: Mapping[str, str]) -> bool:
    """Whether something that nobody lists stays, wherever its parent goes: it does not lie there, as
    what could not be moved, or there is none. To a parent that is new it belongs."""
    if spot.parent not in known:
        return True
    above = current.get(spot.parent)
    return above is not None and parent_of(spot.folder) not in (above, parent_of(above))


@dataclass
class _Names:
    """What is taken in each folder: `given` to something, or only `passed` on the way to one of the
    `others`, which are not laid out here."""

    others: Collection[str]
    given: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    passed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for folder in self.others:
            above, name = parent_of(folder), folded(folder.rpartition("/")[2])
            self.given[above].add(name)
            while above not in ("", "."):
                above, name = parent_of(above), folded(above.rpartition("/")[2])
                if name in self.passed[above]:
                    break
                self.passed[above].add(name)

    def of(self, wanted: Collection[Named], folder: str, own: Collection[str]) -> dict[str, str]:
        """A folder for each, in this one; what has one of its `own` there keeps it."""
        passed = self.passed[folder].difference(map(folded, own))
        found = names(wanted, self.given[folder] | passed)
        self.given[folder].update(map(folded, found.values()))
        return {id_: join(folder, name) for id_, name in found.items()}


def folders(roots: Mapping[str, str], spots: Iterable[Spot]) -> Mapping[str, str]:
    """The folder of every spot whose parents lead to one of the `roots`, which have theirs (id → folder).
    What leads to none stays where it is, and no name is on the way there."""
    return _folders(tuple(roots.items()), tuple(spots))


@lru_cache(1)  # a run asks again and again while it learns what Notion shows, mostly about the same
def _folders(given: tuple[tuple[str, str], ...], spots: tuple[Spot, ...]) -> Mapping[str, str]:
    roots = dict(given)
    below: defaultdict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        if spot.id not in roots:
            below[spot.parent].append(spot)
    reached = _reached(roots, below)
    found = dict(roots)
    found |= {spot.id: spot.folder for spot in spots if spot.id not in reached and spot.folder}
    taken = _Names(found.values())
    pages = {spot.id for spot in spots if spot.is_page}
    waiting = deque(sorted(roots, key=lambda id_: (roots[id_], id_)))
    while waiting:
        above = waiting.popleft()
        if above in pages:
            taken.given[found[above]].update(FILE_FOLDERS)
        inside = _inside(below[above], found[above], taken, is_free=above in roots)
        found |= inside
        waiting.extend(inside)
    # What stays is one text with what is known: a large backup has many.
    return found | {spot.id: spot.folder for spot in spots if found.get(spot.id) == spot.folder}


def _reached(roots: Iterable[str], below: Mapping[str, Collection[Spot]]) -> set[str]:
    """The ids of the roots, and of all below them."""
    reached = set(roots)
    waiting = list(roots)
    while waiting:
        inside = [spot.id for spot in below.get(waiting.pop(), ())]
        reached.update(inside)
        waiting += inside
    return reached


def _inside(
    spots: Collection[Spot], folder: str, taken: _Names, *, is_free: bool
) -> dict[str, str]:
    """The folders of what lies in the page or database that has this `folder`; below the roots, which
    people choose themselves, paths are free."""
    found: dict[str, str] = {}
    homes: defaultdict[str, list[Named]] = defaultdict(list)
    for spot in sorted(spots, key=lambda spot: spot.id):
        named, home = _fitted(spot, folder, is_free=is_free)
        if spot.kept and folded(spot.name) not in taken.given[home]:
            found[spot.id] = join(home, spot.name)
            taken.given[home].add(folded(spot.name))
        else:
            homes[home].append(named)
    for home, wanted in homes.items():
        own = [spot.name for spot in spots if spot.folder and parent_of(spot.folder) == home]
        found |= taken.of(wanted, home, own)
    return found


def _fitted(spot: Spot, folder: str, *, is_free: bool) -> tuple[Named, str]:
    """How a folder is named, and which one it lies in."""
    named = Named(spot.id, spot.title, spot.name)
    if is_free:
        return named, folder
    deep = 0 if folder == "." else folder.count("/") + 1
    name = slug(spot.title) or "untitled"
    if _size(join(folder, name)) <= _LONG and deep < _DEEPEST:
        return named, folder
    short = Named(spot.id, spot.title, spot.name, is_short=True)
    fits = _size(folder) + 1 + LONGEST_SHORT <= _LONGEST and deep < _DEEPEST
    return short, folder if fits else parent_of(folder)


def _size(path: str) -> int:
    return len(path.encode())
