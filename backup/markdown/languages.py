"""The language of a code block, in the word that both hosts highlight.

Checked against the two hosts' own tables: github-linguist, and alecthomas/chroma as Gitea has it.
"""

from __future__ import annotations

import re

# Notion's name -> the fence word, where the two differ; '' for a fence without a word.
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


def fence_word(language: str) -> str:
    """One word without blanks, commas, colons or braces; '' when there is no good one.

    A name unknown to us (the enum grows, old pages hold others) is taken at its first word.
    """
    name = language.strip().lower()
    if name in _WORDS:
        return _WORDS[name]
    first = name.split(maxsplit=1)[0] if name else ""
    return first if _WORD.fullmatch(first) else ""
