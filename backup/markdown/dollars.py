"""Literal dollar signs: which of them a host would read as math, and how to write them then.

GitHub looks for math in the finished HTML, one text node at a time; Gitea in the raw line. So a
backslash alone does not stop GitHub, and a tag alone does not stop Gitea.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from backup.markdown.pieces import Kind, Piece

_BOUNDARY = "\x00"  # stands for a mark, a link or a tag: neither a letter nor a blank
_CODE = "\x01"  # stands for a code span, whose inside cannot open math
_GITHUB_OPENS = re.compile(r"(?:^|(?<=[\s\x00\x01]))\$")
_GITHUB_CLOSES = re.compile(r"(?<=\S)\$(?![A-Za-z0-9])")
_GITEA_OPENS = re.compile(r"(?<![A-Za-z0-9.!?,;:])\$")
_GITEA_CLOSES = re.compile(r"\$(?=[\s.!?,;:)\x00\x01]|$)")
_ADDRESS = re.compile(r"@|://|www\.", re.IGNORECASE)


class Dollars(Enum):
    """How the literal dollars of a block are written."""

    BARE = "$"
    ESCAPED = r"\$"  # only Gitea could find a pair
    WRAPPED = r"<span>\$</span>"  # GitHub could find one, too


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
    return text.count("$") > 1 and any(_ADDRESS.search(word) for word in words)


def _pairs(text: str, opens: re.Pattern[str], closes: re.Pattern[str]) -> bool:
    first = opens.search(text)
    return bool(first and closes.search(text, first.end()))


def refuses_math(before: object) -> bool:
    """Whether an equation right behind `before` (a token, None at the start) needs the breaker:
    GitHub refuses math that is glued to a letter, a digit or a backtick."""
    if not isinstance(before, Piece):
        return False
    return before.kind is Kind.CODE or (before.kind is Kind.TEXT and before.text[-1:].isalnum())
