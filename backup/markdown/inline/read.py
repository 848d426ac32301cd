"""From the API's rich-text runs to pieces: stretches of one kind, with their marks and their link.

Everything that may be odd in the API's JSON ends here: what comes out is clean and complete. Most
texts of most pages go a short way: `plain` finds that nothing in them could be misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from html import escape
from typing import NamedTuple

from backup.json_values import mapping, word
from backup.markdown.context import Context
from backup.markdown.dates import span
from backup.markdown.links import (
    address_of,
    link_target,
    mentioned_id,
    notion_address,
    page_target,
    percent_encoded,
    resolved,
)
from backup.markdown.runs import BREAKS, titled
from backup.model import Json, LocalFile, encodable
from backup.urls import is_signed

MARKS = "mubis"  # from the outside in, when several begin and end together
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ANNOTATIONS = {"bold": "b", "italic": "i", "strikethrough": "s", "underline": "u"}
_BLANKS = re.compile(r"\s+")
_DOUBTFUL = re.compile(
    r"[\\`*_~<>&$|^{}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
    r"|\A(?:[\s#+=:\[-]|\d{1,9}[.)])|[\s#]\Z|\[[\[^]|\][(:]|:(?://|[a-z0-9+-]+:)|[wW]{3}\."
)


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

    @property
    def is_space(self) -> bool:
        """Whether it shows nothing but room."""
        return self.kind is Kind.BREAK or (self.kind is Kind.TEXT and self.text.isspace())

    def without(self, mark: str) -> Piece:
        return self._replace(marks=self.marks.replace(mark, ""))


def plain(runs: Sequence[Json] | None) -> str | None:
    """The text of an array that can be written as it is, at any place; None when that is in doubt.

    It only ever decides that nothing has to be done; every doubt goes the long way, with the same
    result. That it is the same is held by a test over random texts.
    """
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


def read(runs: Sequence[Json] | None, context: Context, marks: str = "") -> list[Piece]:
    """The pieces of a rich-text array; `marks` are added to each of them.

    Nothing is required of a run: what is missing or of a wrong type counts as empty. Runs of API
    versions before 2022 (`text.link.type`) are read as well.
    """
    pieces = [_marked(_piece(run, context), run, marks) for run in runs or () if _is_run(run)]
    # Joined first, because Notion may cut a character in half, and again, because a run of control
    # characters between two others leaves nothing.
    return merged(part for piece in merged(pieces) for part in in_lines(piece))


def _is_run(run: object) -> bool:
    return isinstance(run, dict)


def _piece(run: Json, context: Context) -> Piece:
    if isinstance(run.get("equation"), dict):
        expression = word(run["equation"], "expression") or word(run, "plain_text")
        return Piece(Kind.MATH, " ".join(whole(expression).split()))
    if isinstance(run.get("mention"), dict):
        return _mention(run, context)
    if run.get("own") is True:  # ours: a way to another file of the backup
        url = address_of(run)
        return Piece(Kind.TEXT, _text(run), "", "" if is_signed(url) else link_target(url))
    return _linked(_text(run), address_of(run), context)


def _text(run: Json) -> str:
    return word(run, "plain_text") or word(run, "text") or word(mapping(run, "text"), "content")


def _marked(piece: Piece, run: Json, more: str) -> Piece:
    """The piece with the marks of its run, in their order, and as code when the run is code."""
    notes = mapping(run, "annotations")
    marks = more
    if True in notes.values():
        marks += "".join(mark for name, mark in _ANNOTATIONS.items() if notes.get(name) is True)
        if notes.get("code") is True and piece.kind is Kind.TEXT:
            piece = piece._replace(kind=Kind.CODE)
    color = word(notes, "color")
    if color.endswith("_background") and color != "default_background":
        marks += "m"
    if not marks:
        return piece
    return piece._replace(marks="".join(mark for mark in MARKS if mark in marks))


def _mention(run: Json, context: Context) -> Piece:
    """A run of type `mention`; of a kind that is not known, its plain text with its link."""
    value = mapping(run, "mention")
    kind = word(value, "type")
    inner = mapping(value, kind)
    if kind in ("page", "database"):
        return _page(run, context)
    if kind == "custom_emoji":
        return _emoji(run, inner, context)
    if kind in ("link_mention", "link_preview"):
        url = word(inner, "href") or word(inner, "url") or address_of(run)
        return _linked(word(inner, "title") or url or word(run, "plain_text"), url, context)
    said = _words(kind, inner) if kind == "date" else word(run, "plain_text")
    return _linked(said or word(run, "plain_text") or _words(kind, inner), address_of(run), context)


def _linked(text: str, url: str, context: Context) -> Piece:
    return Piece(Kind.TEXT, text, "", resolved(url, context) if url else "")


def _page(run: Json, context: Context) -> Piece:
    page = mentioned_id(run.get("mention"))
    target = context.targets.get(page) if page else None
    title = titled(target.title if target else word(run, "plain_text"))
    if not page:
        return Piece(Kind.TEXT, title, "", resolved(address_of(run), context, typed=False))
    address = page_target(page, context) or link_target(notion_address(page))
    return Piece(Kind.TEXT, title, "", address)


def _emoji(run: Json, emoji: Json, context: Context) -> Piece:
    name = word(emoji, "name") or word(run, "plain_text").strip(":") or "emoji"
    image = small_image(f"emoji/{word(emoji, 'id')}", f":{name}:", context, 20)
    return Piece(Kind.IMAGE, image) if image else Piece(Kind.TEXT, f":{name}:")


def small_image(key: str, words: str, context: Context, size: int) -> str:
    """An image of `size` pixels in a line of text, with `words` in its place; '' when it is not here."""
    stored = context.files.get(key)
    if not isinstance(stored, LocalFile):
        return ""
    source = percent_encoded(stored.path)
    return f'<img src="{source}" alt="{attribute(words)}" width="{size}" height="{size}">'


def attribute(text: str) -> str:
    """Text for an HTML attribute inside Markdown: nothing in it may end a cell or begin math."""
    plain = escape(_BLANKS.sub(" ", whole(text)))
    return plain.replace("|", "&#124;").replace("$", "&#36;").replace("`", "&#96;")


def _words(kind: str, value: Json) -> str:
    """Words for a date, as of a property, and for a mention that came without plain_text."""
    if kind == "user":
        return f"@{word(value, 'name') or 'Anonymous'}"
    if kind == "date":
        return span(value)
    return word(value, word(value, "type"))


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces without empty ones, and with equal neighbours joined: Notion splits runs in
    the middle of words."""
    result: list[Piece] = []
    last = Piece(Kind.BREAK, "")
    for piece in pieces:
        if not piece.text:
            continue
        joins = piece.kind is Kind.TEXT or piece.kind is Kind.CODE
        if joins and piece.kind is last.kind and piece[2:] == last[2:]:
            piece = piece._replace(text=last.text + piece.text)
            result.pop()
        result.append(piece)
        last = piece
    return result


def whole(text: str) -> str:
    """Text that can be encoded: halves of a surrogate pair are joined, a lone half becomes U+FFFD."""
    if not _ODD.search(text):
        return text
    return _CONTROL.sub("", encodable(text))


def in_lines(piece: Piece) -> Iterator[Piece]:
    """The clean piece, with a piece of its own for every line break in it."""
    if piece.kind not in (Kind.TEXT, Kind.CODE) or not _ODD.search(piece.text):
        yield piece
        return
    for number, line in enumerate(BREAKS.split(whole(piece.text))):
        if number:
            yield piece._replace(kind=Kind.BREAK, text="\n")
        if line:
            yield piece._replace(text=line if piece.kind is Kind.TEXT else line.replace("\t", " "))
