"""The columns of data sources as requests make them: simple ones at once, then what needs others. Pure.

A relation needs the other data source, a rollup its relation and the column that it shows, a formula the
columns that it names. Of a two-way relation one side is made, and the other one, which comes by itself, is
given its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from backup.json_values import as_object, mapping, objects, word
from backup.model import Json, bare_id, encodable, is_bare_id, row_source
from backup.restore import limits
from backup.restore.canonical import by_id, expression
from backup.restore.draft import Ref
from backup.restore.losses import Loss, Lost
from backup.restore.saved import Node
from backup.restore.steps import Pair, Patch, Step

_BARE = (
    *("title", "rich_text", "date", "people", "files", "checkbox", "url", "email", "phone_number"),
    *("created_time", "created_by", "last_edited_time", "last_edited_by", "place"),
)
_GUESSED = (*_BARE, "number", "select", "multi_select")  # need no settings
_GROUPS = ("To-do", "In progress", "Complete")
_NAMED = re.compile(r'prop\("((?:[^"\\]|\\.)*)"\)')
Key = tuple[str, str]  # of a column: its data source and its name


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A data source of what is restored: `columns` by their names, as the store has them. `guessed` are
    those that only its rows name: its store may be older than theirs."""

    key: str
    node: Node
    raw: Json
    guessed: frozenset[str] = frozenset()

    @property
    def columns(self) -> dict[str, Json]:
        """Its columns by their names."""
        return {name: as_object(each) for name, each in mapping(self.raw, "properties").items()}

    def can_have(self, name: str) -> bool:
        """Whether a column may have that name. Assumed: no other one that of the id of every title."""
        return name != "title" or word(self.columns[name], "type") == "title"

    def name_of(self, id_: str) -> str:
        """The name of the column of an id; '' when there is none."""
        wanted = unquote(id_)
        found = (name for name, one in self.columns.items() if unquote(word(one, "id")) == wanted)
        return next(found, "")


def sources_of(nodes: Collection[Node]) -> dict[str, StoredSource]:
    """The data sources of all databases, by their keys."""
    found: dict[str, StoredSource] = {}
    for node in nodes:
        for raw in node.database.sources if node.kind == "database" else ():
            found.setdefault(
                bare_id(word(raw, "id")), StoredSource(bare_id(word(raw, "id")), node, raw)
            )
    more: dict[str, Json] = {}
    for node in nodes:
        if node.kind == "row" and (source := source_of(node, found)):
            for name, value in mapping(node.page.raw, "properties").items():
                if name not in source.columns and (kind := word(value, "type")) in _GUESSED:
                    one = {"id": word(value, "id"), "type": kind, kind: {}}
                    more.setdefault(source.key, {})[name] = one
    for key, columns in more.items():
        source = found[key]
        raw = {**source.raw, "properties": {**columns, **source.columns}}
        found[key] = replace(source, raw=raw, guessed=frozenset(columns))
    return found


def source_of(row: Node, sources: Mapping[str, StoredSource]) -> StoredSource | None:
    """The data source of a row: the one that it names, else the first of its database."""
    named = sources.get(row_source(row.page.raw))
    if named and named.node.id == row.parent_id:
        return named
    return next((each for each in sources.values() if each.node.id == row.parent_id), None)


def outside_of(sources: Collection[StoredSource]) -> set[str]:
    """The ids of the data sources that relations lead to out of these."""
    columns = (column for source in sources for column in source.columns.values())
    found = {bare_id(word(mapping(one, "relation"), "data_source_id")) for one in columns}
    return {id_ for id_ in found - {source.key for source in sources} if is_bare_id(id_)}


@dataclass
class Schemas:
    """Makes the columns of all data sources. `seen` are the data sources outside that relations can lead
    to, None for all. `made` are the columns that there will be, `outside` those of them that relate to
    rows that are not restored, `mirrored` the sides of two-way relations that come by themselves, and
    `partners` has for each side the other one."""

    sources: Mapping[str, StoredSource]
    losses: list[Lost]
    seen: Collection[str] | None
    made: set[Key] = field(default_factory=set)
    outside: set[Key] = field(default_factory=set)
    mirrored: set[Key] = field(default_factory=set)
    partners: dict[Key, Key] = field(default_factory=dict)

    def simple(self, source: StoredSource) -> Json:
        """The columns that need nothing else."""
        found: Json = {}
        for name, column in source.columns.items():
            kind = word(column, "type")
            if kind in ("relation", "rollup", "formula"):
                continue
            if name in source.guessed:
                self.losses.append(Lost(Loss.DATABASE_EXTRAS, source.node.path, name))
            config = self._config(source, name, kind, column)
            if config is None or not source.can_have(name):
                self.losses.append(Lost(Loss.PROPERTY, source.node.path, name))
            else:
                found[name] = {**_described(column), "type": kind, kind: config}
                self.made.add((source.key, name))
        if not any(one["type"] == "title" for one in found.values()):
            found["Name"] = {"type": "title", "title": {}}
        return found

    def _config(self, source: StoredSource, name: str, kind: str, column: Json) -> Json | None:
        config = mapping(column, kind)
        if kind in _BARE:
            return {}
        if kind == "number":
            return {"format": word(config, "format") or "number"}
        if kind == "unique_id":
            prefix = word(config, "prefix")
            return {"prefix": prefix} if prefix else {}
        if kind in ("select", "multi_select"):
            return {"options": [_option(one) for one in self._options(source, name, config)]}
        if kind == "status":
            options = self._options(source, name, config)
            groups = _groups(config)
            return {
                "options": [{**_option(one), **groups.get(word(one, "id"), {})} for one in options]
            }
        return None

    def _options(self, source: StoredSource, name: str, config: Json) -> list[Json]:
        found = options_of(config)
        if len(found) < len(objects(config.get("options"))):
            self.losses.append(Lost(Loss.DATABASE_EXTRAS, source.node.path, name))
        return found

    # -- what needs others -----------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        """Relations, then rollups and formulas in the order of their needs."""
        for source in self.sources.values():
            for name, column in source.columns.items():
                if word(column, "type") != "relation" or (source.key, name) in self.made:
                    continue
                if source.can_have(name):
                    yield from self._relation(source, name, column)
                else:
                    self.losses.append(Lost(Loss.PROPERTY, source.node.path, name))
        waiting = [
            (source, name, column)
            for source in self.sources.values()
            for name, column in source.columns.items()
            if word(column, "type") in ("rollup", "formula")
        ]
        while ready := [one for one in waiting if self._can_come(*one)]:
            for source in self.sources.values():
                here = {
                    name: _worked_out(source, each) for one, name, each in ready if one is source
                }
                if here:
                    yield Patch("data_source", source.key, {"properties": here}, source.node.path)
            self.made |= {(source.key, name) for source, name, _ in ready}
            waiting = [one for one in waiting if one not in ready]
        for source, name, _ in waiting:
            self.losses.append(Lost(Loss.PROPERTY, source.node.path, name))

    def _can_come(self, source: StoredSource, name: str, column: Json) -> bool:
        return source.can_have(name) and self._needs(source, column) <= self.made

    def _relation(self, source: StoredSource, name: str, column: Json) -> Iterator[Step]:
        config = mapping(column, "relation")
        target = bare_id(word(config, "data_source_id"))
        other = self.sources.get(target)
        if other is None:
            yield from self._outward(source, name, column, target)
            return
        ours = source.key, name
        self.made.add(ours)
        back = self._other_side(config, other)
        theirs = other.key, back
        if not back or theirs == ours:
            if not back and word(config, "type") == "dual_property":
                self.losses.append(Lost(Loss.ONE_WAY, source.node.path, name))
            made = _related(column, Ref(other.key), "single_property")
            yield Patch("data_source", source.key, {"properties": {name: made}}, source.node.path)
            return
        self.made.add(theirs)
        self.mirrored.add(theirs)
        self.partners |= {ours: theirs, theirs: ours}
        made = _related(column, Ref(other.key), "dual_property")
        yield Pair(source.key, name, made, other.key, back)

    def _outward(
        self, source: StoredSource, name: str, column: Json, target: str
    ) -> Iterator[Step]:
        """A relation to rows that stay: one-way, so that nothing of theirs changes."""
        if target not in outside_of([source]) or (
            self.seen is not None and target not in self.seen
        ):
            self.losses.append(Lost(Loss.RELATION_OUTSIDE, source.node.path, name))
            return
        self.made.add((source.key, name))
        self.outside.add((source.key, name))
        if word(mapping(column, "relation"), "type") == "dual_property":
            self.losses.append(Lost(Loss.ONE_WAY, source.node.path, name))
        made = _related(column, target, "single_property")
        yield Patch("data_source", source.key, {"properties": {name: made}}, source.node.path)

    def _other_side(self, config: Json, other: StoredSource) -> str:
        """The name of the other side of a two-way relation; '' when it has none that is free."""
        dual = mapping(config, "dual_property")
        if word(config, "type") != "dual_property":
            return ""
        name = other.name_of(word(dual, "synced_property_id")) or word(dual, "synced_property_name")
        there = word(other.columns.get(name), "type") == "relation"
        is_free = there and (other.key, name) not in self.made
        return name if is_free and other.can_have(name) else ""

    def _needs(self, source: StoredSource, column: Json) -> set[Key]:
        kind = word(column, "type")
        config = mapping(column, kind)
        if kind == "formula":
            names = _NAMED.findall(_expression(source, config))
            return {(source.key, each.replace('\\"', '"')) for each in names}
        relation = word(config, "relation_property_name")
        target = mapping(source.columns.get(relation), "relation")
        other = bare_id(word(target, "data_source_id"))
        if (source.key, relation) in self.outside:
            return {(source.key, relation)}
        return {(source.key, relation), (other, word(config, "rollup_property_name"))}


def options_of(config: Json) -> list[Json]:
    """The options that can be sent: with names of their own, as many as a list may have. A longer list
    cannot be made in steps, for a later one would have to name all; rows bring more of them."""
    found: dict[str, Json] = {}
    for one in objects(config.get("options")):
        if can_be_option(said := word(one, "name")) and len(found) < limits.OPTIONS:
            found.setdefault(said.casefold(), one)
    return [*found.values()]


def can_be_option(name: str) -> bool:
    """Whether an option may have that name."""
    return bool(name) and "," not in name and limits.units(name) <= limits.NAME


def _described(column: Json) -> Json:
    description = encodable(word(column, "description"))
    return {"description": description} if description else {}


def _related(column: Json, target: Ref | str, kind: str) -> Json:
    """A relation to a data source."""
    relation: Json = {"data_source_id": target, "type": kind, kind: {}}
    return {**_described(column), "type": "relation", "relation": relation}


def _option(one: Json) -> Json:
    color, description = word(one, "color"), encodable(word(one, "description"))
    return {
        "name": encodable(word(one, "name")),
        **({"color": color} if color in limits.OPTION_COLORS else {}),
        **({"description": description} if description else {}),
    }


def _groups(config: Json) -> dict[str, Json]:
    """The group of each option of a status, by the option's id: Notion's own three, by name or place."""
    found: dict[str, Json] = {}
    for group, usual in zip(objects(config.get("groups")), _GROUPS, strict=False):
        name = word(group, "name")
        for id_ in group.get("option_ids") or ():
            found[str(id_)] = {"group": name if name in _GROUPS else usual}
    return found


def _expression(source: StoredSource, config: Json) -> str:
    return encodable(expression(word(config, "expression"), by_id(source.columns)))


def _worked_out(source: StoredSource, column: Json) -> Json:
    kind = word(column, "type")
    config = mapping(column, kind)
    if kind == "formula":
        said: Json = {"expression": _expression(source, config)}
    else:
        keys = ("relation_property_name", "rollup_property_name", "function")
        said = {key: word(config, key) for key in keys}
    return {**_described(column), "type": kind, kind: said}
