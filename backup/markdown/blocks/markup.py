"""Markup around finished text: a parent wraps what its children gave, whatever it is.

Lines are split at LF only: code may hold the other characters that Python takes for line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backup.markdown import links

_LINE_WITH_TEXT = re.compile(r"\n(?=[^\n])")
_FENCE = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


def indented(text: str, width: int) -> str:
    """Every line but blank ones moved right."""
    if not text:
        return ""
    pad = " " * width
    return (pad if text[0] != "\n" else "") + hanging(text, width)


def hanging(text: str, width: int) -> str:
    """The same for all lines but the first, which follows a marker of that width."""
    return _LINE_WITH_TEXT.sub("\n" + " " * width, text)


def quoted(text: str) -> str:
    """A block quote; blank lines get a bare '>', so that it stays one quote."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def stacked(*texts: str) -> str:
    """The texts as blocks of their own: one blank line between those that are not empty."""
    return "\n\n".join(filter(None, texts))


def details(summary: str, body: str, *, opened: bool = False) -> str:
    """A part that can be folded. `summary` is HTML on one line.

    The blank lines around the body end the HTML block (CommonMark 0.31, HTML blocks of kind 6), so
    that what stands between is Markdown again.
    """
    head = f"<details{' open' if opened else ''}>\n<summary>{summary or '&nbsp;'}</summary>"
    return _closed(head, body)


def heading_details(heading: str, body: str) -> str:
    """The same with a Markdown heading as its summary: kept in the outline, and linkable."""
    return _closed(f"<details>\n<summary>\n\n{heading}\n\n</summary>", body)


def _closed(head: str, body: str) -> str:
    return f"{head}\n\n{body}\n\n</details>" if body else f"{head}\n</details>"


def anchor(block_id: str) -> str:
    """The place that a link to the block jumps to."""
    return f'<a id="{links.anchor(block_id)}"></a>'


def fenced(text: str, info: str) -> str:
    """`text` verbatim between fences that are longer than any fence inside."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    body = f"{text}\n" if text else ""
    return f"{fence}{info}\n{body}{fence}"


def pipe_table(rows: Iterable[list[str]], width: int = 1) -> str:
    """Rows of finished cells, the first of them the header; '' when there are none."""
    rows = list(rows)
    width = max([width, *map(len, rows)])
    lines = [_row([*cells, *[""] * (width - len(cells))]) for cells in rows]
    return "\n".join([*lines[:1], _row(["---"] * width), *lines[1:]]) if lines else ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
