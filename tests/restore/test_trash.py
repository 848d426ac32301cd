"""Out of Notion's trash: the page itself comes back, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up
from tests.support.restoring import restore


class Shelf:
    """A backed up tree: a page, a page in it, a database in that, and its row."""

    def __init__(self, backup: Backup, top: Branch) -> None:
        self.backup, self.top = backup, top
        self.page = top.page("Plans", "Words")
        self.database = self.page.database("Tasks", at="toggle")
        self.row = self.database.row("Paint")
        assert backup.run(DATABASES=top.id).code == 0

    def sent(self) -> list[tuple[str, str]]:
        """What was written: the endpoint and the body of each."""
        return [(one.path.removeprefix("/v1/"), one.text) for one in self.backup.server.writes.log]


OUT = '{"in_trash":false}'


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        yield Shelf(backup, Branch.root(notion, "Top"))


def test_a_page_in_the_trash_comes_back(shelf: Shelf) -> None:
    shelf.backup.notion.trash(shelf.page.id)
    seen = restore(shelf.backup, "top/plans", "--restore-into", "original")
    assert seen.code == 0 and shelf.page.id.replace("-", "") in seen.out
    assert shelf.sent() == [(f"pages/{shelf.page.id}", OUT)]
    assert not shelf.backup.notion.in_trash(shelf.page.node)


@pytest.mark.parametrize("name", ["top/plans/tasks/paint", "Paint"])
def test_what_it_lies_in_comes_first_from_the_topmost_on(shelf: Shelf, name: str) -> None:
    for branch in (shelf.row, shelf.database, shelf.page):
        shelf.backup.notion.trash(branch.id)
    seen = restore(shelf.backup, name, "--restore-into", "original")
    assert seen.code == 0, seen.out
    ids = (shelf.page.id, shelf.database.id, shelf.row.id)
    assert [path for path, _ in shelf.sent()] == [
        f"{kind}/{id_}" for kind, id_ in zip(("pages", "blocks", "pages"), ids, strict=True)
    ]
    assert {body for _, body in shelf.sent()} == {OUT}
    assert not shelf.backup.notion.in_trash(shelf.row.node)


def test_a_block_around_it_that_was_thrown_away_comes_back(shelf: Shelf) -> None:
    page = shelf.page.page("Inner", at="toggle")
    assert shelf.backup.run(DATABASES=shelf.top.id).code == 0
    shelf.backup.notion.trash(page.above.id)
    assert restore(shelf.backup, "Inner", RESTORE_INTO="original").code == 0
    assert shelf.sent() == [(f"blocks/{page.above.id}", OUT)]


def test_only_what_has_to_come_back_does(shelf: Shelf) -> None:
    shelf.backup.notion.trash(shelf.page.id)
    shelf.backup.notion.trash(shelf.row.id)
    assert restore(shelf.backup, "Plans", RESTORE_INTO="original").code == 0
    assert shelf.backup.notion.in_trash(shelf.row.node)


def test_of_a_page_that_is_not_in_the_trash_nothing_is_sent(shelf: Shelf) -> None:
    seen = restore(shelf.backup, shelf.page.id, RESTORE_INTO="original")
    assert seen.code == 0 and "is not in Notion's trash: nothing was sent" in seen.out
    assert shelf.sent() == []


def test_a_page_that_was_deleted_for_good_is_reported_with_the_other_way(shelf: Shelf) -> None:
    shelf.backup.notion.purge(shelf.page.id)
    seen = restore(shelf.backup, "Plans", RESTORE_INTO="original")
    assert seen.code == 2 and "deleted for good" in seen.out and "link of a page" in seen.out
    assert shelf.sent() == []


def test_a_token_that_may_not_write_is_reported(shelf: Shelf) -> None:
    shelf.backup.notion.trash(shelf.page.id)
    seen = restore(shelf.backup, "Plans", RESTORE_INTO="original", NOTION_RESTORE_TOKEN="ntn_reads")
    assert seen.code != 0 and "Insufficient permissions" in seen.out
    assert shelf.backup.notion.in_trash(shelf.page.node)


def test_a_dry_run_only_says_what_it_would_take_out(shelf: Shelf) -> None:
    shelf.backup.notion.trash(shelf.page.id)
    seen = restore(shelf.backup, "Plans", "--dry-run", RESTORE_INTO="original")
    assert seen.code == 0 and shelf.sent() == []
