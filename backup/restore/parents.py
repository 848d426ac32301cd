"""What a page lies in, in Notion as it is now: one request for each step up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from backup.errors import NotFound
from backup.json_values import mapping, word
from backup.model import Json, bare_id, dashed_id
from backup.notion.client import Client
from backup.notion.read import is_trashed

_STEPS = 200  # more than anything lies deep in Notion
# The kinds of parents, by the key that names one; a row names its source and its database: the source counts.
_PARENTS = {
    "data_source_id": "data_source",
    "page_id": "page",
    "block_id": "block",
    "database_id": "database",
}


@dataclass(frozen=True, slots=True)
class Object:
    """A page, database, data source or block in Notion; `id` has 32 hex digits."""

    kind: str
    id: str
    raw: Json

    @property
    def is_trashed(self) -> bool:
        """Whether Notion says that it lies in the trash, itself or by something above it."""
        return is_trashed(self.raw)


def current(client: Client, kind: str, id_: str) -> Object:
    """What Notion shows of it now. Raises NotionError."""
    ask: Mapping[str, Callable[[str], Json]] = {
        "page": client.page,
        "block": client.block,
        "database": client.database,
        "data_source": client.data_source,
    }
    return Object(kind, bare_id(id_), ask[kind](dashed_id(id_)))


def with_parents(client: Client, kind: str, id_: str) -> Iterator[Object]:
    """It, what it lies in, and so on to the top, or to what the integration may not see. Raises NotFound
    when it may not see the first, and NotionError."""
    here = current(client, kind, id_)
    seen = {here.id}
    yield here
    while above := _parent(here.raw):
        kind, id_ = above
        if bare_id(id_) in seen or len(seen) > _STEPS:
            return
        try:
            here = current(client, kind, id_)
        except NotFound:  # shared from here on: what lies above is nobody's business
            return
        seen.add(here.id)
        yield here


def _parent(raw: Json) -> tuple[str, str] | None:
    parent = mapping(raw, "parent")
    return next(((kind, id_) for key, kind in _PARENTS.items() if (id_ := word(parent, key))), None)
