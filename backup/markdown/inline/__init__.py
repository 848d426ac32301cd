"""Rich text: a Notion array in, text out that shows the same on GitHub and on Gitea.

What happens to a text: `plain` lets through what needs nothing. Of the rest, `read` makes pieces, `trim`
settles the white space, `marks` puts marks and links in order, and `write` or `html` writes them;
`escape` guards the literal characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backup.markdown.context import Context, Where
from backup.markdown.inline.escape import dollars
from backup.markdown.inline.html import as_html
from backup.markdown.inline.marks import nested
from backup.markdown.inline.read import Kind, Piece, merged, plain, read
from backup.markdown.inline.trim import trimmed
from backup.markdown.inline.write import as_markdown
from backup.model import Json

_NOTHING = Context()


def inline(
    runs: Sequence[Json],
    context: Context,
    where: Where = Where.BLOCK,
    marks: str = "",
) -> str:
    """A rich-text array of the API as it is written at `where`, as if it stood alone.

    `marks` are added to every piece: any of b (bold), i (italic), s (strike), u (underline), m
    (background). BLOCK and ITEM may have several lines, joined by hard breaks; HEADING, CELL and
    SUMMARY have one. '' for an array that shows nothing. Never raises on odd data.
    """
    if not marks and (text := plain(runs)) is not None:
        return text
    return _written(read(runs, context, marks), where)


def side_by_side(parts: Sequence[Sequence[Json]], between: str, context: Context) -> str:
    """Arrays that share a line of a block, with `between` them, but for those that show nothing. What a
    sign means to a host depends on the whole line, so they are escaped as one text."""
    found = (trimmed(read(part, context)) for part in parts)
    row: list[Piece] = []
    for pieces in filter(None, found):
        row += [Piece(Kind.TEXT, between), *pieces] if row else pieces
    return _written(merged(row), Where.BLOCK)


def seen(runs: Sequence[Json], context: Context) -> str:
    """The words that a rich-text array shows, without its marks; lines end with LF. What is called by a name
    of its own, like a page that is mentioned, has the one that it has now: `plain_text` is that of then."""
    if (text := plain(runs)) is not None:
        return text
    # Without files: an emoji of the workspace is its name then, not an image.
    return "".join(piece.text for piece in read(runs, replace(context, files={})))


def literal(text: str, where: Where = Where.BLOCK) -> str:
    """Plain text, escaped for `where`."""
    return inline([{"type": "text", "plain_text": text}], _NOTHING, where)


def _written(pieces: list[Piece], where: Where) -> str:
    pieces = trimmed(pieces, one_line=where is Where.HEADING)
    if not pieces:
        return ""
    tokens = nested(pieces)
    if where is Where.SUMMARY:
        return as_html(tokens, dollars(pieces))
    return as_markdown(tokens, where)
