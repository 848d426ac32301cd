"""A copy below another page, by the command: what comes back, what is reported, and what stays untouched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import bare_id
from demo.sample import sample
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing import trouble
from tests.support.backups import TOKEN, Backup, backing_up
from tests.support.kitchen import PNG, later
from tests.support.looking import Seen
from tests.support.restoring import WRITING, restore, seen


class Desk:
    """A published backup of a tree of pages, and a page that copies go to."""

    def __init__(self, backup: Backup) -> None:
        self.backup, self.notion = backup, backup.notion
        self.top = Branch.root(self.notion, "Top", "Words", icon=build.emoji("🌊"))
        picture = self.notion.files.keep("cup.png", PNG)
        self.top.block(blocks.media("image", build.hosted(picture), "A cup"))
        self.page = self.top.page("Below", "More words")
        self.page.page("Deep", at="toggle").text("Deeper")
        self.page.block(build.block("unsupported"))
        self.top.text(["To ", build.mention_page(self.page.id, "Below")])
        self.goal = Branch.root(self.notion, "Attic")
        assert backup.run(DATABASES=self.top.id).code == 0

    def restore(self, *arguments: str, **environ: str) -> Seen:
        return restore(self.backup, "top", "--restore-into", self.goal.id, *arguments, **environ)

    def copies(self) -> list[Branch]:
        """What lies in the page of the copies."""
        return [Branch(self.notion, id_) for id_ in self.notion.listed(self.goal.id)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    with backing_up(tmp_path / "repository", notion) as backup:
        yield Desk(backup)


def test_a_tree_comes_back_and_is_proven(desk: Desk) -> None:
    shown = desk.restore()
    assert shown.code == 0, shown.out
    (copy,) = desk.copies()
    assert copy.title == "Top"
    assert "Restored top: 3 pages" in shown.out and "Proven: " in shown.out
    assert f"top → https://www.notion.so/{bare_id(copy.id)}\n" in shown.out
    assert "top/below → https://www.notion.so/" in shown.out
    assert "Does not come back: 1 × a page inside a block" in shown.out


def test_nothing_that_existed_changes_in_notion_or_in_the_repository(desk: Desk) -> None:
    before, files = seen(desk.backup), (desk.backup.files(), desk.backup.commits())
    assert desk.restore().code == 0
    assert before.touched(desk.notion) <= {desk.goal.id}
    assert (desk.backup.files(), desk.backup.commits()) == files
    assert desk.backup.git("status", "--porcelain") == ""


def test_only_the_token_for_it_writes_and_only_the_other_reads_the_pages(desk: Desk) -> None:
    asked = len(desk.backup.server.requests)
    assert desk.restore().code == 0
    assert {one.token for one in desk.backup.server.writes.log} == {WRITING}
    assert TOKEN != WRITING and len(desk.backup.server.requests) > asked


def test_programs_get_the_links_the_losses_and_the_requests(desk: Desk, tmp_path: Path) -> None:
    shown = desk.restore("--json", GITHUB_OUTPUT=str(tmp_path / "outputs"))
    (copy,) = desk.copies()
    link = f"https://www.notion.so/{bare_id(copy.id)}"
    assert (shown.json["restored"], shown.json["differences"]) == (link, 0)
    assert [each["path"] for each in shown.json["links"]][:2] == ["top", "top/below"]
    assert {each["code"] for each in shown.json["losses"]} == {"page-moved", "not-creatable"}
    assert shown.json["requests"] == len(desk.backup.server.writes.log)
    assert f"\n{link}\n" in (tmp_path / "outputs").read_text()


def test_the_job_summary_has_the_link_and_what_is_lost(desk: Desk, tmp_path: Path) -> None:
    desk.restore(GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    (copy,) = desk.copies()
    summary = (tmp_path / "summary.md").read_text()
    assert f"(https://www.notion.so/{bare_id(copy.id)})" in summary
    assert "1 × a page inside a block" in summary and "Proven" in summary


def test_the_plan_predicts_the_requests_and_the_losses(desk: Desk) -> None:
    planned = desk.restore("--dry-run", "--json")
    assert desk.copies() == []
    shown = desk.restore("--json")
    assert planned.json["losses"] == shown.json["losses"]
    assert planned.json["requests"] == shown.json["requests"]


def test_the_proof_can_be_left_out(desk: Desk) -> None:
    shown = desk.restore(RESTORE_PROOF="false")
    assert shown.code == 0 and "was not compared" in shown.out and "Proven" not in shown.out


def test_a_copy_that_differs_is_a_failure_that_names_the_place(desk: Desk) -> None:
    """Somebody writes into the copy before it is read back."""

    def meddle(write: object) -> None:
        for copy in desk.copies():
            for id_ in desk.notion.listed(copy.id)[:1]:
                desk.notion.edit(id_, "Other words")

    desk.backup.server.writes.plan = meddle
    shown = desk.restore()
    assert shown.code == 1, shown.out
    assert "1 difference that the plan did not foresee" in shown.out and "top: block " in shown.out
    assert "Another run makes another copy" in shown.out


def test_the_limit_of_blocks_ends_it_and_the_next_one_goes_on(desk: Desk) -> None:
    desk.backup.server.writes.knobs.block_limit = 4
    shown = desk.restore()
    assert shown.code == 3 and "takes no more than 4 blocks" in shown.out, shown.out
    assert "it continues" in shown.out
    desk.backup.server.writes.knobs.block_limit = None
    assert desk.restore().code == 0
    (copy,) = desk.copies()
    assert copy.title == "Top"


def test_answers_that_are_lost_make_nothing_twice(desk: Desk) -> None:
    desk.backup.server.writes.spoil(trouble.lost(), every=3)
    shown = desk.restore()
    assert shown.code == 0, shown.out
    assert len(desk.copies()) == 1


def test_no_token_is_ever_shown(desk: Desk) -> None:
    if WRITING in desk.backup.server.writes.tokens:
        desk.backup.server.writes.forbid(WRITING)
    shown = [desk.restore(), desk.restore("--json"), desk.restore(NOTION_RESTORE_TOKEN="ntn_other")]
    for each in shown:
        assert WRITING not in each.out + each.err and TOKEN not in each.out + each.err
        assert "ntn_other" not in each.out + each.err


def test_an_older_state_comes_back_as_it_was(desk: Desk) -> None:
    desk.page.edit("Other words by now")
    later(desk.notion)
    assert desk.backup.run(DATABASES=desk.top.id).code == 0
    shown = restore(desk.backup, "top/below", RESTORE_INTO=desk.goal.id, RESTORE_AT="HEAD~1")
    assert shown.code == 0, shown.out
    (copy,) = desk.copies()
    first = desk.notion.node(desk.notion.listed(copy.id)[0])
    assert "More words" in json.dumps(first.data)


def test_comments_that_are_in_the_backup_come_back(desk: Desk) -> None:
    desk.page.comment("Is this so?")
    assert desk.backup.run(DATABASES=desk.top.id, COMMENTS="true", FULL_SYNC="true").code == 0
    shown = restore(desk.backup, "top/below", "--json", RESTORE_INTO=desk.goal.id)
    assert (shown.code, shown.json["differences"]) == (0, 0)
    (copy,) = desk.copies()
    (said,) = desk.notion.open_comments(copy)
    assert said["rich_text"][-1]["plain_text"] == "\nIs this so?"


def test_every_page_of_the_sample_workspace_comes_back(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample(), git=False) as backup:
        assert backup.run(DATABASES=backup.notion.top[0]).code == 0
        goal = Branch.root(backup.notion, "Attic")
        for page in backup.pages():
            shown = restore(backup, page, RESTORE_INTO=goal.id)
            assert shown.code == 0, shown.out
        assert len(backup.notion.listed(goal.id)) == len(backup.pages())


def test_a_token_that_may_not_write_is_a_setting_that_is_wrong(desk: Desk) -> None:
    desk.restore("--dry-run")
    desk.backup.server.writes.forbid(WRITING)
    shown = desk.restore()
    assert shown.code == 2 and "tick “Insert content”" in shown.out + shown.err, shown.out
    assert desk.copies() == []


def test_what_notion_refuses_for_good_does_not_ask_for_another_run(desk: Desk) -> None:
    desk.backup.server.writes.spoil(trouble.Trouble(400), every=2, path="/pages")
    for _ in range(2):
        shown = desk.restore()
        assert shown.code == 1 and "Notion refused" in shown.out, shown.out
        assert "Another run ends here, too" in shown.out and "continues where" not in shown.out
    assert [copy.title.partition(" (")[0] for copy in desk.copies()] == ["Top"]


def test_files_and_people_that_do_not_come_back_are_named(desk: Desk) -> None:
    program = desk.notion.files.keep("setup.exe", b"MZ and what can be read")
    desk.top.block(blocks.media("file", build.hosted(program), name="setup.exe"))
    somebody = desk.notion.add_user("Bo")
    desk.top.block(build.block("paragraph", [build.mention_user(somebody)]))
    assert desk.backup.run(DATABASES=desk.top.id).code == 0
    desk.notion.remove_user(somebody["id"])
    shown = desk.restore()
    assert shown.code == 0, shown.out
    assert "In top (setup.exe)." in shown.out and "In top (Bo)." in shown.out
    assert "In top/below (Deep)." in shown.out
