"""Blocks in the API's shape, and what their HTML must hold on both hosts: CSS selector -> count."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from backup.markdown.blocks import flow
from backup.markdown.page import render
from backup.model import Json
from tests.support.notion_shapes import (
    block,
    context,
    equation,
    numbered,
    page,
    rich,
    table,
    text,
    tree,
)

LINKED = "00000000-0000-4000-8000-00001a2b3c4d"
_OTHER = "5e6f7a8b" * 4
_PICTURE = {"path": "assets/a b é(1).png", "name": "x.png", "size": 9, "width": 600, "height": 9}
_FILE = {"path": "attachments/a_b.pdf", "name": "a_b (1).pdf", "size": 9}

_paragraph = partial(block, "paragraph")
_bullet = partial(block, "bulleted_list_item")
_number = partial(block, "numbered_list_item")
_to_do = partial(block, "to_do")


@dataclass(frozen=True)
class Case:
    """`blocks` make the whole page when `title` is given, else its body alone."""

    blocks: tuple[Json, ...]
    checks: dict[str, int]
    surroundings: Json = field(default_factory=dict)
    title: str = ""

    def markdown(self) -> str:
        around = context(self.surroundings)
        if self.title:
            return render(page(self.title, *self.blocks), around)
        return flow(tuple(map(tree, numbered(list(self.blocks)))), around) + "\n"


def _case(*blocks: Json, checks: dict[str, int], title: str = "", **surroundings: Any) -> Case:
    return Case(blocks, checks, surroundings, title)


def _code(content: str, language: str = "plain text") -> Json:
    return block("code", content, language=language, caption=[])


def _media(type_: str, caption: str | list[Json] = "") -> Json:
    return {**block(type_, None, caption=rich(caption), type="file", file={"url": ""}), "id": "f"}


def _emoji(character: str) -> Json:
    return {"type": "emoji", "emoji": character}


CASES = {
    "front-matter": _case(title="A: b # c", options={"front_matter": "true"}, checks={"h1": 1}),
    "paragraph-break": _case(_paragraph("one\ntwo"), checks={"p": 1, "p br": 1}),
    "heading-levels": _case(
        *(block(f"heading_{n}", name) for n, name in enumerate(("One", "Two", "Three", "Four"), 1)),
        title="Title",
        checks={"h1": 1, "h2": 1, "h3": 1, "h4": 1, "h5": 1},
    ),
    "toggle-heading": _case(
        block(
            "heading_2",
            [text("Head "), text("x", italic=True)],
            _paragraph("body"),
            is_toggleable=True,
        ),
        checks={"details > summary > h3 em": 1, "details > p": 1},
    ),
    "toggle": _case(
        block("toggle", [text("Title "), text("b", bold=True)], _bullet("a")),
        checks={"details > summary strong": 1, "details > ul > li": 1},
    ),
    "toggle-empty": _case(block("toggle", "Title"), checks={"details > summary": 1}),
    "toggle-in-list": _case(
        _bullet("a", block("toggle", "in", _paragraph("deep"))),
        _bullet("b"),
        checks={"ul > li": 2, "li > details > p": 1},
    ),
    "bullets-nested": _case(
        _bullet("a", _bullet("b", _bullet("c"))),
        _bullet("d"),
        checks={"ul > li > ul > li > ul > li": 1, "ul": 3},
    ),
    "numbers-nested": _case(
        _number("a", _bullet("b", _number("c"))),
        _number("d"),
        checks={"ol > li > ul > li > ol > li": 1},
    ),
    "numbers-ten": _case(
        _number("i", _bullet("x"), list_start_index=9),
        _number("j", _bullet("y")),
        checks={'ol[start="9"] > li': 2, "ol > li > ul > li": 2},
    ),
    "numbers-start": _case(
        _number("e", list_start_index=5), _number("f"), checks={'ol[start="5"] > li': 2}
    ),
    "numbers-restart": _case(
        _number("a"), _number("b"), _number("c", list_start_index=1), checks={"ol": 2}
    ),
    "numbers-nested-start": _case(
        _number("a", _number("b", list_start_index=7)), checks={'ol > li > ol[start="7"]': 1}
    ),
    "list-interrupted": _case(
        _number("a"), _paragraph("text"), _number("b"), checks={"ol": 2, "p": 1}
    ),
    "lists-beside": _case(
        block("column_list", None, block("column", None, _bullet("a"))),
        _bullet("b"),
        checks={"ul": 2, "ul > li": 2},
    ),
    "tasks": _case(
        _to_do("a", checked=False),
        _to_do("b", _to_do("c", checked=False), checked=True),
        checks={'input[type="checkbox"]': 3, "input[checked]": 1},
    ),
    "task-empty": _case(
        _to_do("", checked=False),
        _to_do("b", checked=True),
        checks={'input[type="checkbox"]': 2},
    ),
    "bullet-empty": _case(
        _paragraph("text"), _bullet("", _bullet("b")), checks={"ul > li > ul > li": 1}
    ),
    "bullet-empty-below": _case(
        _bullet("a", _bullet("")), checks={"ul > li > ul > li": 1, "h1": 0, "h2": 0}
    ),
    "list-code": _case(
        _bullet("a", _code("x = 1\n\ny", "python")),
        _bullet("b"),
        checks={"ul": 1, "ul > li": 2, "li pre": 1},
    ),
    "list-table": _case(
        _bullet("a", table(["x", "y"], ["1", "2"], has_column_header=True)),
        _bullet("b"),
        checks={"li table": 1, "ul > li": 2},
    ),
    "list-image": _case(
        _number("a", _media("image")),
        _number("b"),
        files={"f": _PICTURE},
        checks={"ol > li": 2, "li img": 1, "[align]": 0},
    ),
    "list-quote": _case(
        _bullet("a", block("quote", "q")), _bullet("b"), checks={"li blockquote": 1, "ul > li": 2}
    ),
    "list-divider": _case(
        _bullet("a", block("divider", None)), _bullet("b"), checks={"li > hr": 1, "h2": 0}
    ),
    "list-heading": _case(
        _bullet("a", block("heading_2", "h", is_toggleable=False)),
        _bullet("b"),
        checks={"li > h3": 1},
    ),
    "quote-children": _case(
        block("quote", "q\nr", _bullet("a", _bullet("b")), block("quote", "inner")),
        checks={
            "blockquote > ul > li > ul > li": 1,
            "blockquote > blockquote": 1,
            "blockquote > p br": 1,
        },
    ),
    "quotes-adjacent": _case(block("quote", "a"), block("quote", "b"), checks={"blockquote": 2}),
    "callout-top": _case(
        block("callout", "text", _bullet("child"), icon=_emoji("💡")),
        checks={"blockquote": 1, "blockquote ul > li": 1},
    ),
    "callout-nested": _case(
        block("toggle", "t", block("callout", "text", icon=_emoji("💡"))),
        checks={"details > blockquote": 1},
    ),
    "code-fence": _case(_code("```py\nx\n```", "markdown"), checks={"pre": 1}),
    "code-empty": _case(_code(""), checks={"pre": 1}),
    "mermaid": _case(_code("graph TD;\nA-->B;", "mermaid"), checks={"pre": 1}),
    "equation": _case(
        block("equation", None, expression="\\frac{a_1}{b} < c\\\\"), checks={"pre": 1}
    ),
    "divider": _case(
        _paragraph("a"), block("divider", None), _paragraph("b"), checks={"hr": 1, "p": 2}
    ),
    "table-header": _case(
        table(["Name", "Age"], ["a|b", "c\nd"], has_column_header=True),
        checks={"thead th": 2, "tbody td": 2, "tbody td br": 1},
    ),
    "table-row-header": _case(
        table(["a", "1"], ["b", "2"], has_row_header=True),
        checks={"tbody tr": 2, "tbody td strong": 2},
    ),
    "table-one-col": _case(
        table(["a"], ["b"], has_column_header=True), checks={"thead th": 1, "tbody td": 1}
    ),
    "table-ragged": _case(table(["a", "b"], ["1"], has_column_header=True), checks={"tbody td": 2}),
    "table-code-math": _case(
        table([text("a|b", code=True), equation("|x|")], has_column_header=True),
        checks={"thead th": 2, "th code": 2},
    ),
    "image": _case(
        _media("image", [text("Alt "), text("[x]", bold=True)]),
        files={"f": _PICTURE},
        checks={'img[alt="Alt [x]"]': 1, "p em strong": 1, "p br": 1},
    ),
    "image-as-markdown": _case(
        _media("image", [text("Alt "), text("[x]", bold=True)]),
        files={"f": _PICTURE},
        options={"image_style": "markdown"},
        checks={'img[alt="Alt [x]"]': 1, "p em strong": 1, "p br": 1, "[align]": 0},
    ),
    "image-width": _case(
        _media("image"),
        files={"f": _PICTURE},
        options={"image_max_width": 300},
        checks={'p[align="center"] img[width="300"]': 1},
    ),
    "image-narrow": _case(
        _media("image"), files={"f": _PICTURE}, checks={'p[align="center"] img:not([width])': 1}
    ),
    "image-path": _case(_media("image"), files={"f": _PICTURE}, checks={"img": 1}),
    "file": _case(_media("file", "caption"), files={"f": _FILE}, checks={"p a": 1}),
    "video": _case(_media("video"), files={"f": _FILE}, checks={"video": 0, "p a": 1}),
    "bookmark": _case(
        block("bookmark", None, url="https://e.co/a_b?x=1&y=2", caption=rich("caption")),
        checks={'p a[href="https://e.co/a_b?x=1&y=2"]': 1},
    ),
    "child-pages": _case(
        {**block("child_page", None, title="Plan (2024)"), "id": "a" * 32},
        {**block("child_page", None, title="計画"), "id": "b" * 32},
        targets={
            "a" * 32: {"path": "wiki/page/plan-(2024)/index.md", "title": "Plan (2024)"},
            "b" * 32: {"path": "wiki/page/計画/index.md", "title": "計画"},
        },
        checks={"ul > li > a": 2},
    ),
    "anchor": _case(
        {**_paragraph("Text of the block"), "id": LINKED},
        anchors=[LINKED.replace("-", "")],
        checks={'a[id$="b-1a2b3c4d"]': 1},
    ),
    "anchor-heading": _case(
        {**block("heading_1", "Head"), "id": LINKED},
        anchors=[LINKED.replace("-", "")],
        checks={'a[id$="b-1a2b3c4d"]': 1, "h2": 1},
    ),
    "anchor-link": _case(
        _paragraph(
            [
                text("x", link=f"#{LINKED.replace('-', '')}"),
                text(" "),
                text("y", link=f"https://www.notion.so/Other-{_OTHER}#{'9c0d1e2f' * 4}"),
            ]
        ),
        targets={_OTHER: {"path": "wiki/other/index.md", "title": "Other"}},
        checks={
            "p a": 2,
            'a[href$="#b-1a2b3c4d"]': 1,
            'a[href="../other/index.md#b-9c0d1e2f"]': 1,
        },
    ),
    "columns": _case(
        block(
            "column_list",
            None,
            block("column", None, _paragraph("left text")),
            block("column", None, _paragraph("right text")),
        ),
        checks={"p": 2},
    ),
    "tabs": _case(
        block(
            "tab",
            None,
            _paragraph("Home", _paragraph("a"), icon=_emoji("🏠")),
            _paragraph("Other", _paragraph("b"), icon=None),
        ),
        checks={"details[open]": 2},
    ),
    "unsupported": _case(
        block("unsupported", None, block_type="button"),
        checks={"blockquote code": 1, "blockquote a": 1},
    ),
    "toc": _case(
        block("table_of_contents", None, color="default"),
        block("heading_1", "One"),
        block("heading_2", "Two"),
        block("heading_1", "One"),
        title="Title",
        checks={
            "ul a": 3,
            'ul > li > a[href$="#one"]': 1,
            "ul > li > ul > li > a": 1,
            'a[id$="b-00000004"]': 1,
        },
    ),
}
