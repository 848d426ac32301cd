"""The values of a plan: its input and its output."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from backup.model import README, Json, Problem, Row, Target
from backup.sync.paths import RootFolder
from backup.sync.state import join


class Action(Enum):
    """What happens to a page."""

    FETCH = "fetch"  # read it, write it
    RENDER = "render"  # write it again from its store: Notion is not asked
    RETRY = "retry"  # try just its missing files; what comes of that may be a reason to read it
    KEEP = "keep"  # nothing to do, or nothing may be done
    REMOVE = "remove"  # delete the files that are ours


class Verdict(Enum):
    """What Notion says of a page or database that is no longer listed where it was."""

    TRASHED = "in Notion's trash"
    MOVED = "moved out of the databases of this backup"
    LISTED = "still in a database of this backup"  # the listing missed it, or it has just moved
    ORPHANED = "in a part of a page that is in Notion's trash, but not itself"
    UNREACHABLE = "not shown to the integration (deleted for good, or no longer shared)"
    UNKNOWN = "Notion could not be asked about it"


@dataclass(frozen=True, slots=True)
class Step:
    """One page's part of the plan. `is_proof` says that what is rendered must be what lies there: else
    nothing shows that the store is right, and the page is to be fetched. `old_folder` is set when the page moves from there, `row` when
    Notion lists it. `anchors` are the ids of its blocks that pages of the backup link to; a page that
    does not come to rest, because somebody keeps editing it, is not `stable` after this reading."""

    action: Action
    page_id: str
    folder: str
    title: str
    reason: str
    old_folder: str = ""
    row: Row | None = None
    anchors: frozenset[str] = frozenset()
    stable: bool = True
    is_proof: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A database with its rows as Notion shows it now, or a page with the pages in it. `complete` says
    that every one is in `rows`.

    Of a database, `sources` are the ids of its data sources, `parent` is the id of the page that it
    lies in, '' for a root, and `folder` is '' until the plan chooses one; `stored` is what its store
    holds, None leaves the one that is there alone. Of a page, `databases` are those that lie in it; ''
    is the id of the page above all roots; `shifted` says that something does not stand in the list of
    the page in which it stood, `aside` that something in it was found by asking for that itself: no
    list said so, and no other shard sees it.
    """

    id: str
    title: str
    icon: str
    folder: str
    rows: tuple[Row, ...]
    complete: bool
    sources: tuple[str, ...] = ()
    stored: bytes | None = None
    parent: str = ""
    databases: tuple[str, ...] = ()
    shifted: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What Notion shows: each database with its rows, each page that has `pages` in it, and the schema of
    each data source. `roots` are all that the settings name, or that lie at the top of a workspace that
    they name, also those that Notion does not show. `empty` are databases that list nothing, and of
    which the backup has nothing. `verdicts` is what Notion says of the pages and databases that are no
    longer listed (see removals.candidates).

    `views` has, for each block that shows rows of a database elsewhere, the id of that one, '' when
    nobody knows it. `warnings` is what somebody should look at. `began` is when the listing began, by
    Notion's clock: what was edited before, the rows show.
    """

    databases: tuple[Listed, ...]
    schemas: Mapping[str, Json]
    problems: tuple[Problem, ...]
    began: datetime
    empty: tuple[Listed, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    pages: tuple[Listed, ...] = ()
    roots: Mapping[str, RootFolder] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @property
    def lists(self) -> tuple[Listed, ...]:
        """All of them: of databases, and of pages."""
        return *self.databases, *self.pages

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all lists."""
        return (row for each in self.lists for row in each.rows)

    def with_(self, rows: Collection[Row]) -> Listing:
        """The same with newer rows. One that was renamed or moved meanwhile stays as it was listed:
        what follows from that is left to the next run."""
        newer = {_place_of(row): row for row in rows}
        databases = (
            replace(each, rows=tuple(newer.get(_place_of(row), row) for row in each.rows))
            for each in self.databases
        )
        return replace(self, databases=tuple(databases))

    def placed(self, folders: Mapping[str, str]) -> Listing:
        """The same with a folder for each database. One that lies in a page of which nothing is seen
        yet waits for that page."""
        placed = (each for each in self.databases if each.id in folders)
        databases = tuple(replace(each, folder=folders[each.id]) for each in placed)
        return replace(self, databases=databases)


def _place_of(row: Row) -> tuple[str, ...]:
    return row.id, row.parent, row.source, row.title


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides, besides the listing and the state: the settings, and what this run has learned.

    `keep_json` says that each page has a store; one that has none is read. `damaged` holds the pages of
    which a file is missing on the disk, `textless` those of which only the text is, `lost` those, and the
    databases, of which no file is left, `left` all to which no setting leads any more, `rebuilt` those whose record was lost and found again, `restored` those
    whose record was lost and whose store has all of it, `due` those with missing files that are to be
    tried again, `withheld` those with content that Notion is to be asked for again.
    `render_keys` has, for each data source, that of its pages: a page with
    another one in its record is written again. Of `shard` (i, n), this run takes the i-th of n parts.
    `comments` says whether pages have their comments, None that nothing can be said of these now;
    `discussed` are the pages with others than those of the backup.

    From earlier rounds of the run (see plan.learned): the pages that were `read`, those that `failed`,
    how often each was read because of `edits` meanwhile, and for each page whose missing files were
    `retried` whether it is to be read now.
    """

    full_sync: bool = False
    keep_json: bool = False
    keep_deleted: bool = False
    allow_mass_delete: bool = False
    damaged: Collection[str] = ()
    textless: Collection[str] = ()
    lost: Collection[str] = ()
    left: Collection[str] = ()
    rebuilt: Collection[str] = ()
    restored: Collection[str] = ()
    due: Collection[str] = ()
    withheld: Collection[str] = ()
    render_keys: Mapping[str, str] = field(default_factory=dict)
    shard: tuple[int, int] = (1, 1)
    comments: bool | None = None
    discussed: Collection[str] = ()
    read: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    edits: Mapping[str, int] = field(default_factory=dict)
    retried: Mapping[str, bool] = field(default_factory=dict)

    def mine(self, page_id: str) -> bool:
        """Whether a page is this run's: its id decides, so that no two runs take the same."""
        part, parts = self.shard
        return parts == 1 or int(page_id[-8:], 16) % parts == part - 1

    def writes(self, page_id: str, moved: str) -> bool:
        """Whether this run may write a page: one of its own, and one of another shard that is `moved` to
        make room, but lacks a file."""
        broken = (self.damaged, self.textless, self.lost)
        return self.mine(page_id) or bool(moved and any(page_id in each for each in broken))


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which a person would read them, and what somebody must look at.

    `targets` are the pages and databases that links may point to, as they will lie afterwards.
    `databases` are those of the listing, each with its folder, `forgotten` the ids of those that go, and
    of which nothing stays; `views` has what linked views show (see Listing). `kept` are
    databases that nobody lists, and that stay, each in its folder. `waiting` counts the pages of other
    shards that were not read yet as they are: what is new in them, nobody knows. `others` are the
    texts that this run leaves to other shards, though something in them is to be written.
    """

    steps: tuple[Step, ...]
    targets: Mapping[str, Target]
    problems: tuple[Problem, ...] = ()
    databases: tuple[Listed, ...] = ()
    forgotten: frozenset[str] = frozenset()
    views: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[Listed, ...] = ()
    waiting: int = 0
    others: frozenset[str] = frozenset()

    def of(self, action: Action) -> tuple[Step, ...]:
        """The steps of one kind."""
        return tuple(step for step in self.steps if step.action is action)

    @property
    def unchanged(self) -> tuple[Step, ...]:
        """The steps of pages that Notion lists, and that need not be written."""
        writing = (Action.FETCH, Action.RENDER)
        return tuple(s for s in self.steps if s.row is not None and s.action not in writing)


def index_of(folder: str) -> str:
    """The file that lists a database's pages: hosts show it with the folder."""
    return join(folder, README)
