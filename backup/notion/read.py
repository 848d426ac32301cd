"""Reads whole things: every row of a data source, a page with all its blocks and values.

What comes from Notion is taken apart with care here: a row that makes no sense costs that row, not
the listing, and a page that makes no sense ends in a NotionError for that page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any

from backup.errors import NotionError
from backup.model import Json, Page, Row, bare_id, dashed_id, emoji, page_title
from backup.notion import blocks, values
from backup.notion.blocks import Shared, Submit
from backup.notion.client import Client


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a data source. Only a `complete` one may prove that a row is gone."""

    rows: tuple[Row, ...]
    complete: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The rows that a query gave, as they were sent, and whether they are `whole`."""

    sent: list[Any]
    whole: bool


def listing(live: Answered, archived: Answered, source_id: str, database_id: str) -> Listing:
    """The rows of a data source from both queries that it takes (see `live` and `archived`).

    Two rows with one id are one row. Trashed rows do not count, should Notion list one.
    """
    sent = [*archived.sent, *live.sent]
    known = [raw for raw in sent if _has_id(raw)]
    found = {bare_id(raw["id"]): raw for raw in known if not _trashed(raw)}.values()
    pages = [raw for raw in found if raw.get("object") != "data_source"]
    readable = [raw for raw in pages if _is_whole(raw)]
    missing = [
        "" if live.whole and archived.whole else _CAPPED,
        _PARTIAL.format(len(pages) - len(readable)) if len(pages) > len(readable) else "",
        _ODD.format(len(sent) - len(known)) if len(sent) > len(known) else "",
    ]
    nested = _NESTED.format(len(found) - len(pages)) if len(found) > len(pages) else ""
    kept = tuple(_row(raw, source_id, database_id) for raw in readable)
    return Listing(kept, not any(missing), tuple(filter(None, [*missing, nested])))


_CAPPED = "Notion did not list every row: more were made in one minute than it gives at once."
_PARTIAL = "Rows that came without properties, because the integration may not read them: {}."
_ODD = "Rows that came in a form that makes no sense: {}."
_NESTED = "Databases that are rows of this wiki: {}. To back them up, name each as a database, too."


def archived(client: Client, source_id: str) -> Answered:
    """The archived rows: Notion keeps them apart, and never lists both kinds at once."""
    try:
        return _query(client, source_id, {"is_archived": True})
    except NotionError as error:
        # Assumed: a workspace without the archive refuses the key, and so holds no archived rows.
        if error.status != 400 or "cursor" in error.message:
            raise
    return Answered([], True)


def live(client: Client, source_id: str) -> Answered:
    """The rows that are not archived."""
    return _query(client, source_id, {})


def _query(client: Client, source_id: str, extra: Json) -> Answered:
    """A query ends at 10,000 rows; past that, the next one starts at the creation of the last row
    (the way of Notion's own SDK, 5.26)."""
    body = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}], **extra}
    found: list[Any] = []
    start = ""
    while True:
        whole = True
        for answer in client.query(source_id, body):
            found += answer["results"]
            whole = whole and not _is_incomplete(answer)
        last = next(filter(None, map(_created, reversed(found))), "")
        if whole or last <= start:
            return Answered(found, whole)
        start = last
        window = {"timestamp": "created_time", "created_time": {"on_or_after": start}}
        body = {**body, "filter": window}


def _is_incomplete(answer: Json) -> bool:
    status = answer.get("request_status")
    return isinstance(status, dict) and status.get("type") == "incomplete"


_ID = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(Z|\+00:00)")


def _created(raw: Any) -> str:
    """When a row was made; '' when it does not say so in the form that the API takes back."""
    time = raw.get("created_time") if isinstance(raw, dict) else None
    return time if isinstance(time, str) and _TIME.fullmatch(time) else ""


def _row(raw: Json, source_id: str, database_id: str) -> Row:
    return Row(
        id=bare_id(raw["id"]),
        database=database_id,
        source=source_id,
        title=page_title(raw),
        icon=emoji(raw.get("icon")),
        edited=str(raw.get("last_edited_time") or ""),
        raw=raw,
    )


def _has_id(raw: Any) -> bool:
    """The id becomes part of paths on the disk: nothing else will do."""
    id_ = raw.get("id") if isinstance(raw, dict) else None
    return isinstance(id_, str) and bool(_ID.fullmatch(bare_id(id_)))


def _is_whole(raw: Json) -> bool:
    """A row that the integration may not read comes as {object, id} alone."""
    return raw.get("object") != "data_source" and isinstance(raw.get("properties"), dict)


def _trashed(raw: Json) -> bool:
    return bool(raw.get("in_trash") or raw.get("archived"))


def edited_since(client: Client, source_id: str, database_id: str, moment: datetime) -> list[Row]:
    """The rows that were edited at `moment` or later, as they are now. Proves nothing about others.

    Assumed: the filter may compare the time that Notion shows, which is rounded down to the minute,
    so the caller's `moment` should lie two minutes early.
    """
    start = moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:00.000Z")
    body = {"filter": {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": start}}}
    sent = [raw for answer in client.query(source_id, body) for raw in answer["results"]]
    return [
        _row(raw, source_id, database_id)
        for raw in sent
        if _has_id(raw) and _is_whole(raw) and not _trashed(raw)
    ]


def page(
    client: Client, row: Row, schema: Json, submit: Submit[Json], shared: Shared | None = None
) -> Page:
    """The page of a row, read whole: its block tree and every truncated property value.

    `submit` runs a request beside others; this thread only waits for it. `shared` holds what the
    run knows of synced blocks. Raises NotFound when the
    page itself cannot be seen, and NotionError when it cannot be read whole.
    """
    id_ = dashed_id(row.id)
    cut = {
        name: submit(partial(values.whole, client, id_, value))
        for name, value in values.truncated(row.raw, schema).items()
    }
    try:
        tree = blocks.tree(client, id_, submit, shared)
        found = {name: future.result() for name, future in cut.items()}
    finally:
        for future in cut.values():  # when the page has failed: not asked for in vain
            future.cancel()
    properties = row.raw.get("properties")
    whole = {**(properties if isinstance(properties, dict) else {}), **found}
    return Page(row.id, {**row.raw, "properties": whole}, tree, schema)
