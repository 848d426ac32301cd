"""Rows of a data source: filters, sorts, sessions and the cap, as far as reading needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from backup.demo.content import Content
from backup.demo.nodes import Node, minute_time
from backup.demo.paging import Paging, Sessions, envelope
from backup.demo.refusal import bad_body
from backup.model import Json

Test = Callable[[Node], bool]
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "equals": lambda time, than: time == than,
    "before": lambda time, than: time < than,
    "after": lambda time, than: time > than,
    "on_or_before": lambda time, than: time <= than,
    "on_or_after": lambda time, than: time >= than,
}
_TIMES = ("created_time", "last_edited_time")


def answer(
    content: Content,
    source: Node,
    body: Json,
    sessions: Sessions,
    show: Callable[[Node], Json],
    cap: int = 10_000,
    most: int = 100,
) -> Json:
    """One page of POST /v1/data_sources/{id}/query; `most` makes pages shorter than asked for.

    Rows come newest first when nothing sorts them. A query that reaches the cap says so on each of
    its pages, and ends there.
    """
    paging = Paging.asked(body, "body", most)
    if paging.cursor:
        session, start = sessions.resume(paging.cursor)
    else:
        session, start = sessions.begin(_rows(content, source, body), cap), 0
    rows = sessions.rows[session]
    end = start + paging.size
    page = [row for row in rows[start:end] if content.visible(row.id) and not row.trashed]
    more = f"s:{session}:{rows[end].id}" if end < len(rows) else None
    made = envelope("page_or_data_source", [show(row) for row in page], more)
    return {**made, **_incomplete()} if session in sessions.capped else made


def _incomplete() -> Json:
    reason = "query_result_limit_reached"
    return {"request_status": {"type": "incomplete", "incomplete_reason": reason}}


def _rows(content: Content, source: Node, body: Json) -> list[Node]:
    archived = body.get("is_archived") is True
    found = [row for row in content.children(source) if row.archived is archived]
    if content.in_trash(source):
        return []
    if "filter" in body:
        wanted = test(body["filter"], content.now())
        found = [row for row in found if wanted(row)]
    found.reverse()
    for sort in reversed(body.get("sorts") or []):
        found = _sorted(found, sort)
    return found


def _sorted(rows: list[Node], sort: Json) -> list[Node]:
    stamp = sort.get("timestamp")
    if stamp not in _TIMES:
        raise bad_body(
            "body", "sorts[0].timestamp should be a timestamp (all we sort by here)", sort
        )
    return sorted(
        rows, key=lambda row: _time(row, stamp), reverse=sort.get("direction") == "descending"
    )


def _time(row: Node, stamp: str) -> datetime:
    """The rounded time. Assumed: filters and sorts see what is sent, not the seconds."""
    if recorded := row.recorded.get("page", {}).get(stamp):
        return _parsed(recorded)
    return _parsed(minute_time(row.created if stamp == "created_time" else row.edited))


def test(filter_: Json, now: datetime) -> Test:
    """Whether a row passes: comparisons of the two timestamps, joined by and / or."""
    if "and" in filter_:
        every = [test(part, now) for part in filter_["and"]]
        return lambda row: all(part(row) for part in every)
    if "or" in filter_:
        some = [test(part, now) for part in filter_["or"]]
        return lambda row: any(part(row) for part in some)
    stamp = filter_.get("timestamp", "")
    condition = filter_.get(stamp)
    if stamp not in _TIMES or not isinstance(condition, dict):
        raise bad_body("body", "filter should be one of timestamp, and, or (known here)", filter_)
    return _comparison(stamp, condition, now)


def _comparison(stamp: str, condition: Json, now: datetime) -> Test:
    ((word, than),) = condition.items()
    if word not in _COMPARE:
        raise bad_body("body", f"filter.{stamp} should compare with {sorted(_COMPARE)}", condition)
    try:
        limit = _relative(than, now) or _parsed(than)
    except ValueError:
        raise bad_body(
            "body", f"filter.{stamp}.{word} should be a valid ISO 8601 date", than
        ) from None
    compare = _COMPARE[word]
    return lambda row: compare(_time(row, stamp), limit)


def _relative(word: str, now: datetime) -> datetime | None:
    days = {"today": 0, "tomorrow": 1, "yesterday": -1, "one_week_ago": -7, "one_month_ago": -30}
    if word not in days:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days[word])


def _parsed(text: str) -> datetime:
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def search(content: Content, body: Json) -> list[Node]:
    """What POST /v1/search finds: titles that contain the words, newest edit first."""
    words = str(body.get("query") or "").lower()
    wanted = (body.get("filter") or {}).get("value", "")
    if wanted not in ("", "page", "data_source"):
        raise bad_body("body", "filter.value should be `page` or `data_source`", wanted)
    found = [
        node
        for node in content.nodes.values()
        if node.kind in ([wanted] if wanted else ["page", "data_source"])
        and not content.in_trash(node)
        and content.visible(node.id)
        and words in content.title(node).lower()
    ]
    ascending = (body.get("sort") or {}).get("direction") == "ascending"
    return sorted(found, key=lambda node: node.edited, reverse=not ascending)
