"""Nodes of a workspace as the objects of the API, key by key in the order in which they are sent."""

from __future__ import annotations

import re

from backup.model import Json, bare_id
from fakenotion.build import url
from fakenotion.computed import hidden, values
from fakenotion.content import Content
from fakenotion.nodes import Node, exact_time, minute_time
from fakenotion.properties import truncated

OLD = "2025-09-03"
NEW = "2026-03-11"


def partial_user(id_: str) -> Json:
    """A user as objects carry it."""
    return {"object": "user", "id": id_}


def parent(content: Content, node: Node) -> Json:
    """The `parent` object."""
    above = content.nodes.get(bare_id(node.parent))
    if above is None:
        agent = node.data.get("agent_id")
        return (
            {"type": "agent_id", "agent_id": agent}
            if agent
            else {"type": "workspace", "workspace": True}
        )
    if above.kind == "data_source" and (wiki := _of_wiki(content, node, above)):
        return wiki
    made = {"type": f"{above.kind}_id", f"{above.kind}_id": above.id}
    return {**made, "database_id": above.parent} if above.kind == "data_source" else made


def _of_wiki(content: Content, node: Node, source: Node) -> Json | None:
    """The parent of what a wiki holds, where it is not its data source: a database names the wiki
    (SDK 5.26), and a page may call it a page."""
    if node.kind == "database":
        return {"type": "database_id", "database_id": source.parent}
    if content.node(source.parent).data.get("page_parents"):
        return {"type": "page_id", "page_id": source.parent}
    return None


def _edits(node: Node) -> Json:
    return {
        "created_time": minute_time(node.created),
        "last_edited_time": minute_time(node.edited),
        "created_by": partial_user(node.author),
        "last_edited_by": partial_user(node.editor),
    }


def page(content: Content, node: Node) -> Json:
    """A page object: values cut to 25 references, times and people filled in."""
    if recorded := node.recorded.get("page"):
        return recorded
    return {
        "object": "page",
        "id": node.id,
        **_edits(node),
        "cover": node.data.get("cover"),
        "icon": node.data.get("icon"),
        "parent": parent(content, node),
        "in_trash": content.in_trash(node),
        "is_archived": node.archived,
        "is_locked": node.locked,
        "properties": {name: truncated(value) for name, value in values(content, node).items()},
        "url": url(node.id, slug(content.title(node))),
        "public_url": node.data.get("public_url"),
    }


def slug(title: str) -> str:
    """A title in an address. Assumed: what is not ASCII is left out."""
    return "-".join(re.findall(r"[A-Za-z0-9_]+", title))


def database(content: Content, node: Node) -> Json:
    """A database object: the container, with the names of its data sources."""
    if recorded := node.recorded.get("database"):
        return recorded
    return {
        "object": "database",
        "id": node.id,
        "title": node.data["title"],
        "description": node.data["description"],
        "parent": parent(content, node),
        "is_inline": node.data.get("is_inline", False),
        "in_trash": content.in_trash(node),
        "is_locked": node.locked,
        "created_time": exact_time(node.created),
        "last_edited_time": exact_time(node.edited),
        "data_sources": [
            {"id": one.id, "name": content.title(one)} for one in content.children(node)
        ],
        "icon": node.data.get("icon"),
        "cover": node.data.get("cover"),
        "url": url(node.id),
        "public_url": None,
        **_database_type(node),
    }


def data_source(content: Content, node: Node) -> Json:
    """A data source object, with the schema of its rows."""
    if recorded := node.recorded.get("data_source"):
        return recorded
    above = content.node(node.parent)
    edits = _edits(node)
    return {
        "object": "data_source",
        "id": node.id,
        "cover": above.data.get("cover"),
        "icon": node.data.get("icon", above.data.get("icon")),
        "created_time": edits["created_time"],
        "created_by": edits["created_by"],
        "last_edited_by": edits["last_edited_by"],
        "last_edited_time": edits["last_edited_time"],
        "title": node.data["title"],
        "description": node.data["description"],
        "is_inline": above.data.get("is_inline", False),
        "properties": {
            name: column
            for name, column in node.data["properties"].items()
            if not hidden(content, column)
        },
        "parent": {"type": "database_id", "database_id": above.id},
        "database_parent": parent(content, above),
        "url": url(above.id),
        "public_url": None,
        "in_trash": content.in_trash(node),
        **_database_type(above),
    }


def _database_type(database: Node) -> Json:
    """What Notion calls a database of tasks, projects or skills; most are none (2026-09)."""
    kind = database.data.get("database_type")
    return {"database_type": kind} if kind else {}


def block(content: Content, node: Node) -> Json:
    """A block object; pages and databases are blocks too, of a type of their own."""
    if recorded := node.recorded.get("block"):
        return recorded
    type_, payload = _payload(content, node)
    return {
        "object": "block",
        "id": node.id,
        "parent": parent(content, node),
        **_edits(node),
        **_stale(content, node),
        "has_children": type_ not in _CLOSED and bool(listed(content, node)),
        "in_trash": content.in_trash(node),
        "type": type_,
        type_: payload,
    }


def _stale(content: Content, node: Node) -> Json:
    """What nobody promises against: the time of a child page in its parent's list is not its own, but
    what it was when that list was last edited."""
    above = content.nodes.get(bare_id(node.parent))
    home = content.page_of(above) if above else None
    if not content.stale_lists or node.kind != "page" or home is None:
        return {}
    return {"last_edited_time": minute_time(min(node.edited, home.edited))}


_CLOSED = ("child_database", "unsupported")


def type_of(node: Node) -> str:
    """The type of a block."""
    return str(node.recorded.get("block", node.data).get("type", ""))


def _payload(content: Content, node: Node) -> tuple[str, Json]:
    if node.kind in ("page", "database"):
        title = content.title(node)
        return f"child_{node.kind}", {"title": title or "Untitled" * (node.kind == "database")}
    return node.data["type"], node.data[node.data["type"]]


def listed(content: Content, node: Node) -> list[Node]:
    """The children of a page or block; a synced copy has those of its original.

    Assumed: a copy says that it has them also when the original cannot be read.
    """
    source = synced_from(node)
    if not source or node.children:
        return content.children(node)
    original = content.nodes.get(bare_id(source))
    return content.children(original) if original else []


def synced_from(node: Node) -> str:
    """The id of the block that a synced copy follows; '' for every other node."""
    if node.kind != "block":
        return ""
    payload = node.recorded.get("block", node.data).get("synced_block") or {}
    return str((payload.get("synced_from") or {}).get("block_id", ""))


OBJECTS = {"page": page, "database": database, "data_source": data_source, "block": block}


def for_version(sent: Json, version: str) -> Json:
    """The same object as an older version words it: `archived` last, and the old block type."""
    if version != OLD or "in_trash" not in sent:
        return sent
    if sent.get("type") == "meeting_notes":
        sent = {
            ("transcription" if key == "meeting_notes" else key): value
            for key, value in sent.items()
        }
        sent["type"] = "transcription"
    return {**sent, "archived": sent["in_trash"]}
