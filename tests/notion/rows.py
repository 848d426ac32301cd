"""A database in the stand-in, and its rows as a listing shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from backup.model import Json, bare_id
from backup.notion import read
from backup.notion.read import SourceRows
from fakenotion import properties as p
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.notion.service import Service


def filled(count: int, *, minutes: float = 1) -> tuple[Workspace, list[str]]:
    """A database with so many rows, made so many minutes apart."""
    clock = Clock(2026, 9, 1)
    workspace = Workspace(now=clock)
    database = workspace.add_database("Notes", {"Name": p.of("title")})
    rows = []
    for number in range(count):
        rows.append(workspace.add_page(database, f"Row {number}"))
        clock.forward(minutes=minutes)
    return workspace, rows


def source_of(service: Service) -> str:
    (database,) = service.workspace.databases()
    return bare_id(service.workspace.source(database))


def rows_of(service: Service) -> SourceRows:
    (database,) = service.workspace.databases()
    return listed(service, source_of(service), bare_id(database))


def listed(service: Service, source: str, database: str) -> SourceRows:
    live, archived = read.live(service.client, source), read.archived(service.client, source)
    return read.rows(live, archived, database)


def titles(listing: SourceRows) -> list[str]:
    return [row.title for row in listing.rows]


def change_rows(service: Service, change: Callable[[list[Json]], list[object]]) -> None:
    """Changes the rows of every answer that gives some."""

    def changed(path: str, sent: Json) -> Json:
        return {**sent, "results": change(sent["results"])} if sent.get("results") else sent

    service.stand_in.change = changed


def edited_since(service: Service, moment: datetime) -> list[str]:
    source = source_of(service)
    return [row.title for row in read.edited_since(service.client, source, source, moment)]
