"""HTML as a tree of elements, as a browser would build it.

html5lib knows a browser's rules for broken HTML, and takes its time. Most pages break none: their
elements are closed in order, and stand where they may. Such a page is read as it stands; whenever
one of those rules could matter, html5lib reads it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, SubElement

import html5lib

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)( ?/)?>|([^<]+)')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
# What a browser replaces or drops: control characters, the break that begins a pre, and references
# to characters by any but these names.
_ODD = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]|<pre[^>]*>\n|&(?!(?:amp|lt|gt|quot);)"
)
_VOID = {"br", "hr", "img", "input"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INLINE = {
    *("a", "b", "br", "code", "del", "em", "i", "img", "input", "ins", "mark", "s", "span"),
    *("strike", "strong", "sub", "sup", "u"),
}
_WORDS_ONLY = {"p", "pre", "summary", *_HEADINGS}  # no block stands in them
_ANYWHERE = {"blockquote", "details", "div", "hr", "ol", "section", "table", "ul", *_WORDS_ONLY}
_PARENTS = {
    "li": {"ul", "ol"},
    "thead": {"table"},
    "tbody": {"table"},
    "tr": {"thead", "tbody"},
    "th": {"tr"},
    "td": {"tr"},
}
_NO_TEXT = {"table", "thead", "tbody", "tr"}


def tree(html: str) -> Element:
    """The elements of a part of a page, below one that stands for the part."""
    read = simple(html)
    return corrected(html) if read is None else read


def corrected(html: str) -> Element:
    """The same by all rules."""
    read: Element = _parser().parseFragment(html)
    return read


@lru_cache(maxsize=1)
def _parser() -> html5lib.HTMLParser:
    return html5lib.HTMLParser(namespaceHTMLElements=False)


def simple(html: str) -> Element | None:
    """The same, quickly; None for a page that a browser might correct."""
    if _ODD.search(html):
        return None
    root = Element("DOCUMENT_FRAGMENT")
    path, at = [root], 0
    for token in _TOKEN.finditer(html):
        if token.start() != at or not _takes(path, token):
            return None
        at = token.end()
    return root if at == len(html) and len(path) == 1 else None


def _takes(path: list[Element], token: re.Match[str]) -> bool:
    """Whether the next token could be added below the last element of `path`, without doubt."""
    closing, name, attributes, slash, text = token.groups()
    if text:
        return _added(path[-1], unescape(text))
    if closing:
        return not (attributes or slash) and len(path) > 1 and path.pop().tag == name
    given = _ATTRIBUTE.findall(attributes)
    known = {key: unescape(value) for key, value in given}
    if len(known) < len(given) or (slash and name not in _VOID) or not _may_stand(path, name):
        return False
    element = SubElement(path[-1], name, known)
    if name not in _VOID:
        path.append(element)
    return True


def _added(element: Element, text: str) -> bool:
    if element.tag in _NO_TEXT and not text.isspace():
        return False
    if len(element):
        element[-1].tail = text
    else:
        element.text = text
    return True


def _may_stand(path: list[Element], name: str) -> bool:
    """Whether no rule moves an element with this name, or closes another one before it."""
    last = path[-1].tag
    if name in _PARENTS:
        return last in _PARENTS[name]
    around = {each.tag for each in path}
    if last in _NO_TEXT or name in around & (_INLINE | {"table"}):
        return False
    return name in _INLINE or (name in _ANYWHERE and not around & (_INLINE | _WORDS_ONLY))
