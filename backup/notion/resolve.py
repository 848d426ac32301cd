"""Any id that people write → the database behind it, or a sentence about what it is instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backup.errors import ConfigError, NotFound, NotionError
from backup.json_values import as_list, as_object, mapping
from backup.model import Database, Json, bare_id, emoji, plain_text
from backup.notion.client import Client


@dataclass(frozen=True, slots=True)
class Source:
    """A data source: `schema` is its `properties` object, in the order Notion gave, `raw` all of it."""

    id: str
    schema: Json
    raw: Json


@dataclass(frozen=True, slots=True)
class Resolved:
    """A database with the ids of its data sources; `icon` only when it is an emoji. `raw` is its
    container."""

    id: str
    title: str
    icon: str
    setting: Database
    sources: tuple[str, ...]
    raw: Json


def resolve(client: Client, setting: Database) -> Resolved:
    """The database that a setting names.

    Raises ConfigError with what the id is instead, and NotionError when Notion fails. Which kind of
    id answers how: Notion API at 2026-03-11, seen live in August 2026.
    """
    try:
        raw = client.database(setting.id)
    except NotFound:
        raise _mistake(setting, _elsewhere(client, setting.id)) from None
    except NotionError as error:
        if sentence := _refused(error):
            raise _mistake(setting, sentence) from None
        raise
    if raw.get("in_trash") or raw.get("archived"):
        raise _mistake(setting, _TRASHED)
    listed = as_list(raw.get("data_sources"))
    if not listed:
        raise _mistake(setting, _LINKED_VIEW)
    sources = tuple(_source_id(entry) for entry in listed)
    title = plain_text(raw.get("title"))
    return Resolved(bare_id(raw["id"]), title, emoji(raw.get("icon")), setting, sources, raw)


def _source_id(entry: Any) -> str:
    id_ = as_object(entry).get("id")
    if not isinstance(id_, str):
        raise NotionError("Notion named a data source of the database without its id.")
    return bare_id(id_)


def data_source(client: Client, id_: str) -> Source:
    """A data source with its schema."""
    raw = client.data_source(id_)
    return Source(bare_id(raw["id"]), mapping(raw, "properties"), raw)


def _mistake(setting: Database, sentence: str) -> ConfigError:
    return ConfigError(f"{setting.setting}: {setting.id} {sentence}")


def _refused(error: NotionError) -> str:
    """What a refused id is; '' when the refusal says nothing about the id."""
    if error.status == 400 and "is a page" in error.message:
        return _PAGE
    if error.status == 400 and "valid uuid" in error.message:
        return _NO_ID
    return ""


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
_PAGE = (
    "is a page, not a database. Open the database itself as a full page (⤢ on a database that lies "
    f"in a page), choose ⋯ → Copy link, and write that link. {_CONNECT}"
)
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
    "is a database in Notion's trash. Restore it there and look under ⋯ → Connections whether the "
    "integration is still added, or take it out of the settings."
)
_LINKED_VIEW = (
    "has no data source that this integration can see: it is a linked view of a database elsewhere, "
    "or the original is not shared. Open the original database, add the integration under ⋯ → "
    "Connections, and write its link."
)
