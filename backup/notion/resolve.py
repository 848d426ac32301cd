"""Any id that people write → the database behind it, or a sentence about what it is instead."""

from __future__ import annotations

from dataclasses import dataclass

from backup.errors import ConfigError, NotFound, NotionError
from backup.model import Database, Json, bare_id, emoji, plain_text
from backup.notion.client import Client


@dataclass(frozen=True, slots=True)
class Source:
    """A data source: `schema` is its `properties` object, in the order Notion gave."""

    id: str
    name: str
    schema: Json


@dataclass(frozen=True, slots=True)
class Resolved:
    """A database with its data sources; `icon` only when it is an emoji."""

    id: str
    title: str
    icon: str
    setting: Database
    sources: tuple[Source, ...]


def resolve(client: Client, setting: Database) -> Resolved:
    """The database that a setting names, with the schema of every data source.

    Raises ConfigError with what the id is instead, and NotionError when Notion fails. Which kind of
    id answers how: Notion API at 2026-03-11, seen live in August 2026.
    """
    try:
        raw = client.database(setting.id)
    except NotFound:
        raise ConfigError(_explained(client, setting)) from None
    except NotionError as error:
        if error.status == 400 and "is a page" in error.message:
            raise ConfigError(_a_page(setting)) from None
        raise
    listed = raw.get("data_sources") or []
    if raw.get("in_trash") or raw.get("archived"):
        raise ConfigError(f"{setting.setting}: the database {setting.id} is in Notion's trash.")
    if not listed:
        raise ConfigError(_a_linked_view(setting))
    sources = tuple(_source(client, entry) for entry in listed)
    title = plain_text(raw.get("title"))
    return Resolved(bare_id(str(raw["id"])), title, emoji(raw.get("icon")), setting, sources)


def _source(client: Client, entry: Json) -> Source:
    raw = client.data_source(str(entry["id"]))
    name = plain_text(raw.get("title")) or str(entry.get("name") or "")
    return Source(bare_id(str(raw["id"])), name, raw.get("properties") or {})


def _explained(client: Client, setting: Database) -> str:
    """Why Notion does not know the id as a database: each kind of id answers on its own endpoint."""
    try:
        parent = client.data_source(setting.id).get("parent") or {}
        return (
            f"{setting.setting}: {setting.id} is the id of a data source. Write the id of its "
            f"database: {bare_id(str(parent.get('database_id', '')))}."
        )
    except NotionError as error:
        if not _says_nothing(error):
            raise
    try:
        parent = client.view(setting.id).get("parent") or {}
        return (
            f"{setting.setting}: {setting.id} is the id of a view (the part after ?v=). Write the "
            f"id of its database: {bare_id(str(parent.get('database_id', '')))}."
        )
    except NotionError as error:
        if not _says_nothing(error):
            raise
    return (
        f"{setting.setting}: Notion shows no database {setting.id} to this integration. Open the "
        "database in Notion as a full page, choose ⋯ → Connections, and add the integration; or "
        "check the id."
    )


def _says_nothing(error: NotionError) -> bool:
    """Assumed: an id of another kind gives 404 or, when it is refused as an id, 400."""
    return error.status in (400, 404)


def _a_page(setting: Database) -> str:
    return (
        f"{setting.setting}: {setting.id} is a page, not a database. Open the database itself as a "
        "full page (⤢ on a database that lies in a page), choose ⋯ → Copy link, and write that link. "
        "The integration must be added under ⋯ → Connections there."
    )


def _a_linked_view(setting: Database) -> str:
    return (
        f"{setting.setting}: {setting.id} has no data source that this integration can see: it is a "
        "linked view of a database elsewhere, or the original is not shared. Open the original "
        "database, add the integration under ⋯ → Connections, and write its link."
    )
