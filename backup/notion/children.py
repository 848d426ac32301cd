"""Finds what lies in pages: child pages and child databases, what it takes to see that, and in what
something lies.

The list of a page's blocks shows each child page with the page's own `last_edited_time`: seen in 46 of
47 recorded pairs, and promised nowhere, so that a run checks some of them (see pipeline.walk).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from backup.errors import Forbidden, NotFound, NotionError
from backup.json_values import mapping, objects, word
from backup.model import Json, Row, bare_id, dashed_id
from backup.notion.client import Client
from backup.notion.paging import restarted

_HIGHEST = 100  # blocks in each other, up to their page; as deep as a page is read


@dataclass(frozen=True, slots=True)
class Children:
    """What a list of blocks has in it: its `pages` as rows, the ids of its `databases`, and how many
    `blocks` there are in all."""

    pages: tuple[Row, ...]
    databases: tuple[str, ...]
    blocks: int


def listed(client: Client, list_id: str, page_id: str) -> Children:
    """What the children of a block, or of a page, are that lie in the page `page_id`."""
    answers = restarted(partial(_all, client, list_id))
    found = objects(answers)
    pages = tuple(_row(raw, page_id) for raw in found if raw.get("type") == "child_page")
    databases = tuple(
        bare_id(word(raw, "id")) for raw in found if raw.get("type") == "child_database"
    )
    return Children(pages, databases, len(answers))


def _all(client: Client, list_id: str) -> list[Json]:
    return [raw for answer in client.children(dashed_id(list_id)) for raw in answer["results"]]


def _row(raw: Json, page_id: str) -> Row:
    title = word(mapping(raw, "child_page"), "title")
    edited = str(raw.get("last_edited_time") or "")
    return Row(bare_id(word(raw, "id")), page_id, "", title, "", edited, b"")


@dataclass(frozen=True, slots=True)
class Home:
    """The page or database in which something lies: its id, '' for the top of a workspace, None when
    it cannot be seen. `list_id` is the block that it stands in, or the page. `is_trashed`: that block,
    or one around it, is in the trash."""

    id: str | None
    list_id: str = ""
    is_trashed: bool = False


def home(client: Client, raw: Json) -> Home:
    """Where the page or database `raw` lies: a block names the one around it, up to a page."""
    parent = mapping(raw, "parent")
    first = _named(parent)
    for _ in range(_HIGHEST):
        if (block_id := parent.get("block_id")) is None:
            return Home(_named(parent), first or "")
        try:
            around = client.block(dashed_id(str(block_id)))
        except (NotFound, Forbidden):
            return Home(None, first or "")
        if around.get("in_trash") or around.get("archived"):
            return Home(None, first or "", is_trashed=True)
        parent = mapping(around, "parent")
    raise NotionError("Notion's blocks are nested without end.")


def page_or_database(client: Client, id_: str) -> Json:
    """One of which nothing but the id is known. Raises NotionError."""
    try:
        return client.page(dashed_id(id_))
    except NotFound:
        raise
    except NotionError:  # 400: it is a database
        return client.database(dashed_id(id_))


def stands_in(raw: Json) -> str:
    """The id of the block, page or database that a page or database stands in; '' for the top."""
    return _named(mapping(raw, "parent")) or ""


def _named(parent: Json) -> str | None:
    """The id that a `parent` object names, of a row that of its database."""
    for key in ("database_id", "page_id", "block_id"):
        if isinstance(id_ := parent.get(key), str):
            return bare_id(id_)
    return "" if is_top(parent) else None


def is_top(parent: Json) -> bool:
    """Whether a `parent` object says that something lies in nothing else."""
    return parent.get("type") in ("workspace", "agent_id")
