"""Several runs that publish to one branch: at once, in between, with other pages and with the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backup.errors import GitError
from backup.folder.handles import alone
from backup.git import Git, credentials
from backup.model import Identity
from backup.publish import objects
from backup.publish.branches import Destination
from backup.publish.commits import Commit
from backup.publish.push import Pushing, Tip
from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support.backups import Backup
from tests.support.publishing import (
    begin,
    check_consistent,
    clone,
    later,
    over_http,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    state_of,
    write,
)

JOBS = 6
SAME = 3  # of them over the same pages: two that push meanwhile, one after the other


def test_six_jobs_at_once_over_six_databases_lose_nothing(target: Backup, tmp_path: Path) -> None:
    notion = target.notion
    for number in range(JOBS):
        database = notion.add_database(f"Shelf {number}", {})
        for book in range(3):
            id_ = notion.add_page(database, f"Book {number}.{book}")
            kept = notion.files.keep("plan.png", PNG)
            notion.append(id_, [blocks.media("image", build.hosted(kept), "A plan")])
    later(target)
    shelves = notion.databases()[1:]
    jobs = [
        begin(clone(target, tmp_path / f"job-{number}"), DATABASES=shelves[number])
        for number in range(JOBS)
    ]
    for job in jobs:
        log, _ = job.communicate(timeout=600)
        assert job.returncode == 0, log
    assert remote_commits(target) == 1 + JOBS
    assert len(state_of(target)) == 3 * JOBS
    check_consistent(target)
    again = clone(target, tmp_path / "again").run(DATABASES="\n".join(shelves))
    assert "nothing to commit" in again.log, again.log


def test_jobs_at_once_over_the_same_pages_agree_on_the_last_version(
    target: Backup, tmp_path: Path
) -> None:
    """Notion is edited while the jobs start, so that they read different versions."""
    for number in range(SAME):
        target.notion.add_page(target.notion.databases()[0], f"Page {number}")
    later(target)
    assert target.run().code == 0
    clones = [clone(target, tmp_path / f"job-{number}") for number in range(SAME)]
    jobs = []
    for number, each in enumerate(clones):
        write(target, f"Page {number}", f"Edit {number}")
        write(target, "Tea", f"Edit {number}")
        jobs.append(begin(each))
    for job in jobs:
        log, _ = job.communicate(timeout=600)
        assert job.returncode == 0, log
    check_consistent(target)
    assert len(state_of(target)) == 2 + SAME
    last = clone(target, tmp_path / "last")
    assert last.run().code == 0
    assert all(f"Edit {number}" in last.text("wiki/tea/index.md") for number in range(SAME))
    assert "nothing to commit" in clone(target, tmp_path / "again").run().log


def show(target: Backup, title: str, name: str, content: bytes) -> str:
    """Add a picture to a page; its block."""
    later(target)
    kept = target.notion.files.keep(name, content)
    media = blocks.media("image", build.hosted(kept), name)
    (block,) = target.notion.append(page(target, title), [media])
    later(target)
    return block


def test_when_another_run_publishes_between_reading_and_pushing_its_later_version_stays(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    early, late = clone(target, tmp_path / "early"), clone(target, tmp_path / "late")
    old = show(target, "Tea", "Old view", PNG)
    write(target, "Milk", "Warm.")

    def publish_late() -> None:
        server.before_push = None
        target.notion.trash(old)
        show(target, "Tea", "New view", PNG + b"new")
        assert late.run().code == 0

    with over_http(early) as server:
        server.before_push = publish_late
        ran = early.run()
        assert ran.code == 0, ran.log
        assert len(server.pushes()) == 1, "when the tip was read again, nothing was left to push"
    check_consistent(target)
    assert [path for path in remote_files(target) if "assets" in path] == [
        "wiki/tea/assets/1-new-view.png"
    ]
    assert "Warm." in remote_text(target, "wiki/milk/index.md")


def test_when_another_run_publishes_other_pages_in_between_both_are_there(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    early, late = clone(target, tmp_path / "early"), clone(target, tmp_path / "late")
    books = target.notion.add_database("Books", {})
    target.notion.add_page(books, "Sea level")
    wiki, books = target.notion.databases()
    write(target, "Tea", "News.")

    def publish_late() -> None:
        server.before_push = None
        assert late.run(DATABASES=books).code == 0

    with over_http(early) as server:
        server.before_push = publish_late
        ran = early.run(DATABASES=wiki)
        assert ran.code == 0, ran.log
        assert len(server.pushes()) == 2
    check_consistent(target)
    assert len(state_of(target)) == 3
    assert "News." in remote_text(target, "wiki/tea/index.md")


def test_when_others_are_faster_every_time_it_is_tried_eight_times_with_pauses(
    target: Backup, tmp_path: Path
) -> None:
    other = clone(target, tmp_path / "other")
    waits: list[float] = []

    def push_more() -> None:
        other.git("commit", "-q", "--allow-empty", "-m", "more")
        other.git("push", "-q", "origin", "HEAD:main")

    with over_http(target) as server:
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        git = Git(target.folder, environ, credentials(server.remote, server.token))
        to = Destination("main", "origin", server.remote)
        pushing = Pushing(git, to, Identity("Bot", "bot@example.com"), sleep=waits.append)
        note = objects.texts(git, {"note.md": "a note\n"})["note.md"]

        def compose(tip: Tip) -> list[Commit]:
            return [Commit({"note.md": note}, [], "A note")]

        server.before_push = push_more
        with pytest.raises(GitError, match="8 times in a row"):
            pushing.publish(compose)
        assert len(server.pushes()) == 8
        assert len(waits) == 7 and all(wait > 0 for wait in waits)
        server.before_push = None
        assert pushing.publish(compose).pushed
    assert remote_text(target, "note.md") == "a note"


def test_a_page_that_one_run_removed_and_another_did_not_touch_is_removed(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    slow = clone(target, tmp_path / "slow")
    write(target, "Tea", "News.")
    target.notion.trash(page(target, "Milk"))
    later(target)
    assert target.run().code == 0
    assert slow.run().code == 0
    check_consistent(target)
    assert [record["title"] for record in state_of(target).values()] == ["Tea"]


def test_links_to_a_database_of_another_job_are_written_by_a_clone_that_is_behind(
    target: Backup, tmp_path: Path
) -> None:
    notion = target.notion
    books = notion.add_database("Books", {})
    sea = notion.add_page(books, "Sea level")
    notion.append(
        page(target, "Tea"), [blocks.paragraph("See ", build.mention_page(sea, "Sea level"))]
    )
    later(target)
    wiki, books = notion.databases()
    first, second = clone(target, tmp_path / "one"), clone(target, tmp_path / "two")
    assert first.run(DATABASES=books).code == 0
    assert second.run(DATABASES=wiki).code == 0
    assert "../../books/sea-level/index.md" in remote_text(target, "wiki/tea/index.md")
    assert clone(target, tmp_path / "three").run(DATABASES=wiki).code == 0
    assert remote_commits(target) == 3


def test_both_runs_pages_stand_in_the_list_of_their_database(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    slow = clone(target, tmp_path / "slow")
    target.notion.add_page(target.notion.databases()[0], "Cocoa")
    later(target)
    assert target.run().code == 0
    target.notion.add_page(target.notion.databases()[0], "Water")
    later(target)
    assert slow.run().code == 0
    listed = remote_text(target, "wiki/README.md")
    assert all(f"{title}/index.md" in listed for title in ("cocoa", "milk", "tea", "water"))


def test_a_backup_that_was_taken_out_of_the_repository_is_made_again(
    target: Backup, tmp_path: Path
) -> None:
    later(target)
    assert target.run().code == 0
    slow = clone(target, tmp_path / "slow")
    target.git("rm", "-rq", "wiki", ".notion-sync.json")
    push(target)
    write(target, "Tea", "News.")
    ran = slow.run()
    assert ran.code == 0 and "2 new" in ran.log, ran.log
    check_consistent(target)
    assert len(state_of(target)) == 2


@pytest.mark.parametrize("text", ["", "{", "<<<<<<< a\n=======\n>>>>>>> b\n"])
def test_a_state_that_was_lost_or_broken_on_the_branch_costs_no_page(
    target: Backup, tmp_path: Path, text: str
) -> None:
    later(target)
    assert target.run().code == 0
    slow = clone(target, tmp_path / "slow")
    (target.folder / ".notion-sync.json").write_text(text)
    push(target, ".notion-sync.json")
    write(target, "Tea", "News.")
    ran = slow.run()
    assert ran.code == 1 and "Rebuilt from the 2 pages" in ran.log
    check_consistent(target)
    assert len(state_of(target)) == 2
    assert clone(target, tmp_path / "next").run().code == 0


def test_a_state_of_a_newer_version_on_the_branch_is_not_overwritten(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    slow = clone(target, tmp_path / "slow")
    text = target.text(".notion-sync.json").replace('"version": 2', '"version": 99')
    (target.folder / ".notion-sync.json").write_text(text)
    push(target, ".notion-sync.json")
    write(target, "Tea", "News.")
    ran = slow.run()
    assert ran.code == 1 and "newer version" in ran.log
    assert remote_text(target, ".notion-sync.json") == text.strip()


def test_a_run_in_a_folder_in_which_another_one_works_changes_nothing(target: Backup) -> None:
    with alone(target.folder):
        ran = target.run()
    assert ran.code == 1 and f"Another run is working in {target.folder}." in ran.log
    assert target.git("status", "--porcelain") == "" and remote_commits(target) == 1
    assert target.run().code == 0
