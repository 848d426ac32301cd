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

from backup.model import Json, bare_id
from fakenotion import blocks, properties
from fakenotion.build import Rich, runs
from fakenotion.merging import merged
from fakenotion.mirrors import mirror, reflect
from fakenotion.nodes import Node
from fakenotion.schemas import Schemas


class Workspace(Schemas):
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
            payload.update(merged(data))
            if rich is not None:
                payload["rich_text"] = merged(runs(rich))
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
            column, values = self.schema_of(node)[name], node.data["properties"]
            before, values[name] = values[name], properties.value(column, plain)
            if column["type"] == "relation":
                mirror(self.nodes, self.schema_of(node), node, {**values, name: before})
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
        """Deleted for good, with all below it; relations to it end."""
        with self.lock:
            node = self.node(id_)
            self.touch_above(node)
            self._unhang(node)
            gone = set(self._forget(node))
            for one in self.nodes.values():
                if one.kind == "page" and one.loaded:
                    self._forget_in(one, gone)

    def _unhang(self, node: Node) -> None:
        above = self.nodes.get(bare_id(node.parent))
        (above.children if above else self.top).remove(node.id)

    def _forget(self, node: Node) -> Iterator[str]:
        for child in list(node.children):
            if bare_id(child) in self.nodes:
                yield from self._forget(self.node(child))
        self.nodes.pop(bare_id(node.id))
        self.revision += 1
        yield node.id

    def _forget_in(self, page: Node, gone: set[str]) -> None:
        for value in page.data.get("properties", {}).values():
            if value["type"] == "relation":
                value["relation"] = [one for one in value["relation"] if one["id"] not in gone]

    def unshare(self, id_: str) -> None:
        """Takes the integration's access to it and to all below it; nobody edited anything."""
        self._mark(id_, shared=False)

    def share(self, id_: str) -> None:
        """Gives the access back."""
        self._mark(id_, shared=True)

    def unshare_sources(self, database: str) -> None:
        """The other way to lose access: the database is still there, but `data_sources: []`."""
        for source in self.node(database).children:
            self.unshare(source)

    def share_sources(self, database: str) -> None:
        """Gives the access to the data sources of a database back."""
        for source in self.node(database).children:
            self.share(source)

    def restrict(self, id_: str) -> None:
        """Lists go on showing it, but whatever asks for it is answered with 403
        restricted_resource: a page, a block's children, a database, a data source."""
        self._mark(id_, restricted=True)

    def unrestrict(self, id_: str) -> None:
        """It answers again."""
        self._mark(id_, restricted=False)

    def _mark(self, id_: str, **marks: bool) -> None:
        with self.lock:
            self.revision += 1
            for name, value in marks.items():
                setattr(self.node(id_), name, value)

    def add_folder(self, parent: str) -> str:
        """A folder of pages: a block that the API calls unsupported, whose pages no list shows.
        Put pages into it with `add_page`. Assumed: the block API's form of it; 2026-10."""
        return self.append(parent, [blocks.folder()])[0]

    def make_partial(self, id_: str) -> None:
        """Lets a page or block be served as {object, id} alone, as when a capability is missing."""
        node = self.node(id_)
        kinds = ("block", "page") if node.kind == "page" else (node.kind,)
        node.recorded = {kind: {"object": kind, "id": node.id} for kind in kinds}

    def archive(self, page: str) -> None:
        """Into the archive: left out of queries unless they ask for archived pages."""
        self._mark(page, archived=True)

    def unarchive(self, page: str) -> None:
        """Back among the others."""
        self._mark(page, archived=False)

    def move(self, id_: str, parent: str) -> None:
        """A page below another page or into a database, a database below another page, a data source
        into another database; '' is the top. The id stays.

        In a database a page gets empty values for all properties that it does not have.
        """
        with self.lock:
            node, target = self.node(id_), self.nodes.get(bare_id(parent))
            if target and node in self.upwards(target):
                raise ValueError(f"{id_} cannot go below itself")
            self.touch_above(node)
            self._unhang(node)
            if node.kind == "page" and target and target.kind == "database":
                target = self.node(target.children[0])
            before = self.schema_of(node) if node.kind == "page" else {}
            node.parent = target.id if target else ""
            (target.children if target else self.top).append(node.id)
            if node.kind == "page" and before is not self.schema_of(node):
                self._refit(node, before)
            self.touch(node)
            self.touch_above(node)

    def _refit(self, page: Node, columns: Json) -> None:
        """A page in another database: its two-way relations end, its other values stay by name."""
        title, values = self.title_value(page)["title"], page.data["properties"]
        twins = {
            one["id"]: one["relation"].get("dual_property")
            for one in columns.values()
            if one["type"] == "relation"
        }
        for value in values.values():
            if twin := twins.get(value["id"]):
                for row in value["relation"]:
                    reflect(self.nodes, row["id"], twin, page.id)
        page.data["properties"] = self._moved(page, title)

    def _moved(self, page: Node, title: list[Json]) -> Json:
        old = page.data["properties"]
        return {
            name: old.get(name)
            or properties.value(column, title if column["type"] == "title" else None)
            for name, column in self.schema_of(page).items()
        }
