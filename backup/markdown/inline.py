"""Rich text: a Notion array in, text out that shows the same on GitHub and on Gitea.

The way of a text: `plain` lets through what needs nothing. Of the rest, `rich_text` and `mentions`
make pieces, `trim` settles the white space, `nesting` puts marks and links in order, and
`markdown_text` or `html_text` writes them; `escape`, `addresses` and `dollars` guard the literal
characters, `delimiters` the marks.
"""

from __future__ import annotations

from collections.abc import Sequence

from backup.markdown.context import Context, Where
from backup.markdown.dollars import dollars
from backup.markdown.html_text import as_html
from backup.markdown.markdown_text import as_markdown
from backup.markdown.nesting import nested
from backup.markdown.pieces import Piece
from backup.markdown.plain import plain
from backup.markdown.rich_text import read
from backup.markdown.trim import trimmed
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
