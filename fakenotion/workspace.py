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
from fakenotion.discussions import Discussions
from fakenotion.merging import merged
from fakenotion.mirrors import mirror
from fakenotion.moving import Moves
from fakenotion.nodes import Node, counted_id
from fakenotion.schemas import Schemas
from fakenotion.sharing import Sharing


class Workspace(Schemas, Discussions, Moves, Sharing):
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
            node.trashed, node.thrown = trashed, self.now()
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

    def add_folder(self, parent: str) -> str:
        """A folder of pages: a block that the API calls unsupported, whose pages no list shows.
        Put pages into it with `add_page`. Assumed: the block API's form of it; 2026-10."""
        return self.append(parent, [blocks.folder()])[0]

    def archive(self, page: str) -> None:
        """Into the archive: left out of queries unless they ask for archived pages."""
        self._mark(page, archived=True)

    def unarchive(self, page: str) -> None:
        """Back among the others."""
        self._mark(page, archived=False)

    def set_locked(self, id_: str, locked: bool = True) -> None:
        """Locks a page or database against edits, or unlocks it; nobody edited it (Assumed)."""
        self._mark(id_, locked=locked)

    def add_linked(
        self,
        parent: str,
        source: str,
        title: Rich = "Untitled",
        view: str = "Table",
        type_: str = "table",
        **data: Any,
    ) -> str:
        """A linked view on a page: a database without data sources, whose view shows `source`, also
        one that is not shared. Its id, which is its block's."""
        database = self.add_database(title, parent=parent, **{"is_inline": True, **data})
        self.add_view(database, source, view, type_)
        return database

    def add_wiki(self, title: Rich, parent: str = "", *, page_parents: bool = False) -> str:
        """A wiki: a database with an owner and a verification, whose rows may be databases too.
        `page_parents`: its pages call it a page where they name their parent (the newer Markdown's
        grammar says so of them)."""
        columns = {"Owner": properties.of("people"), "Verification": properties.of("verification")}
        return self.add_database(title, columns, parent=parent, page_parents=page_parents)

    def surface(self, source: str, page: str) -> None:
        """The query of a data source gives a page that lies further below, too, as a wiki's does."""
        with self.lock:
            self.revision += 1
            self.surfaced.setdefault(bare_id(source), []).append(page)

    def add_agent_page(self, title: Rich, agent: str = "") -> str:
        """A page of instructions for an agent: its parent is the agent."""
        owner = agent or counted_id(self.id, "agent", str(len(self.top)), version=4)
        return self.add_page("", title, {}, agent_id=owner)
