"""The command that only plans: it says what would be made, asks nobody, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import bare_id
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import PNG, later
from tests.support.looking import in_format, look
from tests.support.restoring import restore


@pytest.fixture
def backup(tmp_path: Path) -> Iterator[Backup]:
    """The published backup of a page with a page, a database and a picture in it, in two commits."""
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    top = Branch.root(notion, "Top", "Words")
    picture = notion.files.keep("cup.png", PNG)
    top.block(blocks.media("image", build.hosted(picture), "A cup"))
    gone = top.page("Gone", "Once")
    top.database("Things").row("Cup")
    top.block(build.block("unsupported"))
    with backing_up(tmp_path / "repository", notion) as made:
        assert made.run(DATABASES=top.id).code == 0
        notion.trash(gone.id)
        later(notion)
        assert made.run(DATABASES=top.id).code == 0
        yield made


def test_it_says_what_would_be_made_and_asks_nobody(backup: Backup) -> None:
    asked = len(backup.server.requests)
    seen = look(backup.folder, "restore", "top", "--json")
    assert (seen.code, seen.json["ok"]) == (0, True), seen.err
    numbers = {key: seen.json[key] for key in ("pages", "databases", "rows", "files")}
    assert numbers == {"pages": 1, "databases": 1, "rows": 1, "files": 1}
    assert seen.json["requests"] > 2 and seen.json["links"] == []
    assert len(backup.server.requests) == asked


def test_each_answer_in_json_has_the_keys_that_the_format_documents(backup: Backup) -> None:
    goal = Branch.root(backup.notion, "Attic").id
    plan = look(backup.folder, "restore", "top", "--json")
    copy = restore(backup, "top", "--json", RESTORE_INTO=goal)
    original = restore(backup, "top", "--json", RESTORE_INTO="original")
    for kind, seen in {"plan": plan, "copy": copy, "original": original}.items():
        assert seen.json.keys() == in_format("restore", kind), kind
    losses = [{*each} for each in copy.json["losses"]]
    assert losses and all(each >= {"code", "path", "where", "count"} for each in losses)
    assert all({*each} == {"path", "from", "to"} for each in copy.json["links"])


def test_it_says_what_is_lost_and_where(backup: Backup) -> None:
    seen = look(backup.folder, "restore", "Top")
    assert "Does not come back: 1 × a block that only Notion's own app makes" in seen.out
    assert "In top." in seen.out and "nothing was written" in seen.out


def test_the_repository_stays_as_it_was(backup: Backup) -> None:
    before = backup.files(), backup.stamps(), backup.commits()
    look(backup.folder, "restore", "top", RESTORE_AT="HEAD~1")
    assert (backup.files(), backup.stamps(), backup.commits()) == before
    assert backup.git("status", "--porcelain") == ""


def test_an_older_state_has_what_was_removed_since(backup: Backup) -> None:
    now = look(backup.folder, "restore", "top/gone")
    assert now.code == 2 and "RESTORE_AT" in now.out
    then = look(backup.folder, "restore", "top/gone", "--restore-at", "HEAD~1", "--json")
    assert (then.code, then.json["pages"]) == (0, 1), then.err


def test_a_page_that_was_renamed_since_is_named_as_today_or_as_it_was(backup: Backup) -> None:
    notion = backup.notion
    (top,) = (id_ for id_, node in notion.nodes.items() if notion.title(node) == "Top")
    notion.rename(top, "Summit")
    later(notion)
    assert backup.run(DATABASES=top).code == 0
    for name in ("summit", "summit/index.md", "Summit", "top", "Top"):
        seen = look(backup.folder, "restore", name, "--restore-at", "HEAD~1")
        assert (seen.code, "Plan: top can be restored" in seen.out) == (0, True), seen.out
    seen = look(backup.folder, "restore", "peak", "--restore-at", "HEAD~1")
    assert (seen.code, "the backup has no page 'peak'" in seen.out) == (2, True)


def test_a_place_where_no_backup_was_is_reported(backup: Backup) -> None:
    backup.git("checkout", "-q", "--orphan", "empty")
    backup.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    backup.git("rm", "-rq", "--cached", ".")
    backup.git("commit", "-q", "--allow-empty", "-m", "Nothing at all")
    seen = look(backup.folder, "restore", "top", RESTORE_AT="HEAD")
    assert seen.code == 2 and "has no backup in this folder" in seen.out


def test_a_folder_without_a_backup_is_reported(tmp_path: Path) -> None:
    seen = look(tmp_path, "restore", "top")
    assert seen.code == 2 and "There is no backup here" in seen.out


NOBODY = "0123456789ab4def8123456789abcdef"
TARGETS = {
    "missing": "is not shown to the integration",
    "trashed": "is in Notion's trash",
    "itself": "lies inside what is to be restored",
    "in it": "lies inside what is to be restored",
    "a database": "is not a page",
}


@pytest.mark.parametrize("which", TARGETS)
def test_a_place_that_cannot_be_is_refused_before_any_write(backup: Backup, which: str) -> None:
    top = Branch(backup.notion, backup.notion.top[0])
    attic = Branch.root(backup.notion, "Attic")
    inner = top.page("New since", at="toggle").page("And deeper")
    (database,) = (each for each in backup.notion.nodes.values() if each.kind == "database")
    backup.notion.trash(attic.id)
    ids = {
        "missing": NOBODY,
        "trashed": attic.id,
        "itself": top.id,
        "in it": inner.id,
        "a database": database.id,
    }
    seen = restore(backup, "top", RESTORE_INTO=ids[which])
    assert seen.code == 2 and TARGETS[which] in seen.out, seen.out
    assert bare_id(ids[which])[:6] in seen.out.replace("-", "")
    assert backup.server.writes.log == []


def test_a_token_of_another_workspace_is_refused_before_any_write(backup: Backup) -> None:
    backup.server.writes.stranger("ntn_stranger")
    attic = Branch.root(backup.notion, "Attic")
    seen = restore(backup, "top", RESTORE_INTO=attic.id, NOTION_RESTORE_TOKEN="ntn_stranger")
    assert seen.code == 2 and "belongs to another workspace" in seen.out
    assert backup.server.writes.log == []


def test_a_dry_run_looks_at_the_place_and_writes_nothing(backup: Backup) -> None:
    attic = Branch.root(backup.notion, "Attic")
    seen = restore(backup, "top", "--dry-run", RESTORE_INTO=attic.id)
    assert seen.code == 0 and "nothing was written" in seen.out
    seen = restore(backup, "top", "--dry-run", RESTORE_INTO=NOBODY)
    assert seen.code == 2
    assert backup.server.writes.log == []
