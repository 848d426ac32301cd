"""--verify: what a reader of a finished backup would stumble over is found and named."""

from __future__ import annotations

import pytest

from backup.markdown.verify import problems

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
    ],
)
def test_what_leads_nowhere_is_named(body: str, word: str) -> None:
    (what,) = said(body)
    assert word in what


def test_a_broken_front_matter_is_named() -> None:
    (what,) = said("text", PAGE.replace('"Tea"', '"Tea" "x"'))
    assert "front matter" in what
