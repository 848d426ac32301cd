"""Restores from a backup under test, as somebody does who has the folder and a token that may write."""

from __future__ import annotations

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
