"""Random trees of pages with blocks of every type that can be made, for copies. The same seed gives the same."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from backup.model import Json, bare_id
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from tests.support.copying import ground
from tests.support.kitchen import PNG

_WORDS = ("Tide", "Quay", "Röhre", "日本", "🪝🪝", "a_b *c*", "x" * 2_500, "", "two\nlines")
_COLORS = ("default", "red", "blue_background", "gray")
_NESTING = ("toggle", "quote", "bulleted_list_item", "numbered_list_item", "to_do", "paragraph")
_LEAVES = ("divider", "breadcrumb", "table_of_contents")


class Garden:
    """Grows below `top`. `pages` may hold anything; `linkable` are blocks that links lead to."""

    def __init__(self, seed: int, size: int = 40) -> None:
        self.random = Random(seed)
        self.notion = ground()
        self.top = Branch.root(self.notion, "Garden", icon=build.emoji("🌱"))
        self.pages = [self.top]
        self.linkable: list[tuple[Branch, Branch]] = []
        self.originals: list[Branch] = []
        self.outside = Branch.root(self.notion, "Outside")
        self.files = [self.notion.files.keep(f"{n}.png", PNG + bytes([n])) for n in range(3)]
        for _ in range(size):
            self.step()

    def step(self) -> None:
        """One more page or block, somewhere."""
        page = self.random.choice(self.pages)
        kind = self.random.random()
        if kind < 0.06:
            self.database(page)
            return
        if kind < 0.12:
            self.random.choice([page, *(made for _, made in self.linkable)]).comment(self.rich())
            return
        if kind < 0.27:
            clothes = {"cover": build.external("https://a.example/c.png")}
            more = clothes if self.random.random() < 0.3 else {}
            self.pages.append(page.page(self.random.choice(("Bed", "Pond", "")), **more))
            return
        made = page.block(self.block(4))
        shown = made.node.data.get("synced_block")
        if shown and not shown["synced_from"]:
            self.originals.append(made)
        self.linkable.append((page, made))

    def database(self, page: Branch) -> None:
        """A database with some rows, of equal titles, too; one of them holds blocks."""
        schema = {"Size": properties.number(), "Kind": properties.select("big", "small")}
        made = page.database(self.random.choice(("Shed", "")), schema)
        there = properties.relation(made.id, made.first_source)
        self.notion.put_property(made.first_source, properties.named({"Next": there}))
        for _ in range(self.random.choice((0, 1, 3))):
            rows = self.notion.node(made.first_source).children
            values = {"Size": self.random.randrange(9), "Next": rows[-1:]}
            row = made.row(self.random.choice(("Pot", "Can")), values)
            row.block(self.block(1))
            self.pages.append(row)

    def block(self, depth: int) -> Json:
        """A block, with others in it while `depth` lasts."""
        kinds: list[Callable[[int], Json]] = [self.words, self.words, self.leaf, self.medium]
        if depth > 0:
            kinds += [self.nested, self.nested, self.columns, self.tab, self.callout, self.table]
            kinds += [self.synced, self.heading]
        return self.random.choice(kinds)(depth)

    def below(self, depth: int) -> list[Json]:
        return [self.block(depth - 1) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def words(self, depth: int) -> Json:
        kind = self.random.choice(("paragraph", "heading_1", "heading_4", "code", "equation"))
        if kind == "equation":
            return blocks.equation("e=mc^2")
        if kind == "code":
            return blocks.code("x = 1", "python", self.rich())
        return build.block(kind, self.rich(), color=self.random.choice(_COLORS))

    def leaf(self, depth: int) -> Json:
        kind = self.random.choice((*_LEAVES, "bookmark", "embed", "link_to_page", "copy"))
        if kind in ("bookmark", "embed"):
            return build.block(kind, url="https://a.example/x?y=1", caption=self.rich())
        if kind == "copy" and self.originals:
            return blocks.synced_copy(self.random.choice(self.originals).id)
        if kind in ("link_to_page", "copy"):
            return blocks.link_to_page(self.random.choice(self.pages).id)
        return build.block(kind)

    def medium(self, depth: int) -> Json:
        kind = self.random.choice(("image", "file", "video", "pdf", "audio"))
        if self.random.random() < 0.3:
            file = build.external("https://a.example/film.mp4?x=1")
        else:
            file = build.hosted(self.random.choice(self.files))
        more = {"name": "mine.png"} if kind == "file" else {}
        return blocks.media(kind, file, self.rich(), **more)

    def nested(self, depth: int) -> Json:
        return build.block(self.random.choice(_NESTING), self.rich(), children=self.below(depth))

    def heading(self, depth: int) -> Json:
        return blocks.heading(2, self.rich(), children=self.below(depth))

    def callout(self, depth: int) -> Json:
        return blocks.callout("🔥", self.rich(), children=self.below(depth))

    def synced(self, depth: int) -> Json:
        return build.block("synced_block", children=[*self.below(depth), blocks.paragraph("s")])

    def columns(self, depth: int) -> Json:
        sides = [[*self.below(depth), *self.below(1)] or [blocks.paragraph("c")] for _ in range(2)]
        return blocks.columns(*sides)

    def tab(self, depth: int) -> Json:
        return blocks.tabs({"One": self.below(depth), "Two": self.below(depth)})

    def table(self, depth: int) -> Json:
        rows = self.random.choice((1, 2, 130 if depth > 2 else 3))
        return blocks.table([[self.rich(), f"row {n}"] for n in range(rows)])

    # -- rich text -------------------------------------------------------------------------------

    def rich(self) -> list[Json]:
        return [self.run() for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def run(self) -> Json:
        kind = self.random.randrange(9)
        page = self.random.choice(self.pages)
        if kind == 0:
            return build.mention_page(page.id, page.title)
        if kind == 1:
            return build.text("a page", link=f"/{bare_id(page.id)}")
        if kind == 2 and self.linkable:
            holder, block = self.random.choice(self.linkable)
            return build.text("a block", link=f"/{bare_id(holder.id)}#{bare_id(block.id)}")
        if kind == 3:
            return build.mention_date("2026-09-01", "2026-09-03")
        if kind == 4:
            return build.equation("a^2", italic=True)
        if kind == 5:
            return build.mention_page(self.outside.id, "Outside")
        color = self.random.choice(_COLORS)
        words = self.random.choice(_WORDS)
        return build.text(words, bold=self.random.random() < 0.3, color=color)
