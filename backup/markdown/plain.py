"""The short way for most texts of most pages: no marks, no links, nothing that could be misread.

It only ever decides that nothing has to be done; every doubt goes the long way, with the same
result. That it is the same is held by a test over random texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backup.model import Json

_DOUBTFUL = re.compile(
    r"[\\`*_~<>&$|^{}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
    r"|\A(?:[\s#+=:\[-]|\d{1,9}[.)])|[\s#]\Z|\[[\[^]|\][(:]|:(?://|[a-z0-9+-]+:)|[wW]{3}\."
)


def plain(runs: Sequence[Json] | None) -> str | None:
    """The text of an array that can be written as it is, at any place; None when that is in doubt."""
    texts: list[str] = []
    for run in runs or ():
        text = _unmarked(run)
        if text is None:
            return None
        texts.append(text)
    text = "".join(texts)
    return None if _DOUBTFUL.search(text) else text


def _unmarked(run: object) -> str | None:
    """The text of a run without marks, link or meaning of its own; None for any other."""
    if not isinstance(run, dict) or run.get("type") != "text" or run.get("href"):
        return None
    notes, text, shown = run.get("annotations"), run.get("text"), run.get("plain_text")
    if not isinstance(shown, str) or (isinstance(text, dict) and text.get("link")):
        return None
    if notes and not isinstance(notes, dict):
        return None
    if notes and (True in notes.values() or str(notes.get("color")).endswith("_background")):
        return None
    return shown
