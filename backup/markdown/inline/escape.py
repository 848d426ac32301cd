"""Literal text: a backslash or the breaker, only where a character would be taken for more.

Whether it would depends on the place and on the neighbours, so ordinary prose stays as it is.

Bare addresses: both hosts make links of them, and GitHub does so from the raw source. A backslash or
a mark right behind one would become part of it, so an address is left alone, put into angle
brackets, or broken up.

Dollars: GitHub looks for math in the finished HTML, one text node at a time; Gitea in the raw line.
So a backslash alone does not stop GitHub, and a tag alone does not stop Gitea.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from string import ascii_letters, punctuation
from typing import NamedTuple

from backup.markdown.context import Where
from backup.markdown.inline.read import Kind, Piece
from backup.markdown.links import starts_entity

BREAKER = "<span></span>"  # shows nothing; splits text where a host's filter would act on it
ADDRESS = re.compile(r"(?i:(?:https?|ftp)://|(?<![^\W_])www\.)[^\s<>]*")
# A superset of the emoji names that both hosts know: they all hold a letter, but for four.
ALIAS = re.compile(r":(?=(?:\+1|-1|100|1234|(?=[0-9_+-]*[a-z])[a-z0-9_+-]{1,80}):)")
_SENTENCE_MARKS = "?!.,:*_~'\";"
_PLAIN = re.compile(r"[A-Za-z0-9:/.\-?=#%+,;@&_]+")
_OUTER_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_FREE_BEHIND = re.compile(r"[?!.,:;)]?(?:[ \t]|$)")  # no other space ends an address on GitHub
_ANGLES = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>|\\`\[\]$\x00-\x20\x7f]*")
MARK = "*"  # as a neighbour: a mark, a link or code, all of which count as punctuation
BREAK = "\\"  # as the neighbour behind: a hard break, which is written as a backslash
_CHARACTERS = re.compile(rf"[\\`*_~<&\[\]!^{{|$]|{ALIAS.pattern}")
_LINE_START = re.compile(
    r"#{1,6}(?=\s|$)|[-+*_:~](?=\s|$)|[>|]|~~~|(\d{1,9})[.)](?=\s|$)"
    r"|=+$|[:| ]*-[-:| ]*$"
)
_ALERT_START = re.compile(r"(\s*)\[(?=!)")  # \s: a hard space of an indent
_ITEM_START = re.compile(r"(\s*)\[(?=!|[ xX]\])")
_HEADING_END = re.compile(r"(?:^|(?<=\s))#+$")
_MAIL_IN_ANGLES = re.compile(r"<[^\s<>@]*@[^\s<>]*>")
_BOUNDARY = "\x00"  # stands for a mark, a link or a tag: neither a letter nor a space
_CODE = "\x01"  # stands for a code span, whose inside cannot open math
_GITHUB_OPENS = re.compile(r"(?:^|(?<=[\s\x00\x01]))\$")
_GITHUB_CLOSES = re.compile(r"(?<=\S)\$(?![A-Za-z0-9])")
_GITEA_OPENS = re.compile(r"(?<![A-Za-z0-9.!?,;:])\$")
_GITEA_CLOSES = re.compile(r"\$(?=[\s.!?,;:)\x00\x01]|$)")
_LINKED = re.compile(r"@|://|www\.", re.IGNORECASE)


class Dollars(Enum):
    """How the literal dollars of a block are written."""

    BARE = "$"
    ESCAPED = r"\$"  # only Gitea could find a pair
    WRAPPED = r"<span>\$</span>"  # GitHub could find one, too


class Position(NamedTuple):
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


def escaped(text: str, place: Position) -> str:
    """Markdown that shows exactly `text` at `place`."""
    start, prefix = _line_start(text, place)
    end = _heading_end(text, place)
    suffix = "\\" + text[end:] if end < len(text) else ""
    return prefix + _stretch(text, start, end, place) + suffix


def _line_start(text: str, place: Position) -> tuple[int, str]:
    """How many characters at a line's start are dealt with, and how they are written."""
    if place.where not in (Where.BLOCK, Where.ITEM) or place.before == MARK:
        return 0, ""
    found = _LINE_START.match(text + MARK if place.behind == MARK else text)
    if not found:
        is_item = place.where is Where.ITEM and not place.before
        found = (_ITEM_START if is_item else _ALERT_START).match(text)
    if not found:
        return 0, ""
    at = found.end(1) if found.lastindex else 0
    return at + 1, f"{text[:at]}\\{text[at]}"


def _heading_end(text: str, place: Position) -> int:
    """Where the `#`s begin that would be dropped as the closing sequence of a heading."""
    if place.where is Where.HEADING and not place.behind and (found := _HEADING_END.search(text)):
        return found.start()
    return len(text)


def _stretch(text: str, start: int, end: int, place: Position) -> str:
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


def _address(text: str, found: re.Match[str], place: Position) -> tuple[str, int]:
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


def _characters(text: str, start: int, end: int, place: Position) -> str:
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


def _before(text: str, at: int, place: Position) -> str:
    return text[at - 1] if at else place.before


def _behind(text: str, at: int, place: Position) -> str:
    return text[at + 1] if at + 1 < len(text) else place.behind


def _is_free(text: str, at: int, place: Position) -> bool:
    """Whether spaces (or the edges of the block) stand on both sides, in unmarked text."""
    around = _before(text, at, place) + _behind(text, at, place)
    return not place.marked and (not around or around.isspace())


def _backslash(text: str, at: int, place: Position) -> str:
    return "\\\\" if _behind(text, at, place) in punctuation else "\\"  # '' is "in", too


def _star(text: str, at: int, place: Position) -> str:
    return "*" if _is_free(text, at, place) else r"\*"


def _underscore(text: str, at: int, place: Position) -> str:
    inside = _before(text, at, place).isalnum() and _behind(text, at, place).isalnum()
    return "_" if inside or _is_free(text, at, place) else r"\_"


def _less(text: str, at: int, place: Position) -> str:
    behind = _behind(text, at, place)
    opens = behind and behind in ascii_letters + "/!?" + MARK + BREAK
    return r"\<" if opens or _MAIL_IN_ANGLES.match(text, at) else "<"


def _opening_bracket(text: str, at: int, place: Position) -> str:
    behind = _behind(text, at, place)
    bracket = r"\[" if place.in_link or behind == "^" else "["
    return bracket + BREAKER if behind == "[" and _last_pair(text) > at else bracket


@lru_cache(maxsize=1)
def _last_pair(text: str) -> int:
    """Where the last ']]' stands; asked for each '[[' of the same text."""
    return text.rfind("]]")


def _closing_bracket(text: str, at: int, place: Position) -> str:
    behind = _behind(text, at, place)
    ends = place.in_link or behind == "(" or (behind == ":" and place.brackets)
    return r"\]" if ends else "]"


def _bang(text: str, at: int, place: Position) -> str:
    return r"\!" if place.before_link and at + 1 == len(text) else "!"


_RULES: Mapping[str, Callable[[str, int, Position], str]] = {
    "\\": _backslash,
    "`": lambda text, at, place: r"\`",
    "*": _star,
    "_": _underscore,
    "~": lambda text, at, place: r"\~" if place.tildes else "~",
    "<": _less,
    "&": lambda text, at, place: r"\&" if starts_entity(text, at) else "&",
    "[": _opening_bracket,
    "]": _closing_bracket,
    "!": _bang,
    "^": lambda text, at, place: r"\^" if place.in_link and at == 0 else "^",
    "{": lambda text, at, place: r"\{" if place.braces else "{",
    "|": lambda text, at, place: r"\|" if place.where is Where.CELL else "|",
    "$": lambda text, at, place: place.dollars.value,
    ":": lambda text, at, place: ":" + BREAKER,
}


def in_angles(address: str) -> bool:
    """Whether `<address>` shows exactly this address on both hosts."""
    return bool(_ANGLES.fullmatch(address)) and not is_changed(address)


def stays_bare(address: str, behind: str) -> bool:
    """Whether an address can stand as it is; `behind` is what follows it, '' at the block's end."""
    plain = _PLAIN.fullmatch(address) and not _OUTER_UNDERSCORE.search(address)
    return bool(plain and _FREE_BEHIND.match(behind))


def is_changed(address: str) -> bool:
    """Whether a parser or a host's filter would show something else for a part of `address`."""
    entities = (starts_entity(address, found.start()) for found in re.finditer("&", address))
    return bool(ALIAS.search(address)) or any(entities)


def without_sentence_marks(address: str) -> str:
    """The address without what follows it in a sentence: 'https://e.co/a).' ends before the ')'."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while end:
        if address[end - 1] == ")" and unopened > 0:
            unopened -= 1
        elif address[end - 1] not in _SENTENCE_MARKS:
            break
        end -= 1
    return address[:end]


def broken_at(address: str) -> int:
    """Where the breaker goes, so that no host takes the rest for an address."""
    return 3 if address[:4].lower() == "www." else address.index(":") + 1


def dollars(pieces: Sequence[Piece]) -> Dollars:
    """How to write the literal dollars of a block (in a table: of a cell), as one for all of them.

    Sources: GitHub docs, "Writing mathematical expressions", and reports on what its filter takes;
    Gitea's math extension (late 2025). Both are held to more pairs than they would really take.
    """
    if not any("$" in piece.text for piece in pieces):
        return Dollars.BARE
    text = "".join(_seen(piece) for piece in pieces)
    if "$" not in text:
        return Dollars.BARE
    if any(piece.kind is Kind.MATH for piece in pieces) or "$$" in text or _touches_code(text):
        return Dollars.WRAPPED
    if _pairs(text, _GITHUB_OPENS, _GITHUB_CLOSES) or _touches_address(text):
        return Dollars.WRAPPED
    code = _BOUNDARY + "$ " if any("$" in p.text for p in pieces if p.kind is Kind.CODE) else ""
    return Dollars.ESCAPED if _pairs(text + code, _GITEA_OPENS, _GITEA_CLOSES) else Dollars.BARE


def _seen(piece: Piece) -> str:
    if piece.kind is Kind.CODE:
        return _CODE
    if piece.kind is not Kind.TEXT:
        return _BOUNDARY
    edge = _BOUNDARY if piece.marks or piece.target else ""
    return edge + piece.text + edge


def _touches_code(text: str) -> bool:
    bare = text.replace(_BOUNDARY, "")
    return f"${_CODE}" in bare or f"{_CODE}$" in bare


def _touches_address(text: str) -> bool:
    """Whether a link that GitHub makes of an address could end the text node beside a dollar."""
    words = (word for word in text.split() if "$" in word)
    return text.count("$") > 1 and any(_LINKED.search(word) for word in words)


def _pairs(text: str, opens: re.Pattern[str], closes: re.Pattern[str]) -> bool:
    first = opens.search(text)
    return bool(first and closes.search(text, first.end()))


def refuses_math(before: object) -> bool:
    """Whether an equation right behind `before` (a token, None at the start) needs the breaker:
    GitHub refuses math that is glued to a letter, a digit or a backtick."""
    if not isinstance(before, Piece):
        return False
    return before.kind is Kind.CODE or (before.kind is Kind.TEXT and before.text[-1:].isalnum())
