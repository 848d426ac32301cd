"""POST /v1/comments: on a page or block, or one more in a discussion."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from backup.model import Json
from fakenotion.refusal import UNDEFINED, Refusal, bad_field, not_found
from fakenotion.writing import limits, rich, shape
from fakenotion.writing.call import Call

_CREATE = {
    "parent": "object",
    "discussion_id": "text",
    "rich_text": "list",
    "attachments": "list",
    "display_name": "object",
}
_CATEGORIES = {"image": "image", "audio": "audio", "video": "video"}


def create(call: Call) -> Json:
    """POST /v1/comments; nothing counts as edited."""
    body = shape.held("body", call.body, _CREATE, "rich_text")
    if not call.knobs.comments_writable:
        raise Refusal(403, "Insufficient permissions for this endpoint.")
    on, discussion = _place(call, body)
    call.editable(call.content.node(on))
    text = rich.runs(call.content, "body.rich_text", body["rich_text"])
    name = _name(body["display_name"]) if "display_name" in body else ""
    sent = shape.items("body.attachments", body.get("attachments", []), limits.ATTACHMENTS)
    call.charge(len(sent))
    files = [_attachment(call, f"body.attachments[{n}]", one) for n, one in enumerate(sent)]
    id_ = call.content.add_comment(on, text, call.token.bot, discussion, shown_as=name, files=files)
    call.committed = (id_, ())
    return call.content.comment(id_)


def _place(call: Call, body: Json) -> tuple[str, str]:
    """What a comment is about, and its discussion ('' for a new one): one on a page goes on with the
    open one about it (recorded)."""
    if ("parent" in body) == ("discussion_id" in body):
        raise bad_field("body", "parent", "defined", UNDEFINED)
    if "parent" in body:
        kind = shape.kind_of("body.parent", body["parent"], "page_id", "block_id")
        shape.held("body.parent", body["parent"], {"type": "text", kind: "text"})
        id_ = shape.uuid("body.parent", kind, body["parent"][kind])
        node = call.api.find(id_, "block", ("block", "page"))
        said = call.content.open_comments(node) if kind == "page_id" else []
        return node.id, said[-1]["discussion_id"] if said else ""
    id_ = shape.uuid("body", "discussion_id", body["discussion_id"])
    for one in call.content.comments:
        if one["discussion_id"] == id_:
            return str(one["parent"][one["parent"]["type"]]), id_
    raise not_found("discussion", id_, call.content.bot)


def _name(sent: Any) -> str:
    where = "body.display_name"
    known = {"type": "text", "custom": "object"}
    shape.held(where, sent, known, "type", "custom")
    shape.held(f"{where}.custom", sent["custom"], {"name": "text"}, "name")
    return shape.text(f"{where}.custom.name", sent["custom"]["name"], limits.NAMES)


def _attachment(call: Call, where: str, sent: Any) -> tuple[str, str]:
    """The category of a file, and where it lies."""
    shape.held(where, sent, {"file_upload_id": "text", "type": "text"}, "file_upload_id")
    upload = call.uploads.attach(where, sent["file_upload_id"])
    kind = upload.type.partition("/")[0]
    ending = PurePosixPath(upload.name).suffix.lower()
    category = "pdf" if ending == ".pdf" else _CATEGORIES.get(kind, "productivity")
    return category, upload.address
