"""Rich text as Markdown: nested tokens in, the finished text out.

In code and math nothing is escaped, so the fence and the place must fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from string import punctuation
from typing import NamedTuple

from backup.markdown.context import Where
from backup.markdown.inline.escape import (
    ADDRESS,
    BREAK,
    BREAKER,
    MARK,
    Position,
    dollars,
    escaped,
    in_angles,
    refuses_math,
)
from backup.markdown.inline.marks import (
    Close,
    Glued,
    LinkEnd,
    LinkStart,
    Open,
    Token,
    glued_before,
    glued_behind,
    written,
)
from backup.markdown.inline.read import Kind, Piece

_TASK_TRAP = re.compile(r"\[[xX]\]\(")
_DEFINITION = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]:", re.DOTALL)
_TICKS = re.compile(r"`+")
_BACKSLASH = "\\"
_MATH_PIPE = re.compile(r"\\(.)|\|", re.DOTALL)


def as_markdown(tokens: Sequence[Token], where: Where) -> str:
    """The finished Markdown of a nested row of tokens, for any place but SUMMARY."""
    pieces = [token for token in tokens if isinstance(token, Piece)]
    text = written(list(_parts(tokens, _block(pieces, where))))
    return BREAKER + text if _is_trap(text, where) else text


def _is_trap(text: str, where: Where) -> bool:
    """Whether the block's first characters would be read as something else than a text or a link.

    Gitea takes a link 'x' at the start of an item for the box of a task, and both hosts take
    `[…`]:`…` for a definition (and drop it) before they see that the `]:` is code.
    """
    if not text.startswith("[") or where not in (Where.BLOCK, Where.ITEM):
        return False
    trap = _DEFINITION.match(text) or (where is Where.ITEM and _TASK_TRAP.match(text))
    return bool(trap)


def _block(pieces: Sequence[Piece], where: Where) -> Position:
    """What the whole block says about the escaping of each of its texts."""
    texts = [piece for piece in pieces if piece.kind is Kind.TEXT]
    last = pieces[-1]
    return Position(
        where=where,
        tildes=any("~" in piece.text for piece in texts) and _strikes(pieces),
        brackets=_has_bracket_line(pieces),
        braces=where is Where.HEADING and last.kind is Kind.TEXT and last.text.endswith("}"),
        dollars=dollars(pieces),
    )


def _strikes(pieces: Sequence[Piece]) -> bool:
    """Whether literal `~` could strike something through, or stand beside a real strike."""
    if any("s" in piece.marks for piece in pieces):
        return True
    text = MARK.join(piece.text if piece.kind is Kind.TEXT else MARK for piece in pieces)
    if ADDRESS.search(text):
        return True  # what will stand around a `~` is not known yet
    can_open = False
    for found in re.finditer("~+", text):
        if can_open and glued_before(text, *found.span()) is not Glued.NO:
            return True
        can_open = can_open or glued_behind(text, *found.span()) is not Glued.NO
    return False


def _has_bracket_line(pieces: Sequence[Piece]) -> bool:
    starts = [pieces[0], *(b for a, b in pairwise(pieces) if a.kind is Kind.BREAK)]
    return any(piece.text.startswith("[") for piece in starts if piece.kind is Kind.TEXT)


def _parts(tokens: Sequence[Token], block: Position) -> Iterator[str | Open | Close]:
    before: Token | None = None
    last = ""
    number = 0
    while number < len(tokens):
        token = tokens[number]
        if isinstance(token, (Open, Close)):
            yield token
        elif address := _address(tokens[number : number + 3]):
            yield address
            number += 2
        else:
            behind = tokens[number + 1] if number + 1 < len(tokens) else None
            last = _part(token, _Between(before, behind, last), block)
            yield last
        before = tokens[number]
        number += 1


def _address(tokens: Sequence[Token]) -> str:
    """A link whose text is its address, in angle brackets; '' for anything else."""
    if len(tokens) < 3 or not isinstance(tokens[0], LinkStart):
        return ""
    target, piece, end = tokens[0].target, tokens[1], tokens[2]
    shown = isinstance(piece, Piece) and piece.kind is Kind.TEXT and piece.text == target
    return f"<{target}>" if shown and isinstance(end, LinkEnd) and in_angles(target) else ""


class _Between(NamedTuple):
    """The tokens around one token, and what was written last."""

    before: Token | None
    behind: Token | None
    last: str


def _part(token: Piece | LinkStart | LinkEnd, between: _Between, block: Position) -> str:
    if isinstance(token, LinkStart):
        return "["
    if isinstance(token, LinkEnd):
        return f"]({token.target})"
    if token.kind is Kind.TEXT:
        return escaped(token.text, _place(token, between, block))
    if token.kind is Kind.CODE:
        return code(token.text, block.where)
    if token.kind is Kind.MATH:
        return (BREAKER if refuses_math(between.before) else "") + math(token.text, block.where)
    return _break(block.where, between) if token.kind is Kind.BREAK else token.text


def _break(where: Where, between: _Between) -> str:
    if where is Where.CELL:
        return "<br>"
    # goldmark misreads three backslashes at a line's end.
    after_text = isinstance(between.before, Piece) and between.before.kind is Kind.TEXT
    return "<br>\n" if after_text and between.last.endswith("\\") else "\\\n"


def _place(token: Piece, between: _Between, block: Position) -> Position:
    return block._replace(
        before=_neighbour(between.before, "\n"),
        behind=_neighbour(between.behind, BREAK),
        marked=bool(token.marks or token.target),
        in_link=bool(token.target),
        before_link=isinstance(between.behind, LinkStart),
    )


def _neighbour(token: Token | None, at_break: str) -> str:
    if token is None:
        return ""
    return at_break if isinstance(token, Piece) and token.kind is Kind.BREAK else MARK


def code(text: str, where: Where = Where.BLOCK) -> str:
    """A code span that shows `text` (one line)."""
    if where is Where.CELL and "\\|" in text:  # which no code span can show in a table
        return f"<code>{''.join(map(_reference, text))}</code>"
    return _fenced(text.replace("|", "\\|") if where is Where.CELL else text)


def math(expression: str, where: Where = Where.BLOCK) -> str:
    """Inline math as both hosts take it, `` $`…`$ `` (one line)."""
    inside = _MATH_PIPE.sub(_bar, expression) if where is Where.CELL else expression
    # Gitea would take a last backslash together with the backtick behind it.
    return f"${_fenced(inside, apart=inside.endswith(_BACKSLASH))}$"


def _fenced(text: str, *, apart: bool = False) -> str:
    taken = {len(run) for run in _TICKS.findall(text)}
    fence = "`" * next(length for length in count(1) if length not in taken)
    edges = text[:1] + text[-1:]
    pad = " " if apart or "`" in edges or (edges == "  " and text.strip(" ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _reference(char: str) -> str:
    return f"&#{ord(char)};" if char in punctuation else char


def _bar(found: re.Match[str]) -> str:
    """A pipe in other words: GitHub unescapes `\\|` in a cell, Gitea would show a double bar."""
    if found[0] == "|":
        return r"\vert "
    return r"\Vert " if found[1] == "|" else found[0]
