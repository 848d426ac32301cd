"""What there is in Notion, and what a user has set in the backup about it.

What happens to it stands in happenings.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from backup.model import Json, bare_id
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.nodes import Clock, Node, counted_id
from fakenotion.workspace import Workspace

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TITLES = (
    *("Tea", "TEA", "tea", "Milk", "Cups", "Tea 2", "", "🎉", "..", ".git", "CON", "a/b"),
    *(unicodedata.normalize("NFC", "Café"), unicodedata.normalize("NFD", "Café"), "ß" * 300),
    *("שלום", "README", "assets", "wiki", "index.md", "[x](y) & <b>*z*", "trailing... "),
)
STATE, NUMBER, RELATED = "State", "Number", "Related"  # columns; the latter two come and go


class Life:
    """A workspace with two databases, and a page outside of what is backed up, the attic.

    `roots` are what the settings name: database (the two), page (two pages, in which the databases
    lie), or workspace (one of the databases lies in a page, and the attic is not shared). `tops` are
    the two at the top; `folder` is the one that the settings give the first of them, or the workspace
    ('' for none), `named` are those that they name: of a workspace, besides itself.

    `databases` may get more than two, `known` are all pages that were ever made to be backed up, and
    not purged, `views` the linked views; `unseen` is what came in without a trace (see `may_miss`),
    `changes` counts what has happened. Each page's text says
    which one it is (`blocks[0]`, see `mark`), so that it is known again without front matter and
    without a state.
    """

    def __init__(self, roots: str = "database") -> None:
        self.roots = roots
        self.clock = Clock(2026, 9, 1)
        self.notion = Workspace("Life", now=self.clock)
        self.folder = ""
        self.changes = 0
        self.count = 0  # of pages and edits, so that no two are the same
        self.purged = 0
        self.known: list[str] = []
        self.databases: list[str] = []
        self.views: list[str] = []
        self.unseen: set[str] = set()
        self.stale: set[str] = set()
        self.tops = self._tops()
        self.named = [] if roots == "workspace" else list(self.tops)
        first, second = self.databases
        self.notion.relate(first, RELATED, second)
        self.attic = self._attic()

    def _tops(self) -> list[str]:
        if self.roots == "database":
            return [self.add_database("", each) for each in ("Wiki", "Books")]
        home = self.write("", "Home")
        self.add_database(home, "Wiki")
        if self.roots == "workspace":
            return [home, self.add_database("", "Books")]
        garden = self.write("", "Garden")
        self.add_database(Branch(self.notion, garden).place("toggle").id, "Books")
        return [home, garden]

    def _attic(self) -> str:
        if self.roots != "workspace":
            return self.notion.add_page("", "Attic")
        attic = self.write("", "Attic")
        self.notion.unshare(attic)
        return attic

    # -- looking ---------------------------------------------------------------------------------

    def settings(self) -> str:
        """The setting DATABASES."""
        first = f"{self.folder} = " if self.folder else ""
        if self.roots == "workspace":
            named = [f"named/{place} = {bare_id(each)}" for place, each in enumerate(self.named)]
            return "\n".join([f"{first}workspace", *named])
        lines = {each: bare_id(each) for each in self.tops}
        lines[self.tops[0]] = first + lines[self.tops[0]]
        return "\n".join(line for each, line in lines.items() if each in self.named)

    def there(self) -> set[str]:
        """The bare ids of the pages that a backup made now would have."""
        return {bare_id(each) for each in self.known if self.is_there(each)}

    def is_there(self, id_: str) -> bool:
        """Whether a backup made now would have a page or database, or show a block."""
        node = self.notion.visible(id_)  # None, too, when it was purged
        above = list(self.notion.upwards(node)) if node else []
        return bool(above) and self.is_inside(id_) and not any(each.trashed for each in above)

    def is_inside(self, id_: str) -> bool:
        """Whether something lies in what the settings name."""
        above = (each.id for each in self.notion.upwards(self.notion.node(id_)))
        return self.roots == "workspace" or not self.are_alone(above)

    def are_alone(self, line: Iterable[str]) -> bool:
        """Whether the settings name nothing of this: something, and all that it lies in."""
        named = {bare_id(each) for each in self.named}
        return self.roots != "workspace" and named.isdisjoint(map(bare_id, line))

    def top(self, id_: str) -> str:
        """The bare id of the root in which something lies that the settings do not name; '' for what
        lies in one that they name, or was purged."""
        node = self.notion.nodes.get(id_)
        line = [each.id for each in self.notion.upwards(node)] if node else []
        return bare_id(line[-1]) if line and self.are_alone(line) else ""

    def looks_empty(self, root: str) -> bool:
        """Whether Notion shows no row of a database that is a root."""
        if root not in map(bare_id, self.databases):
            return False
        return not any(self.notion.visible(row) for row in self.rows(root))

    def sources(self, database: str) -> list[str]:
        """A database's data sources."""
        return self.notion.node(database).children

    def rows(self, database: str) -> list[str]:
        """The rows of all its sources that are shared and not in the trash."""
        nodes = (self.notion.node(each) for each in self.sources(database))
        return [row.id for node in nodes for row in self.notion.children(node)]

    def pages(self) -> list[str]:
        """All pages that are not in the trash, rows first."""
        rows = dict.fromkeys(row for each in self.databases for row in self.rows(each))
        everything = dict.fromkeys([*rows, *self.known])
        return [each for each in everything if self.is_open(each)]

    def is_open(self, id_: str) -> bool:
        """Whether people can work in it, who are not bothered by what is shared with whom."""
        return not any(each.trashed for each in self.notion.upwards(self.notion.node(id_)))

    def page(self, number: int) -> str:
        """One of all pages; '' when there is none."""
        pages = self.pages()
        return pages[number % len(pages)] if pages else ""

    def movable(self, number: int) -> str:
        """One of all pages that lie in others; '' when there is none."""
        pages = [each for each in self.pages() if each not in (*self.tops, self.attic)]
        return pages[number % len(pages)] if pages else ""

    def row(self, number: int) -> str:
        """One of all pages in databases; '' when there is none."""
        pages = [each for each in self.pages() if self.source_of(each)]
        return pages[number % len(pages)] if pages else ""

    def source_of(self, page: str) -> str:
        """The data source in which a page is a row; '' when it is none."""
        above = self.notion.upwards(self.notion.node(page))
        parent = next((each for each in list(above)[1:2]), None)
        return parent.id if parent and parent.kind == "data_source" else ""

    def depth(self) -> int:
        """How many pages lie in each other."""
        lines = (self.notion.upwards(self.notion.node(each)) for each in self.known)
        return max(sum(node.kind == "page" for node in line) for line in lines)

    def database(self, number: int) -> str:
        """One of all databases."""
        return self.databases[number % len(self.databases)]

    def root(self, number: int) -> str:
        """One of the two tops and of all databases."""
        roots = list(dict.fromkeys((*self.tops, *self.databases)))
        return roots[number % len(roots)]

    def inside(self, page: str) -> list[str]:
        """The blocks of a page, but for pages and databases in it."""
        listed = self.notion.listed(page)
        return [each for each in listed if self.notion.node(each).kind == "block"]

    def below(self, id_: str) -> Iterator[Node]:
        """A node with all that hangs below it."""
        node = self.notion.nodes.get(bare_id(id_))
        if node:
            yield node
            for child in node.children:
                yield from self.below(child)

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

    def add_database(self, parent: str, title: str, **data: bool) -> str:
        """A new database, in which nothing lies."""
        schema = {"Name": properties.of("title"), STATE: properties.select("Idea", "Done")}
        self.databases.append(self.notion.add_database(title, schema, parent=parent, **data))
        return self.databases[-1]

    def move(self, id_: str, parent: str, *, quiet: bool = False) -> None:
        """A page or database into another page, or a database; nothing when it would lie in itself."""
        if id_ not in (each.id for each in self.notion.upwards(self.notion.node(parent))):
            self.unseen |= {id_} if quiet else set()
            self.stale |= self.showing([bare_id(id_)]) if quiet else set()
            self.notion.move(id_, parent, quiet=quiet)

    def share(self, id_: str) -> None:
        """Show something again that was not shared."""
        self.unseen.add(id_)
        self.notion.share(id_)

    def may_miss(self, known: Collection[str]) -> set[str]:
        """The bare ids of what a run need not see yet: no time moved when it was shared, or moved, and
        what it lies in is not listed when nothing lay there. A full sync sees it. `known` is what the
        backup has below the roots that the settings name."""
        self.unseen = {
            each for each in self.unseen if not self.is_there(each) or bare_id(each) not in known
        }
        return self.inside_of(filter(self.is_there, self.unseen))

    def inside_of(self, ids: Iterable[str]) -> set[str]:
        """The bare ids of these, and of all that lies in them."""
        return {bare_id(node.id) for each in ids for node in self.below(each)}

    def showing(self, ids: Collection[str]) -> set[str]:
        """The bare ids of the pages with a copy of a block in which one of these lies, or something that is in
        the trash; and of those with a copy from which something went without a trace."""
        found = set(self.stale)
        for node in self.notion.nodes.values():
            source = (node.data.get("synced_block") or {}).get("synced_from")
            if not source or not (original := self.notion.nodes.get(bare_id(source["block_id"]))):
                continue
            inside = self.inside_of([original.id])
            thrown = any(self.notion.in_trash(self.notion.node(each)) for each in inside)
            if self.notion.in_trash(original) or thrown or not inside.isdisjoint(ids):
                above = self.notion.upwards(node)
                found.add(next(bare_id(each.id) for each in above if each.kind == "page"))
        return found

    def purge(self, page: str) -> None:
        """A page is deleted for good, with all pages in it."""
        self.notion.purge(page)
        self.known = [each for each in self.known if bare_id(each) in self.notion.nodes]
        self.views = [each for each in self.views if bare_id(each) in self.notion.nodes]

    def write(self, source: str, title: str) -> str:
        """A new page, which says which one it is, in a data source, a page or a block."""
        self.count += 1
        shard = self.count // 2 % 2  # neighbours in a database belong to different shards
        id_ = f"{counted_id('life', str(self.count))[:-1]}{shard}"
        text = blocks.paragraph(mark(id_))
        is_row = source and self.notion.node(source).kind == "data_source"
        state = {STATE: options[0]} if is_row and (options := self.options(source)) else {}
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
        """Everything is shared again and named in the settings, nothing at the top is in the trash, and
        no database there is empty."""
        self.changes += 1
        self.named = self.named if self.roots == "workspace" else list(self.tops)
        for id_ in self.hidden():
            self.share(id_)
        for top in self.tops:
            if self.notion.node(top).trashed:
                self.notion.restore(top)
            if top in self.databases and not self.rows(top):
                self.write(self.sources(top)[0], "Tea")


def mark(id_: str) -> str:
    """The first line of a page."""
    return f"This is page {bare_id(id_)}."
