"""Which pages and databases are inside which, by the state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from backup.sync.state import State, parent_of

DEEPEST = 100  # pages in each other
TOP = ""  # the id of what all roots lie in


def parents(state: State, shown: Collection[str] = ()) -> dict[str, str]:
    """What each page and database of a state lies in. When neither the state knows that nor Notion has
    `shown` it, as another shard has removed it: what the folder lies in."""
    nodes = state.nodes
    known = {TOP, *nodes, *shown}
    found = {id_: each.parent for id_, each in nodes.items()}
    if lonely := [id_ for id_, parent in found.items() if parent not in known]:
        at = {each.folder: id_ for id_, each in nodes.items()}
        found |= {id_: _nearest(nodes[id_].folder, at) or found[id_] for id_ in lonely}
    return found


def _nearest(folder: str, at: Mapping[str, str]) -> str:
    """What lies in the closest folder above, of those that are `at` some folder; '' for none."""
    while folder != ".":
        folder = parent_of(folder)
        if folder in at:
            return at[folder]
    return ""


def root(id_: str, parents: Mapping[str, str]) -> str:
    """The outermost one of what something lies in, or itself."""
    *_, last = (id_, *_above(id_, parents))
    return last


def _above(id_: str, parents: Mapping[str, str]) -> Iterator[str]:
    seen = {id_}
    while (id_ := parents.get(id_, TOP)) and id_ not in seen:
        seen.add(id_)
        yield id_


class Family:
    """The parents of all pages and databases of a state, and what lies in each."""

    def __init__(self, state: State) -> None:
        self._parents = parents(state)
        self._below: defaultdict[str, list[str]] = defaultdict(list)
        for id_, parent in self._parents.items():
            self._below[parent].append(id_)

    def above(self, id_: str) -> Iterator[str]:
        """What it lies in, from the inside out."""
        return _above(id_, self._parents)

    def root(self, id_: str) -> str:
        """The outermost one, or itself."""
        return root(id_, self._parents)

    def below(self, id_: str) -> Iterator[str]:
        """All that lies in it."""
        waiting, seen = [id_], {id_}
        while waiting:
            inside = [each for each in self._below[waiting.pop()] if each not in seen]
            seen.update(inside)
            waiting += inside
            yield from inside
