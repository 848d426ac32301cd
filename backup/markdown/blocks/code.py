"""Code and equations: verbatim, between fences."""

from __future__ import annotations

import re

from backup.json_values import word
from backup.markdown.blocks.markup import fenced, stacked
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline, seen
from backup.markdown.runs import block_runs, run, runs
from backup.model import Block, plain_text

# Notion's name -> the word that both hosts highlight, where the two differ; '' for a fence without a
# word. Checked against github-linguist, and alecthomas/chroma as Gitea has it.
_WORDS = {
    "abc": "",
    "arduino": "cpp",
    "ascii art": "",
    "assembly": "asm",
    "c#": "csharp",
    "c++": "cpp",
    "docker": "dockerfile",
    "f#": "fsharp",
    "flow": "js",
    "java/c/c++/c#": "java",
    "lisp": "common-lisp",
    "llvm ir": "llvm",
    "markup": "html",
    "notion formula": "",
    "plain text": "",
    "shell": "sh",
    "vb.net": "vbnet",
    "visual basic": "vbnet",
    "webassembly": "wast",
}
_WORD = re.compile(r"[a-z0-9+#.-]+")


@renders("code")
def code(block: Block, context: Context) -> str:
    """The plain text of all runs: marks inside code are not shown by Notion either."""
    named = (
        run(seen([each], context)) if "mention" in each else each for each in block_runs(block.data)
    )
    text = _verbatim(plain_text([*named]))
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


def fence_word(language: str) -> str:
    """One word without spaces, commas, colons or braces; '' when there is no good one.

    A name unknown to us (the enum grows, old pages hold others) is taken at its first word.
    """
    name = language.strip().lower()
    if name in _WORDS:
        return _WORDS[name]
    first = name.split(maxsplit=1)[0] if name else ""
    return first if _WORD.fullmatch(first) else ""
