"""All recorded pages and databases, restored and proven; and what came of it backed up and restored once more."""

from __future__ import annotations

from pathlib import Path

from backup.model import bare_id
from backup.sync import state
from fakenotion.branches import Branch
from fakenotion.everything import everything
from tests.support.backups import Backup, backing_up
from tests.support.recordings import FOLDERS
from tests.support.restoring import restore


def tops(backup: Backup) -> list[str]:
    """What of a backup lies in nothing else, without pages that have nothing but a title."""
    now = state.loads(backup.text(".notion-sync.json"))
    return [
        id_
        for id_, record in now.nodes.items()
        if record.parent not in now.nodes
        and (id_ in now.databases or backup.text(f"{record.folder}/.notion.json").count("\n") > 1)
    ]


def test_everything_recorded_comes_back_and_the_second_time_nothing_is_lost(tmp_path: Path) -> None:
    notion = everything(*FOLDERS)
    with backing_up(tmp_path / "first", notion, git=False) as backup:
        backup.run(DATABASES="workspace", MAX_FILE_MB="5")
        attic, loft = (Branch.root(notion, title) for title in ("Attic", "Loft"))
        for id_ in tops(backup):
            said = restore(backup, id_, RESTORE_INTO=attic.id)
            assert said.code == 0, said.out
        assert backup.server.writes.signed() == []
        again = Backup(tmp_path / "second", notion, backup.server, backup.url)
        again.folder.mkdir()
        assert again.run(DATABASES=attic.id, MAX_FILE_MB="5").code == 0
        said = restore(again, bare_id(attic.id), "--json", RESTORE_INTO=loft.id)
        assert (said.code, said.json["differences"], said.json["losses"]) == (0, 0, [])
        assert said.json["compared"] > 60
