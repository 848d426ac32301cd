"""Blocks on their way in: held to what can be made, then in the form in which they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backup.model import Json
from fakenotion import answers, build, validation
from fakenotion.content import Content
from fakenotion.refusal import UNDEFINED, Refusal, bad_body, bad_field
from fakenotion.writing import limits, media, rich, shape
from fakenotion.writing.kinds import ANY, KINDS, LANGUAGES, ONLY_INSIDE, Kind
from fakenotion.writing.uploads import Uploads

_MEDIA = ("image", "video", "pdf", "file", "audio")
_LAMP = build.emoji("💡")


@dataclass(frozen=True)
class Blocks:
    """Reads the blocks of one request. `empty_columns`: a column may be made without children, as
    recorded; the reference asks for one at least."""

    content: Content
    uploads: Uploads
    empty_columns: bool = False

    def children(self, sent: Any, inside: str = ANY, width: int = 0) -> list[Json]:
        """The blocks of a body's `children`, built as `build.block` does, for below a page (ANY) or
        a block of type `inside`; rows of a table need its `width`. Raises Refusal."""
        limits.check_total(sent)
        return self._list("body.children", sent, 1, inside, width)

    def _list(self, where: str, sent: Any, tier: int, inside: str, width: int) -> list[Json]:
        shape.items(where, sent, limits.CHILDREN)
        return [
            self._block(f"{where}[{place}]", one, tier, inside, width)
            for place, one in enumerate(sent)
        ]

    def _block(self, where: str, sent: Any, tier: int, inside: str, width: int) -> Json:
        type_ = _type_of(where, sent)
        shape.held(where, sent, {"object": "text", "type": "text", type_: "object"})
        _check_place(where, type_, inside)
        kind, payload = KINDS[type_], sent[type_]
        below = f"{where}.{type_}"
        data = self.payload(below, type_, payload, icons=inside == "tab")
        for name in kind.needed:
            needed = name != "children" or not (type_ == "column" and self.empty_columns)
            if needed and name not in payload:
                raise bad_field(below, name, "defined", UNDEFINED)
        if type_ == "table_row":
            _check_cells(below, data, width)
        children = self._below(below, type_, payload, data, tier)
        return build.block(type_, children=children, **data)

    def _below(self, where: str, type_: str, payload: Json, data: Json, tier: int) -> list[Json]:
        """The children of a block, within the tiers of a request."""
        sent = payload.get("children", [])
        if sent and (not takes_children(type_, data) or tier == limits.TIERS):
            raise bad_field(where, "children", "not present", sent)
        where = f"{where}.children"
        made = self._list(where, sent, tier + 1, type_, data.get("table_width", 0))
        if type_ == "column_list":
            limits.at_least(where, len(made), 2)
        if type_ in ("table", "tab") or (type_ == "column" and not self.empty_columns):
            limits.at_least(where, len(made), 1)
        return made

    def payload(
        self, where: str, type_: str, sent: Json, *, icons: bool = False, change: bool = False
    ) -> Json:
        """What stands under a block's type, as it is read back, as far as it was sent; with what
        Notion adds, unless it is a `change` of a block that there is. Raises Refusal."""
        kind = KINDS[type_]
        _check_fields(where, kind, sent, icons or type_ == "callout")
        made = {
            name: _READ[kind.fields[name]](self, f"{where}.{name}", value)
            for name, value in sent.items()
            if name != "children" and kind.fields[name] in _READ
        }
        if change and "icon" in sent and made["icon"] is None:
            raise bad_field(where, "icon", "an object or `undefined`", None)
        if type_ == "callout" and not change and sent.get("icon") is None:
            made["icon"] = dict(_LAMP)
        return {**made, **self._special(where, type_, sent, change)}

    def _special(self, where: str, type_: str, sent: Json, change: bool) -> Json:
        """The parts of a payload that are read together."""
        if type_ in _MEDIA and not (change and not sent.keys() & {"external", "file_upload"}):
            return media.of_block(self.uploads, where, sent, named=type_ == "file")
        if type_ == "embed" and "file_upload" in sent:
            address = media.of_embed(self.uploads, f"{where}.file_upload", sent["file_upload"])
            return {"url": address}
        if type_ == "embed" and "url" not in sent and not change:
            raise bad_field(where, "url", "defined", UNDEFINED)
        if type_ == "link_to_page":
            kind = shape.kind_of(where, sent, "page_id", "database_id", "comment_id")
            return {"type": kind, kind: shape.uuid(where, kind, sent[kind])}
        if type_ == "synced_block" and not change:
            return {"synced_from": self._original(f"{where}.synced_from", sent)}
        return {}

    def _original(self, where: str, sent: Json) -> Json | None:
        """What a synced copy follows: a block that must be there."""
        source = sent.get("synced_from")
        if source is None:
            return None
        shape.held(where, source, {"type": "text", "block_id": "text"}, "block_id")
        id_ = shape.uuid(where, "block_id", source["block_id"])
        node = self.content.visible(id_)
        if node is None or answers.type_of(node) != "synced_block" or "children" in sent:
            raise Refusal(400, f"{where}: {id_} is not a synced block that can be copied.")
        return {"type": "block_id", "block_id": id_}

    def icon(self, where: str, sent: Any) -> Json | None:
        """The icon of a callout, which takes no upload ("Emoji and icon", 2026-09), or of a tab's label.
        Assumed: that takes none either."""
        if isinstance(sent, dict) and "file_upload" in sent:
            above, _, name = where.rpartition(".")
            raise bad_field(above, f"{name}.type", "a type that this block takes", "file_upload")
        return media.icon(self.content, self.uploads, where, sent)


def takes_children(type_: str, payload: Json) -> bool:
    """Whether a block may have children: a heading only as a toggle. A synced copy has none of its
    own. Assumed: children for a plain heading are refused."""
    if type_.startswith("heading_"):
        return bool(payload.get("is_toggleable"))
    return bool(KINDS[type_].children) and not payload.get("synced_from")


def _type_of(where: str, sent: Any) -> str:
    """The type of a block that can be made; for any other the list of those that can."""
    if not isinstance(sent, dict):
        raise bad_body("body", where, "an object", sent)
    found = sent.get("type") or next((key for key in sent if key in KINDS), None)
    if isinstance(found, str) and found in KINDS:
        if found not in sent:
            raise bad_field(where, found, "defined", UNDEFINED)
        return found
    lines = [f"{where}.{kind} should be defined, instead was `undefined`." for kind in KINDS]
    raise Refusal(400, "\n".join(["body failed validation. Fix one:", *lines]))


def _check_place(where: str, type_: str, inside: str) -> None:
    """Columns, rows and labels of tabs stand where they belong, and nothing else stands there."""
    wanted = KINDS[inside].children if inside in KINDS else ANY
    if (wanted != ANY and type_ != wanted) or ONLY_INSIDE.get(type_, inside) != inside:
        should = "a block that may stand here" if wanted == ANY else f"a {wanted}"
        raise bad_body("body", where, should, type_)


def _check_fields(where: str, kind: Kind, sent: Any, icons: bool) -> None:
    words = {"rich": "list", "cells": "list", "icon": "object?"}
    known = {
        name: words.get(how, how if how in ("object", "object?", "number", "truth") else "text")
        for name, how in kind.fields.items()
        if name != "icon" or icons
    }
    shape.held(where, sent, {**known, **({"children": "list"} if kind.children else {})})


def _check_cells(where: str, data: Json, width: int) -> None:
    if len(data["cells"]) != width:
        raise bad_body("body", f"{where}.cells.length", f"`{width}`", len(data["cells"]))


def _cells(blocks: Blocks, where: str, sent: Any) -> list[list[Json]]:
    cells = shape.items(where, sent, limits.CHILDREN)
    return [rich.runs(blocks.content, f"{where}[{n}]", cell) for n, cell in enumerate(cells)]


def _language(blocks: Blocks, where: str, sent: Any) -> str:
    above, _, name = where.rpartition(".")
    return validation.one_of(above, name, sent, *LANGUAGES)


_READ: Mapping[str, Callable[[Blocks, str, Any], Any]] = {
    "rich": lambda blocks, where, sent: rich.runs(blocks.content, where, sent),
    "color": lambda blocks, where, sent: rich.color(where.rpartition(".")[0], sent),
    "web": lambda blocks, where, sent: shape.web(where, sent),
    "expression": lambda blocks, where, sent: shape.text(where, sent, limits.EXPRESSION),
    "language": _language,
    "cells": _cells,
    "icon": Blocks.icon,
    "truth": lambda blocks, where, sent: sent,
    "number": lambda blocks, where, sent: sent,
}
