"""Literal text: a backslash or the breaker, only where a character would be taken for more.

Whether it would depends on the place and on the neighbours, so ordinary prose stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from string import ascii_letters, punctuation
from typing import NamedTuple

from backup.markdown.addresses import (
    ADDRESS,
    ALIAS,
    BREAKER,
    broken_at,
    in_angles,
    is_changed,
    stays_bare,
    without_sentence_marks,
)
from backup.markdown.context import Where
from backup.markdown.dollars import Dollars
from backup.markdown.links import starts_entity

MARK = "*"  # as a neighbour: a mark, a link or code, all of which count as punctuation
BREAK = "\\"  # as the neighbour behind: a hard break, which is written as a backslash
_CHARACTERS = re.compile(rf"[\\`*_~<&\[\]!^{{|$]|{ALIAS.pattern}")
_LINE_START = re.compile(
    r"#{1,6}(?=\s|$)|[-+*_:~](?=\s|$)|[>|]|~~~|(\d{1,9})[.)](?=\s|$)"
    r"|=+$|[:| ]*-[-:| ]*$"
)
_BLOCK_START = re.compile(r"\[(?=!)")
_ITEM_START = re.compile(r"(\s*)\[(?=!|[ xX]\])")  # \s: a hard blank of an indent
_HEADING_END = re.compile(r"(?:^|(?<=\s))#+$")
_MAIL_IN_ANGLES = re.compile(r"<[^\s<>@]*@[^\s<>]*>")


class Place(NamedTuple):
    """Where a stretch of text stands, and what the rest of its block says about escaping.

    `before` is '' at the start of the block, a newline behind a break, else MARK; `behind` is '' at
    its end, BREAK, or MARK.
    """

    where: Where = Where.BLOCK
    before: str = ""
    behind: str = ""
    marked: bool = False  # by any mark
    in_link: bool = False
    before_link: bool = False
    tildes: bool = False  # some `~` of the block could strike others through
    brackets: bool = False  # a line of the block begins with `[`
    braces: bool = False  # the block is a heading that ends in `}`
    dollars: Dollars = Dollars.BARE


def escaped(text: str, place: Place) -> str:
    """Markdown that shows exactly `text` at `place`."""
    start, prefix = _line_start(text, place)
    end = _heading_end(text, place)
    suffix = "\\" + text[end:] if end < len(text) else ""
    return prefix + _stretch(text, start, end, place) + suffix


def _line_start(text: str, place: Place) -> tuple[int, str]:
    """How many characters at a line's start are dealt with, and how they are written."""
    if place.where not in (Where.BLOCK, Where.ITEM) or place.before == MARK:
        return 0, ""
    found = _LINE_START.match(text + MARK if place.behind == MARK else text)
    if not found and not place.before:
        found = (_ITEM_START if place.where is Where.ITEM else _BLOCK_START).match(text)
    if not found:
        return 0, ""
    at = found.end(1) if found.lastindex else 0
    return at + 1, f"{text[:at]}\\{text[at]}"


def _heading_end(text: str, place: Place) -> int:
    """Where the `#`s begin that would be dropped as the closing sequence of a heading."""
    if place.where is Where.HEADING and not place.behind and (found := _HEADING_END.search(text)):
        return found.start()
    return len(text)


def _stretch(text: str, start: int, end: int, place: Place) -> str:
    if place.in_link:  # no host makes a link inside a link
        return _characters(text, start, end, place)
    written: list[str] = []
    while found := ADDRESS.search(text, start):
        before = _characters(text, start, found.start(), place)
        markdown, start = _address(text, found, place)
        # `\\h` needs no second backslash, but `\\<` does.
        glue = "\\" if markdown[0] == "<" and before.endswith("\\") else ""
        written += (before, glue, markdown)
    written.append(_characters(text, start, end, place))
    return "".join(written)


def _address(text: str, found: re.Match[str], place: Place) -> tuple[str, int]:
    """How an address is written, and where in `text` the next thing begins."""
    address = without_sentence_marks(found[0])
    end = found.start() + len(address)
    behind = text[end : end + 2]
    if not is_changed(found[0]):
        if stays_bare(address, behind if len(behind) == 2 else behind + place.behind):
            return address, end
        if in_angles(address):
            return f"<{address}>", end
    cut = broken_at(found[0])
    return found[0][:cut] + BREAKER, found.start() + cut


def _characters(text: str, start: int, end: int, place: Place) -> str:
    written: list[str] = []
    done = start
    for found in _CHARACTERS.finditer(text, start):
        at = found.start()
        if at >= end:
            break
        written += (text[done:at], _RULES[text[at]](text, at, place))
        done = at + 1
    written.append(text[done:end])
    return "".join(written)


def _before(text: str, at: int, place: Place) -> str:
    return text[at - 1] if at else place.before


def _behind(text: str, at: int, place: Place) -> str:
    return text[at + 1] if at + 1 < len(text) else place.behind


def _is_free(text: str, at: int, place: Place) -> bool:
    """Whether blanks (or the edges of the block) stand on both sides, in unmarked text."""
    around = _before(text, at, place) + _behind(text, at, place)
    return not place.marked and (not around or around.isspace())


def _backslash(text: str, at: int, place: Place) -> str:
    return "\\\\" if _behind(text, at, place) in punctuation else "\\"  # '' is "in", too


def _always(text: str, at: int, place: Place) -> str:
    return "\\" + text[at]


def _star(text: str, at: int, place: Place) -> str:
    return "*" if _is_free(text, at, place) else r"\*"


def _underscore(text: str, at: int, place: Place) -> str:
    inside = _before(text, at, place).isalnum() and _behind(text, at, place).isalnum()
    return "_" if inside or _is_free(text, at, place) else r"\_"


def _tilde(text: str, at: int, place: Place) -> str:
    return r"\~" if place.tildes else "~"


def _less(text: str, at: int, place: Place) -> str:
    behind = _behind(text, at, place)
    opens = behind and behind in ascii_letters + "/!?" + MARK + BREAK
    return r"\<" if opens or _MAIL_IN_ANGLES.match(text, at) else "<"


def _ampersand(text: str, at: int, place: Place) -> str:
    return r"\&" if starts_entity(text, at) else "&"


def _opening_bracket(text: str, at: int, place: Place) -> str:
    behind = _behind(text, at, place)
    bracket = r"\[" if place.in_link or behind == "^" else "["
    return bracket + BREAKER if behind == "[" and _last_pair(text) > at else bracket


@lru_cache(maxsize=1)
def _last_pair(text: str) -> int:
    """Where the last ']]' stands; asked for each '[[' of the same text."""
    return text.rfind("]]")


def _closing_bracket(text: str, at: int, place: Place) -> str:
    behind = _behind(text, at, place)
    ends = place.in_link or behind == "(" or (behind == ":" and place.brackets)
    return r"\]" if ends else "]"


def _bang(text: str, at: int, place: Place) -> str:
    return r"\!" if place.before_link and at + 1 == len(text) else "!"


def _caret(text: str, at: int, place: Place) -> str:
    return r"\^" if place.in_link and at == 0 else "^"


def _brace(text: str, at: int, place: Place) -> str:
    return r"\{" if place.braces else "{"


def _pipe(text: str, at: int, place: Place) -> str:
    return r"\|" if place.where is Where.CELL else "|"


def _dollar(text: str, at: int, place: Place) -> str:
    return place.dollars.value


def _colon(text: str, at: int, place: Place) -> str:
    return ":" + BREAKER


_RULES: Mapping[str, Callable[[str, int, Place], str]] = {
    "\\": _backslash,
    "`": _always,
    "*": _star,
    "_": _underscore,
    "~": _tilde,
    "<": _less,
    "&": _ampersand,
    "[": _opening_bracket,
    "]": _closing_bracket,
    "!": _bang,
    "^": _caret,
    "{": _brace,
    "|": _pipe,
    "$": _dollar,
    ":": _colon,
}
