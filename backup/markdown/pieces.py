"""Pieces: stretches of a text of one kind, with their marks and their link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

MARKS = "mubis"  # from the outside in, when several begin and end together
_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Kind(Enum):
    """What a piece is, and so how it is written."""

    TEXT = "text"
    CODE = "code"
    MATH = "math"
    IMAGE = "image"  # `text` is a finished <img> tag
    BREAK = "break"


class Piece(NamedTuple):
    """A stretch with the same look (a NamedTuple: some are made for every run of every page).

    `marks` holds letters of MARKS in that order: m background, u underline, b bold, i italic,
    s strike. `target` is a finished link target, '' for none.
    """

    kind: Kind
    text: str
    marks: str = ""
    target: str = ""

    def without(self, mark: str) -> Piece:
        return self._replace(marks=self.marks.replace(mark, ""))


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces without empty ones, and with equal neighbours joined: Notion splits runs in
    the middle of words."""
    result: list[Piece] = []
    last = Piece(Kind.BREAK, "")
    for piece in pieces:
        if not piece.text:
            continue
        joins = piece.kind is Kind.TEXT or piece.kind is Kind.CODE
        if joins and piece.kind is last.kind and piece[2:] == last[2:]:
            piece = piece._replace(text=last.text + piece.text)
            result.pop()
        result.append(piece)
        last = piece
    return result


def whole(text: str) -> str:
    """Text that can be encoded: halves of a surrogate pair are joined, a lone half becomes U+FFFD."""
    if not _ODD.search(text):
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", text)


def in_lines(piece: Piece) -> Iterator[Piece]:
    """The clean piece, with a piece of its own for every line break in it."""
    if piece.kind not in (Kind.TEXT, Kind.CODE) or not _ODD.search(piece.text):
        yield piece
        return
    for number, line in enumerate(_BREAKS.split(whole(piece.text))):
        if number:
            yield piece._replace(kind=Kind.BREAK, text="\n")
        if line:
            yield piece._replace(text=line if piece.kind is Kind.TEXT else line.replace("\t", " "))
