"""What a workspace of the stand-in holds: finding it, and adding to it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from backup.model import Json, bare_id
from fakenotion import mirrors, properties
from fakenotion.build import Rich, is_placeholder, runs
from fakenotion.merging import merged
from fakenotion.nodes import Node, counted_id, wall_clock
from fakenotion.people import People
from fakenotion.presentation import Views
from fakenotion.storage import Storage


class Content(People, Views):
    """Everything the integration could see, and what it may not see.

    Ids are given and returned as Notion writes them, and are the same in every run. `now` is asked
    for the time of each change. Hold `lock` around several reads that must fit together.
    """

    def __init__(self, name: str = "Demo", now: Callable[[], datetime] = wall_clock) -> None:
        self.name = name
        self.now = now
        self.lock = threading.RLock()
        self.revision = 0  # another number whenever something is no longer as it was
        self.shuffled = True  # schemas come in an order of Notion's own, with the title last
        self.nodes: dict[str, Node] = {}
        self.top: list[str] = []
        self.comments: list[Json] = []
        self.resolved: set[str] = set()  # ids of discussions
        self.views = {}
        self.emojis: list[Json] = []
        self.templates: dict[str, list[tuple[str, bool]]] = {}  # data source -> (page, default?)
        self.whole = True  # all on top is shared directly; else only what is `granted` (bare ids)
        self.granted: set[str] = set()
        self.echoes: dict[str, list[str]] = {}  # bare id -> what is listed below it and left it
        self.unlisted: set[str] = set()  # what no list shows, though all may see it
        self.surfaced: dict[str, list[str]] = {}  # data source -> pages its query gives, too
        self.stale_lists = False  # the block of a page has the time that its list was last edited
        self.lists_archived = True  # Assumed: a list shows the archived pages below its page
        self.id = counted_id(name, "workspace", version=4, newest=False)
        self.files = Storage(self.id)
        self.users, self.left, self.guests = {}, set(), set()
        self.bot = self.add_bot("Backup")
        self.person = self.add_user("Ada Lindqvist", "ada@example.com")

    # -- looking up ------------------------------------------------------------------------------

    def node(self, id_: str) -> Node:
        """The node of an id in any form; KeyError when there never was one, or it was purged."""
        return self.nodes[bare_id(id_)]

    def visible(self, id_: str) -> Node | None:
        """The node when the integration may see it: it is shared directly, or hangs below something
        that is, and nobody took the access back on the way up to there."""
        node = self.nodes.get(bare_id(id_))
        if node is None:
            return None
        for one in self.upwards(node):
            if not one.shared:
                return None
            if self.granted and bare_id(one.id) in self.granted:
                return node
        return node if self.whole else None

    def direct(self, node: Node) -> bool:
        """Whether it is shared directly, and not only below something that is."""
        return bare_id(node.id) in self.granted or (self.whole and not node.parent)

    def upwards(self, node: Node) -> Iterator[Node]:
        """The node, its parent, and so on to the top."""
        at: Node | None = node
        while at:
            yield at
            at = self.nodes.get(bare_id(at.parent))

    def in_trash(self, node: Node) -> bool:
        """Whether it, or anything above it, is in the trash (changelog of February 2022). A database
        does not take notice of a block above it that was thrown away, nor does what lies in it."""
        in_database = False
        for one in self.upwards(node):
            if one.trashed and not (in_database and one.kind == "block"):
                return True
            in_database = in_database or one.kind == "database"
        return False

    def children(self, node: Node) -> list[Node]:
        """What is listed below a node: visible, not in the trash, in order."""
        if node.grow:
            grow, node.grow = node.grow, None
            before = node.edited, node.editor, self.revision
            grow()
            node.edited, node.editor, self.revision = before
        ids = [*node.children, *self.echoes.get(bare_id(node.id), ())]
        found = (self.nodes.get(bare_id(child)) for child in ids)
        return [child for child in found if child and self._is_listed(child, node)]

    def _is_listed(self, child: Node, above: Node) -> bool:
        if not child.shared or child.trashed:
            return False
        if self.unlisted and bare_id(child.id) in self.unlisted:
            return False
        return not child.archived or self.lists_archived or above.kind == "data_source"

    def listed(self, parent: str) -> list[str]:
        """The ids of what is listed below a page, block, database or data source."""
        return [child.id for child in self.children(self.node(parent))]

    def open_comments(self, on: Node) -> list[Json]:
        """The comments that were made on a page or block, without those whose discussion is done."""
        return [
            one
            for one in self.comments
            if on.id in one["parent"].values() and one["discussion_id"] not in self.resolved
        ]

    def page_of(self, node: Node) -> Node | None:
        """The page that holds a block; a page's own page is itself."""
        return next((one for one in self.upwards(node) if one.kind == "page"), None)

    def title(self, node: Node) -> str:
        """The plain title of a page, database or data source."""
        rich = node.data.get("title")
        if node.kind == "page":
            values = node.data["properties"].values()
            rich = next((one["title"] for one in values if one["type"] == "title"), [])
        return "".join(run["plain_text"] for run in rich or ())

    def databases(self) -> list[str]:
        """The ids of all databases with data sources, in the order of their making."""
        return [
            node.id for node in self.nodes.values() if node.kind == "database" and node.children
        ]

    def source(self, database: str, place: int = 0) -> str:
        """The id of a database's data source, by default its first."""
        return self.node(database).children[place]

    # -- adding ----------------------------------------------------------------------------------

    def add_emoji(self, name: str, image: bytes) -> Json:
        """A custom emoji of the workspace: {id, name, url}."""
        id_ = counted_id(self.id, "emoji", name)
        address = self.files.outside(f"{name}.png", image)
        self.emojis.append({"id": id_, "name": name, "url": address})
        return self.emojis[-1]

    def add_database(
        self,
        title: Rich,
        schema: Mapping[str, Json] | None = None,
        *,
        parent: str = "",
        **data: Any,
    ) -> str:
        """A database with one data source of the same name; `schema` as in `properties.schema`.

        `data`: icon, cover, description, is_inline. A schema of None makes a linked view, which
        has no data source of its own. A database in another one lies in a wiki.
        """
        if parent and self.node(parent).kind == "database":
            parent = self.source(parent)
        more = {"title": runs(title), "description": runs(data.pop("description", "")), **data}
        database = self._add("database", parent, more)
        if schema is not None:
            self.add_source(database.id, title, schema)
        return database.id

    def add_source(self, database: str, name: Rich, schema: Mapping[str, Json]) -> str:
        """One more data source in a database, with a table to see it in; its id."""
        columns = self.in_order(properties.schema(schema))
        data = {"title": runs(name), "description": [], "properties": columns}
        source = self._add("data_source", database, data)
        self.add_view(database, source.id, "Table")
        return source.id

    def add_page(
        self,
        parent: str,
        title: Rich,
        values: Mapping[str, Any] | None = None,
        blocks: Iterable[Json] = (),
        **data: Any,
    ) -> str:
        """A row of a database or data source, a page below a page or block, or (parent '') on top.

        `values` are plain (see `properties.value`); `data`: icon, cover, public_url, id.
        """
        if parent and self.node(parent).kind == "database":
            parent = self.source(parent)
        page = self._add("page", parent, {}, data.pop("id", ""))
        page.data.update(data, properties=self._values(page, title, values or {}))
        mirrors.mirror(self.nodes, self.schema_of(page), page, {})
        self.append(page.id, blocks)
        return page.id

    def _values(self, page: Node, title: Rich, values: Mapping[str, Any]) -> Json:
        columns = self.schema_of(page)
        if unknown := set(values) - set(columns):
            raise KeyError(f"no such property: {', '.join(sorted(unknown))}")
        given = {"title": title, "unique_id": self._count(page)}
        plain = {
            name: values.get(name, given.get(column["type"])) for name, column in columns.items()
        }
        made = {name: properties.value(columns[name], plain[name]) for name in columns}
        return copy.deepcopy(made)

    def in_order(self, columns: Json) -> Json:
        """A schema as Notion orders it: not as people do, and the title last (11 of 11 recordings)."""
        return properties.shuffled(columns) if self.shuffled else columns

    def _count(self, page: Node) -> int:
        above = self.nodes.get(bare_id(page.parent))
        return above.made if above else 0

    def schema_of(self, page: Node) -> Json:
        """The schema that a page's values follow; only a title for a page that is no row."""
        above = self.nodes.get(bare_id(page.parent))
        if above and above.kind == "data_source":
            columns: Json = above.data["properties"]
            return columns
        return properties.schema({"title": properties.of("title")})

    def add_template(self, source: str, title: Rich, blocks: Iterable[Json], default: bool) -> str:
        """A template of a data source: a page that is not one of its rows."""
        page = self.add_page(source, title, {}, blocks)
        self.node(source).children.remove(page)
        self.templates.setdefault(bare_id(source), []).append((page, default))
        return page

    def append(self, parent: str, blocks: Iterable[Json], after: str = "") -> list[str]:
        """Adds built blocks with all below them at the end, or behind a sibling; their ids."""
        above, ids = self.node(parent), []
        self.children(above)  # what was there before comes first
        for raw in blocks:
            node = self._add_block(above, raw)
            ids.append(node.id)
            if after:
                above.children.remove(node.id)
                above.children.insert(above.children.index(after) + len(ids), node.id)
        return ids

    def _add_block(self, above: Node, raw: Json) -> Node:
        id_ = "" if is_placeholder(raw["id"]) else raw["id"]
        type_ = raw["type"]
        data = {"type": type_, type_: merged(raw[type_])}
        node = self._add("block", above.id, data, id_)
        for child in raw.get("children", ()):
            self._add_block(node, child)
        return node

    def _add(self, kind: str, parent: str, data: Json, id_: str = "") -> Node:
        above = self.nodes.get(bare_id(parent))
        place = above.made if above else len(self.top)
        like_old = kind in ("database", "data_source")
        made = counted_id(
            parent or self.id, kind, str(place), version=4 if like_old else 8, newest=not like_old
        )
        time, author = self.now(), self.person["id"]
        node = Node(id_ or made, kind, parent, time, time, author, author, lambda: data)
        return self.attach(node)

    def attach(self, node: Node) -> Node:
        """Hangs a node below its parent, at the end; what stands above it is touched."""
        with self.lock:
            if bare_id(node.id) in self.nodes:
                raise ValueError(f"the id {node.id} is taken")
            self.revision += 1
            self.nodes[bare_id(node.id)] = node
            above = self.nodes.get(bare_id(node.parent))
            (above.children if above else self.top).append(node.id)
            if above:
                above.made += 1
                self.touch_above(node)
            return node

    def touch_above(self, node: Node) -> None:
        """A thing came or went: the page that lists it was edited, a database was not."""
        above = self.nodes.get(bare_id(node.parent))
        if above and above.kind in ("page", "block"):
            self.touch(self.page_of(above))

    def touch(self, *nodes: Node | None) -> None:
        """Sets the time and the author of the last edit."""
        self.revision += 1
        for node in filter(None, nodes):
            node.edited, node.editor = self.now(), self.person["id"]
