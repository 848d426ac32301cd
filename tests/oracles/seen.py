"""HTML as a reader sees it: characters with their marks and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from bs4 import BeautifulSoup, Tag

from tests.oracles.html_tree import simple, tree

IMAGE = "\ufffc"  # what `visible` shows for a picture
_MARKS = {
    "strong": "b",
    "b": "b",
    "em": "i",
    "i": "i",
    "del": "s",
    "s": "s",
    "strike": "s",
    "ins": "u",
    "u": "u",
    "mark": "m",
    "code": "c",
}
_BLOCKS = re.compile(
    "p|h[1-6]|li|ul|ol|blockquote|pre|table|thead|tbody|tr|td|th|div|details|summary|dl|dt|dd|hr"
    "|section"
)


class Segment(NamedTuple):
    """One text node: `marks` holds letters of b i s u m c, or 'eq' for inline math."""

    text: str
    marks: frozenset[str]
    href: str | None


class Char(NamedTuple):
    """One visible character."""

    text: str
    marks: frozenset[str]
    href: str | None


def visible(html: str) -> list[Char]:
    """Every character that a reader sees, white space included; IMAGE for a picture.

    Inline math on GitHub is a code element between two dollars: its characters get the mark 'eq',
    and the dollars are not seen.
    """
    return [Char(char, part.marks, part.href) for part in segments(html) for char in part.text]


@lru_cache(maxsize=2)  # several questions are asked about one page
def segments(html: str) -> tuple[Segment, ...]:
    """The text nodes of the page in reading order; blocks and breaks end with a newline."""
    return tuple(part for part in _inside(tree(html), frozenset(), None) if part.text)


def runs(html: str) -> list[dict[str, Any]]:
    """Neighbours of one look joined, as {text, marks, href}; white space is left out."""
    joined: list[dict[str, Any]] = []
    for char in visible(html):
        if char.text.isspace():
            continue
        look = {"marks": sorted(char.marks), "href": char.href}
        if joined and {key: joined[-1][key] for key in look} == look:
            joined[-1]["text"] += char.text
        else:
            joined.append({"text": char.text, **look})
    return joined


def select(html: str, css: str) -> list[Tag]:
    """The elements that a CSS selector finds."""
    return list(_soup(html).select(css))


@lru_cache(maxsize=2)  # several questions are asked about one page
def _soup(html: str) -> BeautifulSoup:
    if simple(html) is None:
        return BeautifulSoup(html, "html5lib")
    whole = f"<html><head></head><body>{html}</body></html>"  # what a browser puts around it
    return BeautifulSoup(whole, "html.parser")


def _inside(element: Element, marks: frozenset[str], href: str | None) -> Iterator[Segment]:
    before = element.text or ""
    for child in element:
        behind = child.tail or ""
        child_marks = marks
        if child.tag == "code":
            before, behind, child_marks = _math(child, before, behind, marks)
        yield Segment(before, marks, href)
        yield from _element(child, child_marks, href)
        before = behind
    yield Segment(before, marks, href)


def _math(
    code: Element, before: str, behind: str, marks: frozenset[str]
) -> tuple[str, str, frozenset[str]]:
    """What is left of the texts around a code element when it is math, and its marks."""
    if code.get("class") == "language-math":
        return before, behind, frozenset({"eq"})
    glued = before[-2:-1].isalnum()
    if before.endswith("$") and behind.startswith("$") and not glued:
        return before[:-1], behind[1:], frozenset({"eq"})
    return before, behind, marks


def _element(element: Element, marks: frozenset[str], href: str | None) -> Iterator[Segment]:
    if not isinstance(element.tag, str):
        return
    if element.tag in ("br", "img"):
        yield Segment("\n" if element.tag == "br" else IMAGE, marks, href)
        return
    if element.tag == "a" and element.get("href"):
        href = unquote(element.get("href", ""))
    mark = "" if "eq" in marks else _MARKS.get(element.tag, "")
    yield from _inside(element, marks | {mark} if mark else marks, href)
    if _BLOCKS.fullmatch(element.tag):
        yield Segment("\n", frozenset(), None)
