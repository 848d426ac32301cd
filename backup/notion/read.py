"""Reads whole things: every row of a data source, every block of a page, every property in full."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import TypeVar

from backup.errors import NotFound, NotionError
from backup.model import Block, Json, Page, Row, bare_id, dashed_id, emoji, page_title
from backup.notion.client import Client
from backup.notion.resolve import Source

T = TypeVar("T")
Submit = Callable[[Callable[[], T]], "Future[T]"]

_SEPARATE = {"child_page", "child_database"}  # documents of their own, not part of this one
_DEEPEST = 100  # levels; far below what Python can walk, far above what Notion's editor makes


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a data source. Only a `complete` one may prove that a row is gone."""

    rows: tuple[Row, ...]
    complete: bool
    problems: tuple[str, ...] = ()


def rows(client: Client, source: Source, database_id: str) -> Listing:
    """Every row, archived ones too (Notion keeps the two apart: `is_archived`).

    Two rows with one id are one row. Trashed rows do not count, should Notion list one.
    """
    listed, complete = _query(client, source, {})
    archived, archived_complete = _archived(client, source)
    found = {bare_id(str(raw["id"])): raw for raw in [*archived, *listed] if not _trashed(raw)}
    pages = [raw for raw in found.values() if raw.get("object") != "data_source"]
    readable = [raw for raw in pages if "properties" in raw]
    problems = []
    if not (complete and archived_complete):
        problems.append("Notion did not list every row: more than 10,000 of one minute.")
    if partial := len(pages) - len(readable):
        problems.append(
            f"{partial} rows came without properties: the integration may not read them."
        )
    if nested := len(found) - len(pages):
        problems.append(f"{nested} databases are rows of this wiki: name each as a database, too.")
    kept = tuple(_row(raw, source.id, database_id) for raw in readable)
    return Listing(kept, complete and archived_complete and not partial, tuple(problems))


def _archived(client: Client, source: Source) -> tuple[list[Json], bool]:
    try:
        return _query(client, source, {"is_archived": True})
    except NotionError as error:
        # Assumed: a workspace without the archive refuses the key, and so holds no archived rows.
        if error.status != 400:
            raise
    return [], True


def _query(client: Client, source: Source, extra: Json) -> tuple[list[Json], bool]:
    """The rows, and whether they are all there.

    A query ends at 10,000 rows; past that, the next one starts at the creation of the last row (the
    way of Notion's own SDK, 5.26).
    """
    body = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}], **extra}
    found: list[Json] = []
    start = ""
    while True:
        whole = True
        for answer in client.query(source.id, body):
            found += answer["results"]
            whole = whole and (answer.get("request_status") or {}).get("type") != "incomplete"
        last = str(found[-1].get("created_time", "")) if found else ""
        if whole or last == start:
            return found, whole
        start = last
        window = {"timestamp": "created_time", "created_time": {"on_or_after": start}}
        body = {**body, "filter": window}


def _row(raw: Json, source_id: str, database_id: str) -> Row:
    return Row(
        id=bare_id(str(raw["id"])),
        database=database_id,
        source=source_id,
        title=page_title(raw),
        icon=emoji(raw.get("icon")),
        edited=str(raw.get("last_edited_time", "")),
        raw=raw,
    )


def _trashed(raw: Json) -> bool:
    return bool(raw.get("in_trash") or raw.get("archived"))


def page(client: Client, row: Row, schema: Json, submit: Submit[Json]) -> Page:
    """The page of a row, read whole: its block tree and every truncated property value.

    `submit` runs a request beside others; this thread only waits for it.
    """
    blocks = _Tree(client, submit).read(dashed_id(row.id))
    return Page(row.id, _complete(client, row.raw, schema), blocks, schema)


@dataclass
class _Node:
    """A block on its way: its children are known once its request is answered."""

    raw: Json
    children: list[_Node] = field(default_factory=list)
    unread: str = ""
    sources: frozenset[str] = frozenset()  # originals of the synced blocks around it
    depth: int = 0

    def frozen(self) -> Block:
        return Block.from_api(
            self.raw, tuple(child.frozen() for child in self.children), self.unread
        )


class _Tree:
    """Reads a page level by level, all open requests at once; order comes from Notion alone."""

    def __init__(self, client: Client, submit: Submit[Json]) -> None:
        self._client = client
        self._submit = submit
        self._open: dict[Future[Json], _Node] = {}

    def read(self, page_id: str) -> tuple[Block, ...]:
        """The page's blocks; NotFound when the page itself cannot be seen."""
        root = _Node({"id": page_id, "type": "", "has_children": True})
        self._ask(root, page_id)
        while self._open:
            done, _ = wait(self._open, return_when=FIRST_COMPLETED)
            for future in done:
                node = self._open.pop(future)
                self._fill(node, future, node is root)
        return tuple(child.frozen() for child in root.children)

    def _ask(self, node: _Node, *ids: str) -> None:
        self._open[self._submit(lambda: self._children(ids))] = node

    def _children(self, ids: tuple[str, ...]) -> Json:
        """The children of the first id that Notion knows."""
        for id_ in ids[:-1]:
            try:
                return {"results": list(self._client.children(id_))}
            except NotFound:
                continue
        return {"results": list(self._client.children(ids[-1]))}

    def _fill(self, node: _Node, future: Future[Json], is_root: bool) -> None:
        try:
            answer = future.result()
        except NotFound:
            if is_root:
                raise
            node.unread = "Notion does not show its content to this integration"
            return
        for raw in answer["results"]:
            child = _Node(raw, sources=node.sources, depth=node.depth + 1)
            node.children.append(child)
            if raw.get("has_children") and raw.get("type") not in _SEPARATE:
                self._descend(child)

    def _descend(self, node: _Node) -> None:
        own = str(node.raw["id"])
        original = _original(node.raw)
        if original in node.sources:
            node.unread = "a synced block that contains itself"
        elif node.depth >= _DEEPEST:
            node.unread = f"nested deeper than {_DEEPEST} levels"
        else:
            node.sources |= {original} if original else frozenset()
            # A copy's children are asked for by the original's id: the copy's own id is not certain
            # to answer. When the original is out of reach, the copy may still show them.
            self._ask(node, *dict.fromkeys((original or own, own)))


def _original(raw: Json) -> str:
    """The id under which a synced block's content lives; '' for every other block."""
    if raw.get("type") != "synced_block":
        return ""
    origin = (raw.get("synced_block") or {}).get("synced_from") or {}
    return str(origin.get("block_id") or raw["id"])


_MOST_REFERENCES = 25  # "Retrieve a page" returns at most this many references of a property


def _complete(client: Client, raw: Json, schema: Json) -> Json:
    """The page object with every truncated property value replaced by the whole one."""
    properties = raw.get("properties") or {}
    whole = {
        name: _whole(client, str(raw["id"]), value)
        if isinstance(value, dict) and _truncated(value, properties, schema.get(name) or {})
        else value
        for name, value in properties.items()
    }
    return {**raw, "properties": whole}


def _truncated(value: Json, properties: Json, config: Json) -> bool:
    """Whether Notion may have cut the value: only relations say so themselves."""
    kind = str(value.get("type", ""))
    if kind == "relation":
        return bool(value.get("has_more"))
    if kind == "rollup":
        name = str((config.get("rollup") or {}).get("relation_property_name"))
        return bool((properties.get(name) or {}).get("has_more"))
    items = value.get(kind)
    if kind == "people":
        return len(items or ()) >= _MOST_REFERENCES
    if kind in ("title", "rich_text"):
        mentions = [run for run in items or () if run.get("type") == "mention"]
        return len(mentions) >= _MOST_REFERENCES
    return False


def _whole(client: Client, page_id: str, value: Json) -> Json:
    kind = str(value["type"])
    items: list[Json] = []
    last: Json = {}
    for answer in client.property_items(page_id, str(value["id"])):
        items += answer["results"]
        last = answer.get("property_item") or {}
    if kind == "rollup":
        return {**value, "rollup": _rollup(last.get("rollup") or value["rollup"], items)}
    whole = [item[kind] for item in items if item.get("type") == kind]
    return {**value, kind: whole, **({"has_more": False} if kind == "relation" else {})}


def _rollup(result: Json, items: list[Json]) -> Json:
    """The aggregate of the last answer; `show_original` gives its items one by one instead."""
    if result.get("type") != "array":
        return result
    return {**result, "array": [_listed(item) for item in items]}


_LISTS = {"title", "rich_text", "relation", "people"}


def _listed(item: Json) -> Json:
    kind = str(item.get("type", ""))
    value = item.get(kind)
    return {"type": kind, kind: [value] if kind in _LISTS and isinstance(value, dict) else value}
