"""Siblings joined: the one place that decides what stands between two blocks.

What separates two pieces of Markdown is decided by the pieces, not by the types that made them: a
column that ends in a list and the next one that starts with a list must not become one list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backup.markdown.blocks.markup import anchor
from backup.markdown.blocks.register import RENDERERS, Renderer
from backup.markdown.blocks.unsupported import unknown, unread
from backup.markdown.context import Context
from backup.model import Block, bare_id

_UNKNOWN = Renderer(unknown)
# Blocks of one family make one list; bullets and to-dos may share one.
_FAMILY = {
    "bulleted_list_item": "bullets",
    "to_do": "bullets",
    "numbered_list_item": "numbers",
    "child_page": "pages",
    "child_database": "pages",
    "link_to_page": "pages",
}
# What these hold stands where they stand: they leave no trace in the Markdown.
_SEE_THROUGH = frozenset({"column_list", "column", "synced_block"})
_MARKER = re.compile(r"(?:(-)|\d{1,9}\.)(?=[ \n]|\Z)")
_LIST_BREAK = "\n\n<!-- -->\n\n"
_HIGHEST_NUMBER = 999_999_999  # CommonMark takes nine digits


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    continues: bool = False  # the list of the piece before


def flow(blocks: Sequence[Block], context: Context) -> str:
    """The blocks' Markdown, one after the other; '' when none of them shows anything."""
    parts: list[str] = []
    last = _Piece("")
    for piece in _pieces(blocks, context):
        parts += [_joint(last, piece), piece.text] if parts else [piece.text]
        last = piece
    return "".join(parts)


def below(block: Block, context: Context) -> str:
    """The Markdown of a block's children, and a word about those that could not be read."""
    if not block.children and not block.unread:
        return ""
    if context.at_page_level and block.type not in _SEE_THROUGH:
        context = replace(context, at_page_level=False)
    text = flow(block.children, context)
    return _after(text, unread(block, context))


def _pieces(blocks: Sequence[Block], context: Context) -> Iterator[_Piece]:
    family = ""
    number = 0
    for block in blocks:
        previous, family = family, _FAMILY.get(block.type, "")
        same = bool(family) and family == previous
        if family == "numbers":
            expected = number + 1 if same else 1
            number = _number(block, expected)
            same = same and number == expected
            context = replace(context, number=number)
        text = _text(block, context)
        if text:
            yield _Piece(text, same)
        else:
            family = ""


def _number(block: Block, expected: int) -> int:
    start = block.data.get("list_start_index")
    if isinstance(start, int) and not isinstance(start, bool) and 0 <= start <= _HIGHEST_NUMBER:
        return start
    return min(expected, _HIGHEST_NUMBER)


def _text(block: Block, context: Context) -> str:
    renderer = RENDERERS.get(block.type, _UNKNOWN)
    text = renderer.write(block, context)
    if not renderer.holds_children and (block.children or block.unread):
        text = _after(text, below(block, context))
    return text if renderer.holds_anchor else anchored(text, block, context)


def anchored(text: str, block: Block, context: Context) -> str:
    """The block's text, below an anchor when some link points to the block."""
    return _after(place_of(block, context), text)


def place_of(block: Block, context: Context) -> str:
    """The block's anchor when some link points to the block, else ''."""
    is_target = context.anchors and bare_id(block.id) in context.anchors
    return anchor(block.id) if is_target else ""


def _after(text: str, following: str) -> str:
    if not text or not following:
        return text or following
    return text + _joint(_Piece(text), _Piece(following)) + following


def _joint(last: _Piece, piece: _Piece) -> str:
    if piece.continues:
        return "\n\n" if "\n\n" in last.text else "\n"
    kind = list_at_start(piece.text)
    return _LIST_BREAK if kind and kind == _list_at_end(last.text) else "\n\n"


def list_at_start(text: str) -> str:
    """'bullets' or 'numbers' when the text opens with a list item, else ''."""
    found = _MARKER.match(text)
    return ("bullets" if found[1] else "numbers") if found else ""


def _list_at_end(text: str) -> str:
    """The same for the list that is still open where the text ends.

    The last line at the margin decides: whatever belongs to a list item is indented, a fence ends
    with a fence, and text that only looks like a marker has been escaped.
    """
    start = len(text)
    while start > 0:
        start = text.rfind("\n", 0, start)
        if text[start + 1 : start + 2] not in {" ", "\n", ""}:
            return list_at_start(text[start + 1 : start + 16])
    return list_at_start(text[:16])
