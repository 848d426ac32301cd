"""Later steps of the hosts that act on text, as questions: what would they change?

Modelled on documents, source and reports, because GitHub's steps are closed and Gitea's are not
part of a Markdown parser. Each takes more for a hit than the host would.
"""

from __future__ import annotations

import re

from tests.oracles.seen import segments

_EMOJI = re.compile(r":(?:[a-z0-9_+-]*[a-z][a-z0-9_+-]*|[+-]1|100|1234):")
_WIKI = re.compile(r"\[\[.*?\]\]")
_DOLLAR_PAIR = re.compile(r"(?:^|(?<=\s))\$(?=\S).*?(?<=\S)\$(?![A-Za-z0-9])|\$\$", re.DOTALL)
_UNIT = re.compile(
    r"\\[!-/:-@\[-`{-~]|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|<[/!?A-Za-z][^<>]*>", re.DOTALL
)
_HEADING_ATTRIBUTES = re.compile(r"^#{1,6} .*(?<!\\)\{[^{}]*\}\s*$", re.MULTILINE)
_TICKED_LINK = re.compile(r"^\s*(?:[-*+]|\d+[.)]) \[[ xX]\]\(", re.MULTILINE)


def emoji_aliases(html: str) -> list[str]:
    """What both hosts would take for the name of an emoji."""
    return [name for part in _texts(html) for name in _EMOJI.findall(part)]


def wiki_links(html: str) -> list[str]:
    """What Gitea would make a link of, and eat the brackets."""
    return [link for part in _texts(html) for link in _WIKI.findall(part)]


def dollar_pairs(html: str) -> list[str]:
    """What GitHub would take for math: it looks at one text node of the page after the other."""
    return [pair for part in _texts(html) for pair in _DOLLAR_PAIR.findall(part)]


def _texts(html: str) -> list[str]:
    return [part.text for part in segments(html) if not part.marks & {"c", "eq"}]


def math_in_lines(markdown: str) -> list[str]:
    """What Gitea would take for math: it reads the raw line, so that code and tags can end math
    that began before them. Equations in the form of this project are not told."""
    return [found for line in markdown.split("\n") for found in _line(line)]


def _line(line: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(line):
        end = _equation(line, at) or _single(line, at)
        if end and not line.startswith("$`", at):
            found.append(line[at:end])
        unit = _UNIT.match(line, at)
        at = end or (unit.end() if unit else at + 1)
    return found


def _equation(line: str, at: int) -> int:
    opener = re.compile(r"\$(`+)").match(line, at)
    return _closed(line, opener.end(), opener[1] + "$", strict=False) if opener else 0


def _single(line: str, at: int) -> int:
    if line[at] != "$" or re.match(r"[A-Za-z0-9.!?,;:]", line[at - 1 : at]):
        return 0
    mark = "$$" if line.startswith("$$", at) else "$"
    return _closed(line, at + len(mark), mark, strict=True)


def _closed(line: str, at: int, mark: str, *, strict: bool) -> int:
    """Where math ends that opened before `at`; 0 when it does not."""
    depth = 0
    while at < len(line):
        if not depth and line.startswith(mark, at):
            end = at + len(mark)
            return end if not strict or line[end : end + 1] in ("", *" .!?,;:)") else 0
        depth += (line[at] == "{") - (line[at] == "}")
        at += 2 if line[at] == "\\" else 1
    return 0


def heading_attributes(markdown: str) -> list[str]:
    """Headings whose end Gitea would take for attributes, and drop."""
    return _HEADING_ATTRIBUTES.findall(markdown)


def ticked_links(markdown: str) -> list[str]:
    """Links at the start of an item that Gitea would take for the box of a task."""
    return _TICKED_LINK.findall(markdown)
