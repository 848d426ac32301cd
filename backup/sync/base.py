"""The published branch as a value: the base of every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backup.sync.state import Place, Record, State


@dataclass(frozen=True, slots=True)
class Base:
    """The published branch when the run begins. `files` maps the paths of its regular files below the
    output folder to their objects.

    `problem` says why its state is not there or cannot be used, '' when it can; `state` is then the
    last one that could be read in the history, if any. `checked_out`: the work tree shows just this
    commit of this branch, all of it, so that a file that is missing there was deleted there.
    `before` is the state that the checked-out commit has: what the work tree began with.
    """

    commit: str = ""
    state: State = field(default_factory=State)
    files: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    checked_out: bool = False
    before: State = field(default_factory=State)

    def pages(self) -> Mapping[str, Record]:
        """The pages that the branch has: of a state from its history, those of which a file is left."""
        if not self.problem:
            return self.state.pages
        return {
            id_: record
            for id_, record in self.state.pages.items()
            if any(path in self.files for path in record.paths())
        }

    def databases(self) -> dict[str, Place]:
        """The databases that the branch has: the same, and those in which something of that lies."""
        found = {
            id_
            for id_, place in self.state.databases.items()
            if not self.problem or any(path in self.files for path in place.paths())
        }
        waiting = [*self.pages(), *found]
        nodes = self.state.nodes
        while waiting:
            above = nodes[waiting.pop()].parent
            if above in self.state.databases and above not in found:
                found.add(above)
                waiting.append(above)
        return {id_: each for id_, each in self.state.databases.items() if id_ in found}
