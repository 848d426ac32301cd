"""Two-way relations: what is set on one side is seen on the other.

Assumed: the pages on the other side do not count as edited (Notion's reference does not say).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion.nodes import Node

_NOTHING: Json = {"relation": {}}


def mirror(nodes: Mapping[str, Node], columns: Json, page: Node, before: Json) -> None:
    """Follows all two-way relations of a page of the schema `columns`; `before` are its old values."""
    for name, value in page.data["properties"].items():
        twin = columns.get(name, _NOTHING)["relation"] if "relation" in value else {}
        if "dual_property" in twin:
            old = {one["id"] for one in before.get(name, _NOTHING)["relation"]}
            new = {one["id"]: None for one in value["relation"]}
            for id_ in [*new, *(old - new.keys())]:
                reflect(nodes, id_, twin["dual_property"], page.id, id_ in new)


def reflect(
    nodes: Mapping[str, Node], row: str, twin: Json, other: str, there: bool = False
) -> None:
    """Whether a row shows `other` in the property that mirrors it."""
    node = nodes.get(bare_id(row))
    for value in node.data.get("properties", {}).values() if node else ():
        is_twin = unquote(value["id"]) == unquote(twin["synced_property_id"])
        if value["type"] == "relation" and is_twin:
            kept = [one for one in value["relation"] if there or one["id"] != other]
            known = any(one["id"] == other for one in kept)
            value["relation"] = kept if known or not there else [*kept, {"id": other}]
