"""What there is in Notion, and what a user has told the backup about it.

What happens to it stands in happenings.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from backup.model import Json, bare_id
from fakenotion import blocks, build, properties
from fakenotion.nodes import Clock, Node, counted_id
from fakenotion.workspace import Workspace

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
STATE, NUMBER, RELATED = "State", "Number", "Related"  # columns; the latter two come and go


class Life:
    """A workspace with two databases, and a page outside of both.

    `folder` is the one that the settings give the first database ('' for none), `named` are the
    databases that they name. `known` are all pages that ever were rows and were not purged, `changes`
    counts what has happened. Each page's text says which one it is (`blocks[0]`, see `mark`), so that
    it is known again without front matter and without a state.
    """

    def __init__(self) -> None:
        self.clock = Clock(2026, 9, 1)
        self.notion = Workspace("Life", now=self.clock)
        self.folder = ""
        self.changes = 0
        self.count = 0  # of pages and edits, so that no two are the same
        self.purged = 0
        self.known: list[str] = []
        schema = {"Name": properties.of("title"), STATE: properties.select("Idea", "Done")}
        self.databases = [self.notion.add_database(each, schema) for each in ("Wiki", "Books")]
        self.named = list(self.databases)
        first, second = self.databases
        self.notion.relate(first, RELATED, second)
        self.attic = self.notion.add_page("", "Attic")

    # -- looking ---------------------------------------------------------------------------------

    def settings(self) -> str:
        """The setting DATABASES."""
        first = f"{self.folder} = " if self.folder else ""
        lines = {each: bare_id(each) for each in self.databases}
        lines[self.databases[0]] = first + lines[self.databases[0]]
        return "\n".join(line for each, line in lines.items() if each in self.named)

    def there(self) -> set[str]:
        """The bare ids of the pages that a backup made now would have."""
        found = (self.notion.node(row) for each in self.named for row in self.rows(each))
        return {
            bare_id(node.id)
            for node in found
            if self.notion.visible(node.id) and not self.notion.in_trash(node)
        }

    def listed(self, database: str) -> int:
        """How many rows Notion shows of a database."""
        return sum(bool(self.notion.visible(row)) for row in self.rows(database))

    def sources(self, database: str) -> list[str]:
        """A database's data sources."""
        return self.notion.node(database).children

    def rows(self, database: str) -> list[str]:
        """The rows of all its sources that are shared and not in the trash."""
        nodes = (self.notion.node(each) for each in self.sources(database))
        return [row.id for node in nodes for row in self.notion.children(node)]

    def page(self, number: int) -> str:
        """One of all rows; '' when there is none."""
        pages = [row for each in self.databases for row in self.rows(each)]
        return pages[number % len(pages)] if pages else ""

    def inside(self, page: str) -> list[str]:
        """The blocks of a page."""
        return self.notion.listed(page)

    def column(self, source: str, name: str) -> Json:
        """A property of a data source; {} when it is not there."""
        found: Json = self.notion.node(source).data["properties"].get(name, {})
        return found

    def options(self, source: str) -> list[str]:
        """What one may choose as a State."""
        found = self.column(source, STATE).get("select", {}).get("options", ())
        return [option["name"] for option in found]

    def hidden(self) -> list[str]:
        """Everything that is not shared."""
        return [
            each for each in (*self.databases, *self.known) if not self.notion.node(each).shared
        ]

    def trashed(self) -> list[str]:
        """Every database and page that lies in the trash."""
        return [each for each in (*self.databases, *self.known) if self.notion.node(each).trashed]

    def edited_since(self, moment: datetime) -> set[str]:
        """The pages that were edited at that time or later."""
        return {bare_id(each) for each in self.known if self.notion.node(each).edited >= moment}

    # -- what more than one event does -----------------------------------------------------------

    def write(self, source: str, title: str) -> str:
        """A new page, which says which one it is."""
        self.count += 1
        shard = self.count // 2 % 2  # neighbours in a database belong to different shards
        id_ = f"{counted_id('life', str(self.count))[:-1]}{shard}"
        text = blocks.paragraph(mark(id_))
        state = {STATE: options[0]} if (options := self.options(source)) else {}
        self.known.append(self.notion.add_page(source, title, state, [text], id=id_))
        return id_

    def picture(self, number: int) -> Json:
        """A picture that Notion hosts, one of five contents under one name."""
        content = PNG + bytes([number % 5])  # what stands behind the end of a PNG is not looked at
        return build.hosted(self.notion.files.keep("cup.png", content))

    def rows_with(self, source: str) -> Iterator[Node]:
        """Every row of a source, also those in the trash."""
        return map(self.notion.node, self.notion.node(source).children)

    def heal(self) -> None:
        """Everything is shared again and named in the settings, no database is in the trash or empty."""
        self.changes += 1
        self.named = list(self.databases)
        for id_ in self.hidden():
            self.notion.share(id_)
        for database in self.databases:
            if self.notion.node(database).trashed:
                self.notion.restore(database)
            if not self.rows(database):
                self.write(self.sources(database)[0], "Tea")


def mark(id_: str) -> str:
    """The first line of a page."""
    return f"This is page {bare_id(id_)}."
