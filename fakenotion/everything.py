"""Every recorded tree and query as one workspace, each page once and where it was recorded to be.

Recordings show most objects from one side only. What is missing is made up, so that the workspace
fits together: a child page or database that is known as a block alone gets a page without blocks,
or a database without data sources. A block that is a page says what the page says. A page whose
parent nobody recorded stands on top, with the parent that it names: as one that is shared directly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backup.model import Json, bare_id
from fakenotion import build
from fakenotion.filters import parsed
from fakenotion.nodes import Node, counted_id
from fakenotion.recordings import read, recorded_node
from fakenotion.workspace import Workspace


def everything(*folders: Path) -> Workspace:
    """One workspace from folders that hold `_trees`, `_queries` and folders of single answers; those
    that are not there are left out. Where recordings contradict each other, the fuller one counts."""
    there = [folder for folder in folders if folder.is_dir()]
    made = _Recorded(Workspace("Everything"), _pages(there))
    queries = [one for folder in there for one in read(folder / "_queries")]
    trees = [one for folder in there for one in read(folder / "_trees")]
    for query in sorted(queries, key=lambda one: -len(one["response"]["results"])):
        made.add_query(query)
    for tree in sorted(trees, key=lambda one: (not one["complete"], -one["blocks"])):
        made.trees.setdefault(bare_id(tree["root"]), tree)
    made.shown = {root: set(_child_pages(tree)) for root, tree in made.trees.items()}
    for root in made.trees:
        made.add_tree(root)
    made.add_originals()
    made.settle()
    return made.workspace


def _pages(folders: list[Path]) -> dict[str, Json]:
    """Page objects among the single answers by their bare ids, the last edited of each."""
    found: dict[str, Json] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("[!_]*/*.json"))):
        text = path.read_text("utf-8")
        for page in _page_objects(json.loads(text)) if '"page"' in text else ():
            known = found.setdefault(bare_id(page["id"]), page)
            if known["last_edited_time"] < page["last_edited_time"]:
                found[bare_id(page["id"])] = page
    return found


def _page_objects(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _page_objects(item)
    elif isinstance(value, dict):
        if value.get("object") == "page" and {"properties", "last_edited_time"} <= value.keys():
            yield value
        for item in value.values():
            yield from _page_objects(item)


def _child_pages(tree: Json) -> Iterator[str]:
    for answer in tree["children"].values():
        for block in (answer or {}).get("results", ()):
            if block.get("type") == "child_page":
                yield bare_id(block["id"])


class _Recorded:
    """The workspace as far as it has grown. `trees` by the bare ids of their roots."""

    def __init__(self, workspace: Workspace, pages: dict[str, Json]) -> None:
        self.workspace = workspace
        self.pages = pages
        self.trees: dict[str, Json] = {}
        self.shown: dict[str, set[str]] = {}  # root -> the child pages in its tree
        self.read: set[str] = set()  # bare ids whose children were added

    def add_query(self, query: Json) -> None:
        """A data source with its rows, those of all its recordings. Versions before 2025-09-03 know
        none: one is made up for their databases."""
        schema, source = query["schema"] or {}, query["id"]
        above = schema.get("parent") or {}
        database = str(above.get("database_id") or counted_id(source, "database"))
        recorded = {"data_source": schema} if schema else {}
        if query["kind"] == "databases":
            database, source, recorded = source, counted_id(source, "data source"), {}
        if bare_id(source) not in self.workspace.nodes:
            self._add_source(schema, source, database, recorded)
        for row in reversed(query["response"]["results"]):  # a query answers the newest first
            if row.get("object") == "page" and bare_id(row["id"]) not in self.workspace.nodes:
                self._page(row["id"], source, row)

    def _add_source(self, schema: Json, source: str, database: str, recorded: Json) -> None:
        title = schema.get("title") or build.runs(f"Recorded rows {source[:8]}")
        data = {"title": title, "description": schema.get("description") or []}
        if bare_id(database) not in self.workspace.nodes:
            recorded_node(self.workspace, database, "database", "").data.update(data)
        made = recorded_node(self.workspace, source, "data_source", database, **recorded)
        made.data.update(data, properties=schema.get("properties") or {})

    def _page(self, id_: str, parent: str, raw: Json) -> Node:
        node = recorded_node(self.workspace, id_, "page", parent, page=raw)
        node.data["properties"] = raw["properties"]
        return node

    def add_tree(self, root: str) -> None:
        """A recorded page with what hangs below it; one that a page above holds is there already."""
        tree = self.trees[root]
        if root not in self.workspace.nodes and not self._held(root):
            self._page(tree["root"], "", self._raw(tree["root"], None))
        if root in self.workspace.nodes:
            self._add_children(self.workspace.node(root), tree)

    def _held(self, root: str) -> bool:
        """Whether another recorded tree shows this page, and not the other way round as well."""
        return any(
            root in self.shown[other] and other not in self.shown[root]
            for other in self.trees
            if other != root
        )

    def _raw(self, id_: str, block: Json | None) -> Json:
        """The page object of an id: recorded, or made from the block that it is in its parent."""
        tree = self.trees.get(bare_id(id_))
        if found := (tree and tree["page"]) or self.pages.get(bare_id(id_)):
            return dict(found)
        if block is None:
            return build.page(id_, f"Recorded page {id_[:8]}")
        same = (*_TIMES, "created_by", "last_edited_by", "parent")
        kept = {key: block[key] for key in same if key in block}
        return build.page(id_, block["child_page"]["title"], **kept)

    def _add_children(self, above: Node, tree: Json) -> None:
        if bare_id(above.id) in self.read:
            return
        self.read.add(bare_id(above.id))
        above.unreadable = above.id in tree["missing_children_of"]
        for raw in (tree["children"].get(above.id) or {}).get("results", []):
            known = self.workspace.nodes.get(bare_id(raw["id"]))
            if known is None:
                self._add_block(above, raw, tree)
            elif known.kind == "database" and not known.parent:  # its rows were recorded
                self.workspace.move(known.id, above.id, quiet=True)
                known.recorded = {**known.recorded, "block": raw}

    def _add_block(self, above: Node, raw: Json, tree: Json) -> None:
        if raw.get("type") == "child_page":
            page = self._page(raw["id"], above.id, self._raw(raw["id"], raw))
            page.recorded = {**page.recorded, "block": raw}
            if own := self.trees.get(bare_id(raw["id"])):
                self._add_children(page, own)
        elif raw.get("type") == "child_database":
            node = recorded_node(self.workspace, raw["id"], "database", above.id, block=raw)
            title = build.runs(raw["child_database"]["title"])
            node.data.update(title=title, description=[])
            node.created, node.edited = (parsed(raw[key]) for key in _TIMES)
        else:
            node = recorded_node(self.workspace, raw["id"], "block", above.id, block=raw)
            self._add_children(node, tree)

    def add_originals(self) -> None:
        """Synced blocks that live on pages which nobody recorded: only what they hold is known."""
        for tree in list(self.trees.values()):
            for id_ in tree["children"]:
                if bare_id(id_) not in self.workspace.nodes:
                    raw = {**build.block("synced_block", id=id_), "has_children": True}
                    del raw["children"]
                    page = self.workspace.node(tree["root"])
                    node = recorded_node(self.workspace, id_, "block", page.id, block=raw)
                    page.children.remove(id_)
                    self._add_children(node, tree)

    def settle(self) -> None:
        """Each page's object and its block agree: on the title, on who edited it, and when; a page
        that another one holds says so."""
        for node in self.workspace.nodes.values():
            if node.kind == "page":
                page = node.recorded["page"]
                above = self.workspace.nodes.get(bare_id(node.parent))
                if above is not None and above.kind in ("page", "block"):
                    kind = f"{above.kind}_id"
                    page = {**page, "parent": {"type": kind, kind: above.id}}
                node.recorded = {"page": page, "block": self._block(node, page)}

    def _block(self, node: Node, page: Json) -> Json:
        known = node.recorded.get("block") or build.block("child_page", id=node.id)
        made = {key: value for key, value in known.items() if key != "children"}
        same = (*_TIMES, "created_by", "last_edited_by", "parent")
        made.update({key: page[key] for key in same if key in page})
        made["has_children"] = bool(node.children)
        made["child_page"] = {"title": self.workspace.title(node)}
        return made


_TIMES = ("created_time", "last_edited_time")
