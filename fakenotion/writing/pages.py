"""POST /v1/pages and PATCH /v1/pages/{id}."""

from __future__ import annotations

from backup.model import Json
from fakenotion import properties
from fakenotion.mirrors import mirror
from fakenotion.nodes import Node
from fakenotion.refusal import Refusal
from fakenotion.writing import shape
from fakenotion.writing.call import Call, adopt, move
from fakenotion.writing.limits import check_total
from fakenotion.writing.values import Values

_PARENT = {
    "type": "text",
    "page_id": "text",
    "data_source_id": "text",
    "database_id": "text",
    "workspace": "truth",
}
_CREATE = {
    "parent": "object",
    "properties": "object",
    "children": "list",
    "icon": "object?",
    "cover": "object?",
    "position": "object",
}
_UPDATE = {
    "properties": "object",
    "icon": "object?",
    "cover": "object?",
    "in_trash": "truth",
    "is_archived": "truth",
    "is_locked": "truth",
}
_TITLE = properties.schema({"title": properties.of("title")})


def create(call: Call) -> Json:
    """POST /v1/pages: a page below another, a row, or a page at the top of the workspace."""
    body = shape.held("body", call.body, _CREATE, "parent")
    above = parent(call, body["parent"])
    is_row = above is not None and above.kind == "data_source"
    if "position" in body and (above is None or is_row):
        raise Refusal(400, "body.position is only for pages below a page.")
    place = call.place(above, body.get("position"), "page_start", "page_end") if above else None
    children = call.blocks.children(body.get("children", []))
    clothes = call.clothes()
    columns = above.data["properties"] if above and is_row else _TITLE
    call.charge(1 + check_total(body.get("children", [])))
    given = Values(call.content, call.uploads, columns)
    values = given.read("body.properties", body.get("properties", {}))
    page = call.content.node(call.content.add_page(above.id if above else "", "", {}, **clothes))
    write(call, page, values)
    ids = call.content.append(page.id, children[: call.keep])
    if above:
        move(above, [page.id], place)
    call.committed = (page.id, ids)
    return call.show(page)


def write(call: Call, page: Node, values: Json) -> None:
    """New values of a page; two-way relations are followed."""
    before = dict(page.data["properties"])
    page.data["properties"].update(values)
    mirror(call.content.nodes, call.content.schema_of(page), page, before)


def parent(call: Call, sent: Json) -> Node | None:
    """The page or data source below which something is made, None for the top. Raises Refusal."""
    shape.held("body.parent", sent, _PARENT)
    kind = shape.kind_of(
        "body.parent", sent, "page_id", "data_source_id", "database_id", "workspace"
    )
    if kind == "workspace":
        if not call.token.personal:
            raise Refusal(
                400,
                "Internal integrations aren't owned by a single user, so creating workspace-level"
                " private pages is not supported.",
            )
        return None
    id_ = shape.uuid("body.parent", kind, sent[kind])
    above = call.api.find(id_, kind.removesuffix("_id"))
    if above.kind == "database":
        if len(above.children) != 1:
            raise Refusal(400, "Databases with multiple data sources need a data_source_id.")
        above = call.content.node(above.children[0])
    call.editable(above)
    return above


def update(call: Call, page_id: str) -> Json:
    """PATCH /v1/pages/{id}: each value that is sent replaces the old one."""
    body = shape.held("body", call.body, _UPDATE)
    page = call.api.find(page_id, "page")
    if not body.get("in_trash", True) or body.get("is_archived") is False:
        call.below_living(page)
    else:
        call.editable(page)
    clothes = call.clothes()
    given = Values(call.content, call.uploads, call.content.schema_of(page))
    values = given.read("body.properties", body.get("properties", {}))
    adopt(page)
    write(call, page, values)
    page.data.update(clothes)
    if "is_locked" in body:
        page.locked = body["is_locked"]
    page.archived = body.get("is_archived", page.archived)
    call.content.touch(page)
    call.trash(page)
    call.committed = (page.id, ())
    return call.show(page)
