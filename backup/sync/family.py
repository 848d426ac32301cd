"""Who lies in whom, as the state has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from backup.sync.state import State

TOP = ""  # the id of what all roots lie in


class Family:
    """The parents of all pages and databases of a state, and what lies in each."""

    def __init__(self, state: State) -> None:
        self._parents = {id_: known.parent for id_, known in state.nodes.items()}
        self._below: defaultdict[str, list[str]] = defaultdict(list)
        for id_, parent in self._parents.items():
            self._below[parent].append(id_)

    def above(self, id_: str) -> Iterator[str]:
        """What it lies in, from the inside out."""
        seen = {id_}
        while (id_ := self._parents.get(id_, TOP)) and id_ not in seen:
            seen.add(id_)
            yield id_

    def root(self, id_: str) -> str:
        """The outermost one, or itself."""
        *_, last = (id_, *self.above(id_))
        return last

    def below(self, id_: str) -> Iterator[str]:
        """All that lies in it."""
        waiting, seen = [id_], {id_}
        while waiting:
            inside = [each for each in self._below[waiting.pop()] if each not in seen]
            seen.update(inside)
            waiting += inside
            yield from inside
