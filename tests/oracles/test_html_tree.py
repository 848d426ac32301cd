"""The quick reader of HTML sees what a browser would, or leaves the page to the one that knows how."""

from __future__ import annotations

import random
from pathlib import Path
from xml.etree.ElementTree import Element

import cmarkgfm.cmark as cmark
import pytest

from tests.oracles.html_tree import corrected, simple, tree

GOLDEN = sorted((Path(__file__).parents[1] / "golden").rglob("*.md"))
PIECES = [
    *("<p>", "</p>", "<b>", "</b>", "<i>", "</i>", '<a href="x">', "</a>", "<code>", "</code>"),
    *("<ul>", "</ul>", "<li>", "</li>", "<div>", "</div>", "<h1>", "</h1>", "<pre>", "</pre>"),
    *("<table>", "</table>", "<tbody>", "</tbody>", "<tr>", "</tr>", "<td>", "</td>", "<hr />"),
    *("<details>", "</details>", "<summary>", "</summary>", "<br>", "<br />", '<img src="a.png">'),
    *("<ins>", "</ins>", "<span></span>", '<input type="checkbox" checked="" />', "a", " b", "\n"),
    *("&amp;", "&lt;b&gt;", "&quot;", "&copy;", "&#35;", "&", "<", ">", "<!-- c -->", "<script>"),
    *('<b a="1" a="2">', "<b/>", "<P>", "\x00", "\r", "<dl>", "<dt>", "</dl>", "<svg>", "</br>"),
]


def shape(element: Element) -> object:
    """Everything that a tree says, for comparing."""
    inside = [shape(child) for child in element]
    return (element.tag, element.attrib, element.text or "", element.tail or "", inside)


def nested(dice: random.Random, depth: int) -> str:
    """HTML in which every element is closed in order, wherever it stands."""
    opened = [each for each in PIECES if f"</{each[1:-1]}>" in PIECES]
    parts = []
    for _ in range(dice.randint(1, 3)):
        name = dice.choice(opened)[1:-1]
        inside = nested(dice, depth - 1) if depth else dice.choice(["", "a", " ", "\n", "&amp;"])
        parts.append(f"{dice.choice(['', 'x', chr(10)])}<{name}>{inside}</{name}>")
    return "".join(parts)


def check(pages: list[str]) -> int:
    """How many of the pages were read quickly; each of these as by all rules."""
    quick = {page: read for page in pages if (read := simple(page)) is not None}
    assert [page for page, read in quick.items() if shape(read) != shape(corrected(page))] == []
    return len(quick)


def test_pages_of_the_golden_files_are_read_quickly_and_right() -> None:
    options = cmark.Options.CMARK_OPT_UNSAFE
    pages = [
        cmark.markdown_to_html_with_extensions(path.read_text("utf-8"), options, ["table"])
        for path in GOLDEN
    ]
    assert check(pages) > len(pages) / 2


def test_a_soup_of_pieces_is_read_right() -> None:
    dice = random.Random(1)
    assert check(["".join(dice.choices(PIECES, k=dice.randint(1, 5))) for _ in range(3_000)]) > 30


def test_elements_in_any_order_are_read_right() -> None:
    dice = random.Random(2)
    assert check([nested(dice, dice.randint(0, 2)) for _ in range(1_000)]) > 50


@pytest.mark.parametrize(
    "html",
    [
        *("<p>a<p>b", "<p><div>a</div></p>", "<b><p>a</b></p>", "<b>a", "a</b>", "<td>a</td>"),
        *("<table>a</table>", "<table><tr><td>a</td></tr></table>", "<a><a>b</a></a>"),
        *("<pre>\na</pre>", "a\x00b", "&copy", "<li>a</li>", "<title>a</title>", "<b/>a</b>"),
    ],
)
def test_a_page_that_a_browser_corrects_is_read_by_all_rules(html: str) -> None:
    assert simple(html) is None
    assert shape(tree(html)) == shape(corrected(html))
