"""White space: where a block and its lines begin and end, and which marks may cover it.

Markdown cannot mark a space at the edge of a marked run, and eats spaces at the edges of lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from backup.markdown.inline.read import MARKS, Kind, Piece, merged

_NBSP = "\u00a0"
_TAB = _NBSP * 4


def trimmed(pieces: Sequence[Piece], *, one_line: bool = False) -> list[Piece]:
    """The pieces of a block without outer white space, their marks only where they can be written.

    With `one_line` every break becomes a space, as in a heading.
    """
    if one_line:
        pieces = merged(_blank_for_break(piece) for piece in pieces)
    if _is_tidy(pieces):
        return _marked_where_possible(list(pieces))
    lines = [_line(line, keep_indent=not one_line) for line in _split(pieces)]
    block = _without_outer_breaks([piece for line in lines for piece in line])
    return _marked_where_possible(merged(block))


def _blank_for_break(piece: Piece) -> Piece:
    return piece._replace(kind=Kind.TEXT, text=" ") if piece.kind is Kind.BREAK else piece


def _is_tidy(pieces: Sequence[Piece]) -> bool:
    """Whether the white space needs nothing: one line, and no spaces around it."""
    if not pieces or pieces[0].text[:1].isspace() or pieces[-1].text[-1:].isspace():
        return False
    return not any(piece.kind is Kind.BREAK or "\t" in piece.text for piece in pieces)


def _split(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Lines; each but the first begins with the break that starts it."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind is Kind.BREAK:
            lines.append([])
        lines[-1].append(piece)
    return lines


def _line(line: list[Piece], *, keep_indent: bool) -> list[Piece]:
    starts = bool(line) and line[0].kind is Kind.BREAK
    indent, rest = _indent(line[1:] if starts else line)
    if keep_indent and rest and (len(indent) > 1 or "\t" in indent):
        # As NBSPs, because four real spaces would make the line code, and fewer would be eaten.
        rest.insert(0, Piece(Kind.TEXT, indent.replace("\t", _TAB).replace(" ", _NBSP)))
    rest = _without_trailing(rest, " \t")
    flat = [p._replace(text=p.text.replace("\t", " ")) if "\t" in p.text else p for p in rest]
    return line[:1] + flat if starts else flat


def _indent(line: list[Piece]) -> tuple[str, list[Piece]]:
    """The spaces that a line opens with, and the rest of it."""
    indent = ""
    for number, piece in enumerate(line):
        text = piece.text.lstrip(" \t") if piece.kind is Kind.TEXT else piece.text
        indent += piece.text[: len(piece.text) - len(text)]
        if text:
            return indent, [piece._replace(text=text), *line[number + 1 :]]
    return indent, []


def _without_trailing(line: list[Piece], spaces: str | None) -> list[Piece]:
    line = list(line)
    while line and line[-1].kind is Kind.TEXT:
        piece = line.pop()
        if text := piece.text.rstrip(spaces):
            return [*line, piece._replace(text=text)]
    return line


def _without_outer_breaks(pieces: list[Piece]) -> list[Piece]:
    first = next((n for n, piece in enumerate(pieces) if piece.kind is not Kind.BREAK), len(pieces))
    pieces = _without_trailing(pieces[first:], None)
    while pieces and pieces[-1].kind is Kind.BREAK:
        pieces = _without_trailing(pieces[:-1], None)
    return pieces


def _marked_where_possible(pieces: list[Piece]) -> list[Piece]:
    """Takes b, i, s off spaces, breaks and equations at the ends of their runs, u and m off breaks,
    and a link off spaces and breaks: a link over nothing could not be clicked."""
    if not any(map(_has_soft_edge, pieces)):
        return pieces
    for mark in MARKS:
        if any(mark in piece.marks for piece in pieces):
            loses, spaces = (_is_loose, True) if mark in "bis" else (_is_break, False)
            pieces = _edges(pieces, mark, loses, spaces=spaces)
    if any(piece.target for piece in pieces):
        pieces = _links(pieces)
    return pieces


def _has_soft_edge(piece: Piece) -> bool:
    """Whether a mark or link that begins or ends at this piece might have to give way."""
    if not piece.marks and not piece.target:
        return False
    return _is_loose(piece) or piece.text[0].isspace() or piece.text[-1].isspace()


def _edges(
    pieces: list[Piece], mark: str, loses: Callable[[Piece], bool], *, spaces: bool
) -> list[Piece]:
    result: list[Piece] = []
    for covered, stretch in groupby(pieces, lambda piece: mark in piece.marks):
        part = list(stretch)
        result += _cut(part, lambda p: p.without(mark), loses, spaces=spaces) if covered else part
    return merged(result)


def _links(pieces: list[Piece]) -> list[Piece]:
    """No link leads over a break: whoever reads a line alone, as hosts and the lint do, sees all of it."""
    result: list[Piece] = []
    pieces = [_unlinked(piece) if _is_break(piece) else piece for piece in pieces]
    for target, stretch in groupby(pieces, lambda piece: piece.target):
        part = list(stretch)
        result += (
            _cut(part, _unlinked, lambda piece: piece.is_space, spaces=True) if target else part
        )
    return merged(result)


def _cut(
    stretch: list[Piece],
    off: Callable[[Piece], Piece],
    loses: Callable[[Piece], bool],
    *,
    spaces: bool,
) -> list[Piece]:
    """One covered stretch: `off` is applied to the pieces at its ends that cannot carry the cover,
    and with `spaces` to the white space at the ends of the text that remains."""
    kept = [number for number, piece in enumerate(stretch) if not loses(piece)]
    if not kept:
        return [off(piece) for piece in stretch]
    first, last = kept[0], kept[-1] + 1
    inner = stretch[first:last]
    before, after = stretch[:first], stretch[last:]
    if spaces:
        before, inner = _leading(before, inner)
        inner, after = _trailing(inner, after)
    return [*map(off, before), *inner, *map(off, after)]


def _leading(before: list[Piece], inner: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    piece = inner[0]
    text = piece.text.lstrip()
    if piece.kind is not Kind.TEXT or text == piece.text:
        return before, inner
    blank = piece._replace(text=piece.text[: len(piece.text) - len(text)])
    return [*before, blank], [piece._replace(text=text), *inner[1:]]


def _trailing(inner: list[Piece], after: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    piece = inner[-1]
    text = piece.text.rstrip()
    if piece.kind is not Kind.TEXT or text == piece.text:
        return inner, after
    blank = piece._replace(text=piece.text[len(text) :])
    return [*inner[:-1], piece._replace(text=text)], [blank, *after]


def _unlinked(piece: Piece) -> Piece:
    return piece._replace(target="")


def _is_break(piece: Piece) -> bool:
    return piece.kind is Kind.BREAK


def _is_loose(piece: Piece) -> bool:
    return piece.kind is Kind.MATH or piece.is_space
