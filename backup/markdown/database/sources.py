"""What a data source is made of for its readers: rows, columns, and the view that says how to show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from backup.json_values import as_object, mapping, objects, word
from backup.model import Files, Json, Target, bare_id, plain_text

TABLE = "table"
_VALUELESS = ("button",)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: where it lies, its page object ({} when that is not known), and its files by their keys,
    with paths as seen from the database's folder."""

    id: str
    target: Target
    raw: Json = field(default_factory=dict)
    files: Files = field(default_factory=dict)

    @property
    def created(self) -> str:
        """When the row was made; '' when that is not known."""
        return word(self.raw, "created_time")

    @property
    def is_archived(self) -> bool:
        """Whether it was archived: Notion shows it in no view then."""
        return self.raw.get("is_archived") is True

    def value(self, column: Column) -> Json:
        """The property value of a column; {} when there is none. A store may be older than a column's
        name, so the id decides."""
        properties = mapping(self.raw, "properties")
        named = as_object(properties.get(column.name))
        if named and unquote(word(named, "id")) == column.id:
            return named
        found = objects([*properties.values()])
        same = (each for each in found if unquote(word(each, "id")) == column.id)
        return next(same, named if not named.get("id") else {})


@dataclass(frozen=True, slots=True)
class Column:
    """A property of a source: `id` is not percent-encoded, `config` is its part of the schema."""

    id: str
    name: str
    type: str
    config: Json


_TITLE = Column("title", "Name", "title", {})  # of a source whose schema is not known


@dataclass(frozen=True)
class TableSource:
    """A data source: `raw` is its object with the schema, `view` the first table view of it, {} when there
    is none, or none is known."""

    raw: Json
    view: Json = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """32 hex digits."""
        return bare_id(word(self.raw, "id"))

    @property
    def title(self) -> str:
        """Its name in Notion; '' when it has none."""
        return (plain_text(self.raw.get("title")) or word(self.raw, "name")).strip()

    @cached_property
    def columns(self) -> list[Column]:
        """All properties that have values: the title first, then as Notion lists them."""
        schema = mapping(self.raw, "properties")
        found = [
            Column(unquote(word(each, "id")), name, word(each, "type"), each)
            for name, each in schema.items()
            if isinstance(each, dict) and word(each, "type") not in _VALUELESS
        ]
        return sorted(found, key=lambda column: column.type != "title")

    def shown(self, most: int) -> list[Column]:
        """The columns that the view shows, in its order, or all of them; the first ones if there are more
        than `most`. The title, which links to the pages, is always among them."""
        title = next((column for column in self.columns if column.type == "title"), _TITLE)
        listed = mapping(self.view, "configuration").get("properties")
        by_id = {column.id: column for column in self.columns}
        # Assumed: what does not say that it is hidden is shown, and what the list leaves out is not.
        visible = (each for each in objects(listed) if each.get("visible") is not False)
        ids = dict.fromkeys(unquote(word(each, "property_id")) for each in visible)
        shown = [by_id[id_] for id_ in ids if id_ in by_id] or self.columns
        if title in shown[:most]:
            return shown[:most]
        others = [column for column in shown if column != title]
        return [title, *others[: most - 1]]

    @property
    def sorts(self) -> list[Json]:
        """How the view sorts its rows; [] when it does not."""
        return objects(self.view.get("sorts"))


def views_used(views: Iterable[Json], sources: Collection[Json]) -> dict[str, Json]:
    """The first table view of each source, by the source's bare id, in the order in which Notion lists
    the views: the one that it shows first."""
    found: dict[str, Json] = {}
    wanted = {bare_id(word(each, "id")) for each in sources}
    for view in views:
        id_ = bare_id(word(view, "data_source_id"))
        if word(view, "type") == TABLE and id_ in wanted:
            found.setdefault(id_, view)
    return found
