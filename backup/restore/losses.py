"""What a restore cannot bring back: the closed table. Pure.

The plan names each loss before anything is written, and the proof finds the same ones afterwards. A
difference that is none of these is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Loss(Enum):
    """The kinds, in the order in which a plan lists them; the value is what a person reads behind the
    number of them."""

    UNREAD = "without its .notion.json, or with a part that was never read: that is not made"
    UNSUPPORTED = "a block that Notion shows to no program: a line stands in its place"
    NOT_CREATABLE = (
        "a block that only Notion's own app makes (button, form, meeting notes, link preview): a line "
        "stands in its place, with its content where there is any"
    )
    DATABASE = "a database that lies in another one (a wiki) that is restored alone: it is not made"
    DATABASE_MOVED = (
        "a database inside a block, or in another one (a wiki): it comes at the page's end, and a link in "
        "its place in a block"
    )
    PAGE_MOVED = "a page inside a block: it comes at the page's end, and a link in its place"
    LINKED_VIEW = "a view of a database elsewhere: a link stands in its place"
    SYNCED_OUTSIDE = (
        "a synced block whose original lies elsewhere: its content is written, without the tie"
    )
    LIST_FORMAT = "the start or the numbering style of a list"
    FILE_MISSING = "a file that the backup does not have: its name stands in its place"
    FILE_TOO_LARGE = "a file that is larger than the workspace takes: its name stands in its place"
    FILE_TYPE = "a file of a type that Notion refuses: its name stands in its place; or any as the icon of a callout"
    ROW_VALUES = "a value of a row that becomes a page"
    PROPERTY = (
        "a property that cannot be made by a program (button, verification, a column called “title” beside "
        "that of the title)"
    )
    UNIQUE_NUMBER = "the number of a row in a column of unique ids: Notion numbers rows again"
    RELATION_OUTSIDE = "a relation to a database outside of what is restored"
    RELATION_CUT = "a relation to more pages than Notion takes"
    ONE_WAY = "a two-way relation to a database that stays: it becomes a one-way relation"
    PEOPLE = "a person who is not in the workspace"
    CUSTOM_EMOJI = "an emoji of the workspace's own that the copy's workspace does not have: a text has its name"
    DEFAULT_ICON = "an empty icon, where Notion puts its own"
    DEFAULT_STATUS = (
        "an empty status, or one beyond the first hundred of its column: Notion puts its own"
    )
    ADDRESS = "an address that Notion refuses: it stands as a text where there is a place for one"
    DATABASE_EXTRAS = "a template, a status group or another setting of a database"
    VIEWS = "a view that only Notion's own app makes (form, chart, dashboard)"
    VIEW_EXTRAS = (
        "the columns, the layout or the place of a view: its name, type, sorts and filters come"
    )
    COMMENT_FORM = "the author, the time or the anchor of a comment: the text says them"
    COMMENT = "a comment, for the token may not comment"
    EMPTY = "a column, table or tab without anything in it: Notion makes none, so an empty line is in it"
    TOO_DEEP = "a value that is nested too deeply, or too large, for Notion"

    @property
    def code(self) -> str:
        """Its short name for programs, in kebab-case."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Lost:
    """`count` things of a kind that do not come back. `path` is the folder of the page or database,
    `where` the block's id or the property's name; '' when it is the page itself. `name` is that of the
    file, person, page or database that is lost, as far as it has one."""

    kind: Loss
    path: str
    where: str = ""
    count: int = 1
    name: str = ""


def counted_by_kind(lost: Iterable[Lost]) -> tuple[tuple[Loss, int], ...]:
    """How many there are of each kind that there is any of, in the table's order."""
    counts: Counter[Loss] = Counter()
    for each in lost:
        counts[each.kind] += each.count
    return tuple((kind, counts[kind]) for kind in Loss if counts[kind])
