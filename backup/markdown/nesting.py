"""From a flat row of marked pieces to properly nested marks and links, as a row of tokens.

Notion's marks may overlap freely; Markdown's and HTML's cannot, so overlaps are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import NamedTuple, TypeAlias

from backup.markdown.pieces import MARKS, Kind, Piece


class Open(NamedTuple):
    """A mark begins; `pair` is the number it shares with the Close that ends it."""

    mark: str
    pair: int


class Close(NamedTuple):
    """The mark of the Open with the same `pair` ends."""

    mark: str
    pair: int


class LinkStart(NamedTuple):
    """A link begins; the text inside comes as tokens up to the next LinkEnd."""

    target: str


class LinkEnd(NamedTuple):
    """The link ends."""

    target: str


Token: TypeAlias = "Piece | Open | Close | LinkStart | LinkEnd"


class _Item(NamedTuple):
    """What one stack of marks sees as one thing: a piece, or a whole link."""

    marks: str
    pieces: list[Piece]
    target: str = ""


def nested(pieces: Sequence[Piece]) -> list[Token]:
    """The pieces, between the tokens that mark and link them."""
    if not any(piece.marks or piece.target for piece in pieces):
        return list(pieces)
    return list(_tokens(_items(pieces), count()))


def _items(pieces: Sequence[Piece]) -> list[_Item]:
    items: list[_Item] = []
    for target, stretch in groupby(pieces, lambda piece: piece.target):
        part = list(stretch)
        if target:
            items.append(_Item(_common(part), part, target))
        else:
            items += [_Item(piece.marks, [piece]) for piece in _apart(part)]
    return items


def _apart(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, with the blanks that marked texts begin with as pieces of their own."""
    for piece in pieces:
        text = piece.text.lstrip() if piece.marks and piece.kind is Kind.TEXT else ""
        if text and text != piece.text:
            yield piece._replace(text=piece.text[: -len(text)])
            piece = piece._replace(text=text)
        yield piece


def _common(pieces: list[Piece]) -> str:
    return "".join(mark for mark in MARKS if all(mark in piece.marks for piece in pieces))


def _tokens(items: list[_Item], numbers: Iterator[int]) -> Iterator[Token]:
    stack: list[Open] = []
    for number, item in enumerate(items):
        while any(mark.mark not in item.marks for mark in stack):
            yield Close(*stack.pop())
        for mark in _to_open(items, number, "".join(open_.mark for open_ in stack)):
            stack.append(Open(mark, next(numbers)))
            yield stack[-1]
        yield from _content(item, numbers)
    for open_ in reversed(stack):
        yield Close(*open_)


def _to_open(items: list[_Item], number: int, already: str) -> list[str]:
    """The marks that begin at an item; the one that lasts longest goes outside."""
    item = items[number]
    marks = [mark for mark in MARKS if mark in item.marks and mark not in already]
    if _is_blank(item):
        # After a cut, the reopened mark would begin with a blank: it waits for the next item.
        marks = [mark for mark in marks if mark in "mu"]
    return sorted(marks, key=lambda mark: -_end(items, number, mark)) if marks[1:] else marks


def _is_blank(item: _Item) -> bool:
    piece = item.pieces[0]
    blank = piece.kind is Kind.BREAK or (piece.kind is Kind.TEXT and piece.text.isspace())
    return blank and not item.target


def _end(items: list[_Item], number: int, mark: str) -> int:
    """The item before which a mark ends that is on at item `number`."""
    rest = range(number, len(items))
    return next((n for n in rest if mark not in items[n].marks), len(items))


def _content(item: _Item, numbers: Iterator[int]) -> Iterator[Token]:
    if not item.target:
        yield item.pieces[0]
        return
    yield LinkStart(item.target)
    for_inside = str.maketrans("", "", item.marks)
    inner = [_Item(p.marks.translate(for_inside), [p]) for p in _apart(item.pieces)]
    yield from _tokens(inner, numbers)
    yield LinkEnd(item.target)
