"""PATCH /v1/blocks/{id}/children, and PATCH and DELETE of /v1/blocks/{id}."""

from __future__ import annotations

from backup.model import Json
from fakenotion import answers
from fakenotion.nodes import Node
from fakenotion.paging import envelope
from fakenotion.refusal import UNDEFINED, Refusal, bad_field
from fakenotion.writing import limits, shape
from fakenotion.writing.blocks import takes_children
from fakenotion.writing.call import Call, adopt, move
from fakenotion.writing.kinds import ANY, KINDS

_SHOWN = 100  # blocks in one answer. Assumed: what follows further down is left out


def append(call: Call, block_id: str) -> Json:
    """PATCH /v1/blocks/{id}/children: the answer has the blocks of the first tier, and those that
    follow them in the list (recorded: five sent behind a block, eight answered)."""
    body = shape.held("body", call.body, {"children": "list", "position": "object"}, "children")
    above = call.api.find(block_id, "block", ("block", "page"))
    call.editable(above)
    inside, width = _holds(above)
    call.content.children(above)
    place = call.place(above, body.get("position"), "start", "end")
    built = call.blocks.children(body["children"], inside, width)
    call.charge(limits.total(body["children"]))
    ids = call.content.append(above.id, built[: call.keep])
    move(above, ids, place)
    if above.kind == "block":
        call.content.touch(above)
    call.committed = (above.id, ids)
    return envelope("block", [call.show(one, "block") for one in _shown(call, above, ids)], None)


def _shown(call: Call, above: Node, ids: list[str]) -> list[Node]:
    listed = call.content.children(above)
    first = next((place for place, one in enumerate(listed) if one.id in ids), len(listed))
    return listed[first : first + _SHOWN]


def _holds(above: Node) -> tuple[str, int]:
    """Which blocks may be put below a page or block, and how many cells a row has there."""
    if above.kind == "page":
        return ANY, 0
    type_ = answers.type_of(above)
    payload = above.recorded.get("block", above.data).get(type_) or {}
    if type_ not in KINDS or not takes_children(type_, payload):
        raise Refusal(400, f"Block {above.id} does not support children: it is a {type_}.")
    return type_, payload.get("table_width", 0)


def update(call: Call, block_id: str) -> Json:
    """PATCH /v1/blocks/{id}: what is sent under the block's type replaces what was there."""
    body = call.body
    node = call.api.find(block_id, "block", ("block", "page", "database"))
    type_ = answers.type_of(node) if node.kind == "block" else ""
    known = {"in_trash": "truth", "type": "text", **({type_: "object"} if type_ in KINDS else {})}
    shape.held("body", body, known)
    if body.get("in_trash", True):
        call.editable(node)
    if body.get("type", type_) != type_:
        raise bad_field("body", "type", f"`{type_}`", body["type"])
    if not body.keys() & {type_, "in_trash"}:
        raise bad_field("body", type_ or "in_trash", "defined", UNDEFINED)
    if type_ in body:
        _edit(call, node, type_, body[type_])
    call.trash(node)
    call.committed = (node.id, ())
    return call.show(node, "block")


_FIXED = {"table": ("table_width",), "synced_block": ("synced_from",), "link_to_page": ()}


def _edit(call: Call, node: Node, type_: str, sent: Json) -> None:
    for name in ("children", *_FIXED.get(type_, ())):
        if name in sent:
            raise bad_field(f"body.{type_}", name, "not present", sent[name])
    above = call.content.nodes.get(node.parent.replace("-", ""))
    label = above is not None and above.kind == "block" and answers.type_of(above) == "tab"
    made = call.blocks.payload(f"body.{type_}", type_, sent, icons=label, change=True)
    adopt(node)
    payload = node.data[type_]
    if type_ == "table_row":
        limits_ = len(payload["cells"])
        if len(made.get("cells", payload["cells"])) != limits_:
            raise bad_field("body.table_row", "cells.length", f"`{limits_}`", len(made["cells"]))
    if "type" in made:
        for name in ("type", payload.get("type", ""), "name"):
            payload.pop(name, None)
    payload.update(made)
    call.content.touch(node, call.content.page_of(node))


def delete(call: Call, block_id: str) -> Json:
    """DELETE /v1/blocks/{id}: into the trash; also pages and databases."""
    node = call.api.find(block_id, "block", ("block", "page", "database"))
    call.editable(node)
    adopt(node)
    call.content.trash(node.id)
    call.committed = (node.id, ())
    return call.show(node, "block")
