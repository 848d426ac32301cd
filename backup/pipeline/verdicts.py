"""Questions to Notion about what a listing does not tell."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from backup.errors import BackupError, NotFound, NotionError, Unauthorized
from backup.model import Database, Row, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.settings import Settings
from backup.sync.plan import Listing, Verdict
from backup.words import counted

Ask = Callable[[Callable[[str], Verdict], Collection[str]], list[Verdict]]

_MARGIN = timedelta(minutes=2)  # see read.edited_since


def verdicts(
    client: Client, ids: Collection[str], settings: Settings, ask: Ask
) -> dict[str, Verdict]:
    """What Notion says of each page that its database no longer lists; `ask` maps over them."""
    ours = {each.id for each in settings.databases}
    return dict(zip(ids, ask(lambda id_: _verdict(client, id_, ours), ids), strict=True))


def _verdict(client: Client, id_: str, ours: Collection[str]) -> Verdict:
    """`ours` are the databases of this backup: a page that went to one of them will be listed there,
    if not in this run then in the next."""
    try:
        raw = client.page(dashed_id(id_))
    except NotFound:
        return Verdict.UNREACHABLE
    except Unauthorized:
        raise
    except BackupError:
        return Verdict.UNKNOWN
    if raw.get("in_trash") or raw.get("archived"):
        return Verdict.TRASHED
    parent = raw.get("parent")
    kind = parent.get("type") if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or not isinstance(kind, str):
        return Verdict.UNKNOWN  # a partial page says nothing about where it is
    return Verdict.LISTED if bare_id(str(parent.get("database_id", ""))) in ours else Verdict.MOVED


def edited_since(client: Client, listing: Listing, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since the listing began: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives
    none."""
    moment = listing.began - _MARGIN
    found: list[Row] = []
    for database in listing.databases:
        for source in dict.fromkeys(row.source for row in database.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, database.id, moment)
            except NotionError:
                continue
    return found


def present(databases: Collection[Database]) -> str:
    """The databases of a run in words: '1 database', '3 databases'."""
    return counted(len(databases), "database")
