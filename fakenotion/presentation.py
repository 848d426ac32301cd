"""Views of databases: what they show of a data source, in which order, and where they lie."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion.build import view_url
from fakenotion.nodes import Node, counted_id, exact_time

Column: TypeAlias = "tuple[str, bool, int] | str"  # name, shown?, width


class Views(ABC):
    """The views of a workspace, by their bare ids."""

    id: str
    now: Callable[[], datetime]
    person: Json
    revision: int
    views: dict[str, Json]

    @abstractmethod
    def node(self, id_: str) -> Node:
        """The node of an id; the workspace has them."""

    def add_view(
        self, database: str, source: str, name: str, type_: str = "table", **shown: Any
    ) -> str:
        """A view in a database, also of a data source that lives elsewhere; `shown` as in
        `change_view`. A `feed` answers 400."""
        number = len(self.views)
        while bare_id(id_ := counted_id(self.id, "view", str(number))) in self.views:
            number += 1  # one was taken away
        time, by = exact_time(self.now()), {"object": "user", "id": self.person["id"]}
        self.views[bare_id(id_)] = {
            "object": "view",
            "id": id_,
            "parent": {"type": "database_id", "database_id": database},
            "data_source_id": source,
            "name": name,
            "type": type_,
            "created_time": time,
            "created_by": by,
            "last_edited_time": time,
            "last_edited_by": by,
            "url": view_url(database, id_),
            "filter": None,
            "sorts": None,
            "quick_filters": None,
            "configuration": {"type": type_},
        }
        if shown:
            self.change_view(id_, **shown)
        return id_

    def change_view(
        self,
        view: str,
        *,
        columns: Iterable[Column] | None = None,
        sorts: list[Json] | None = None,
        where: Json | None = None,
        name: str = "",
    ) -> None:
        """Other columns in their order, sorts, filter (`where`) or name. No database and
        no row counts as edited (Assumed)."""
        self.revision += 1
        one = self.views[bare_id(view)]
        if columns is not None:
            shown = [self._column(one["data_source_id"], column) for column in columns]
            one["configuration"] = {"type": one["type"], "properties": shown}
        one["sorts"] = sorts or one["sorts"]
        one["filter"] = where or one["filter"]
        one["name"] = name or one["name"]
        one["last_edited_time"] = exact_time(self.now())

    def _column(self, source: str, column: Column) -> Json:
        """Assumed: ids are not percent-encoded here, as in the settings of a rollup."""
        name, visible, width = column if isinstance(column, tuple) else (column, True, 200)
        id_ = self.node(source).data["properties"][name]["id"]
        return {"property_id": unquote(id_), "visible": visible, "width": width}

    def views_of(self, database: str) -> list[str]:
        """The ids of the views in a database, in the order of their making."""
        wanted = bare_id(database)
        found = self.views.values()
        return [one["id"] for one in found if bare_id(one["parent"]["database_id"]) == wanted]

    def remove_view(self, view: str) -> None:
        """A view goes."""
        self.revision += 1
        self.views.pop(bare_id(view))
