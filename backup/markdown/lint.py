"""What must not be in a finished file, because one of the hosts would misread it.

The renderers avoid all of it already; this reads their work once more, knowing nothing of how it
was made. It looks at single lines, so that it can be run over every file of a backup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

_AROUND = r"(?:>|[-*+] |\d{1,9}[.)] | )*"  # the quotes and items that a line lies in
_FENCE = re.compile(rf"({_AROUND})(`{{3,}}(?=[^`]*$)|~{{3,}})")
_MARKER = re.compile(r"[^>]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNIT = re.compile(
    rf"{_ESCAPE.pattern}|(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))|`+"
    r"|<(?P<tag>/?[a-z][a-z0-9]*)(?:[\s/][^<>]*)?>|<(?P<address>[a-z][\w+.-]*:[^\s<>]*)>",
    re.IGNORECASE,
)
_TARGET = re.compile(r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_PICTURE = re.compile(r"!\[(?:\\.|[^\[\]\\])*\]\(\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\(\)")
_STRIKE = re.compile(r"(?<!~)~~(?!~)(.+?)(?<!~)~~(?!~)")
_RAW_HTML = re.compile(rf"{_AROUND}</?(?:details|summary|p|div)[ >]")
_HTML_CODE = re.compile(r"\$<code>.*?</code>\$|<code>.*?</code>")
_CONTAINER = r"(?:>|(?:[-*+]|\d{1,9}[.)])(?=\s)|\s)*"
_ALERT = re.compile(
    rf"({_CONTAINER})\[!(?:note|tip|important|warning|caution)\](?!\()(.*)", re.IGNORECASE
)
_FALSE_BOX = re.compile(rf"{_CONTAINER}[-*+] \[[ xX]\]\(")
_HEADING_ATTRIBUTES = re.compile(r"[ >]*#{1,6} .*(?<!\\)\{[^{}]*\}\s*")
_DASHES = re.compile(r"-+\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_TAG = re.compile(r"<[^<>]*>")
_TEXT_NODE_END = re.compile(r"</?[A-Za-z0-9]*>|(?<!\s)\*+|\*+(?!\s)")
_GITHUB_MATH = re.compile(r"(?:^|(?<=\s))\$[^$]*\S\$(?![A-Za-z0-9])|\$\$")
_GITEA_MATH = re.compile(r"(?<![A-Za-z0-9.!?,;:\\$])\$(?!\$)(?:\\.|[^$\\])+\$(?=[\s.!?,;:)]|$)")


@dataclass(frozen=True, slots=True)
class _TextLine:
    """A line outside code fences. `text` is as `_seen` gives it, `raw` is whole."""

    number: int
    raw: str
    text: str
    html: bool  # of a block of HTML, in which nothing is Markdown
    folded: bool  # inside <details>
    first: bool  # the first line of the body that is not blank


def complaints(text: str) -> list[str]:
    """What is wrong with a file's text, one sentence each; [] for a good one."""
    found = [*_of_file(text)]
    lines = list(_lines(text))
    for line in lines:
        found += [f"line {line.number}: {word}" for word, wrong in _CHECKS.items() if wrong(line)]
    return found + list(_of_tables(lines))


def _of_file(text: str) -> Iterator[str]:
    if "\r" in text:
        yield "a carriage return: lines end with LF alone"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "the file does not end with one newline"


def _lines(text: str) -> Iterator[_TextLine]:
    """The lines of the body that are not code."""
    start = body(text)
    fence = ""
    folds = 0
    first = True
    for number, raw in enumerate(text[start:].split("\n"), text.count("\n", 0, start) + 1):
        if fence:
            fence = "" if raw.rstrip() == fence else fence
            continue
        if mark := _FENCE.match(raw):
            fence = _MARKER.sub(" ", mark[1]) + mark[2]
            continue
        is_html = bool(_RAW_HTML.match(raw))
        seen = raw if is_html else _seen(raw)
        folds += _unescaped(seen).count("<details") - seen.count("</details")
        yield _TextLine(number, raw, seen, is_html, folds > 0, first and bool(raw))
        first = first and not raw


def _seen(raw: str) -> str:
    """The line of Markdown without what is not text: code, images, attributes and targets of links."""
    if not any(sign in raw for sign in "`<("):
        return raw
    return _PICTURE.sub("<>", _TARGET.sub("()", _UNIT.sub(_unit, raw)))


def _unit(found: re.Match[str]) -> str:
    if found["code"]:
        return "`"
    if found["tag"]:
        return f"<{found['tag']}>"
    return "<>" if found["address"] else found[0]


def _unescaped(text: str) -> str:
    """The text with entities for what is escaped, so that no sign in it is but what it looks like."""
    return _ESCAPE.sub(lambda found: f"&#{ord(found[1])};", text) if "\\" in text else text


def body(text: str) -> int:
    """Where the text after the front matter starts."""
    end = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    return end + len("\n---\n") if end >= 0 else 0


def _misplaced_alert(line: _TextLine) -> bool:
    found = _ALERT.fullmatch(line.text)
    return bool(found and (found[1] != "> " or line.folded))


def _titled_alert(line: _TextLine) -> bool:
    found = _ALERT.fullmatch(line.text)
    return bool(found and found[2].strip())


def _math_by_accident(line: _TextLine) -> bool:
    """Gitea looks at the raw line, GitHub at each text node of the finished page."""
    if "$" not in line.text:
        return False
    text = line.text.replace("$`$", "<>")
    if not line.html and any(map(_GITEA_MATH.search, _cells(text))):
        return True
    return any(map(_GITHUB_MATH.search, _nodes(line)))


def _short_link(line: _TextLine) -> bool:
    """Gitea looks at each text node of the finished page, but for code and the text of links."""
    if not any(sign in line.text for sign in ("[", "&")):
        return False
    return any("]]" in node.partition("[[")[2] for node in _nodes(line))


def _nodes(line: _TextLine) -> Iterator[str]:
    """The texts that a browser has of a line, each up to the next tag."""
    text = _HTML_CODE.sub("<>", line.text)
    if not line.html:
        text = _unescaped(text.replace("$`$", "<>").replace("`", "<>"))
        text = _STRIKE.sub(r"<>\1<>", _LINK.sub(r"<>\1<>", text))
    for cell in _cells(text):
        yield from map(unescape, (_TAG if line.html else _TEXT_NODE_END).split(cell))


def _cells(text: str) -> list[str]:
    return _CELL_END.split(text) if _row(text) else [text]


_CHECKS: dict[str, Callable[[_TextLine], bool]] = {
    "'[[' is a link on Gitea": _short_link,
    "an alert below page level is printed as text by GitHub": _misplaced_alert,
    "an alert with a title is not an alert": _titled_alert,
    "Gitea takes '- [x](' for a box": lambda line: bool(_FALSE_BOX.match(line.raw)),
    "Gitea takes '{…}' at a heading's end for attributes": lambda line: bool(
        _HEADING_ATTRIBUTES.fullmatch(line.text)
    ),
    "Gitea takes a first line of dashes for front matter": lambda line: (
        line.first and bool(_DASHES.fullmatch(line.raw))
    ),
    "dollars that a host takes for math": _math_by_accident,
    "GitHub drops <u>": lambda line: "<u>" in (line.text if line.html else _unescaped(line.text)),
    "spaces at the end of the line": lambda line: line.raw != line.raw.rstrip(" \t"),
    "a tab outside code": lambda line: "\t" in line.raw,
}


def _row(line: str) -> str:
    """The line as a row of a table, without the quotes and items around it; '' when it is none."""
    row = line.lstrip(" >")
    return row if row.startswith("| ") else ""


def _of_tables(lines: list[_TextLine]) -> Iterator[str]:
    """Rows of a table have as many cells as its header."""
    width = 0
    last = -1
    for line in lines:
        if not (row := _row(line.raw)):
            continue
        count = len(_CELL_END.findall(row)) - 1
        if line.number != last + 1:
            width = count
        elif count != width:
            yield f"line {line.number}: {count} cells in a table of {width}"
        last = line.number
