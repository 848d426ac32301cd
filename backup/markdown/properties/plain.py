"""Property values that are words, numbers, choices and dates, or formulas and rollups of these."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backup import urls
from backup.exact_json import Exact
from backup.json_values import as_object, objects, word
from backup.markdown.dates import moment, span
from backup.markdown.inline import seen
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
from backup.markdown.runs import foreign, run

_DIGITS = 21  # as many zeros as people read; JavaScript, and so Notion, begins powers there


@shows("title", "rich_text")
def rich_text(value: Any, at: At) -> Shown:
    """With all its marks and links."""
    found = objects(value)
    text = seen(found, at.context)
    return Shown(tuple(found), text) if text.strip() else NOTHING


@shows("number")
def number(value: Any, _at: At) -> Shown:
    """The number itself: the format of its column is only how Notion draws it."""
    value = float(value) if isinstance(value, Exact) else value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return NOTHING
    return Shown((run(number_text(value)),), value)


def number_text(value: int | float) -> str:
    """All digits, and no decimals where there are none; powers of ten only where they are many."""
    text = repr(value).removesuffix(".0")
    is_power = "e" in text and -_DIGITS < Decimal(text).adjusted() < _DIGITS
    return f"{Decimal(text):f}" if is_power else text


@shows("checkbox")
def checkbox(value: Any, _at: At) -> Shown:
    """A box, ticked or not; a table cell can hold no real one."""
    if not isinstance(value, bool):
        return NOTHING
    return Shown((run("☑" if value else "☐"),), value)


@shows("select", "status")
def select(value: Any, _at: At) -> Shown:
    """The option's name; its colour only decorates."""
    return words(word(value, "name"))


@shows("multi_select")
def multi_select(value: Any, at: At) -> Shown:
    """The options' names."""
    return together(select(option, at) for option in objects(value))


@shows("date")
def date_range(value: Any, _at: At) -> Shown:
    """Start, end and zone as given."""
    text = span(value)
    if not text:
        return NOTHING
    start, end, zone = (word(value, key) for key in ("start", "end", "time_zone"))
    parts = {"start": native_moment(start), "end": native_moment(end), "time_zone": zone}
    known = {name: part for name, part in parts.items() if part}
    return Shown((run(text),), known["start"] if list(known) == ["start"] else known)


@shows("created_time", "last_edited_time")
def timestamp(value: Any, _at: At) -> Shown:
    """A moment, to the minute."""
    text = value if isinstance(value, str) else ""
    return Shown((run(moment(text)),), native_moment(text)) if text else NOTHING


def native_moment(text: str) -> date | datetime | str:
    """A YAML date or timestamp; the text itself when it is neither."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text


@shows("url")
def url(value: Any, _at: At) -> Shown:
    """An address that can be followed."""
    text = value.strip() if isinstance(value, str) else ""
    words = urls.shown(text)
    return Shown((foreign(words, text),), words) if text else NOTHING


@shows("email")
def email(value: Any, _at: At) -> Shown:
    """An address that can be written to."""
    text = value.strip() if isinstance(value, str) else ""
    return Shown((run(text, f"mailto:{text}"),), text) if text else NOTHING


@shows("phone_number")
def phone_number(value: Any, _at: At) -> Shown:
    """As typed; GitHub makes no links of `tel:`."""
    return words(value) if isinstance(value, str) else NOTHING


@shows("unique_id")
def unique_id(value: Any, _at: At) -> Shown:
    """'TASK-12', or '12' where the database has no prefix."""
    count = as_object(value).get("number")
    if isinstance(count, bool) or not isinstance(count, int):
        return NOTHING
    return words("-".join(filter(None, (word(value, "prefix"), str(count)))))


@shows("place")
def place(value: Any, _at: At) -> Shown:
    """'Café, Main Street 1 (52.5, 13.4)'."""
    named = ", ".join(filter(None, (word(value, "name"), word(value, "address"))))
    at = as_object(value)
    points = [float(p) if isinstance(p := at.get(key), Exact) else p for key in ("lat", "lon")]
    if not all(isinstance(point, (int, float)) for point in points):
        return words(named)
    return words(f"{named} ({', '.join(map(str, points))})".strip())


@shows("button")
def button(_value: Any, _at: At) -> Shown:
    """A button has no value: it only does something in Notion."""
    return NOTHING


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
