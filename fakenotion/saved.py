"""A workspace out of a backup of it: of its stores, and of the files beside them.

A store leaves out what changes or is secret: signatures, addresses and pictures of people. The stand-in
makes these up as for any workspace, and works out again what Notion works out. Which database a linked view
shows stands in no store, either: `add_view` says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from backup.model import STORE, Block, Json, bare_id
from backup.store import StoredDatabase, StoredPage, loads
from backup.urls import KEPT
from fakenotion import properties
from fakenotion.build import bot, person, runs, view_url
from fakenotion.filters import parsed
from fakenotion.nodes import Node
from fakenotion.storage import HOSTED, OUTSIDE
from fakenotion.workspace import Workspace

ELSEWHERE = (
    "http://127.0.0.1/outside/"  # where a backup of the stand-in finds what Notion does not keep
)
_PEOPLE = ("created_by", "last_edited_by")
_COMMENT = (  # its keys, in the order in which they are sent
    *("object", "id", "parent", "discussion_id", "created_time", "last_edited_time"),
    *("created_by", "rich_text", "display_name", "attachments"),
)
_COMPUTED = ("formula", "rollup")
_KEPT = f"{KEPT}:///"


def from_backup(folder: Path, name: str) -> Workspace:
    """The workspace `name` as the stores in a folder and in all below it have it."""
    workspace = Workspace(name)
    workspace.shuffled = (
        False  # stores have the properties in the order in which they were first seen
    )
    saved = _Saved(workspace)
    for path in sorted(folder.rglob(STORE)):
        saved.add(path.parent, loads(path.read_bytes()))
    saved.settle()
    return workspace


class _Saved:
    """The workspace as far as it was read."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.parents: list[
            tuple[Node, Json]
        ] = []  # pages and databases, and what they name as parent
        self.databases: list[Block] = []  # on pages; of a linked view there is no more than that

    def add(self, folder: Path, stored: StoredPage | StoredDatabase) -> None:
        """What one store has."""
        if isinstance(stored, StoredDatabase):
            self._add_database(_served(stored.raw), stored)
            return
        raw = _served(stored.page.raw)
        node = self._add("page", raw, raw["parent"], ("icon", "cover", "public_url", "properties"))
        node.children = self._add_blocks(node.id, stored.page.blocks)
        for one in map(_served, stored.page.comments):
            self.workspace.comments.append({key: one[key] for key in _COMMENT if key in one})
        for file in stored.files:
            path = file["identity"].partition(" ")[2].removeprefix("127.0.0.1").removeprefix("/")
            self.workspace.files.put(path, (folder / file["path"]).read_bytes())

    def _add_database(self, raw: Json, stored: StoredDatabase) -> None:
        shown = ("title", "description", "icon", "cover", "is_inline", "database_type")
        database = self._add("database", raw, raw["parent"], shown)
        for source in map(_served, stored.sources):
            self._add(
                "data_source", source, {}, ("title", "description", "properties"), database.id
            )
            database.children.append(source["id"])
        self.workspace.views |= {
            bare_id(view["id"]): {**view, "url": view_url(view["url"], view["id"])}
            for view in stored.views
        }

    def _add_blocks(self, above: str, blocks: Iterable[Block]) -> list[str]:
        """The blocks in a page or block, and their ids. What a synced copy shows is its original's."""
        own = [block for block in blocks if above in block.raw["parent"].values()]
        for block in own:
            if block.type == "child_database":
                self.databases.append(block)
            elif block.type != "child_page":
                raw = _served(block.raw)
                node = self._add("block", raw, {}, ("type", block.type), above)
                node.children = self._add_blocks(node.id, block.children)
        return [block.raw["id"] for block in own]

    def _add(
        self, kind: str, raw: Json, parent: Json, kept: tuple[str, ...], above: str = ""
    ) -> Node:
        made, edited = (parsed(raw[key]) for key in ("created_time", "last_edited_time"))
        author, editor = (raw.get(key, self.workspace.person)["id"] for key in _PEOPLE)
        data = {key: raw[key] for key in kept if key in raw}
        node = Node(raw["id"], kind, above, made, edited, author, editor, lambda: data)
        node.archived, node.locked = raw.get("is_archived", False), raw.get("is_locked", False)
        self.workspace.nodes[bare_id(node.id)] = node
        self._meet(raw)
        if not above:
            self.parents.append((node, parent))
        return node

    def _meet(self, raw: Json) -> None:
        """Who and which emojis are in an object are known from now on."""
        known = {one["id"] for one in self.workspace.emojis}
        for one in _objects(raw):
            if one.get("object") == "user" and "name" in one:
                self.workspace.users.setdefault(one["id"], _user(one))
            elif one.keys() == {"id", "name", "url"} and one["id"] not in known:
                known.add(one["id"])
                self.workspace.emojis.append(one)

    def settle(self) -> None:
        """Everything hangs where it belongs, in the order of its making, and knows what it is made of."""
        workspace = self.workspace
        for block in self.databases:
            if bare_id(block.id) not in workspace.nodes:
                data = {"title": runs(block.data["title"]), "description": [], "is_inline": True}
                self._add("database", block.raw | data, block.raw["parent"], tuple(data))
            node = workspace.node(block.id)
            node.author, node.editor = (block.raw[key]["id"] for key in _PEOPLE)
        in_order = sorted(workspace.nodes.items(), key=lambda one: one[1].created)
        workspace.nodes = dict(in_order)
        for node, parent in sorted(self.parents, key=lambda one: one[0].created):
            above = workspace.nodes.get(bare_id(str(parent.get(parent["type"]))))
            if above and above.kind == "database":  # a wiki
                above.data["page_parents"] = above.data.get("page_parents") or node.kind == "page"
                above = workspace.node(above.children[0])
            node.parent = above.id if above else ""
            siblings = above.children if above else workspace.top
            if node.id not in siblings:
                siblings.append(node.id)
        for node in workspace.nodes.values():
            node.made = len(node.children)
            self._compute(node)

    def _compute(self, node: Node) -> None:
        columns = self.workspace.schema_of(node)
        values = node.data["properties"] if node.kind == "page" else {}
        for name, value in values.items():
            if value["type"] in _COMPUTED and name in columns:
                values[name] = properties.value(columns[name], None)


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from _objects(each)


def _user(saved: Json) -> Json:
    """A user with what no store has of him."""
    return (bot if saved.get("type") == "bot" else person)(saved["id"], saved["name"])


def _served(value: Any) -> Any:
    """The same with the addresses that the stand-in replaces, and with whole users."""
    if isinstance(value, list):
        return [_served(each) for each in value]
    if isinstance(value, dict):
        found = {key: _served(each) for key, each in value.items()}
        if found.get("object") == "user" and "type" in found:
            return _user(found)
        file = found.get("file")
        if isinstance(file, dict) and str(file.get("url")).startswith(HOSTED):
            found["file"] = {**file, "expiry_time": ""}
        return found
    if isinstance(value, str) and value.startswith(_KEPT):
        return HOSTED + value.removeprefix(_KEPT)
    if isinstance(value, str) and value.startswith(ELSEWHERE):
        return OUTSIDE + "outside/" + value.removeprefix(ELSEWHERE)
    return value
