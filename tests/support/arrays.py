"""Random rich text over a hostile alphabet, and what a reader must see of it.

What must be seen is worked out here from the runs alone, one character after the other, and shares
no code with the writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from tests.oracles import Char, gitea, github, misread
from tests.oracles.filters import (
    dollar_pairs,
    emoji_aliases,
    heading_attributes,
    math_in_lines,
    ticked_links,
    wiki_links,
)
from tests.support.rich import Run, equation, marks_of, text

_ESCAPE_SET = [*r"""\`*_~<>&[]()!^{}#$:|=+-."'/@,;?"""]
_PUNCTUATION = [
    "。",
    "、",
    "「",
    "」",
    "（",
    "）",
    "—",
    "…",
    "“",
    "”",
    "«",
    "؟",
    "।",
    "·",
    "\u2e4f",
]
_SYMBOLS = ["→", "€", "©", "±", "🔥", "😀", "\U0001fae8", "⚠️", "👩‍👩‍👧", "🇯🇵", "👍🏽", "½", "②"]
_LETTERS = ["a", "b", "x", "Z", "1", "7", "é", "ß", "日本", "語", "한", "ไทย", "नमस्ते", "עב", "مر"]
_MARKS_AND_BLANKS = ["e\u0301", "\u0301", "\u200d", "\ufe0f", "\u200b", "\u202e", "\u200f"]
_BLANKS = [" ", " ", "  ", "\n", "\n", "\t", "\u00a0", "\u3000", "\u2009", "\r\n", "\u2028"]
_ODD = ["\x00", "\x07", "\x1b", "\x7f", "\udc00", "\ufeff", "\ufffe", "\u0085", "\x0b"]
_TRAPS = [
    "word",
    "snake_case",
    "https://e.co/a_b",
    "http://e.co/_a_(b)",
    "https://e.co/?a=1&copy;=2",
    "www.e.co/a",
    "ftp://e.co",
    "a@e.co",
    ":tada:",
    ":+1:",
    "10:30:45",
    "[[Home]]",
    "[[a|b]]",
    "&amp;",
    "&#35;",
    "<b>",
    "</i>",
    "<!--",
    "<br>",
    "<https://e.co>",
    "[a](b)",
    "[x] ",
    "[^1]",
    "[a]: ",
    "![",
    "](",
    "$x$",
    "$$",
    "- ",
    "1. ",
    "2) ",
    "# ",
    "> ",
    "---",
    "===",
    "```",
    "~~~",
    "~~",
    "**",
    "|--|",
    ": ",
    "{#x}",
    "[!NOTE]",
    "    ",
]
_TARGETS = [
    "https://e.co/d",
    "https://e.co/d",
    "https://e.co/a_(b)",
    "https://e.co/a)b",
    "https://e.co/a|b?x=$1&copy;=<2>",
    "http://e.co/*a*~b~ c",
    "mailto:a@e.co",
]
_EXPRESSIONS = [
    "x",
    "x_1*y_2",
    "|a|",
    "\\|a\\|",
    "a`b",
    "\\frac{1}{2}",
    "a<b&c",
    "a\n b",
    "\\{x\\}",
    "a\\",
]

# Each group as often as the next, whatever its length: an escape is as likely as a trap.
_GROUPS = (_ESCAPE_SET, _ESCAPE_SET, _LETTERS, _LETTERS, _BLANKS, _TRAPS, _TRAPS)
_GROUPS += (_PUNCTUATION, _SYMBOLS, _MARKS_AND_BLANKS, _ODD)
ALPHABET = [group[number % len(group)] for group in _GROUPS for number in range(60)]
_RARITY = {"b": 2, "i": 2, "s": 3, "u": 5, "c": 6, "m": 7}


def array(dice: Random) -> list[Run]:
    """A rich text of one to five runs; now and then one of them comes again."""
    found: list[Run] = []
    for _ in range(dice.randint(1, 5)):
        again = found and not dice.randrange(8)
        found.append(dice.choice(found) if again else _run(dice))
    return found


def _run(dice: Random) -> Run:
    marks = "".join(mark for mark, rarity in _RARITY.items() if not dice.randrange(rarity))
    kind = dice.choice(("plain", "marked", "marked", "marked", "equation"))
    if kind == "equation":
        return equation(dice.choice(_EXPRESSIONS), marks)
    content = "".join(dice.choices(ALPHABET, k=dice.randint(1, 6)))
    link = dice.choice((None, None, None, None, *_TARGETS))
    return text(content, marks, link) if kind == "marked" else text(content)


def shrunk(runs: list[Run], fails: Callable[[list[Run]], bool]) -> list[Run]:
    """A part of a failing array that still fails, but no longer with anything less."""
    while smaller := next((each for each in _smaller(runs) if each and fails(each)), None):
        runs = smaller
    return runs


def _smaller(runs: list[Run]) -> Iterator[list[Run]]:
    """The array without one run, one character, one mark or one link."""
    for at, run in enumerate(runs):
        for less in ([], *([each] for each in _less(run))):
            yield [*runs[:at], *less, *runs[at + 1 :]]


def _less(run: Run) -> Iterator[Run]:
    marks, content, link = marks_of(run), run["plain_text"], run["href"]
    fewer = [marks.replace(mark, "") for mark in marks]
    if run["type"] == "equation":
        yield from (equation(content, each) for each in fewer)
        return
    shorter = [content[:at] + content[at + 1 :] for at in range(len(content))]
    yield from (text(each, marks, link) for each in shorter if each)
    yield from (text(content, each, link) for each in fewer)
    if link:
        yield text(content, marks)


class Place(NamedTuple):
    """One place in a page: how the text is asked for, and what is put around it."""

    where: Where
    around: Callable[[str], str]
    marks: str = ""
    link: str | None = None


def _lines(first: str, others: str) -> Callable[[str], str]:
    return lambda text: first + text.replace("\n", "\n" + others)


def _details(text: str) -> str:
    return f"<details>\n<summary>{text}</summary>\n\nbody\n\n</details>"


PLACES = {
    "paragraph": Place(Where.BLOCK, _lines("", "")),
    "heading": Place(Where.HEADING, _lines("## ", "")),
    "header cell": Place(Where.CELL, lambda text: f"| {text} | x |\n| --- | --- |"),
    "cell": Place(Where.CELL, lambda text: f"| a | b |\n| --- | --- |\n| x | {text} |"),
    "row header": Place(Where.CELL, lambda text: f"|  |\n| --- |\n| {text} |", marks="b"),
    "quote": Place(Where.BLOCK, _lines("> ", "> ")),
    "list item": Place(Where.ITEM, _lines("- ", "  ")),
    "numbered item": Place(Where.ITEM, _lines("10. ", "    ")),
    "to-do": Place(Where.ITEM, _lines("- [x] ", "  ")),
    "summary": Place(Where.SUMMARY, _details),
    "caption": Place(Where.BLOCK, _lines("![](a.png)\\\n", ""), marks="i"),
    "HTML caption": Place(
        Where.SUMMARY, lambda text: f'<p align="center"><img src="a.png"><br>{text}</p>', marks="i"
    ),
    "property": Place(
        Where.CELL, lambda text: f"| Property | Value |\n| --- | --- |\n| Name | {text} |"
    ),
    "link text": Place(Where.BLOCK, _lines("", ""), link="https://e.co/link"),
}
_FRAMES = {
    "header cell": ("", "x"),
    "cell": ("a b x", ""),
    "row header": ("", ""),
    "summary": ("", "body"),
    "caption": ("\ufffc", ""),
    "HTML caption": ("\ufffc", ""),
    "property": ("Property Value Name", ""),
}


def differences(runs: list[Run], name: str) -> list[str]:
    """What is wrong with the Markdown of `runs` at the place with this name; [] when all is well."""
    place = PLACES[name]
    if place.link:
        runs = [{**run, "href": place.link} if "plain_text" in run else run for run in runs]
    text = inline(runs, Context(), place.where, place.marks)
    markdown = f"top\n\n{place.around(text)}\n\nend\n" if text else "top\n\nend\n"
    wanted = _framed(seen(runs, place.marks), name if text else "")
    return [*_misread(markdown, wanted), *_odd(text, markdown, place.where)]


def _framed(chars: list[Char], name: str) -> list[Char]:
    before, after = _FRAMES.get(name, ("", ""))
    return [*_plain(f"top {before} "), *chars, *_plain(f" {after} end")]


def _plain(text: str) -> list[Char]:
    return [Char(char, frozenset(), None) for char in text]


def _misread(markdown: str, wanted: list[Char]) -> list[str]:
    found: list[str] = []
    for host in (github, gitea):
        html = host(markdown)
        acted = (misread(wanted, html), emoji_aliases(html), wiki_links(html), dollar_pairs(html))
        found += [f"{host.__name__}: {what}" for what in acted if what]
    return found


def _odd(text: str, markdown: str, where: Where) -> list[str]:
    found: list[list[str]] = [heading_attributes(markdown), ticked_links(markdown)]
    if where is not Where.SUMMARY:
        found.append(math_in_lines(markdown))
    found.append(re.findall(r"[\ud800-\udfff\x00-\x09\x0b-\x1f\x7f]|[ \t]\n|\n\s*\n|\s\Z", text))
    if where not in (Where.BLOCK, Where.ITEM):
        found.append(re.findall("\n", text))
    return [f"in the source: {what}" for what in found if what]


def seen(runs: list[Run], marks: str = "") -> list[Char]:
    """What a reader must see of an array."""
    return [char for run in runs for char in _seen(run, marks)]


def _seen(run: Run, marks: str) -> list[Char]:
    if run["type"] == "equation":
        return [Char(c, frozenset({"eq"}), None) for c in run["equation"]["expression"]]
    look = frozenset(marks_of(run) + marks)
    return [Char(char, look, run["href"]) for char in _shown(run["plain_text"])]


def _shown(text: str) -> str:
    text = re.sub("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", "\n", text)
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", text)
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
