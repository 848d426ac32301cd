"""Which rows a query wants and in which order, as far as reading needs it: by their timestamps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from backup.model import Json
from fakenotion import validation
from fakenotion.nodes import Node
from fakenotion.refusal import UNDEFINED, bad_body, bad_field

Test = Callable[[Node], bool]
Key = Callable[[Node], datetime]
DIRECTIONS = ("ascending", "descending")
_DEEPEST = 2  # levels of `and` and `or` (Notion API, "Filter database entries")
_TIMES = ("created_time", "last_edited_time")
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "equals": lambda time, than: time == than,
    "before": lambda time, than: time < than,
    "after": lambda time, than: time > than,
    "on_or_before": lambda time, than: time <= than,
    "on_or_after": lambda time, than: time >= than,
}


def sort(place: int, sent: Any) -> tuple[Key, bool]:
    """One of the sorts: by what, and whether the last comes first. By properties we do not sort."""
    where = f"body.sorts[{place}]"
    validation.objects(where.partition("[")[0], [sent])
    validation.fields(where, sent, {"timestamp": "text", "direction": "text", "property": "text"})
    stamp = validation.one_of(where, "timestamp", sent.get("timestamp", UNDEFINED), *_TIMES)
    direction = validation.one_of(where, "direction", sent.get("direction", UNDEFINED), *DIRECTIONS)
    return (lambda row: _time(row, stamp)), direction == "descending"


def _time(row: Node, stamp: str) -> datetime:
    """The rounded time. Assumed: filters and sorts see what is sent, not the seconds."""
    if recorded := row.recorded.get("page", {}).get(stamp):
        return parsed(recorded)
    time = row.created if stamp == "created_time" else row.edited
    return time.replace(second=0, microsecond=0)


def test(sent: Json, now: datetime, where: str = "body.filter", depth: int = 0) -> Test:
    """Whether a row passes: comparisons of the two timestamps, joined by and / or."""
    for word, join in (("and", all), ("or", any)):
        if word in sent:
            validation.fields(where, sent, {word: "list"})
            if depth == _DEEPEST:
                raise bad_field(where, word, "not present", sent[word])
            inner = f"{where}.{word}"
            parts = [
                test(one, now, f"{inner}[{place}]", depth + 1)
                for place, one in enumerate(validation.objects(inner, sent[word]))
            ]
            return _joined(join, parts)
    stamp = sent.get("timestamp", UNDEFINED)
    if stamp not in _TIMES:
        raise bad_field(
            where, "timestamp", "defined (all we filter by here, and what is joined)", stamp
        )
    validation.fields(where, sent, {"timestamp": "text", str(stamp): "object"})
    return _comparison(f"{where}.{stamp}", str(stamp), sent.get(str(stamp), {}), now)


def _joined(join: Callable[[Any], bool], parts: list[Test]) -> Test:
    return lambda row: join(part(row) for part in parts)


def _comparison(where: str, stamp: str, condition: Json, now: datetime) -> Test:
    validation.fields(where, condition, dict.fromkeys(_COMPARE, "text"))
    if len(condition) != 1:
        raise bad_body("body", where, "one comparison", condition)
    ((word, than),) = condition.items()
    try:
        limit = _relative(than, now) or parsed(than)
    except ValueError:
        raise bad_field(where, word, "a valid ISO 8601 date string", than) from None
    compare = _COMPARE[word]
    return lambda row: compare(_time(row, stamp), limit)


def _relative(word: str, now: datetime) -> datetime | None:
    days = {"today": 0, "tomorrow": 1, "yesterday": -1, "one_week_ago": -7, "one_month_ago": -30}
    if word not in days:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days[word])


def parsed(text: str) -> datetime:
    """A time as the API sends or takes it; without an offset it is UTC."""
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
