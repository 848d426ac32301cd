"""Rows of a data source: pages cut from a query's result, and the cap; and what a search finds."""

from __future__ import annotations

from collections.abc import Callable

from backup.model import Json
from fakenotion import filters, validation
from fakenotion.content import Content
from fakenotion.nodes import Node
from fakenotion.paging import Paging, Sessions, envelope
from fakenotion.refusal import UNDEFINED


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
    wanted = {
        name: value for name, value in body.items() if name not in ("start_cursor", "page_size")
    }
    asked = {**wanted, "source": source.id}
    if paging.cursor:
        session, start = sessions.resume(paging.cursor, asked)
    else:
        session, start = sessions.begin(asked, _finder(content, source, wanted)), 0
    found = sessions.rows(session, content.revision)
    rows, end = found[:cap] if len(found) > cap else found, start + paging.size
    more = sessions.cursor(session, rows[end].id, end) if end < len(rows) else None
    made = envelope("page_or_data_source", [show(row) for row in rows[start:end]], more)
    return {**made, **_incomplete()} if len(found) > cap else made


def _incomplete() -> Json:
    reason = "query_result_limit_reached"
    return {"request_status": {"type": "incomplete", "incomplete_reason": reason}}


def _finder(content: Content, source: Node, body: Json) -> Callable[[], list[Node]]:
    """Finds the rows of a query; Refusal for a filter or a sort that is none comes here."""
    archived = body.get("is_archived") is True
    passes = filters.test(body["filter"], content.now()) if "filter" in body else None
    sorts = [filters.sort(place, one) for place, one in enumerate(body.get("sorts", []))]

    def find() -> list[Node]:
        if content.in_trash(source):
            return []
        found = [row for row in content.children(source) if row.archived is archived]
        found = [row for row in found if passes(row)] if passes else found
        found.reverse()
        for key, descending in reversed(sorts):
            found = sorted(found, key=key, reverse=descending)
        return found

    return find


def search(content: Content, body: Json) -> list[Node]:
    """What POST /v1/search finds: titles that contain the words, newest edit first."""
    words = body.get("query", "").lower()
    wanted = _kind(body["filter"]) if "filter" in body else ""
    ascending = _direction(body["sort"]) == "ascending" if "sort" in body else False
    found = [
        node
        for node in content.nodes.values()
        if node.kind in ([wanted] if wanted else ["page", "data_source"])
        and not content.in_trash(node)
        and content.visible(node.id)
        and words in content.title(node).lower()
    ]
    return sorted(found, key=lambda node: node.edited, reverse=not ascending)


def _kind(filter_: Json) -> str:
    """What a search is for: 'page' or 'data_source'."""
    validation.fields("body.filter", filter_, {"property": "text", "value": "text"})
    validation.one_of("body.filter", "property", filter_.get("property", UNDEFINED), "object")
    value = filter_.get("value", UNDEFINED)
    return validation.one_of("body.filter", "value", value, "page", "data_source")


def _direction(sort: Json) -> str:
    validation.fields("body.sort", sort, {"timestamp": "text", "direction": "text"})
    stamp = sort.get("timestamp", UNDEFINED)
    validation.one_of("body.sort", "timestamp", stamp, "last_edited_time")
    direction = sort.get("direction", UNDEFINED)
    return validation.one_of("body.sort", "direction", direction, *filters.DIRECTIONS)
