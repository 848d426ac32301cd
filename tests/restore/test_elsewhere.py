"""A copy in another workspace than that of the backup: who and what is not there is named before anything is
written, what is there comes back, and a second run finds the copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakenotion import build
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, clock
from tests.support.looking import Seen
from tests.support.restoring import WRITING, restore


class Removal:
    """A page in one workspace, and a page in another that its copies go to."""

    def __init__(self, backup: Backup, elsewhere: Backup) -> None:
        self.backup, self.elsewhere = backup, elsewhere
        self.top = Branch.root(backup.notion, "Top", "Words")
        self.goal = Branch.root(elsewhere.notion, "Attic")
        elsewhere.server.writes.allow(WRITING)

    def back_up(self) -> None:
        clock(self.backup.notion).forward(minutes=5)
        assert self.backup.run(DATABASES=self.top.id, COMMENTS="true").code == 0

    def restore(self, *arguments: str) -> Seen:
        there = {"NOTION_API_URL": self.elsewhere.url, "RESTORE_INTO": self.goal.id}
        return restore(self.backup, "top", *arguments, **there)

    def copies(self) -> list[str]:
        notion = self.elsewhere.notion
        return [notion.title(notion.node(id_)) for id_ in notion.listed(self.goal.id)]


@pytest.fixture
def removal(tmp_path: Path) -> Iterator[Removal]:
    old, new = (Workspace(name, now=Clock(2026, 9, 1)) for name in ("Old", "New"))
    with (
        backing_up(tmp_path / "repository", old, git=False) as backup,
        backing_up(tmp_path / "other", new, git=False) as elsewhere,
    ):
        yield Removal(backup, elsewhere)


def test_what_is_lost_in_comments_does_not_make_a_copy_another_one(removal: Removal) -> None:
    top, notion = removal.top, removal.top.workspace
    somebody = notion.add_user("Bo")
    program = notion.files.keep("setup.exe", b"MZ and what can be read")
    top.comment(["See ", build.mention_user(somebody), build.text("!", link="javascript:x")])
    top.comment("Take it", files=[("productivity", program)])
    removal.back_up()
    told = removal.restore("--dry-run", "--json")
    codes = {each["code"] for each in told.json["losses"]}
    assert codes == {"comment-form", "people", "address", "file-type"}
    for found in ("Restored top", "there already"):
        told = removal.restore()
        assert told.code == 0 and found in told.out and "Proven" in told.out, told.out
    assert removal.copies() == ["Top"]
