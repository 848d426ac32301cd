"""An in-memory Notion that changes as the real one does, in Notion's own words.

Times follow what is known of Notion ("what bumps last_edited_time", 2026): editing a block or a
property touches its page; a child page that comes or goes touches the page above it, but never a
database; editing inside a child touches nothing above; a comment touches nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from backup.demo import properties
from backup.demo.build import Rich, runs
from backup.demo.content import Content
from backup.demo.nodes import Node
from backup.model import Json, bare_id


class Workspace(Content):
    """Everything the integration could see, and what people do with it.

    Ids are given and returned as Notion writes them, and are the same in every run. `now` is asked
    for the time of each change. Hold `lock` around several steps that must be seen together.
    """

    @contextmanager
    def at(self, time: datetime) -> Iterator[None]:
        """Everything done inside is done at this time."""
        with self.lock:
            before, self.now = self.now, lambda: time
            try:
                yield
            finally:
                self.now = before

    def edit(self, block: str, rich: Rich | None = None, **data: Any) -> None:
        """Changes a block's text, or what else stands under its type's key."""
        with self.lock:
            node = self.node(block)
            payload = node.data[node.data["type"]]
            payload.update(data)
            if rich is not None:
                payload["rich_text"] = runs(rich)
            self.touch(node, self.page_of(node))

    def rename(self, id_: str, title: Rich) -> None:
        """A new title for a page, a database or a data source."""
        with self.lock:
            node = self.node(id_)
            if node.kind == "page":
                self.title_value(node)["title"] = runs(title)
            else:
                node.data["title"] = runs(title)
            self.touch(node)

    def title_value(self, page: Node) -> Json:
        """The value of a page's title property."""
        values = page.data["properties"].values()
        return next(value for value in values if value["type"] == "title")

    def set_property(self, page: str, name: str, plain: Any) -> None:
        """A new value for a page's property, plain as in `properties.value`."""
        with self.lock:
            node = self.node(page)
            column = self.schema_of(node)[name]
            node.data["properties"][name] = properties.value(column, plain)
            self.touch(node)

    def set_icon(self, id_: str, icon: Json | None) -> None:
        """Another icon for a page, a database or a data source."""
        self._set(id_, "icon", icon)

    def set_cover(self, id_: str, cover: Json | None) -> None:
        """Another cover for a page or database."""
        self._set(id_, "cover", cover)

    def _set(self, id_: str, key: str, value: Json | None) -> None:
        with self.lock:
            node = self.node(id_)
            node.data[key] = value
            self.touch(node)

    def relate(self, here: str, name: str, there: str, back: str = "") -> None:
        """Lets a property of one database refer to rows of another, and `back` refer to it."""
        with self.lock:
            sides = [(here, name, there, back), (there, back, here, name)]
            for database, column, other, synced in sides if back else sides[:1]:
                source = self.node(self.source(database))
                twin = (synced, properties.sent_id(synced, "relation")) if synced else None
                made = properties.relation(other, self.source(other), twin)
                source.data["properties"] |= properties.named({column: made})
                self.touch(source)

    def rename_option(self, source: str, name: str, old: str, new: str) -> None:
        """Another name for an option: all rows show it, none counts as edited."""
        with self.lock:
            node = self.node(source)
            column = node.data["properties"][name]
            for choice in [*column[column["type"]]["options"], *self._choices(node, name)]:
                if choice["name"] == old:
                    choice["name"] = new
            self.touch(node)

    def _choices(self, source: Node, name: str) -> Iterator[Json]:
        for row in source.children:
            value = self.node(row).data["properties"][name]
            chosen = value[value["type"]]
            yield from chosen if isinstance(chosen, list) else filter(None, [chosen])

    def rename_property(self, source: str, old: str, new: str) -> None:
        """Another name for a property, under its old id: no row counts as edited."""
        with self.lock:
            node = self.node(source)
            columns = node.data["properties"]
            columns[old]["name"] = new
            node.data["properties"] = _renamed(columns, old, new)
            for row in map(self.node, node.children):
                row.data["properties"] = _renamed(row.data["properties"], old, new)
            self.touch(node)

    def trash(self, id_: str) -> None:
        """Into the trash: no longer listed, still there when asked for by its id."""
        self._leave(id_, trashed=True)

    def restore(self, id_: str) -> None:
        """Back from the trash."""
        self._leave(id_, trashed=False)

    def _leave(self, id_: str, *, trashed: bool) -> None:
        with self.lock:
            node = self.node(id_)
            node.trashed = trashed
            self.touch(node, self.page_of(node) if node.kind == "block" else None)
            self.touch_above(node)

    def purge(self, id_: str) -> None:
        """Deleted for good, with all below it."""
        with self.lock:
            node = self.node(id_)
            self.touch_above(node)
            above = self.nodes.get(bare_id(node.parent))
            (above.children if above else self.top).remove(node.id)
            self._forget(node)

    def _forget(self, node: Node) -> None:
        for child in node.children:
            self._forget(self.node(child))
        del self.nodes[bare_id(node.id)]

    def unshare(self, id_: str) -> None:
        """Takes the integration's access to it and to all below it; nobody edited anything."""
        self.node(id_).shared = False

    def share(self, id_: str) -> None:
        """Gives the access back."""
        self.node(id_).shared = True

    def make_partial(self, id_: str) -> None:
        """Lets a page or block be served as {object, id} alone, as when a capability is missing."""
        node = self.node(id_)
        kinds = ("block", "page") if node.kind == "page" else (node.kind,)
        node.recorded = {kind: {"object": kind, "id": node.id} for kind in kinds}

    def archive(self, page: str) -> None:
        """Into the archive: left out of queries unless they ask for archived pages."""
        self.node(page).archived = True

    def unarchive(self, page: str) -> None:
        """Back among the others."""
        self.node(page).archived = False

    def move(self, page: str, parent: str) -> None:
        """Below another page, or into a database; the id stays.

        In a database the page gets empty values for all properties that it does not have.
        """
        with self.lock:
            node, title = self.node(page), self.title_value(self.node(page))["title"]
            self.touch_above(node)
            above = self.nodes.get(bare_id(node.parent))
            (above.children if above else self.top).remove(node.id)
            target = self.node(parent)
            node.parent = target.children[0] if target.kind == "database" else target.id
            self.node(node.parent).children.append(node.id)
            node.data["properties"] = self._moved(node, title)
            self.touch(node)
            self.touch_above(node)

    def _moved(self, page: Node, title: list[Json]) -> Json:
        old = page.data["properties"]
        return {
            name: old.get(name)
            or properties.value(column, title if column["type"] == "title" else None)
            for name, column in self.schema_of(page).items()
        }


def _renamed(columns: Json, old: str, new: str) -> Json:
    return {new if name == old else name: value for name, value in columns.items()}
