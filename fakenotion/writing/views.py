"""POST, PATCH and DELETE of /v1/views."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion import validation
from fakenotion.nodes import Node, exact_time
from fakenotion.refusal import UNDEFINED, Refusal, bad_field, not_found
from fakenotion.writing import databases, limits, pages, shape
from fakenotion.writing.call import Call, move

TYPES = [
    "table",
    "board",
    "list",
    "calendar",
    "timeline",
    "gallery",
    "form",
    "chart",
    "map",
    "dashboard",
]
# What a configuration of these must say; without one Notion chooses itself (Assumed).
_NEEDED = {"board": ("group_by",), "calendar": ("date_property_id",)}
_KEPT = ("filter", "sorts", "quick_filters", "configuration")
_CHANGES = {
    "name": "text",
    "filter": "object?",
    "sorts": "list?",
    "quick_filters": "object?",
    "configuration": "object?",
}
_CREATE = {
    **_CHANGES,
    "database_id": "text",
    "data_source_id": "text",
    "type": "text",
    "create_database": "object",
}


def create(call: Call) -> Json:
    """POST /v1/views: in a database, or with `create_database` in a new one that only links."""
    body = shape.held("body", call.body, _CREATE, "data_source_id", "name", "type")
    validation.one_of("body", "type", body["type"], *TYPES)
    source = call.api.find(
        shape.uuid("body", "data_source_id", body["data_source_id"]), "data_source"
    )
    kept = _kept(body, body["type"], source)
    database = _database(call, body)
    call.editable(database)
    id_ = call.content.add_view(database.id, source.id, body["name"], body["type"])
    view = call.content.views[bare_id(id_)]
    view.update(kept)
    call.committed = (id_, ())
    return view


def _database(call: Call, body: Json) -> Node:
    if ("database_id" in body) == ("create_database" in body):
        raise bad_field("body", "database_id", "defined", UNDEFINED)
    if "database_id" in body:
        id_ = shape.uuid("body", "database_id", body["database_id"])
        return call.api.find(id_, "database")
    where = "body.create_database"
    wanted = shape.held(
        where, body["create_database"], {"parent": "object", "position": "object"}, "parent"
    )
    shape.held(f"{where}.parent", wanted["parent"], {"type": "text", "page_id": "text"}, "page_id")
    above = pages.parent(call, wanted["parent"])
    if above is None:
        raise bad_field(f"{where}.parent", "page_id", "defined", UNDEFINED)
    place = call.place(above, wanted.get("position"), "page_start", "page_end")
    call.charge(1)
    made = databases.linked(call, above)
    move(above, [made.id], place)
    return made


def _kept(body: Json, type_: str, source: Node) -> Json:
    """Filter, sorts, quick filters and configuration. Raises Refusal."""
    settings = body.get("configuration")
    _known(source, [body.get("filter"), body.get("sorts")])
    if settings is not None:
        if settings.get("type", type_) != type_:
            raise bad_field("body.configuration", "type", f"`{type_}`", settings["type"])
        for name in _NEEDED.get(type_, ()):
            if name not in settings:
                raise bad_field("body.configuration", name, "defined", UNDEFINED)
        frozen: Any = settings.get("frozen_column_index", 0)
        if isinstance(frozen, int) and frozen < 0:
            raise bad_field("body.configuration", "frozen_column_index", "≥ `0`", frozen)
    if body.get("sorts") is not None:
        limits.at_most("body.sorts", len(body["sorts"]), 100)
    kept = {key: body[key] for key in _KEPT if key in body}
    if settings is not None:
        kept["configuration"] = {"type": type_, **settings}
    return kept


def _known(source: Node, value: Any) -> None:
    """Raises Refusal where a filter or a sort names a property that there is not."""
    if isinstance(value, list):
        for each in value:
            _known(source, each)
    elif isinstance(value, dict):
        columns = source.data["properties"]
        ids = {unquote(one["id"]) for one in columns.values()}
        name = value.get("property")
        if isinstance(name, str) and name not in columns and unquote(name) not in ids:
            raise Refusal(400, f"Could not find property with name or id: {name}")
        for each in value.values():
            _known(source, each)


def _found(call: Call, view_id: str) -> Json:
    found = call.content.views.get(bare_id(view_id))
    if found is None:
        raise not_found("view", view_id, call.content.bot)
    call.editable(call.api.find(found["parent"]["database_id"], "database"))
    return found


def update(call: Call, view_id: str) -> Json:
    """PATCH /v1/views/{id}"""
    body = shape.held("body", call.body, _CHANGES)
    view = _found(call, view_id)
    given = {"name": body["name"]} if "name" in body else {}
    source = call.content.node(view["data_source_id"])
    view.update(**given, **_kept(body, view["type"], source))
    view["last_edited_time"] = exact_time(call.content.now())
    view["last_edited_by"] = {"object": "user", "id": call.token.bot["id"]}
    call.committed = (view["id"], ())
    return view


def delete(call: Call, view_id: str) -> Json:
    """DELETE /v1/views/{id}; the last one of a database stays."""
    view = _found(call, view_id)
    among = call.content.views_of(view["parent"]["database_id"])
    if len(among) == 1:
        raise Refusal(400, "Cannot delete the last view of a database.")
    call.content.remove_view(view_id)
    return view
