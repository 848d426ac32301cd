"""Property values that Notion works out: formulas and rollups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backup.json_values import objects
from backup.markdown.properties.plain import checkbox, date_range, number
from backup.markdown.properties.shown import (
    NOTHING,
    At,
    Show,
    Shown,
    note,
    shown,
    shows,
    together,
    words,
)

_NOT_GIVEN = "too large for Notion's API to work out"


def _string(value: Any, _at: At) -> Shown:
    return words(value) if isinstance(value, str) else NOTHING


def _array(value: Any, at: At) -> Shown:
    return together(
        shown(item, replace(at, key=f"{at.key}/{n}")) for n, item in enumerate(objects(value))
    )


_RESULTS: dict[str, Show] = {
    "string": _string,
    "number": number,
    "boolean": checkbox,
    "date": date_range,
    "array": _array,
}


@shows("formula", "rollup")
def computed(value: Any, at: At) -> Shown:
    """The result, whatever type it has. Over too many pages Notion gives none ('unsupported')."""
    if not isinstance(value, dict):
        return NOTHING
    type_ = str(value.get("type") or "")
    show = _RESULTS.get(type_)
    return show(value.get(type_), at) if show else note(_NOT_GIVEN)
