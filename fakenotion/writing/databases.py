"""POST and PATCH of /v1/databases and /v1/data_sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backup.model import Json
from fakenotion import build
from fakenotion.nodes import Node
from fakenotion.refusal import Refusal
from fakenotion.writing import columns, media, pages, rich, shape
from fakenotion.writing.call import Call, adopt

_CLOTHES = {"icon": "object?", "cover": "object?"}
_CREATE = {
    "parent": "object",
    "title": "list",
    "description": "list",
    "is_inline": "truth",
    "initial_data_source": "object",
    "properties": "any",  # ignored at this place, as reported
    **_CLOTHES,
}
_UPDATE = {
    "title": "list",
    "description": "list",
    "is_inline": "truth",
    "is_locked": "truth",
    "in_trash": "truth",
    **_CLOTHES,
}
_SOURCE = {"parent": "object", "properties": "object", "title": "list", "icon": "object?"}
_CHANGES = {"properties": "object", "title": "list", "icon": "object?", "in_trash": "truth"}
_BARE = {"Name": {"type": "title", "title": {}}}


def create(call: Call) -> Json:
    """POST /v1/databases: at the end of its page (recorded), with its first data source."""
    body = shape.held("body", call.body, _CREATE, "parent")
    known = {"type": "text", "page_id": "text", "workspace": "truth"}
    above = pages.parent(call, shape.held("body.parent", body["parent"], known))
    first = shape.held(
        "body.initial_data_source", body.get("initial_data_source", {}), {"properties": "object"}
    )
    data = {**call.clothes(), "is_inline": body.get("is_inline", False)}
    title, description = (
        rich.runs(call.content, f"body.{key}", body.get(key, []))
        for key in ("title", "description")
    )
    title = title or build.runs("New database")  # recorded
    call.charge(1)
    with _undone(call, above):
        made = call.content.add_database(
            title, {}, parent=above.id if above else "", description=description, **data
        )
        source = call.content.node(call.content.source(made))
        source.data["description"] = description
        columns.create(call.content, source, first.get("properties", _BARE))
    call.committed = (made, ())
    return call.show(call.content.node(made))


@contextmanager
def _undone(call: Call, above: Node | None) -> Iterator[None]:
    """Takes back what a request made whose schema is refused."""
    content = call.content
    known, views = set(content.nodes), set(content.views)
    edited = (above.edited, above.editor, above.made) if above else None
    try:
        yield
    except Refusal:
        for id_ in content.views.keys() - views:
            del content.views[id_]
        for id_ in content.nodes.keys() - known:
            if id_ in content.nodes:
                content.purge(id_)
        if above and edited:
            above.edited, above.editor, above.made = edited
        raise


def update(call: Call, database_id: str) -> Json:
    """PATCH /v1/databases/{id}. Assumed: the description is that of its only data source, too."""
    body = shape.held("body", call.body, _UPDATE)
    node = call.api.find(database_id, "database")
    if body.get("in_trash", True):
        call.editable(node)
    clothes = call.clothes()
    for key in ("title", "description"):
        if key in body:
            clothes[key] = rich.runs(call.content, f"body.{key}", body[key])
    adopt(node)
    node.data.update(clothes, **({"is_inline": body["is_inline"]} if "is_inline" in body else {}))
    node.locked = body.get("is_locked", node.locked)
    if "description" in clothes and len(node.children) == 1:
        call.content.node(node.children[0]).data["description"] = clothes["description"]
    call.content.touch(node)
    call.trash(node)
    call.committed = (node.id, ())
    return call.show(node)


def create_source(call: Call) -> Json:
    """POST /v1/data_sources: one more in a database; it counts as no block."""
    body = shape.held("body", call.body, _SOURCE, "parent", "properties")
    known = {"type": "text", "database_id": "text"}
    shape.held("body.parent", body["parent"], known, "database_id")
    id_ = shape.uuid("body.parent", "database_id", body["parent"]["database_id"])
    above = call.api.find(id_, "database")
    call.editable(above)
    title = rich.runs(call.content, "body.title", body.get("title", []))
    icon = media.icon(call.content, call.uploads, "body.icon", body.get("icon"))
    with _undone(call, above):
        source = call.content.node(call.content.add_source(above.id, title, {}))
        columns.create(call.content, source, body["properties"])
    if "icon" in body:
        source.data["icon"] = icon
    call.committed = (source.id, ())
    return call.show(source)


def update_source(call: Call, data_source_id: str) -> Json:
    """PATCH /v1/data_sources/{id}: its schema, title, icon, trash."""
    body = shape.held("body", call.body, _CHANGES)
    source = call.api.find(data_source_id, "data_source")
    if body.get("in_trash", True):
        call.editable(source)
    if "title" in body:
        title = rich.runs(call.content, "body.title", body["title"])
    if "icon" in body:
        icon = media.icon(call.content, call.uploads, "body.icon", body["icon"])
    adopt(source)
    columns.change(call.content, source, body.get("properties", {}))
    source.data.update({"title": title} if "title" in body else {})
    source.data.update({"icon": icon} if "icon" in body else {})
    call.content.touch(source)
    call.trash(source)
    call.committed = (source.id, ())
    return call.show(source)


def linked(call: Call, above: Node) -> Node:
    """A database that is only a view of a data source elsewhere, at the end of a page."""
    return call.content.node(call.content.add_database("", None, parent=above.id, is_inline=True))
