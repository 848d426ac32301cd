"""Generated trees of child pages: the shapes whose cost is known, and random ones with everything."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from random import Random
from typing import Any

from backup.model import Json
from fakenotion import properties
from fakenotion.branches import PLACES, Branch
from fakenotion.build import block
from fakenotion.nodes import Clock, Node, counted_id
from fakenotion.workspace import Workspace

START = datetime(2026, 3, 1, 6, 0, tzinfo=timezone.utc)
# As recorded: 91 child pages in 25 lists. So many the lists hold in turn; 18 in five are 3.6 each.
_RECORDED = (1, 2, 8, 3, 4)


@dataclass
class Tree:
    """A page with all below it. `pages` are the ids of its child pages, in the order of their making;
    `workspace.now` is a Clock that stands a day after the last."""

    workspace: Workspace
    root: str
    pages: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """The clock that Notion goes by, to be moved."""
        now = self.workspace.now
        if not isinstance(now, Clock):
            raise TypeError("the workspace has another clock")
        return now

    @property
    def top(self) -> Branch:
        """The root, to add to."""
        return Branch(self.workspace, self.root)

    def branch(self, place: int) -> Branch:
        """One of the child pages."""
        return Branch(self.workspace, self.pages[place])

    def depth(self, id_: str) -> int:
        """How many pages stand above one: 1 for a child of the root."""
        above = self.workspace.upwards(self.workspace.node(id_))
        return sum(one.kind == "page" for one in above) - 1

    def containers(self) -> Iterator[tuple[str, int, int]]:
        """Each list that holds child pages: its id, how many blocks it has, and how many pages."""
        waiting = [self.root]
        while waiting:
            node = self.workspace.node(waiting.pop())
            below = self.workspace.children(node)
            waiting += [one.id for one in below]
            if held := sum(one.kind == "page" for one in below if node.kind != "data_source"):
                yield node.id, len(below), held

    def walk(self) -> int:
        """The requests that show every child page's edit time: for each container the cheaper of
        listing it and asking for each page. Without those for the root."""
        return sum(min(math.ceil(size / 100), held) for _, size, held in self.containers())


def star(pages: int, **more: Any) -> Tree:
    """One page with so many child pages. `more`: as in `grown`, here and below."""
    return grown(pages, lambda number: 0, **more)


def ten_ary(pages: int, **more: Any) -> Tree:
    """Each page holds ten, level by level."""
    return grown(pages, lambda number: (number - 1) // 10, **more)


def chain(pages: int, **more: Any) -> Tree:
    """Each page holds the next."""
    return grown(pages, lambda number: number - 1, **more)


def as_recorded(pages: int, **more: Any) -> Tree:
    """Containers hold 3.6 child pages on average, as the lists of real workspaces did."""
    parents: list[int] = []
    while len(parents) < pages:
        holder = len(set(parents))
        parents += [holder] * _RECORDED[holder % len(_RECORDED)]
    return grown(pages, lambda number: parents[number - 1], **more)


def grown(
    pages: int,
    parent: Callable[[int], int],
    *,
    name: str = "Tree",
    title: str = "Page",
    words: int = 1,
) -> Tree:
    """A tree of plain pages: `parent` gives for each number from 1 on the number of the page that
    holds it, 0 being the root, which has no text. Texts are made when they are first read.

    `name` of the workspace; `title` of each page, before its number; `words`: paragraphs a page has.
    """
    clock = Clock(START.year, START.month, START.day, START.hour)
    workspace = Workspace(name, now=clock)
    ids: list[str] = []
    for number in range(pages + 1):
        page = _Page(workspace, number, f"{title} {number}" if number else "Root", words)
        workspace.attach(page.node(clock(), ids[parent(number)] if number else ""))
        ids.append(page.id)
        clock.forward(minutes=1)
    clock.forward(days=1)
    return Tree(workspace, ids[0], ids[1:])


@dataclass
class _Page:
    """A page to be, with some paragraphs."""

    workspace: Workspace
    number: int
    title: str
    words: int

    @property
    def id(self) -> str:
        return counted_id(self.workspace.id, "page", str(self.number))

    def node(self, time: datetime, parent: str) -> Node:
        author = self.workspace.person["id"]
        head = (self.id, "page", parent, time, time, author, author)
        return Node(*head, load=self.load, grow=self.grow)

    def load(self) -> Json:
        column = properties.schema({"title": properties.of("title")})["title"]
        return {"properties": {"title": properties.value(column, self.title)}}

    def grow(self) -> None:
        count = self.words if self.number else 0
        texts = [block("paragraph", f"{self.title}, {n + 1}") for n in range(count)]
        self.workspace.append(self.id, texts)


# -- random trees --------------------------------------------------------------------------------

_ROOMS = (
    "Tide",
    "Quay",
    "Rope",
    "Lamp",
    "Chart",
    "Buoy",
    "Pump",
    "Ledger",
    "Assets",
    "日本",
    "🪝",
    "",
)


def random_tree(seed: int, pages: int = 30) -> Tree:
    """A tree with child pages in every kind of place, databases of every kind, rows that hold more,
    linked views, synced copies, a wiki, comments. The same seed gives the same tree."""
    clock = Clock(START.year, START.month, START.day, START.hour)
    workspace = Workspace(f"Random {seed}", now=clock)
    root = Branch.root(workspace, "Root", "All below this")
    growth = _Growth(Random(seed), [root])
    while len(growth.pages) <= pages:
        clock.forward(minutes=growth.random.randrange(3))
        growth.step()
    clock.forward(days=1)
    return Tree(workspace, root.id, [one.id for one in growth.pages[1:]])


@dataclass
class _Growth:
    """What has grown so far: `pages` may hold anything, rows are among them."""

    random: Random
    pages: list[Branch]
    databases: list[Branch] = field(default_factory=list)
    wikis: list[Branch] = field(default_factory=list)

    def step(self) -> None:
        """One more thing, somewhere."""
        kinds = (self.child, self.child, self.child, self.rows, self.database, self.linked)
        self.random.choice((*kinds, self.copied, self.wiki, self.comment))()

    def title(self) -> str:
        return self.random.choice(_ROOMS) + self.random.choice(("", f" {len(self.pages)}"))

    def place(self) -> str:
        return self.random.choice(PLACES)

    def holder(self) -> Branch:
        return self.random.choice(self.pages)

    def child(self) -> None:
        self.pages.append(self.holder().page(self.title(), "Some words", at=self.place()))

    def database(self) -> None:
        columns = {"State": properties.select("Idea", "Done"), "Size": properties.number()}
        in_wiki = self.wikis and self.random.random() < 0.3
        above = self.random.choice(self.wikis) if in_wiki else self.holder()
        at, inline = "" if in_wiki else self.place(), self.random.random() < 0.5
        made = above.database(self.title(), columns, at=at, inline=inline)
        self.databases.append(made)
        if self.random.random() < 0.2:
            self.pages.append(made.source("More").row(self.title()))

    def rows(self) -> None:
        for above in self.random.sample(self.databases, min(1, len(self.databases))):
            for _ in range(self.random.randint(1, 4)):
                self.pages.append(above.row(self.title(), {"Size": len(self.pages)}, "A row"))

    def linked(self) -> None:
        if self.databases:
            self.holder().linked(self.random.choice(self.databases), at=self.place())

    def copied(self) -> None:
        original = self.holder().place("synced").text("Shared words")
        if self.random.random() < 0.5:
            self.pages.append(original.page(self.title()))
        self.holder().copy_of(original)

    def wiki(self) -> None:
        made = self.holder().wiki(self.title(), page_parents=self.random.random() < 0.5)
        self.wikis.append(made)
        self.pages.append(made.row(self.title(), {}, "A page of a wiki"))

    def comment(self) -> None:
        self.holder().comment("What about this?")


SHAPES: Mapping[str, Callable[[int], Tree]] = {
    "star": star,
    "ten_ary": ten_ary,
    "chain": chain,
    "as_recorded": as_recorded,
    "random": lambda pages: random_tree(0, pages),
}
