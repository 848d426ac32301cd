"""Recorded answers of the real API behind the stand-in's port, each object as it was recorded.

The folders `_trees` (a page with all below it) and `_queries` (all rows of a data source) hold one
JSON file each; where recordings contradict each other, the fuller one is served.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

from backup.model import Json, bare_id
from fakenotion import build, properties
from fakenotion.nodes import Node, counted_id
from fakenotion.workspace import Workspace

_WHEN = datetime(2026, 7, 1, tzinfo=timezone.utc)


def from_trees(folder: Path) -> Workspace:
    """All recorded pages as rows of one database made for them; children not recorded answer 404."""
    workspace = Workspace("Recordings")
    _add_trees(workspace, folder)
    return workspace


def from_queries(folder: Path) -> Workspace:
    """All recorded data sources with their rows; the rows have no blocks."""
    workspace = Workspace("Recordings")
    _add_queries(workspace, folder)
    return workspace


def from_folder(folder: Path) -> Workspace:
    """Both, from the folder above `_trees` and `_queries`."""
    workspace = Workspace("Recordings")
    _add_trees(workspace, folder / "_trees")
    _add_queries(workspace, folder / "_queries")
    return workspace


def read(folder: Path) -> list[Json]:
    """The JSON of all files below a folder, in the order of their names."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.json"))]


def recorded_node(workspace: Workspace, id_: str, kind: str, parent: str, **recorded: Json) -> Node:
    """A new node that is served as it was recorded; `recorded` are objects by their `object`."""
    author = workspace.person["id"]
    node = Node(id_, kind, parent, _WHEN, _WHEN, author, author, recorded=recorded)
    return workspace.attach(node)


def _add_trees(workspace: Workspace, folder: Path) -> None:
    database = workspace.add_database("Recorded pages", {"Name": properties.of("title")})
    trees = sorted(read(folder), key=lambda tree: (not tree["complete"], -tree["blocks"]))
    roots = {tree["root"]: tree for tree in reversed(trees)}
    for tree in roots.values():
        _add_page(workspace, workspace.source(database), tree)
    for root, tree in roots.items():
        _add_children(workspace, workspace.node(root), tree)
        _add_originals(workspace, workspace.node(root), tree)


def _add_page(workspace: Workspace, source: str, tree: Json) -> None:
    root = tree["root"]
    page = tree["page"] or build.page(root, f"Recorded page {root[:8]}")
    node = recorded_node(workspace, root, "page", source, page=page)
    node.data["properties"] = page["properties"]


def _add_children(workspace: Workspace, above: Node, tree: Json) -> None:
    missing = set(tree["missing_children_of"])
    above.unreadable = above.id in missing
    for raw in (tree["children"].get(above.id) or {}).get("results", []):
        known = workspace.nodes.get(bare_id(raw["id"]))
        if known is None:
            node = recorded_node(workspace, raw["id"], "block", above.id, block=raw)
            _add_children(workspace, node, tree)
        elif known.kind == "page":  # a recorded page inside another one
            known.recorded = {**known.recorded, "block": raw}
            above.children.append(known.id)


def _add_originals(workspace: Workspace, page: Node, tree: Json) -> None:
    """Synced blocks that live on other pages: only what they hold was recorded."""
    for id_ in tree["children"]:
        if bare_id(id_) not in workspace.nodes:
            raw = {**build.block("synced_block", id=id_), "has_children": True}
            del raw["children"]
            node = recorded_node(workspace, id_, "block", page.id, block=raw)
            page.children.remove(id_)
            _add_children(workspace, node, tree)


def _add_queries(workspace: Workspace, folder: Path) -> None:
    queries = sorted(read(folder), key=lambda query: -len(query["response"]["results"]))
    for query in queries:
        if bare_id(query["id"]) not in workspace.nodes:
            _add_query(workspace, query)


def _add_query(workspace: Workspace, query: Json) -> None:
    """Versions before 2025-09-03 know no data sources: one is made up for their databases."""
    schema, rows = query["schema"] or {}, query["response"]["results"]
    source = query["id"]
    database = str(
        (schema.get("parent") or {}).get("database_id") or counted_id(source, "database")
    )
    recorded = {"data_source": schema}
    if query["kind"] == "databases":
        database, source, recorded = source, counted_id(source, "data source"), {}
    made = workspace.nodes.get(bare_id(database)) or recorded_node(
        workspace, database, "database", ""
    )
    title = schema.get("title") or build.runs(f"Recorded rows {source[:8]}")
    made.data.update(title=title, description=schema.get("description") or [])
    found = recorded_node(workspace, source, "data_source", made.id, **(recorded if schema else {}))
    found.data.update(made.data, properties=schema.get("properties") or {})
    for row in reversed(rows):  # a query answers the newest first
        if row.get("object") == "page" and bare_id(row["id"]) not in workspace.nodes:
            page = recorded_node(workspace, row["id"], "page", source, page=row)
            page.data["properties"] = row["properties"]
