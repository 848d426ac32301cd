"""The views of a database as a restore makes them: with their names, types, sorts and filters. Pure.

The rest of what a view says is not sent, but for what Notion needs to make one at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backup.json_values import as_object, mapping, objects, word
from backup.markdown.database.sources import TABLE
from backup.model import PEOPLE, Json, bare_id, encodable, is_bare_id
from backup.restore.canonical import shown_name
from backup.restore.draft import Ref, marks
from backup.restore.losses import Loss, Lost
from backup.restore.saved import Node
from backup.restore.schema import Key, StoredSource
from backup.restore.steps import MakeViews, View

_TYPES = (TABLE, "board", "list", "calendar", "timeline", "gallery", "map")
# What Notion needs to make one (its guide "Working with views", 2026-09); columns by their ids.
_NEEDED = {
    "board": ("group_by",),
    "calendar": ("date_property_id",),
    "timeline": ("date_property_id", "end_date_property_id"),
    "map": ("map_by",),
}
_BY_ID = ("relation", "people", *PEOPLE)  # are compared with ids
_DEEPEST = 12  # Notion takes far less


class _NotMade(Exception):
    """Part of a view names what is not made."""


def column_key(source: str, name: str) -> str:
    """The key under which the id of a column is known."""
    return f"{source}/{name}"


@dataclass
class ViewTranslator:
    """Translates the views of databases; `made` are the columns that there are, `pages` and `people` as
    in Scope."""

    sources: Mapping[str, StoredSource]
    made: Collection[Key]
    pages: Collection[str]
    people: Collection[str] | None
    losses: list[Lost]

    def of(self, node: Node) -> MakeViews | None:
        """What makes the views of a database; None when none is known."""
        own = [key for key, each in self.sources.items() if each.node is node]
        made = [*self._made(node, own)]
        needed = {mark.key.partition("/")[0] for view in made for mark in _columns(view)}
        sources = tuple(key for key in own if key in needed)
        return MakeViews(node.id, node.path, tuple(made), sources, len(own)) if made else None

    def _made(self, node: Node, own: list[str]) -> Iterator[View]:
        tables = set[str]()
        for number, view in enumerate(node.database.views):
            id_, type_ = bare_id(word(view, "id")), word(view, "type")
            source = bare_id(word(view, "data_source_id"))
            if type_ not in _TYPES or source not in own:
                self.losses.append(Lost(Loss.VIEWS, node.path, id_))
                continue
            is_own = type_ == TABLE and source not in tables
            body, is_less = self._body(view, self.sources[source])
            if is_less or (is_own and number and not tables):  # or the table would stand elsewhere
                self.losses.append(Lost(Loss.VIEW_EXTRAS, node.path, id_))
            if is_own:
                tables.add(source)
            yield View(id_, source, body, is_own)

    def _body(self, view: Json, source: StoredSource) -> tuple[Json, bool]:
        """What is sent of a view, and whether that is less than it says."""
        type_, given = word(view, "type"), mapping(view, "configuration")
        body: Json = {"name": encodable(shown_name(view)), "type": type_}
        is_less = bool(mapping(view, "quick_filters"))
        for name, translate in (("filter", self._filter), ("sorts", self._sorts)):
            try:
                if said := view.get(name) and translate(view[name], source):
                    body[name] = said
            except _NotMade:
                is_less = True
        needed = [key for key in _NEEDED.get(type_, ()) if given.get(key)]
        try:
            settings = {key: self._setting(given[key], source) for key in needed}
        except _NotMade:
            settings, is_less = {}, True
        if settings:
            body["configuration"] = {"type": type_, **settings}
        known = {"type", *settings, *(f"{each.removesuffix('_id')}_name" for each in needed)}
        return body, is_less or bool({key for key, each in given.items() if each} - known)

    def _name(self, property_: Any, source: StoredSource) -> str:
        """The name of the column that a view means by its name or id."""
        given = property_ if isinstance(property_, str) else ""
        name = given if given in source.columns else source.name_of(given)
        if (source.key, name) not in self.made:
            raise _NotMade
        return encodable(name)

    def _setting(self, value: Any, source: StoredSource) -> Any:
        """By which column a view is arranged, and how."""
        if isinstance(value, str):
            return Ref(column_key(source.key, self._name(value, source)))
        given = as_object(value)
        column = self._setting(word(given, "property_id"), source)
        kept = {key: each for key, each in given.items() if isinstance(each, str | int)}
        kept.pop("property_name", None)
        sort = {"sort": {"type": word(given["sort"], "type")}} if "sort" in given else {}
        return {**kept, **sort, "property_id": column}

    def _sorts(self, value: Any, source: StoredSource) -> list[Json]:
        return [
            {**one, "property": self._name(one["property"], source)} if "property" in one else one
            for one in objects(value)
        ]

    def _filter(self, value: Any, source: StoredSource, depth: int = 0) -> Any:
        if isinstance(value, list):
            return [self._filter(each, source, depth + 1) for each in value]
        if not isinstance(value, dict) or depth > _DEEPEST:
            raise _NotMade
        if "property" not in value:
            return {
                key: self._filter(each, source, depth + 1) if key in ("and", "or") else each
                for key, each in value.items()
            }
        name = self._name(value["property"], source)
        return {
            key: name if key == "property" else self._condition(key, each, depth)
            for key, each in value.items()
        }

    def _condition(self, kind: str, value: Any, depth: int) -> Any:
        if depth > _DEEPEST or isinstance(value, list):
            raise _NotMade
        if isinstance(value, dict):
            return {
                key: self._condition(key if key in _BY_ID else kind, each, depth + 1)
                for key, each in value.items()
            }
        if not isinstance(value, str) or kind not in _BY_ID or not is_bare_id(bare_id(value)):
            return value
        key = bare_id(value)
        if kind != "relation" and self.people is not None and key not in self.people:
            raise _NotMade
        return Ref(key) if key in self.pages else value


def _columns(view: View) -> Iterator[Ref]:
    for mark in marks(view.body.get("configuration")):
        if isinstance(mark, Ref):
            yield mark
