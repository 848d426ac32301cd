"""--verify: what a reader of a finished backup would stumble over is found and named."""

from __future__ import annotations

import pytest

from backup.markdown.context import Context
from backup.markdown.page import render
from backup.markdown.verify import problems
from backup.model import Block, Json, LocalFile, Page

PAGE = '---\ntitle: "Tea"\n---\n\n# Tea\n\n{}\n'
FILES = ("wiki/tea/index.md", "wiki/milk/index.md", "wiki/tea/assets/1 cup.png")
MILK = '# Milk\n\n<a id="b-1234abcd"></a>\n\n## How *cold*?\n'


def said(body: str, page: str = PAGE) -> list[str]:
    texts = {"wiki/tea/index.md": page.format(body), "wiki/milk/index.md": MILK}
    return [problem.what for problem in problems(texts, FILES)]


@pytest.mark.parametrize(
    "body",
    [
        "[Milk](../milk/index.md)",
        '[Milk](../milk/index.md "with a title")',
        "[Milk](<../milk/index.md>)",
        "[a [Milk] here](../milk/index.md)",
        "[![cup](assets/1%20cup.png)](../milk/index.md)",
        "| [Milk](../milk/index.md) | ![cup](assets/1%20cup.png) |\n| --- | --- |\n| a | b |",
        "> - [Milk](../milk/index.md)\n>   1. [cold](../milk/index.md#how-cold)",
        "[twice](#again) and [the second](#again-1)\n\n## Again\n\n## Again",
        "## Go *to* `x` [Milk](../milk/index.md)\n\n[up](#go-to-x-milk)",
        "    [indented code](missing.md)",
        '<!-- [gone](missing.md) <img src="missing.png"> -->',
        '`` `<img src="missing.png">` ``',
        "[cold](../milk/index.md#how-cold)",
        "[there](../milk/index.md#b-1234abcd)",
        "[up](#tea)",
        '<p align="center"><img src="assets/1%20cup.png" alt="x"></p>',
        "[out](https://example.com/missing.md) and [mail](mailto:a@example.com)",
        "`[code](missing.md)`",
        "```\n[code](missing.md)\n```",
    ],
)
def test_what_is_well_is_not_complained_about(body: str) -> None:
    assert said(body) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("[Milk](../juice/index.md)", "wiki/juice/index.md"),
        ("[there](../milk/index.md#b-00000000)", "#b-00000000"),
        ("[up](#coffee)", "#coffee"),
        ('<img src="assets/2.png" alt="x">', "assets/2.png"),
        ("a [[wiki link]]", "[["),
        ("![cup](assets/2.png)", "assets/2.png"),
        ("see <a href='../juice/index.md'>juice</a>", "wiki/juice/index.md"),
        ('<details>\n<summary><a href="x.md">x</a></summary>\n\ny\n\n</details>', "wiki/tea/x.md"),
        ("| [Milk](../juice/index.md) |\n| --- |", "wiki/juice/index.md"),
        ("## [Milk](../juice/index.md)", "wiki/juice/index.md"),
        ("> - 1. [Milk](../juice/index.md)", "wiki/juice/index.md"),
        ("[![cup](assets/2.png)](../milk/index.md)", "assets/2.png"),
        ("[up](#again-2)\n\n## Again\n\n## Again", "#again-2"),
        ("[Milk](/milk/index.md)", "/milk/index.md"),
    ],
)
def test_what_leads_nowhere_is_named(body: str, word: str) -> None:
    texts = {"wiki/tea/index.md": PAGE.format(body), "wiki/milk/index.md": MILK}
    (problem,) = problems(texts, FILES)
    assert problem.where == "wiki/tea/index.md"
    assert word in problem.what


def test_a_broken_front_matter_is_named() -> None:
    (what,) = said("text", PAGE.replace('"Tea"', '"Tea" "x"'))
    assert "front matter" in what


def rich(text: str, **more: Json) -> list[Json]:
    return [{"type": "text", "plain_text": text, "text": {"content": text}, **more}]


def block(type_: str, text: str, *children: Block, **more: object) -> Block:
    return Block("b" * 32, type_, {"rich_text": rich(text), **more}, children)


def table(text: str) -> Block:
    row = Block("r" * 32, "table_row", {"cells": [rich(text), rich(text)]})
    return Block("b" * 32, "table", {"table_width": 2, "has_column_header": True}, (row, row))


LITERALS = (
    "write [x](y)",
    "![alt](pic.png) and [ref]: target.md",
    'href="page.html" and src="a.png"',
    '<a href="b.html">b</a> <img src="x.png">',
    "`[x](y)` and ``` and \\[x](y)",
    "[a](b)\n[c]: d.md\n\n[c]",
)


@pytest.mark.parametrize("text", LITERALS)
def test_words_that_look_like_links_are_none_wherever_they_stand(text: str) -> None:
    """A sound page for each place: what people write about Markdown and HTML."""
    stored = LocalFile("assets/1 cup.png", text, 70, 1, 1)
    picture = Block("i" * 32, "image", {"caption": rich(text)})
    pages = {
        "paragraph": block("paragraph", text),
        "heading": block("heading_2", text, is_toggleable=True),
        "list": block("bulleted_list_item", text, block("to_do", text), block("quote", text)),
        "callout": block("callout", text, block("numbered_list_item", text)),
        "toggle": block("toggle", text, block("paragraph", text)),
        "code": block("code", text, caption=rich(text), language="markdown"),
        "cells": table(text),
        "picture": picture,
        "file": Block("i" * 32, "file", {"caption": rich(text)}),
        "bookmark": Block("b" * 32, "bookmark", {"url": "https://e.co/", "caption": rich(text)}),
        "equation": Block("b" * 32, "equation", {"expression": "f[x](y)"}),
    }
    for place, made in pages.items():
        for toc in ((), (Block("c" * 32, "table_of_contents", {}),)):
            raw = {"properties": {"Name": {"type": "title", "title": rich(text)},
                                  "Notes": {"id": "n", "type": "rich_text", "rich_text": rich(text)}}}  # fmt: skip
            context = Context(path="wiki/tea/index.md", files={"i" * 32: stored})
            written = render(Page("p" * 32, raw, (*toc, made)), context)
            found = list(problems({"wiki/tea/index.md": written}, FILES))
            assert found == [], (place, written)
