"""Rich text as HTML on one line, for the inside of <summary> and of other HTML elements.

No Markdown is read there, but the hosts' filters for math, emoji and wiki links run on it as well.
It stands apart from `write`, because no rule of the one holds for the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from backup.markdown.inline.escape import ADDRESS, ALIAS, BREAKER, Dollars, refuses_math
from backup.markdown.inline.marks import TAGS, Close, LinkEnd, LinkStart, Open, Token
from backup.markdown.inline.read import Kind, Piece

_WIKI_LINK = re.compile(r"\[(?=\[.*\]\])")


def as_html(tokens: Sequence[Token], dollars: Dollars) -> str:
    """The finished HTML of a nested row of tokens."""
    return "".join(_written(tokens, number, dollars) for number in range(len(tokens)))


def _written(tokens: Sequence[Token], number: int, dollars: Dollars) -> str:
    token = tokens[number]
    if isinstance(token, Open):
        return f"<{TAGS[token.mark]}>"
    if isinstance(token, Close):
        return f"</{TAGS[token.mark]}>"
    if isinstance(token, LinkStart):
        return f'<a href="{escape(token.target.replace("&amp;", "&"))}">'
    if isinstance(token, LinkEnd):
        return "</a>"
    return _piece(token, tokens[number - 1] if number else None, dollars)


def _piece(piece: Piece, before: Token | None, dollars: Dollars) -> str:
    if piece.kind is Kind.TEXT:
        return _text(piece.text, dollars)
    if piece.kind is Kind.CODE:
        return f"<code>{escape(piece.text, quote=False)}</code>"
    if piece.kind is Kind.MATH:
        glue = BREAKER if refuses_math(before) or _ends_in_address(before) else ""
        return f"{glue}$<code>{escape(piece.text, quote=False)}</code>$"
    return "<br>" if piece.kind is Kind.BREAK else piece.text


def _ends_in_address(before: Token | None) -> bool:
    """Whether Gitea would take the dollar of an equation behind `before` into an address."""
    text = before.text if isinstance(before, Piece) and before.kind is Kind.TEXT else ""
    return any(found.end() == len(text) for found in ADDRESS.finditer(text))


def _text(text: str, dollars: Dollars) -> str:
    plain = escape(text, quote=False)
    if dollars is Dollars.WRAPPED:
        plain = plain.replace("$", "<span>$</span>")
    return _WIKI_LINK.sub(f"[{BREAKER}", ALIAS.sub(f":{BREAKER}", plain))
