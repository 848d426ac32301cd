"""From the API's rich-text runs to pieces: stretches of one kind, with their marks and their link.

Everything that may be odd in the API's JSON ends here: what comes out is clean and complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from html import escape
from typing import NamedTuple

from backup.markdown.context import Context
from backup.markdown.links import (
    address_of,
    link_target,
    mentioned_id,
    notion_address,
    page_target,
    percent_encoded,
    resolved,
)
from backup.model import Json, Stored

MARKS = "mubis"  # from the outside in, when several begin and end together
_ANNOTATIONS = {"bold": "b", "italic": "i", "strikethrough": "s", "underline": "u"}
_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Kind(Enum):
    """What a piece is, and so how it is written."""

    TEXT = "text"
    CODE = "code"
    MATH = "math"
    IMAGE = "image"  # `text` is a finished <img> tag
    BREAK = "break"


class Piece(NamedTuple):
    """A stretch with the same look (a NamedTuple: some are made for every run of every page).

    `marks` holds letters of MARKS in that order: m background, u underline, b bold, i italic,
    s strike. `target` is a finished link target, '' for none.
    """

    kind: Kind
    text: str
    marks: str = ""
    target: str = ""

    def without(self, mark: str) -> Piece:
        return self._replace(marks=self.marks.replace(mark, ""))


def read(runs: Sequence[Json] | None, context: Context, marks: str = "") -> list[Piece]:
    """The pieces of a rich-text array, cleaned; `marks` are added to each of them."""
    raw = (piece for run in runs or () if isinstance(run, dict) for piece in _run(run, context))
    marked = (piece._replace(marks=_ordered(piece.marks + marks)) for piece in raw)
    return [part for piece in merged(marked) for part in _lines(piece)]


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces with equal neighbours joined (Notion splits runs in the middle of words)."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        joins = piece.kind in (Kind.TEXT, Kind.CODE)
        if not piece.text and joins:
            continue
        if last and joins and last.kind is piece.kind and last[2:] == piece[2:]:
            result[-1] = last._replace(text=last.text + piece.text)
        else:
            result.append(piece)
    return result


def _ordered(marks: str) -> str:
    return "".join(mark for mark in MARKS if mark in marks) if marks else ""


def _run(run: Json, context: Context) -> list[Piece]:
    notes = run.get("annotations")
    notes = notes if isinstance(notes, dict) else {}
    marks = _marks(notes)
    if isinstance(equation := run.get("equation"), dict):
        expression = equation.get("expression")
        text = str(expression if expression is not None else _plain(run))
        return [Piece(Kind.MATH, _math(text), marks)] if text.strip() else []
    if isinstance(mention := run.get("mention"), dict):
        return [piece._replace(marks=marks) for piece in _mention(run, mention, context)]
    kind = Kind.CODE if notes.get("code") is True else Kind.TEXT
    url = address_of(run)
    return [Piece(kind, _plain(run), marks, resolved(url, context) if url else "")]


def _marks(notes: Json) -> str:
    marks = "".join(mark for name, mark in _ANNOTATIONS.items() if notes.get(name) is True)
    color = str(notes.get("color") or "")
    return marks + ("m" if color.endswith("_background") and color != "default_background" else "")


def _plain(run: Json) -> str:
    if (text := run.get("plain_text")) is not None:
        return str(text)
    text = run.get("text")
    return str(text.get("content") or "") if isinstance(text, dict) else str(text or "")


def _math(expression: str) -> str:
    return " ".join(whole(expression).split())


def whole(text: str) -> str:
    """Text that can be encoded: halves of a surrogate pair are joined, a lone half becomes U+FFFD."""
    if not _ODD.search(text):
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", text)


def _lines(piece: Piece) -> Iterator[Piece]:
    if piece.kind not in (Kind.TEXT, Kind.CODE) or not _ODD.search(piece.text):
        yield piece
        return
    for number, line in enumerate(_BREAKS.split(whole(piece.text))):
        if number:
            yield piece._replace(kind=Kind.BREAK, text="\n")
        if line:
            yield piece._replace(text=line if piece.kind is Kind.TEXT else line.replace("\t", " "))


def _mention(run: Json, mention: Json, context: Context) -> list[Piece]:
    kind = str(mention.get("type", ""))
    value = mention.get(kind)
    value = value if isinstance(value, dict) else {}
    if kind in ("page", "database"):
        return [_page(run, mention, context)]
    if kind == "custom_emoji":
        return [_emoji(run, value, context)]
    if kind in ("link_mention", "link_preview"):
        url = str(value.get("href") or value.get("url") or address_of(run))
        title = str(value.get("title") or url or _plain(run))
        return [Piece(Kind.TEXT, title, "", resolved(url, context) if url else "")]
    url = address_of(run)
    text = _plain(run) or _fallback(kind, value)
    return [Piece(Kind.TEXT, text, "", resolved(url, context) if url else "")]


def _page(run: Json, mention: Json, context: Context) -> Piece:
    page = mentioned_id(mention)
    target = context.targets.get(page) if page else None
    title = (target.title if target else "") or _plain(run) or "Untitled"
    if page:
        address = page_target(page, context) or link_target(notion_address(page))
    else:
        address = resolved(address_of(run), context)
    return Piece(Kind.TEXT, title, "", address)


def _emoji(run: Json, value: Json, context: Context) -> Piece:
    name = str(value.get("name") or _plain(run).strip(":") or "emoji")
    stored = context.files.get(f"emoji/{value.get('id', '')}")
    if not isinstance(stored, Stored):
        return Piece(Kind.TEXT, f":{name}:")
    source, shown = percent_encoded(stored.path), attribute(f":{name}:")
    return Piece(Kind.IMAGE, f'<img src="{source}" alt="{shown}" width="20" height="20">')


def attribute(text: str) -> str:
    """Text for an HTML attribute inside Markdown: nothing in it may end a cell or begin math."""
    plain = escape(" ".join(whole(text).split()))
    return plain.replace("|", "&#124;").replace("$", "&#36;").replace("`", "&#96;")


def _fallback(kind: str, value: Json) -> str:
    """Words for a mention that came without plain_text."""
    if kind == "user":
        return f"@{value.get('name') or 'Anonymous'}"
    if kind == "date":
        return " → ".join(str(part) for part in (value.get("start"), value.get("end")) if part)
    return str(value.get(str(value.get("type", ""))) or "")
