"""Restores from a backup under test, as somebody does who has the folder and a token that may write."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from backup.files.fetch import Downloader
from backup.folder.tree import Tree
from backup.notion.client import Client
from backup.restore.proof import Contents
from backup.restore.read_back import Reading
from backup.restore.saved import Saved, saved
from backup.sync import state
from fakenotion.writing.record import Snapshot
from tests.support.backups import TOKEN, Backup
from tests.support.looking import Seen, look

WRITING = "ntn_planted_restore"


def restore(backup: Backup, *arguments: str, **environ: str) -> Seen:
    """Start the command with both tokens; `environ` wins."""
    if WRITING not in backup.server.writes.tokens:
        backup.server.writes.allow(WRITING)
    given = {
        "NOTION_API_URL": backup.url,
        "NOTION_TOKEN": TOKEN,
        "NOTION_RESTORE_TOKEN": WRITING,
        **environ,
    }
    return look(backup.folder, "restore", *arguments, **given)


def seen(backup: Backup) -> Snapshot:
    """What stands in the workspace now."""
    return Snapshot.of(backup.notion)


def saved_of(backup: Backup, title: str) -> Saved:
    """What of the backup on the disk would be restored of the page of that title."""
    now = state.loads(backup.text(".notion-sync.json"))
    (id_,) = (id_ for id_, each in now.nodes.items() if each.title == title)
    return saved(now, id_, Tree(backup.folder).content)


def read_back(
    backup: Backup, kind: str, id_: str, commented: Collection[str] | None = None
) -> Contents:
    """What stands in the workspace now, as a restore reads it back."""
    with ThreadPoolExecutor(4) as pool, TemporaryDirectory() as folder:
        door = backup.url.partition("//")[2]
        downloads = Downloader(allowed_hosts=[door])
        client = Client(TOKEN, backup.url)
        reading = Reading(client, downloads, pool, Path(folder), lambda line: None, commented)
        return reading.tree(kind, id_)
