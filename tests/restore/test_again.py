"""Who starts a restore again gets one copy: after a kill, from another machine, and when it was done already."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import bare_id
from fakenotion import blocks, build, faults
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import TOKEN, Backup, backing_up
from tests.support.restoring import WRITING, restore

HERE = Path(__file__).parents[2]
ALREADY = "top is there already, and as in the backup: nothing was written"


def link(id_: str) -> str:
    return f"https://www.notion.so/{bare_id(id_)}"


class Machine:
    """A published backup, and runners that restore from fresh clones of it."""

    def __init__(self, backup: Backup, folder: Path) -> None:
        self.backup, self.notion, self.folder = backup, backup.notion, folder
        self.top = Branch.root(self.notion, "Top", "Words")
        self.top.block(blocks.columns([build.block("paragraph", "L")], [blocks.paragraph("R")]))
        below = self.top.page("Below", "More")
        self.top.text(["To ", build.mention_page(below.id, "Below")])
        self.top.database("Things").row("Cup", {}, "Tea")
        below.comment("Is this so?")
        self.goal = Branch.root(self.notion, "Attic")
        assert backup.run(DATABASES=self.top.id, COMMENTS="true").code == 0
        self.writes = backup.server.writes
        self.writes.allow(WRITING)
        self.runs = 0

    def run(self, *, dies_at: int = 0) -> tuple[int, str]:
        """The program in a process of its own, on a machine that has nothing but a clone; killed when it
        has sent so many writes, the last of which is done."""
        self.runs += 1
        home, clone = (self.folder / f"{name}{self.runs}" for name in ("home", "clone"))
        home.mkdir()
        self.backup.git("clone", "-q", str(self.backup.folder), str(clone))
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GITHUB_WORKSPACE": str(clone),
            "NOTION_API_URL": self.backup.url,
            "NOTION_TOKEN": TOKEN,
            "NOTION_RESTORE_TOKEN": WRITING,
            "RESTORE_INTO": self.goal.id,
        }
        first = len(self.writes.log)
        command = [sys.executable, "-m", "backup", "restore", "top"]
        with subprocess.Popen(
            command, cwd=HERE, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            self.backup.server.plan = lambda asked: (
                process.send_signal(signal.SIGKILL)
                if dies_at and len(self.writes.log) - first == dies_at
                else None
            )
            out, _ = process.communicate()
        self.backup.server.plan = None
        return process.returncode, out.decode()

    @property
    def needed(self) -> int:
        """How many writes a copy takes."""
        shown = restore(self.backup, "top", "--json", "--dry-run", RESTORE_INTO=self.goal.id)
        return int(shown.json["requests"]) - 2  # two of them only read, for the views

    @property
    def copies(self) -> list[str]:
        found = self.notion.listed(self.goal.id)
        return [self.notion.title(self.notion.node(id_)) for id_ in found]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    with backing_up(tmp_path / "repository", notion) as backup:
        yield Machine(backup, tmp_path)


def test_killed_here_and_there_it_goes_on_elsewhere(machine: Machine) -> None:
    for dies_at in (1, 4, 3):
        code, out = machine.run(dies_at=dies_at)
        assert code == -signal.SIGKILL, out
    code, out = machine.run()
    assert code == 0, out
    assert machine.copies == ["Top"] and "Proven" in out


def test_an_unfinished_copy_that_somebody_changed_has_to_go_first(machine: Machine) -> None:
    assert machine.run(dies_at=2)[0] == -signal.SIGKILL
    (begun,) = machine.notion.listed(machine.goal.id)
    machine.notion.append(begun, [build.block("divider")] * 9)
    shown = restore(machine.backup, "top", RESTORE_INTO=machine.goal.id)
    assert shown.code == 3 and "continues where" not in shown.out, shown.out
    assert "Move the unfinished copy into Notion's trash, then run the restore again" in shown.out


def test_killed_after_the_last_write_it_says_that_the_copy_is_there(machine: Machine) -> None:
    number = len(machine.writes.log)
    assert machine.run()[0] == 0
    number = len(machine.writes.log) - number
    for id_ in machine.notion.listed(machine.goal.id):
        machine.notion.trash(id_)
    code, out = machine.run(dies_at=number)
    assert code == -signal.SIGKILL and machine.copies == ["Top"], out
    wrote = len(machine.writes.log)
    code, out = machine.run()
    assert code == 0 and ALREADY in out and "Proven" in out, out
    assert machine.copies == ["Top"] and len(machine.writes.log) == wrote


def test_another_copy_is_made_of_another_title_and_when_the_first_was_edited(
    machine: Machine,
) -> None:
    backup, goal = machine.backup, machine.goal.id
    assert restore(backup, "top", RESTORE_INTO=goal).code == 0
    assert ALREADY in restore(backup, "top", RESTORE_INTO=goal).out
    (first,) = machine.notion.listed(goal)
    Branch(machine.notion, first).edit("Other words by now")
    shown = restore(backup, "top", RESTORE_INTO=goal)
    assert shown.code == 0 and machine.copies == ["Top", "Top"]
    said = (
        f"differs from the backup in 1 place: it stays, and a copy is made beside it. {link(first)}"
    )
    assert said in shown.out.partition("Restoring ")[0], shown.out


def test_the_original_beside_it_is_not_a_copy(machine: Machine) -> None:
    shown = restore(machine.backup, "top/below", RESTORE_INTO=machine.top.id)
    assert shown.code == 0 and "there already" not in shown.out
    found = map(machine.notion.node, machine.notion.listed(machine.top.id))
    pages = [machine.notion.title(node) for node in found if node.kind == "page"]
    assert pages == ["Below", "Below"]


def test_a_copy_that_cannot_be_read_back_is_compared_by_the_next_run(machine: Machine) -> None:
    backup, needed = machine.backup, machine.needed
    backup.server.plan = lambda asked: (
        faults.error(404)
        if asked.method == "GET" and len(backup.server.writes.log) >= needed
        else None
    )
    shown = restore(backup, "top", RESTORE_INTO=machine.goal.id)
    assert shown.code == 3 and "could not be read back" in shown.out, shown.out
    backup.server.plan = None
    assert ALREADY in restore(backup, "top", RESTORE_INTO=machine.goal.id).out
    assert machine.copies == ["Top"]


def test_a_token_that_may_not_read_comments_leaves_them_out_of_the_proof(machine: Machine) -> None:
    machine.backup.server.knobs.comments_readable = False
    page = machine.backup.folder.parent / "summary.md"
    given = {"RESTORE_INTO": machine.goal.id, "GITHUB_STEP_SUMMARY": str(page)}
    shown = restore(machine.backup, "top", **given)
    assert shown.code == 0 and "may not read comments" in shown.out, shown.out
    assert "may not read comments" in page.read_text()
