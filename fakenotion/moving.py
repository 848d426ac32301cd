"""Pages and databases change their places: across parents and kinds, and as lists show it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backup.model import Json, bare_id
from fakenotion import properties
from fakenotion.content import Content
from fakenotion.mirrors import reflect
from fakenotion.nodes import Node


class Moves(Content):
    """A workspace in which things are moved."""

    def title_value(self, page: Node) -> Json:
        """The value of a page's title property."""
        values = page.data["properties"].values()
        return next(value for value in values if value["type"] == "title")

    def _unhang(self, node: Node) -> None:
        above = self.nodes.get(bare_id(node.parent))
        (above.children if above else self.top).remove(node.id)

    def move(self, id_: str, parent: str, *, quiet: bool = False) -> None:
        """A page below another page or into a database, a database below another page, a data source
        into another database; '' is the top. The id stays.

        In a database a page gets empty values for all properties that it does not have. `quiet`: no
        time moves by it, neither its own nor those of the pages that it left and came to (whether
        Notion's do was never recorded).
        """
        with self.lock, self._times_kept(quiet):
            node, target = self.node(id_), self.nodes.get(bare_id(parent))
            if target and node in self.upwards(target):
                raise ValueError(f"{id_} cannot go below itself")
            self.touch_above(node)
            self._unhang(node)
            if node.kind != "data_source" and target and target.kind == "database":
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
        moved = {
            name: old.get(name)
            or properties.value(column, title if column["type"] == "title" else None)
            for name, column in self.schema_of(page).items()
        }
        for name, column in self.schema_of(
            page
        ).items():  # an option is called as it is called here
            config = column.get(column["type"])
            options = config.get("options", ()) if isinstance(config, dict) else ()
            called = {option["id"]: option["name"] for option in options}
            chosen = moved[name].get(column["type"]) if called else None
            for one in chosen if isinstance(chosen, list) else [chosen] if chosen else []:
                one["name"] = called.get(one["id"], one["name"])
        return moved

    @contextmanager
    def _times_kept(self, kept: bool) -> Iterator[None]:
        before = [(one, one.edited, one.editor) for one in self.nodes.values()] if kept else []
        yield
        for node, edited, editor in before:
            node.edited, node.editor = edited, editor

    def swap(self, parent: str, child: str) -> None:
        """A page and one below it change their roles: the child takes the parent's place, and the
        parent goes below the child."""
        with self.lock:
            above = self.node(parent).parent
            siblings = self.node(above).children if above else self.top
            place = siblings.index(self.node(parent).id)
            self.move(child, above)
            self.move(parent, child)
            siblings.insert(place, siblings.pop(siblings.index(self.node(child).id)))

    @contextmanager
    def moving(self, id_: str, parent: str, shown: str = "both") -> Iterator[None]:
        """Moves, and until the block ends the lists have not settled: `both` show it, the old one and
        the new one, or `none` does. Asked for by its id it says the new place at once."""
        if shown not in ("both", "none"):
            raise ValueError(f"shown: both or none, not {shown}")
        node = self.node(id_)
        old = bare_id(node.parent)
        self.move(id_, parent)
        with self.lock:
            self.revision += 1
            if shown == "both":
                self.echoes.setdefault(old, []).append(node.id)
            else:
                self.unlisted.add(bare_id(node.id))
        try:
            yield
        finally:
            with self.lock:
                self.revision += 1
                self.unlisted.discard(bare_id(node.id))
                if shown == "both":
                    self.echoes[old].remove(node.id)
