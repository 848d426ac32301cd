"""Folders of databases and pages: readable, stable, and free of collisions on every file system."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from backup.slug import cut, slug

_LONGEST = 80  # bytes of a folder's name
_SUFFIXES = (0, 8, 12, 16, 32)  # hex digits from the END of the id: newer ids begin alike


@dataclass(frozen=True, slots=True)
class Named:
    """Something that wants a folder: its id, its title, and the name it has now ('' for none)."""

    id: str
    title: str
    current: str = ""


def names(wanted: Iterable[Named], taken: Collection[str] = ()) -> dict[str, str]:
    """A name for each, unique without regard to case, and none of those that are `taken`.

    Equal titles all get the end of their id as a suffix. One that has a suffix keeps it for as long
    as its title stays, also when its twin is gone: a name that need not change does not.
    """
    all_ = {each.id: each for each in wanted}
    occupied = {_same(name) for name in taken}
    bare = {id_: _same(_name(each, 0)) for id_, each in all_.items()}
    twins = Counter(bare.values())
    # Also where a twin has its suffix already: a run that is killed after it has named one of two
    # must find the same name for the other.
    digits = {
        id_: max(_current_digits(each), _SUFFIXES[1] if twins[bare[id_]] > 1 else 0)
        for id_, each in all_.items()
    }
    while True:
        result = {id_: _name(each, digits[id_]) for id_, each in all_.items()}
        seen = Counter(_same(name) for name in result.values())
        clashing = [
            id_
            for id_, name in result.items()
            if (seen[_same(name)] > 1 or _same(name) in occupied) and digits[id_] < _SUFFIXES[-1]
        ]
        if not clashing:
            return result
        for id_ in clashing:
            digits[id_] = _SUFFIXES[_SUFFIXES.index(digits[id_]) + 1]


def database_folders(
    databases: Mapping[str, tuple[str, str]],
    current: Mapping[str, str],
) -> dict[str, str]:
    """The folder of each database, from (path that was given or '', label or title).

    `current` has the folders of all databases that were ever backed up here: one that needs no other
    keeps its own, and one that is not to be seen in this run, or not asked for any more, is in the way.
    """
    given = {id_: path for id_, (path, _) in databases.items() if path}
    open_ = [
        Named(id_, title, current.get(id_, ""))
        for id_, (path, title) in databases.items()
        if not path
    ]
    others = (folder for id_, folder in current.items() if id_ not in databases)
    taken = first_parts([*given.values(), *others], ".")
    return {**given, **names(open_, taken)}


def is_name(name: str, title: str, id_: str) -> bool:
    """Whether a page of this title and id may have a folder of this name."""
    return name in possible_names(title, id_)


def possible_names(title: str, id_: str) -> list[str]:
    """Every name that the folder of a page of this title and id may have."""
    return [_name(Named(id_, title), digits) for digits in _SUFFIXES]


def first_parts(folders: Iterable[str], below: str) -> set[str]:
    """The names in the folder `below` that lie on the way to any of `folders`."""
    prefix = "" if below in (".", "") else f"{below}/"
    inside = (each[len(prefix) :] for each in folders if each.startswith(prefix))
    return {each.split("/")[0] for each in inside if each not in ("", ".")}


def _name(each: Named, digits: int) -> str:
    base = slug(each.title, _LONGEST) or "untitled"
    if not digits:
        return base
    return f"{cut(base, _LONGEST - 1 - digits).rstrip('-_')}-{each.id[-digits:]}"


def _current_digits(each: Named) -> int:
    """The length of the suffix in the current name, when the title still gives that name."""
    return next((n for n in _SUFFIXES if each.current and _name(each, n) == each.current), 0)


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
