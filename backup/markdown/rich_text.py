"""From the API's rich-text runs to pieces.

Everything that may be odd in the API's JSON ends here: what comes out is clean and complete.
"""

from __future__ import annotations

from collections.abc import Sequence

from backup.json_values import mapping, word
from backup.markdown.context import Context
from backup.markdown.links import address_of, resolved
from backup.markdown.mentions import mention
from backup.markdown.pieces import MARKS, Kind, Piece, in_lines, merged, whole
from backup.model import Json

_ANNOTATIONS = {"bold": "b", "italic": "i", "strikethrough": "s", "underline": "u"}


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
        return mention(run, context)
    url = address_of(run)
    return Piece(Kind.TEXT, _text(run), "", resolved(url, context) if url else "")


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
