"""Folders of databases and pages: readable, stable, and free of collisions on every file system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from backup.slug import cut, folded, slug

_LONGEST = 80  # bytes of a folder's name
_SHORT = 24  # bytes of the slug in a short one
LONGEST_SHORT = _SHORT + 1 + 8
_SUFFIXES = (0, 8, 12, 16, 32)  # hex digits from the END of the id: newer ids begin alike


@dataclass(frozen=True, slots=True)
class Named:
    """Something that wants a folder: its id, its title, and the name it has now ('' for none). A short
    name has a suffix in any case."""

    id: str
    title: str
    current: str = ""
    is_short: bool = False


def names(wanted: Iterable[Named], taken: Collection[str] = ()) -> dict[str, str]:
    """A name for each, unique without regard to case, and none of those that are `taken`.

    Equal titles all get the end of their id as a suffix. One that has a suffix keeps it for as long
    as its title stays, also when its twin is gone: a name that need not change does not.
    """
    all_ = {each.id: each for each in wanted}
    occupied = {folded(name) for name in taken}
    plain = {id_: _name(each, 0) for id_, each in all_.items()}
    bare = {id_: folded(name) for id_, name in plain.items()}
    twins = Counter(bare.values())
    # Also where a twin has its suffix already: a run that is killed after it has named one of two
    # must find the same name for the other.
    digits = {
        id_: max(
            0 if each.current == plain[id_] else _current_digits(each),
            _SUFFIXES[1] if twins[bare[id_]] > 1 else 0,
        )
        for id_, each in all_.items()
    }
    result = {
        id_: _name(all_[id_], count) if count else plain[id_] for id_, count in digits.items()
    }
    while True:
        alike = {id_: folded(name) for id_, name in result.items()}
        seen = Counter(alike.values())
        clashing = [
            id_
            for id_, name in alike.items()
            if (seen[name] > 1 or name in occupied) and digits[id_] < _SUFFIXES[-1]
        ]
        if not clashing:
            return result
        for id_ in clashing:
            digits[id_] = _SUFFIXES[_SUFFIXES.index(digits[id_]) + 1]
            result[id_] = _name(all_[id_], digits[id_])


@dataclass(frozen=True, slots=True)
class RootFolder:
    """Where a root is to lie: in the folder `path`, or else in one that is named after it in `base`.
    No setting names one that `is_found`: it lies at the top of a workspace that one names."""

    path: str
    title: str
    base: str = "."
    is_found: bool = False


def root_folders(roots: Mapping[str, RootFolder], current: Mapping[str, str]) -> dict[str, str]:
    """The folder of each root.

    `current` has the folders of all roots that were ever backed up here: one that needs no other
    keeps its own, and one that is not shown in this run, or not asked for any more, is in the way.
    """
    given = {id_: root.path for id_, root in roots.items() if root.path}
    given |= {
        id_: "."  # an adopted one, until a setting gives it a folder (see folder.adopt)
        for id_, root in roots.items()
        if not root.path and current.get(id_) == "."
    }
    others = [folder for id_, folder in current.items() if id_ not in roots]
    found = dict(given)
    for base in dict.fromkeys(root.base for root in roots.values() if not root.path):
        open_ = [
            Named(id_, root.title, _name_in(base, current.get(id_, "")))
            for id_, root in roots.items()
            if id_ not in given and root.base == base
        ]
        named = names(open_, first_parts([*found.values(), *others], base))
        found.update(
            {id_: name if base == "." else f"{base}/{name}" for id_, name in named.items()}
        )
    return found


def _name_in(base: str, folder: str) -> str:
    """The name of a folder in `base`; '' for one that lies elsewhere."""
    above, _, name = folder.rpartition("/")
    return name if (above or ".") == base else ""


def is_name(name: str, title: str, id_: str) -> bool:
    """Whether a page of this title and id may have a folder of this name."""
    return name in possible_names(title, id_)


def possible_names(title: str, id_: str) -> list[str]:
    """Every name that the folder of a page of this title and id may have."""
    plain = [_name(Named(id_, title), digits) for digits in _SUFFIXES]
    return plain + [_name(Named(id_, title, is_short=True), digits) for digits in _SUFFIXES[1:]]


def first_parts(folders: Iterable[str], below: str) -> set[str]:
    """The names in the folder `below` that lie on the way to any of `folders`."""
    prefix = "" if below in (".", "") else f"{below}/"
    inside = (each[len(prefix) :] for each in folders if each.startswith(prefix))
    return {each.split("/")[0] for each in inside if each not in ("", ".")}


def _name(each: Named, digits: int) -> str:
    base = slug(each.title, _LONGEST) or "untitled"
    if each.is_short:
        return f"{cut(base, _SHORT).rstrip('-_')}-{each.id[-max(digits, _SUFFIXES[1]) :]}"
    if not digits:
        return base
    return f"{cut(base, _LONGEST - 1 - digits).rstrip('-_')}-{each.id[-digits:]}"


def _current_digits(each: Named) -> int:
    """The length of the suffix in the current name, when the title still gives that name."""
    return next((n for n in _SUFFIXES if each.current and _name(each, n) == each.current), 0)
