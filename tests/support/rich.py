"""Rich text for tests, in the API's shape, and what a reader sees of it."""

from __future__ import annotations

from typing import Any

Run = dict[str, Any]

_NAMES = {"b": "bold", "i": "italic", "s": "strikethrough", "u": "underline", "c": "code"}


def looks(marks: str = "") -> Run:
    """The annotations for letters of b i s u c, and m for a background colour."""
    notes: Run = {name: mark in marks for mark, name in _NAMES.items()}
    return {**notes, "color": "yellow_background" if "m" in marks else "default"}


def marks_of(run: Run) -> str:
    """The letters of a run's annotations."""
    notes = run["annotations"]
    found = "".join(mark for mark, name in _NAMES.items() if notes[name])
    return found + ("m" if notes["color"].endswith("_background") else "")


def text(content: str, marks: str = "", link: str | None = None) -> Run:
    return {
        "type": "text",
        "text": {"content": content, "link": {"url": link} if link else None},
        "annotations": looks(marks),
        "plain_text": content,
        "href": link,
    }


def equation(expression: str, marks: str = "") -> Run:
    return {
        "type": "equation",
        "equation": {"expression": expression},
        "annotations": looks(marks),
        "plain_text": expression,
        "href": None,
    }


def mention(kind: str, value: object, plain: str, marks: str = "", href: str | None = None) -> Run:
    return {
        "type": "mention",
        "mention": {"type": kind, kind: value},
        "annotations": looks(marks),
        "plain_text": plain,
        "href": href,
    }
