"""What is left of HTML on each host: elements, attributes and kinds of addresses that it allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from tests.oracles.html_tree import tree

_BOTH = """
    h1 h2 h3 h4 h5 h6 br b i strong em a pre code img div ins del sup sub p ol ul table thead tbody
    tfoot blockquote dl dt dd kbd q samp var hr li tr td th s strike summary details caption figure
    figcaption abbr cite dfn mark small span time section input
"""
_ATTRIBUTES = """
    href src alt title width height align valign colspan rowspan start open id name checked type
    disabled
"""
_VANISHES = {"script", "style", "iframe", "object", "embed", "audio", "video", "form", "textarea"}
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass(frozen=True)
class Allowlist:
    """`elements` and `attributes` that stay; a link stays a link with one of `schemes`, or none."""

    elements: frozenset[str]
    attributes: frozenset[str]
    schemes: frozenset[str]


GITHUB = Allowlist(
    frozenset(_BOTH.split()) | {"picture", "source"},
    frozenset(_ATTRIBUTES.split()),
    frozenset({"http", "https", "mailto"}),
)
GITEA = Allowlist(
    frozenset(_BOTH.split()) | {"u"},
    frozenset(_ATTRIBUTES.split()) | {"style", "class"},
    # Gitea refuses script and data addresses only.
    frozenset({"http", "https", "mailto", "ftp", "tel", "slack", "notion"}),
)


def sanitized(html: str, allowed: Allowlist) -> str:
    """The HTML without what is not allowed. Text inside a refused element stays, as on the hosts."""
    kept = Element("body")
    _fill(kept, tree(html), allowed)
    return tostring(kept, encoding="unicode", method="html")[len("<body>") : -len("</body>")]


def _fill(target: Element, source: Element, allowed: Allowlist) -> None:
    _add_text(target, source.text)
    for child in source:
        if child.tag in allowed.elements and _is_box_if_input(child):
            _fill(SubElement(target, child.tag, _attributes(child, allowed)), child, allowed)
        elif isinstance(child.tag, str) and child.tag not in _VANISHES:
            _fill(target, child, allowed)
        _add_text(target, child.tail)


def _add_text(target: Element, text: str | None) -> None:
    if len(target):
        target[-1].tail = (target[-1].tail or "") + (text or "")
    else:
        target.text = (target.text or "") + (text or "")


def _is_box_if_input(element: Element) -> bool:
    return element.tag != "input" or element.get("type") == "checkbox"


def _attributes(element: Element, allowed: Allowlist) -> dict[str, str]:
    kept = {key: value for key, value in element.attrib.items() if key in allowed.attributes}
    for key in kept.keys() & {"href", "src"}:
        scheme = _SCHEME.match(kept[key])
        if scheme and scheme[1].lower() not in allowed.schemes:
            del kept[key]
    for key in kept.keys() & {"id", "name"}:
        kept[key] = f"user-content-{kept[key]}"
    return kept
