"""The values of a plan: its input and its output."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from backup.model import Problem, Row, Target
from backup.sync.state import join


class Action(Enum):
    """What happens to a page."""

    FETCH = "fetch"  # read it, write it
    KEEP = "keep"  # nothing to do, or nothing may be done
    REMOVE = "remove"  # delete the files that are ours


class Verdict(Enum):
    """What Notion says of a page that its database no longer lists."""

    TRASHED = "in Notion's trash"
    MOVED = "moved out of the databases of this backup"
    LISTED = "still in a database of this backup"  # the listing missed it, or it has just moved
    UNREACHABLE = "not shown to the integration (deleted for good, or no longer shared)"
    UNKNOWN = "Notion could not be asked about it"


@dataclass(frozen=True, slots=True)
class Step:
    """One page's part of the plan. `old_folder` is set when the page moves from there, `row` when
    Notion lists it."""

    action: Action
    page_id: str
    folder: str
    title: str
    reason: str
    old_folder: str = ""
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A database as Notion shows it now. `complete` says that every row is in `rows`.

    `shapes` holds, for each data source, what its pages are written with: a page with another
    `render_key` in its record is written again.
    """

    id: str
    title: str
    icon: str
    folder: str
    rows: tuple[Row, ...]
    complete: bool
    shapes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide. `damaged` holds the pages of which a file is missing on the disk,
    `lost` those of which no file is left, `rebuilt` those whose record was lost and found again; of
    `shard` (i, n), this run takes the i-th part of n."""

    full_sync: bool = False
    keep_deleted: bool = False
    allow_mass_delete: bool = False
    damaged: Collection[str] = ()
    lost: Collection[str] = ()
    rebuilt: Collection[str] = ()
    shard: tuple[int, int] = (1, 1)

    def mine(self, page_id: str) -> bool:
        """Whether a page is this run's: its id decides, so that no two runs take the same."""
        part, parts = self.shard
        return parts == 1 or int(page_id[-8:], 16) % parts == part - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which a person would read them, and what is wrong with the picture.

    `targets` are the pages and databases that links may point to, as they will lie afterwards.
    """

    steps: tuple[Step, ...]
    targets: Mapping[str, Target]
    problems: tuple[Problem, ...] = ()

    def of(self, action: Action) -> tuple[Step, ...]:
        """The steps of one kind."""
        return tuple(step for step in self.steps if step.action is action)


def index_of(folder: str) -> str:
    """The file that lists a database's pages: hosts show it with the folder."""
    return join(folder, "README.md")
