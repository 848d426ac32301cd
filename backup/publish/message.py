"""Writes commit messages and pull requests, with text from Notion escaped.

A title may contain '@all', 'closes #12', '[skip ci]' or a trailer, and hosts act on those wherever they
stand (the documentation of GitHub and Gitea; on Gitea also in the commits of a job).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from backup.words import UNTITLED, counted

KINDS = ("new", "updated", "renamed", "removed")
TEMPLATE = "Back up Notion: {counts}\n\n{titles}"
SKIP_CI = "[skip ci]"
_MOST = 100  # titles in one message
_LONGEST = 100  # characters of a title
_VERBS = {"new": "Add", "updated": "Update", "renamed": "Rename", "removed": "Remove"}
_FIELD = re.compile(r"\{(\w+)\}")
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Trackers beside a host, Jira and Linear for example, act on a key like WIKI-12 behind such a word; without
# one, UTF-8 stays UTF-8.
_CLOSING = re.compile(r"(?i)\b(?:clos|fix|resolv|implement|complet)(?:e?[sd]?|ing)\b.*")
_KEY = re.compile(r"(?i)(?<![^\W_])([a-z][a-z0-9_]*-)(?=\d)")
_HARMLESS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # A space in between leaves every title readable, and no host finds a reference in it.
    (re.compile(r"@(?=\w)"), "@ "),
    (
        re.compile(r"(#)(?=\w)|(!)(?=\d)"),
        r"\1\2 ",
    ),  # an issue; a command to Jira behind a key: #close
    (re.compile(r"(?i)(?<![^\W_])(g[hl]-)(?=\d)"), r"\1 "),
    (_CLOSING, lambda found: _KEY.sub(r"\1 ", found[0])),
    (re.compile(r"://"), ": //"),
    (re.compile(r"(?i)\[([^\[\]]*(?:skip|\bno[\s_-]?ci)[^\[\]]*)\]"), r"(\1)"),
    (re.compile(r"\*\*\*"), "* * *"),  # Azure's ***NO_CI***
    (re.compile(r"(?i)\b([a-z]+(?:-[a-z]+)*-(?:by|checks|id|to))\s*:"), r"\1 –"),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One page in a message: `kind` is one of KINDS."""

    kind: str
    title: str


def message(mentions: Collection[Mention], failed: int = 0, template: str = "") -> str:
    """What a commit of these pages says; `template` is the setting COMMIT_MESSAGE."""
    counted = Counter(each.kind for each in mentions)
    values = {kind: str(counted[kind]) for kind in KINDS}
    values |= {"failed": str(failed), "counts": _counts(counted, failed), "title": _title(mentions)}
    values["titles"] = "\n".join(_titles(mentions))
    text = _FIELD.sub(lambda found: values.get(found[1], found[0]), template or TEMPLATE)
    lines = (line.rstrip() for line in text.strip().splitlines())
    return "\n".join(lines) + "\n"


def of_page(mention: Mention, template: str = "") -> str:
    """What a commit of one page says."""
    subject = f"{_VERBS[mention.kind]} “{harmless(mention.title)}”\n"
    return message([mention], template=template) if template else subject


def skipping(text: str) -> str:
    """The message with the words that keep hosts from starting workflows for its commit."""
    subject, newline, rest = text.partition("\n")
    return f"{subject} {SKIP_CI}{newline}{rest}"


def pull_request(mentions: Collection[Mention]) -> tuple[str, str]:
    """Title and text of the pull request."""
    counted = Counter(each.kind for each in mentions)
    lines = "\n".join(_titles(mentions, "`"))
    return (
        f"Back up Notion: {_counts(counted)}",
        f"What changed in Notion since the last merge:\n\n{lines}\n",
    )


def harmless(title: str, longest: int = _LONGEST) -> str:
    """A title on one line that no host reads anything out of."""
    shown = "".join(" " if _is_unseen(char) else char for char in title)
    for pattern, instead in _HARMLESS:
        shown = pattern.sub(instead, shown)
    shown = " ".join(shown.split()) or UNTITLED
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _is_unseen(char: str) -> bool:
    # The joiner holds emoji sequences together, and does no harm.
    return char != "\u200d" and unicodedata.category(char) in _UNSEEN


def _counts(counted: Counter[str], failed: int = 0) -> str:
    said = [f"{counted[kind]} {kind}" for kind in KINDS if counted[kind]]
    if failed and not said:
        return f"{failed} failed"
    return ", ".join(said) or "no page changed"


def _title(mentions: Collection[Mention]) -> str:
    if len(mentions) != 1:
        return counted(len(mentions), "page")
    return harmless(next(iter(mentions)).title)


def _titles(mentions: Collection[Mention], mark: str = "") -> Iterator[str]:
    """One line a page; with `mark` around titles, which they must not hold themselves."""
    for number, each in enumerate(mentions):
        if number == _MOST:
            yield f"- … and {len(mentions) - _MOST} more"
            return
        title = harmless(each.title)
        yield f"- {each.kind}: {mark}{title.replace(mark, chr(39)) if mark else title}{mark}"
