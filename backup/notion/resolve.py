"""Any id that people write → the database or page behind it, or a sentence about what it is instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backup.errors import ConfigError, NotFound, NotionError
from backup.json_values import as_list, as_object, mapping
from backup.model import Json, NamedRoot, Row, bare_id, emoji, plain_text
from backup.notion import read
from backup.notion.client import Client
from backup.notion.read import is_trashed


@dataclass(frozen=True, slots=True)
class Source:
    """A data source: `schema` is its `properties` object, in the order Notion gave, `raw` all of it."""

    id: str
    schema: Json
    raw: Json


@dataclass(frozen=True, slots=True)
class Resolved:
    """A database with the ids of its data sources, as its object `raw` says; `icon` only when it is an
    emoji. A linked view, or a database of which no source is shared, has no sources."""

    id: str
    title: str
    icon: str
    sources: tuple[str, ...]
    raw: Json

    @property
    def is_trashed(self) -> bool:
        """Whether it lies in the trash."""
        return is_trashed(self.raw)


def resolve(client: Client, setting: NamedRoot, *, is_page: bool = False) -> Resolved | Row:
    """The database, or the page, that a setting names; `is_page` when it was one the last time.

    Raises ConfigError with what the id is instead, and NotionError when Notion fails. Which kind of
    id answers how: Notion API at 2026-03-11, seen live in August 2026.
    """
    try:
        found = _page(client, setting.id) if is_page else database(client, setting.id)
    except NotFound:
        raise _mistake(setting, _elsewhere(client, setting.id)) from None
    except NotionError as error:
        if error.status == 400 and f"is a {'database' if is_page else 'page'}" in error.message:
            return resolve(client, setting, is_page=not is_page)
        if error.status == 400 and "valid uuid" in error.message:
            raise _mistake(setting, _NO_ID) from None
        raise
    if is_trashed(found.raw):
        raise _mistake(setting, _TRASHED.format("page" if is_page else "database"))
    if isinstance(found, Resolved) and not found.sources:
        raise _mistake(setting, _LINKED_VIEW)
    return found


def database(client: Client, id_: str) -> Resolved:
    """A database, as far as the integration may see it; raises NotionError."""
    raw = client.database(id_)
    sources = tuple(_source_id(entry) for entry in as_list(raw.get("data_sources")))
    title = plain_text(raw.get("title"))
    return Resolved(bare_id(raw["id"]), title, emoji(raw.get("icon")), sources, raw)


def _page(client: Client, id_: str) -> Row:
    return read.child(client.page(id_), "")


def _source_id(entry: Any) -> str:
    id_ = as_object(entry).get("id")
    if not isinstance(id_, str):
        raise NotionError("Notion named a data source of the database without its id.")
    return bare_id(id_)


def data_source(client: Client, id_: str) -> Source:
    """A data source with its schema."""
    raw = client.data_source(id_)
    return Source(bare_id(raw["id"]), mapping(raw, "properties"), raw)


def _mistake(setting: NamedRoot, sentence: str) -> ConfigError:
    return ConfigError(f"{setting.setting}: {setting.id} {sentence}")


def _elsewhere(client: Client, id_: str) -> str:
    """What an id is that Notion does not know as a database: each kind has its own endpoint."""
    for ask, kind in ((client.data_source, _SOURCE), (client.view, _VIEW)):
        try:
            parent = ask(id_).get("parent")
        except NotionError as error:
            # Assumed: an id of another kind gives 404 or, when it is refused as an id, 400.
            if error.status not in (400, 404):
                raise
            continue
        above = as_object(parent).get("database_id")
        wanted = f": {bare_id(above)}" if isinstance(above, str) else ", or its link"
        return kind.format(wanted)
    return _UNKNOWN


_CONNECT = "The integration must be added there under ⋯ → Connections."
_SOURCE = f"is the id of a data source. Write the id of its database{{}}. {_CONNECT}"
_VIEW = f"is the id of a view (the part after ?v=). Write the id of its database{{}}. {_CONNECT}"
_UNKNOWN = (
    "is not shown to this integration. Open the database in Notion as a full page, choose ⋯ → "
    "Connections, and add the integration; or check the id."
)
_NO_ID = (
    "is not an id that Notion accepts. Open the database as a full page, choose ⋯ → Copy link, and write "
    f"that link. {_CONNECT}"
)
_TRASHED = (
    "is a {} in Notion's trash. Restore it there and look under ⋯ → Connections whether the "
    "integration is still added, or take it out of the settings."
)
_LINKED_VIEW = (
    "has no data source that this integration can see: it is a linked view of a database elsewhere, "
    "or the original is not shared. Open the original database, add the integration under ⋯ → "
    "Connections, and write its link."
)
