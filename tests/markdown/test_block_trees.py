"""Random trees of blocks: on both hosts, everything stands where it stands in Notion."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backup.markdown.blocks import flow
from backup.markdown.blocks.markup import stacked
from backup.markdown.context import Context
from backup.markdown.lint import complaints
from backup.model import Block, Json, plain_text
from tests.markdown.outline import from_html, from_notion
from tests.oracles import gitea, github
from tests.support.notion_shapes import block, numbered, table, tree

CODE_LINES = [
    *("", "   ", "x = 1", "    indented", "\ttab", "- x", "1. x", "> q", "# h", "| a |", "---"),
    *("```", "````", "~~~", "</details>", "<!-- -->", "[[x]]", "$x$", "a\\", "  ```"),
]
LISTS = ("bulleted_list_item", "numbered_list_item", "to_do")
CONTAINERS = (
    *LISTS,
    *("toggle", "quote", "callout", "paragraph", "heading_2", "synced_block", "column_list", "tab"),
)
LEAVES = ("paragraph", "heading_1", "heading_3", "code", "divider", "table", "blank", "equation")
VERBATIM = ("code", "equation")
ICONS = (None, {"type": "emoji", "emoji": "💡"}, {"type": "emoji", "emoji": "🍕"})


class Builder:
    """Draws blocks; every text of theirs is a token that is on the page once."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0
        self.left = draw(st.integers(3, 30))

    def token(self, *, maybe_empty: bool = False) -> str:
        if maybe_empty and self.draw(st.integers(0, 4)) == 0:
            return ""
        self.count += 1
        return f"w{self.count}w"

    def blocks(self, depth: int, most: int = 4) -> list[Json]:
        if self.left <= 0:
            return []
        return [self.block(depth) for _ in range(self.draw(st.integers(0 if depth else 1, most)))]

    def block(self, depth: int) -> Json:
        self.left -= 1
        inner = depth < 10 and self.left > 0
        kind = self.draw(st.sampled_from(CONTAINERS if inner else LEAVES + LISTS))
        if inner and self.draw(st.booleans()) and depth > 1:
            kind = self.draw(st.sampled_from(LEAVES + LISTS))
        return self.of_kind(kind, depth)

    def of_kind(self, kind: str, depth: int) -> Json:
        if kind == "code":
            lines = self.draw(st.lists(st.sampled_from(CODE_LINES), max_size=5))
            return block("code", "\n".join(lines), language="plain text", caption=[])
        if kind == "table":
            return self.table()
        if kind in ("divider", "equation", "blank"):
            data = {"expression": "a\\_b\n\n- c"} if kind == "equation" else {}
            return block("paragraph", "") if kind == "blank" else block(kind, None, **data)
        if kind.startswith("heading"):
            return self.heading(kind, depth)
        return self.container(kind, depth)

    def heading(self, kind: str, depth: int) -> Json:
        toggles = kind == "heading_2"
        children = self.blocks(depth + 1) if toggles else []
        return block(kind, self.token(), *children, is_toggleable=toggles)

    def container(self, kind: str, depth: int) -> Json:
        if kind == "column_list":
            columns = [block("column", None, *self.blocks(depth + 1)) for _ in range(2)]
            return block(kind, None, *columns)
        if kind == "tab":
            labels = [self.token() for _ in range(2)]
            tabs = [block("paragraph", label, *self.blocks(depth + 1)) for label in labels]
            return block(kind, None, *tabs)
        if kind == "synced_block":
            return block(kind, None, *self.blocks(depth + 1), synced_from=None)
        text = self.token(maybe_empty=True)
        return block(kind, text, *self.blocks(depth + 1), **self.data(kind))

    def data(self, kind: str) -> dict[str, Any]:
        if kind == "to_do":
            return {"checked": self.draw(st.booleans())}
        if kind == "callout":
            return {"icon": self.draw(st.sampled_from(ICONS))}
        if kind == "numbered_list_item" and self.draw(st.integers(0, 3)) == 0:
            return {"list_start_index": self.draw(st.sampled_from([1, 2, 5, 9, 99]))}
        return {}

    def table(self) -> Json:
        width = self.draw(st.integers(1, 3))
        rows = [
            [self.token(maybe_empty=True) for _ in range(width)]
            for _ in range(self.draw(st.integers(0, 3)))
        ]
        return table(
            *rows,
            has_column_header=self.draw(st.booleans()),
            has_row_header=self.draw(st.booleans()),
        )


@st.composite
def trees(draw: st.DrawFn) -> tuple[Block, ...]:
    return tuple(map(tree, numbered(Builder(draw).blocks(0, most=6))))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trees())
def test_everything_stands_where_it_stands_in_notion(blocks: tuple[Block, ...]) -> None:
    markdown = stacked("# Title", flow(blocks, Context())) + "\n"
    wanted, code = from_notion(blocks), [verbatim(part) for part in all_of(blocks, *VERBATIM)]
    for host in (github, gitea):
        html = BeautifulSoup(host(markdown), "html.parser")  # the hosts' HTML is well-formed
        assert from_html(html) == wanted, markdown
        assert [part.get_text() for part in html.select("pre > code")] == code, markdown
        assert len(html.select("hr")) == len(all_of(blocks, "divider")), markdown
    assert complaints(markdown) == [], markdown


def all_of(blocks: tuple[Block, ...], *types: str) -> list[Block]:
    return [part for top in blocks for part in top.walk() if part.type in types]


def verbatim(part: Block) -> str:
    """What a fence shows: the text, and the line end before the closing fence."""
    content = part.data.get("expression") or plain_text(part.data.get("rich_text"))
    return f"{content}\n" if content else ""
