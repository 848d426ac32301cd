"""The writes of a plan, in the order in which they are sent, as values."""

from __future__ import annotations

from dataclasses import dataclass

from backup.model import Json
from backup.notion.paging import PAGE_SIZE
from backup.restore.draft import Draft

START = "start"  # the place before everything else in a list
ARCHIVED: Json = {"is_archived": True}  # what is set of an archived row


@dataclass(frozen=True, slots=True)
class MakePage:
    """A page at the end of its parent, with its first blocks. `parent` is the key of a page, or of the
    data source of a row; `shown` stands for it in its parent's list."""

    key: str
    parent: str
    shown: Draft
    body: Json
    drafts: tuple[Draft, ...] = ()
    requests: int = 1


@dataclass(frozen=True, slots=True)
class MakeDatabase:
    """A database at the end of its parent; `source` is the key of its first data source."""

    key: str
    parent: str
    shown: Draft
    body: Json
    source: str
    requests: int = 1


@dataclass(frozen=True, slots=True)
class MakeSource:
    """One more data source in a database; its place among them."""

    key: str
    database: str
    place: int
    body: Json
    requests: int = 2  # one to see which there are


@dataclass(frozen=True, slots=True)
class Append:
    """Blocks in the list of a page or block: behind the block `after`, at the START, or at the end ('')."""

    parent: str
    drafts: tuple[Draft, ...]
    after: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Remove:
    """A placeholder that this restore made goes from the list of its parent."""

    parent: str
    key: str
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Look:
    """The ids of the blocks in a list: an answer to a write has those of the first tier alone."""

    parent: str
    count: int

    @property
    def requests(self) -> int:
        """One for 100 blocks."""
        return -(-self.count // PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Patch:
    """Something is set: a `kind` of page, block, database or data_source. It may be sent twice. `path` is
    the folder of what it belongs to in the backup: what Notion refuses of it costs only itself; '' when
    nothing can go on without it."""

    kind: str
    key: str
    body: Json
    path: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """A two-way relation: the column `name` of a data source is made, and the one that comes by itself in
    the `other` data source gets its name."""

    key: str
    name: str
    column: Json
    other: str
    back: str
    requests: int = 3  # one to see whether it is there


@dataclass(frozen=True, slots=True)
class Say:
    """A comment on a page or block, `on` by its key, or (`answers`) in the discussion that another one
    began. `words` are those by which it is known again, `path` is the folder of its page."""

    key: str
    path: str
    on: str
    body: Json
    words: str
    answers: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True)
class View:
    """One view of the data source of that key. `is_own`: Notion's own first table is to become it."""

    key: str
    source: str
    body: Json
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class MakeViews:
    """The views of a database, whose folder in the backup is `path`. `sources` are the keys of the data
    sources whose columns' ids are needed, `own` is how many views Notion itself is taken to have made."""

    key: str
    path: str
    views: tuple[View, ...]
    sources: tuple[str, ...] = ()
    own: int = 1

    @property
    def requests(self) -> int:
        """One to list what is there, one for each of it, and one for each that is made."""
        return 1 + self.own + len(self.sources) + len(self.views)


Step = (
    MakePage | MakeDatabase | MakeSource | Append | Remove | Look | Patch | Pair | Say | MakeViews
)
