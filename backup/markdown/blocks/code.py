"""Code and equations: verbatim, between fences."""

from __future__ import annotations

from backup.json_values import word
from backup.markdown.blocks.register import renders
from backup.markdown.blocks.shapes import fenced, stacked
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.languages import fence_word
from backup.markdown.runs import block_runs, runs
from backup.model import Block, plain_text


@renders("code")
def code(block: Block, context: Context) -> str:
    """The plain text of all runs: marks inside code are not shown by Notion either."""
    text = _verbatim(plain_text(block_runs(block.data)))
    caption = inline(runs(block.data, "caption"), context, Where.BLOCK, marks="i")
    return stacked(fenced(text, fence_word(word(block.data, "language"))), caption)


@renders("equation")
def equation(block: Block, _context: Context) -> str:
    """A `math` fence: with dollars, GitHub would read the formula as Markdown first."""
    expression = _verbatim(word(block.data, "expression")).strip("\n")
    return fenced(expression, "math") if expression.strip() else ""


def _verbatim(text: str) -> str:
    """Line ends as LF, and without NUL, which Markdown does not allow."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
