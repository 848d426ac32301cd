"""Rows of a data source: pages cut from a query's result, and the cap."""

from __future__ import annotations

from collections.abc import Callable

from backup.model import Json, bare_id
from fakenotion import filters, validation
from fakenotion.content import Content
from fakenotion.nodes import Node
from fakenotion.paging import Paging, Sessions, envelope


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
    return {**made, **incomplete()} if len(found) > cap else made


def incomplete() -> Json:
    """What a list says that could not be given whole."""
    reason = "query_result_limit_reached"
    return {"request_status": {"type": "incomplete", "incomplete_reason": reason}}


def _finder(content: Content, source: Node, body: Json) -> Callable[[], list[Node]]:
    """Finds the rows of a query; Refusal for a filter or a sort that is none comes here."""
    archived = body.get("is_archived") is True
    passes = filters.test(body["filter"], content.now()) if "filter" in body else None
    kind = _result_type(body)
    sorts = [filters.sort(place, one) for place, one in enumerate(body.get("sorts", []))]

    def find() -> list[Node]:
        if content.in_trash(source):
            return []
        found = [row for row in _rows(content, source) if row.archived is archived]
        found = [row for row in found if row.kind == kind] if kind else found
        found = [row for row in found if passes(row)] if passes else found
        found.reverse()
        for key, descending in reversed(sorts):
            found = sorted(found, key=key, reverse=descending)
        return found

    return find


def _result_type(body: Json) -> str:
    """Pages or data sources alone; '' for both."""
    if "result_type" not in body:
        return ""
    return validation.one_of("body", "result_type", body["result_type"], "page", "data_source")


def _rows(content: Content, source: Node) -> list[Node]:
    """What a data source holds: in a wiki the data sources of its databases stand among the pages,
    and pages that lie further below may be given, too."""
    below = map(content.node, content.surfaced.get(bare_id(source.id), ()))
    deeper = [one for one in below if content.visible(one.id) and not content.in_trash(one)]
    return [
        row
        for one in (*content.children(source), *deeper)
        for row in (content.children(one) if one.kind == "database" else [one])
    ]
