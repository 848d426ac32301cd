"""What people do to the properties of a database: rows follow their schema, and none counts as edited."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion import properties
from fakenotion.content import Content
from fakenotion.mirrors import mirror
from fakenotion.nodes import Node


class Schemas(Content):
    """A workspace whose schemas change. Where a `source` is wanted, the id of a database means its
    first data source."""

    def _source(self, id_: str) -> Node:
        node = self.node(id_)
        return self.node(self.source(id_)) if node.kind == "database" else node

    def _rows(self, source: Node) -> list[Node]:
        """The pages among what a data source holds: in a wiki there are databases, too."""
        return [row for row in map(self.node, source.children) if row.kind == "page"]

    def _columns(self, source: Node, columns: Json) -> None:
        """Another schema."""
        source.data["properties"] = self.in_order(columns)
        self.touch(source)

    def _add_column(self, source: Node, made: Json, plain: Any) -> None:
        """One more property, new or in place of another one, and its value in rows without one."""
        self._columns(source, source.data["properties"] | made)
        for name, column in made.items():
            for row in self._rows(source):
                value = copy.deepcopy(properties.value(column, plain))
                row.data["properties"].setdefault(name, value)

    def _every_source(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "data_source"]

    def relate(self, here: str, name: str, there: str, back: str = "") -> None:
        """Lets a property of one database refer to rows of another, and `back` refer to it."""
        with self.lock:
            sides = [(here, name, there, back), (there, back, here, name)]
            for database, column, other, synced in sides if back else sides[:1]:
                source = self.node(self.source(database))
                twin = (synced, properties.sent_id(synced, "relation")) if synced else None
                made = properties.relation(other, self.source(other), twin)
                self._add_column(source, properties.named({column: made}), None)

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
        for row in self._rows(source):
            value = row.data["properties"][name]
            chosen = value[value["type"]]
            yield from chosen if isinstance(chosen, list) else filter(None, [chosen])

    def add_property(self, source: str, name: str, column: Json, plain: Any = None) -> None:
        """A new property (see `properties`), with the same value in every row."""
        with self.lock:
            node = self._source(source)
            columns = node.data["properties"]
            if name in columns:
                raise ValueError(f"there is a property {name} already")
            self._add_column(node, properties.named({name: column}), plain)
            for row in self._rows(node):
                mirror(self.nodes, node.data["properties"], row, {})

    def remove_property(self, source: str, name: str) -> None:
        """A property goes with all its values. The other side of a two-way relation stays, as a
        relation of one way (Assumed)."""
        with self.lock:
            node = self._source(source)
            column = node.data["properties"][name]
            if column["type"] == "title":
                raise ValueError("the title of a database stays")
            self._columns(
                node, {key: one for key, one in node.data["properties"].items() if key != name}
            )
            for row in self._rows(node):
                row.data["properties"].pop(name, None)
            if twin := self._twin(column):
                other, there = twin
                config = other.data["properties"][there]["relation"]
                del config["dual_property"]
                config.update(type="single_property", single_property={})
                self.touch(other)

    def change_property(self, source: str, name: str, **config: Any) -> None:
        """Other settings of a property: function="max" of a rollup, prefix="NEW" of a unique_id,
        expression="…" of a formula, format="euro" of a number."""
        with self.lock:
            node = self._source(source)
            column = node.data["properties"][name]
            column[column["type"]].update(config)
            self.touch(node)
            for row in self._rows(node):
                self._follow(row.data["properties"][name], column)

    def _follow(self, value: Json, column: Json) -> None:
        """A row's value under the new settings of its property."""
        type_ = column["type"]
        if type_ == "unique_id":
            value[type_]["prefix"] = column[type_]["prefix"]
        elif type_ in ("rollup", "formula"):
            value[type_] = properties.value(column, None)[type_]

    def reorder_properties(self, source: str, seed: str) -> None:
        """The schema and its rows come in another order: nobody changed anything."""
        with self.lock:
            self.revision += 1
            node = self._source(source)
            ordered = properties.shuffled(node.data["properties"], seed)
            node.data["properties"] = ordered
            for row in self._rows(node):
                values = row.data["properties"]
                row.data["properties"] = {name: values[name] for name in ordered if name in values}

    def rename_property(self, source: str, old: str, new: str) -> None:
        """Another name for a property, under its old id: no row counts as edited."""
        with self.lock:
            node = self._source(source)
            columns = node.data["properties"]
            columns[old]["name"] = new
            if twin := self._twin(columns[old]):
                other, there = twin
                other.data["properties"][there]["relation"]["dual_property"][
                    "synced_property_name"
                ] = new
            self._rename_in_rollups(node, unquote(columns[old]["id"]), new)
            node.data["properties"] = _renamed(columns, old, new)
            for row in self._rows(node):
                row.data["properties"] = _renamed(row.data["properties"], old, new)
            self.touch(node)

    def _rename_in_rollups(self, source: Node, id_: str, new: str) -> None:
        """Rollups name the properties that they look at."""
        for one in self._every_source():
            for column in one.data["properties"].values():
                config = column.get("rollup") if column["type"] == "rollup" else None
                if config and one is source and config["relation_property_id"] == id_:
                    config["relation_property_name"] = new
                elif (
                    config
                    and config["rollup_property_id"] == id_
                    and self._target(one, config) is source
                ):
                    config["rollup_property_name"] = new

    def _target(self, source: Node, config: Json) -> Node | None:
        """The data source that a rollup looks into."""
        relation = (
            source.data["properties"].get(config["relation_property_name"], {}).get("relation", {})
        )
        return self.nodes.get(bare_id(relation.get("data_source_id", "")))

    def _twin(self, column: Json) -> tuple[Node, str] | None:
        """The other side of a two-way relation: its data source, and the property's name there."""
        config = column[column["type"]] if column["type"] == "relation" else {}
        other = self.nodes.get(bare_id(config.get("data_source_id", "")))
        if "dual_property" not in config or other is None:
            return None
        wanted = config["dual_property"]["synced_property_id"]
        names = [name for name, one in other.data["properties"].items() if one["id"] == wanted]
        return (other, names[0]) if names else None


def _renamed(columns: Json, old: str, new: str) -> Json:
    return {new if name == old else name: value for name, value in columns.items()}
