"""Reads whole things: every row of a data source, a page with all its blocks and values.

What comes from Notion is taken apart with care here: a row that makes no sense costs that row, not
the listing, and a page that makes no sense ends in a NotionError for that page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from enum import Enum
from functools import partial
from itertools import repeat
from sys import intern
from typing import Any, TypeAlias

from backup.errors import NotionError
from backup.json_values import mapping, objects, short_digest, word
from backup.model import Json, Page, Row, bare_id, dashed_id, emoji, is_bare_id, packed, page_title
from backup.notion import blocks, values
from backup.notion.blocks import Shared, Submit
from backup.notion.client import Client
from backup.notion.paging import restarted
from backup.notion.responses import GoodAnswer


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of a data source. Only a `complete` one may prove that a row was deleted. `databases` are
    the ids of those that are rows of a wiki."""

    rows: tuple[Row, ...]
    complete: bool
    problems: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()


class Other(Enum):
    """What a query can list besides rows."""

    PARTIAL = "partial"  # a row that the integration may not read: {object, id} alone


@dataclass(frozen=True, slots=True)
class Nested:
    """A database that is a row of a wiki; a query shows its data sources."""

    id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a query gave, each under its id, and how much of it made no sense (`odd`). Trashed rows do
    not count, should Notion list one. `whole` says that it is all there, `refused` why it was not given."""

    found: Mapping[str, Row | Other | Nested]
    odd: int
    whole: bool
    refused: str = ""


def rows(live: Answered, archived: Answered, database_id: str) -> SourceRows:
    """The rows of a data source from both queries that it takes (see `live` and `archived`)."""
    found = {**archived.found, **live.found}
    counts = Counter(each for each in found.values() if isinstance(each, Other))
    unread, odd = counts[Other.PARTIAL], archived.odd + live.odd
    missing = [
        "" if live.whole and archived.whole else _CAPPED,
        archived.refused,
        _PARTIAL.format(unread) if unread else "",
        _ODD.format(odd) if odd else "",
    ]
    kept = tuple(_in(database_id, each) for each in found.values() if isinstance(each, Row))
    nested = dict.fromkeys(each.id for each in found.values() if isinstance(each, Nested))
    return SourceRows(kept, not any(missing), tuple(filter(None, missing)), tuple(nested))


def _in(database_id: str, row: Row) -> Row:
    """The row as one of the database: that it says so itself is not relied on."""
    return row if row.parent == database_id else replace(row, parent=database_id)


_WINDOWS = 100  # queries of 10,000 rows each: a data source that has more does not end
_CAPPED = "Notion did not list every row: more were made in one minute than it gives at once."
_PARTIAL = "Rows that came without properties, because the integration may not read them: {}."
_ODD = "Rows that could not be understood: {}."


def archived(client: Client, source_id: str) -> Answered:
    """The archived rows: Notion keeps them apart, and never lists both kinds at once."""
    try:
        return _query(client, source_id, {"is_archived": True})
    except NotionError as error:
        if error.status != 400 or "cursor" in error.message:
            raise
        # Assumed: a workspace without the archive refuses the key by its name, and so holds no archived rows.
        is_unknown = "is_archived" in error.message
        return Answered(
            {}, 0, True, "" if is_unknown else f"Its archived rows were refused: {error}"
        )


def live(client: Client, source_id: str) -> Answered:
    """The rows that are not archived."""
    return _query(client, source_id, {})


def _query(client: Client, source_id: str, extra: Json) -> Answered:
    """Every row, with all its properties: one request for 100 rows.

    Every row must be listed to see what was deleted. A pass for ids alone takes as many requests, and
    then one more for each changed page; a pass for what was edited last comes on top of it.

    A query ends at 10,000 rows; past that, the next one starts at the creation of the last row (the
    way of Notion's own SDK, 5.26)."""
    body: Json = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}], **extra}
    found: dict[str, Row | Other | Nested] = {}
    start, odd = "", 0
    for _ in range(_WINDOWS):
        answered, last = restarted(partial(_window, client, source_id, body))
        found |= answered.found
        odd += answered.odd
        if answered.whole or last <= start:
            break
        start = last
        window = {"timestamp": "created_time", "created_time": {"on_or_after": start}}
        body = {**body, "filter": window}
    return Answered(found, odd, answered.whole)


def _window(client: Client, source_id: str, body: Json) -> tuple[Answered, str]:
    """What one query gives, and the creation of its last row."""
    found: dict[str, Row | Other | Nested] = {}
    whole, odd, last = True, 0, ""
    for answer in client.query(source_id, body):
        whole = whole and not _is_incomplete(answer)
        for raw, held in zip(answer["results"], _held(answer), strict=False):
            taken = _taken(raw, source_id, held)
            odd += taken is None
            found |= taken or {}
            last = _created(raw) or last
    return Answered(found, odd, whole), last


_Held: TypeAlias = "tuple[bytes, int] | None"  # see Row: what is packed, and where there it begins


def _held(answer: GoodAnswer) -> Iterable[_Held]:
    """Where each result of an answer is kept: all share its text, if that says where they begin."""
    if not answer.body.starts:
        return repeat(None)
    return zip(repeat(packed(answer.body.text)), answer.body.starts)


def _taken(raw: Any, source_id: str, held: _Held = None) -> dict[str, Row | Other | Nested] | None:
    """One answer under its id; empty for what is in the trash, None for what makes no sense."""
    if not _has_id(raw):
        return None
    if is_trashed(raw):
        return {}
    try:
        if raw.get("object") == "data_source":
            return {bare_id(raw["id"]): Nested(bare_id(mapping(raw, "parent")["database_id"]))}
        if not _is_whole(raw):
            return {bare_id(raw["id"]): Other.PARTIAL}
        row = _row(
            raw, source_id, intern(bare_id(word(mapping(raw, "parent"), "database_id"))), held
        )
        return {row.id: row}
    except Exception:  # noqa: BLE001 - whatever is in a row, it costs no other one
        return None


def _is_incomplete(answer: Json) -> bool:
    return mapping(answer, "request_status").get("type") == "incomplete"


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(Z|\+00:00)")


def _created(raw: Any) -> str:
    """When a row was made; '' when it does not say so in the form that the API takes back."""
    time = word(raw, "created_time")
    return time if _TIME.fullmatch(time) else ""


def _row(raw: Json, source_id: str, database_id: str, held: _Held = None) -> Row:
    data, start = held or (packed(raw), 0)
    return Row(
        id=bare_id(raw["id"]),
        parent=database_id,
        source=source_id,
        title=page_title(raw),
        icon=emoji(raw.get("icon")),
        edited=str(raw.get("last_edited_time") or ""),
        packed=data,
        relations_digest=relations_digest(raw),
        start=start,
    )


def child(raw: Json, parent: str) -> Row:
    """A page that is not a row of a data source, from its page object; raises NotionError for one that
    makes no sense, or may not be read."""
    whole = _whole(raw)
    try:
        return _row(whole, "", parent)
    except Exception as error:  # whatever is in a page, it costs no other one
        kind = type(error).__name__
        raise NotionError(
            f"Notion gave the page in a form that is not understood ({kind})."
        ) from error


def marked(page: Page, row: Row) -> Page:
    """An earlier reading of a page, archived and locked as the row says, if that is a page object."""
    now = row.raw if row.packed else {}
    return replace(page, raw={**page.raw, **{key: now[key] for key in _MARKS if key in now}})


_MARKS = ("is_archived", "is_locked")


def _whole(raw: Json) -> Json:
    if not (_has_id(raw) and _is_whole(raw)):
        raise NotionError("Notion gave the page without its properties: it may not be read.")
    return raw


def relations_digest(raw: Json) -> str:
    """A short name for what can change in a page without an edit of it, as far as the listing shows
    it: whether it is archived or locked, and relations, which may be set from the other side.

    Assumed: neither touches `last_edited_time` (Notion's reference does not say).
    """
    related = [
        [value.get("id"), [each.get("id") for each in objects(value["relation"])]]
        for value in objects([*mapping(raw, "properties").values()])
        if isinstance(value.get("relation"), list)
    ]
    is_locked = raw.get("is_locked") is True
    if not related and not is_locked and raw.get("is_archived") is not True:
        return ""
    more = ["locked"] if is_locked else []
    return short_digest([raw.get("is_archived") is True, sorted(related, key=repr), *more])


def _has_id(raw: Any) -> bool:
    """The id becomes part of paths on the disk: nothing else will do."""
    return is_bare_id(bare_id(word(raw, "id")))


def _is_whole(raw: Json) -> bool:
    """A row that the integration may not read comes as {object, id} alone."""
    return raw.get("object") != "data_source" and isinstance(raw.get("properties"), dict)


def is_trashed(raw: Json) -> bool:
    """Whether a page or database lies in the trash."""
    return bool(raw.get("in_trash") or raw.get("archived"))


def edited_since(client: Client, source_id: str, database_id: str, moment: datetime) -> list[Row]:
    """The rows that were edited at `moment` or later, as they are now. Proves nothing about others.

    Assumed: the filter may compare the time that Notion shows, which is rounded down to the minute,
    so the caller's `moment` should lie two minutes early.
    """
    start = moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:00.000Z")
    body = {"filter": {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": start}}}
    answers = restarted(lambda: list(client.query(source_id, body)))
    sent = [raw for answer in answers for raw in answer["results"]]
    found = [each for raw in sent for each in (_taken(raw, source_id) or {}).values()]
    return [_in(database_id, each) for each in found if isinstance(each, Row)]


def page(
    client: Client, row: Row, schema: Json, submit: Submit[Json], shared: Shared | None = None
) -> Page:
    """The page of a row, read whole: its block tree and every truncated property value.

    `submit` runs a request beside others; this thread only waits for it. `shared` holds what the
    run knows of synced blocks. Raises NotFound when the
    page itself cannot be seen, and NotionError when it cannot be read whole.
    """
    id_ = dashed_id(row.id)
    asked = None if row.packed else submit(partial(client.page, id_))
    raw = row.raw if row.packed else {}
    cut = _asked(client, row, values.truncated(raw, schema), submit)
    try:
        tree = blocks.tree(client, id_, submit, shared)
        if asked:
            raw = _whole(asked.result())
            cut = _asked(client, row, values.truncated(raw, schema), submit)
        return Page(row.id, _completed(raw, cut), tree, schema)
    finally:
        for future in (*cut.values(), *filter(None, [asked])):  # when the page has failed
            future.cancel()


def values_of(
    client: Client, row: Row, schema: Json, submit: Submit[Json], known: Json | None = None
) -> Json:
    """The page object of a row with every value complete. A value that the listing cut is taken from
    `known`, an earlier page object, if that has it, else asked for. Raises NotionError."""
    before = {each.get("id"): each for each in objects([*mapping(known, "properties").values()])}
    raw = row.raw
    cut = values.truncated(raw, schema)
    there = {name: before[id_] for name, value in cut.items() if (id_ := value.get("id")) in before}
    asked = {name: value for name, value in cut.items() if name not in there}
    raw = _completed(raw, _asked(client, row, asked, submit))
    return {**raw, "properties": {**raw["properties"], **there}}


def _asked(client: Client, row: Row, cut: Json, submit: Submit[Json]) -> dict[str, Future[Json]]:
    id_ = dashed_id(row.id)
    return {name: submit(partial(values.whole, client, id_, value)) for name, value in cut.items()}


def _completed(raw: Json, asked: Mapping[str, Future[Json]]) -> Json:
    whole = {name: future.result() for name, future in asked.items()}
    return {**raw, "properties": {**mapping(raw, "properties"), **whole}}
