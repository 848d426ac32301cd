"""Code and math inside a line: nothing in them is escaped, so the fence and the place must fit."""

from __future__ import annotations

import re
from itertools import count
from string import punctuation

from backup.markdown.context import Where

_TICKS = re.compile(r"`+")
_BACKSLASH = "\\"
_MATH_PIPE = re.compile(r"\\(.)|\|", re.DOTALL)


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
