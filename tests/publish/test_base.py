"""Each run begins with the published branch as it is now, whatever the clone it runs in looks like."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publish.clones import (
    CLONES,
    KINDS,
    costs_its_floor,
    emptied,
    with_picture,
)
from tests.support.backups import Backup
from tests.support.kitchen import read_since
from tests.support.publishing import (
    all_remote_files,
    at_remote,
    check_consistent,
    clone,
    later,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    state_of,
    write,
)


@pytest.mark.parametrize("kind", CLONES, ids=KINDS)
def test_an_unchanged_run_costs_its_floor_in_any_clone(
    target: Backup, tmp_path: Path, kind: Callable[[Backup, Path], Backup]
) -> None:
    with_picture(target)
    costs_its_floor(target, kind(target, tmp_path / "job"))


@pytest.mark.parametrize("kind", CLONES, ids=KINDS)
def test_no_clone_makes_a_run_remove_a_page_that_notion_has(
    target: Backup, tmp_path: Path, kind: Callable[[Backup, Path], Backup]
) -> None:
    """Also when Notion lists no row at all, and when a page cannot be read."""
    with_picture(target)
    files = remote_files(target)
    job = kind(target, tmp_path / "job")
    for each in ("Tea", "Milk"):
        target.notion.unshare(page(target, each))
    job.run()
    assert remote_files(target) == files
    for each in ("Tea", "Milk"):
        target.notion.share(page(target, each))
    write(target, "Milk", "Warm.")
    again = kind(target, tmp_path / "again")
    assert again.run().code == 0
    assert remote_files(target) == files
    check_consistent(target)
    assert "Warm." in remote_text(target, "wiki/milk/index.md")


@pytest.mark.parametrize("kind", CLONES, ids=KINDS)
def test_an_edit_a_rename_and_the_trash_arrive_from_any_clone(
    target: Backup, tmp_path: Path, kind: Callable[[Backup, Path], Backup]
) -> None:
    with_picture(target)
    tea = page(target, "Tea")
    target.notion.rename(tea, "Green tea")
    target.notion.trash(page(target, "Milk"))
    later(target)
    downloads = len(target.server.downloads)
    ran = kind(target, tmp_path / "job").run(ALLOW_MASS_DELETE="true")
    assert ran.code == 0 and "1 renamed, 1 removed" in ran.log, ran.log
    assert [path for path in remote_files(target) if path.startswith("wiki/")] == [
        "wiki/README.md",
        "wiki/database.csv",
        "wiki/green-tea/assets/1-a-plan.png",
        "wiki/green-tea/index.md",
    ]
    check_consistent(target)
    assert len(target.server.downloads) == downloads, "the picture was on the branch"


@pytest.mark.parametrize("shard", ["1/3", "2/3", "3/3"])
def test_a_shard_in_an_emptied_clone_removes_no_page_of_another_one(
    target: Backup, tmp_path: Path, shard: str
) -> None:
    for number in range(9):
        target.notion.add_page(target.notion.databases()[0], f"Page {number}")
    later(target)
    assert target.run().code == 0
    files = remote_files(target)
    assert emptied(target, tmp_path / "job").run(SHARD=shard).code == 0
    assert remote_files(target) == files


def test_shards_whose_pages_swap_titles_do_not_wait_for_each_other(
    target: Backup, tmp_path: Path
) -> None:
    """Each shard puts any page where the plan of all pages wants it, and reads its own."""
    for number in range(6):
        target.notion.add_page(target.notion.databases()[0], f"Page {number}")
    later(target)
    assert target.run().code == 0
    ids = [page(target, f"Page {number}") for number in range(6)]
    for number, id_ in enumerate(ids):
        target.notion.rename(id_, f"Page {(number + 1) % 6}")
    later(target)
    for shard in ("1/2", "2/2"):
        ran = clone(target, tmp_path / shard.replace("/", "-")).run(SHARD=shard)
        assert ran.code == 0, ran.log
    check_consistent(target)
    for number, id_ in enumerate(ids):
        record = state_of(target)[id_.replace("-", "")]
        assert record["folder"] == f"wiki/page-{(number + 1) % 6}"
        text = remote_text(target, f"{record['folder']}/index.md")
        assert f"# Page {(number + 1) % 6}\n" in text
    quiet = clone(target, tmp_path / "quiet")
    for shard in ("1/2", "2/2"):
        assert "nothing changed" in quiet.run(SHARD=shard).log


def test_shards_whose_pages_swap_databases_do_not_wait_for_each_other(
    target: Backup, tmp_path: Path
) -> None:
    notion = target.notion
    books = notion.add_database("Books", {})
    inside = [notion.add_page(books, f"Page {number}") for number in range(4)]
    outside = [notion.add_page(notion.databases()[0], f"Page {number}") for number in range(4)]
    later(target)
    assert target.run().code == 0
    for one, other in zip(inside, outside, strict=True):
        notion.move(one, notion.databases()[0])
        notion.move(other, books)
    later(target)
    for number, shard in enumerate(("1/2", "2/2", "1/2", "2/2")):
        ran = clone(target, tmp_path / f"{number}").run(SHARD=shard)
        assert ran.code == 0, ran.log
    check_consistent(target)
    folders = {id_: record["folder"] for id_, record in state_of(target).items()}
    assert all(folders[id_.replace("-", "")].startswith("wiki/") for id_ in inside)
    assert all(folders[id_.replace("-", "")].startswith("books/") for id_ in outside)


def test_a_job_that_names_one_database_keeps_the_others(target: Backup, tmp_path: Path) -> None:
    books = target.notion.add_database("Books", {})
    target.notion.add_page(books, "Sea level")
    later(target)
    assert target.run().code == 0
    files = remote_files(target)
    ran = emptied(target, tmp_path / "job").run(DATABASES=target.notion.databases()[0])
    assert ran.code == 0
    assert remote_files(target) == files


def test_nothing_is_missing_while_a_run_in_an_emptied_clone_publishes_as_it_goes(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    write(target, "Tea", "News.")
    files = set(remote_files(target))
    job = emptied(target, tmp_path / "job")
    assert job.run(PUBLISH_EVERY="1", COMMIT="page").code == 0
    for commit in at_remote(target, "rev-list", "main").splitlines()[:-1]:
        assert set(at_remote(target, "ls-tree", "-r", "--name-only", commit).splitlines()) >= files


def test_in_the_clone_of_a_branch_files_that_were_deleted_come_back_without_asking_notion(
    target: Backup,
) -> None:
    with_picture(target)
    before = target.files()
    shutil.rmtree(target.folder / "wiki")
    costs_its_floor(target, target)
    assert target.files() == before
    assert target.git("status", "--porcelain") == ""


def test_pages_that_were_deleted_on_the_branch_are_published_again(
    target: Backup, tmp_path: Path
) -> None:
    with_picture(target)
    files = all_remote_files(target)
    target.git("rm", "-rq", "wiki/tea", "wiki/README.md", "wiki/.notion.json")
    push(target)
    ran = clone(target, tmp_path / "job").run()
    assert ran.code == 0 and "its files were changed or deleted here" in ran.log
    assert all_remote_files(target) == files


def test_what_a_rewound_branch_lacks_is_published_again(target: Backup, tmp_path: Path) -> None:
    assert target.run().code == 0
    write(target, "Tea", "News.")
    job = clone(target, tmp_path / "job")
    assert job.run().code == 0
    person = clone(target, tmp_path / "person")
    person.git("reset", "-q", "--hard", "HEAD~1")
    person.git("push", "-q", "--force", "origin", "HEAD:main")
    for each in (job, clone(target, tmp_path / "fresh")):
        assert each.run().code == 0
        assert "News." in remote_text(target, "wiki/tea/index.md")
        person.git("push", "-q", "--force", "origin", "HEAD:main")


def test_a_branch_that_was_replaced_by_another_history_gets_every_page(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    other = clone(target, tmp_path / "other")
    other.git("checkout", "-q", "--orphan", "new")
    other.git("rm", "-rqf", ".")
    (tmp_path / "other/code.py").write_text("print()\n")
    push_new = ("push", "-q", "--force", "origin", "HEAD:main")
    other.git("add", "code.py")
    other.git("commit", "-q", "-m", "anew")
    other.git(*push_new)
    for _ in range(2):
        assert target.run().code == 0
        check_consistent(target)
        assert len(state_of(target)) == 2


def test_a_branch_of_its_own_is_continued_from_clones_of_the_default_branch(
    target: Backup, tmp_path: Path
) -> None:
    later(target)
    for number in range(2):
        job = clone(target, tmp_path / f"job-{number}", "--depth=1")
        assert job.run(BRANCH="notion").code == 0
    assert at_remote(target, "rev-list", "--count", "main..notion") == "1"
    target.notion.trash(page(target, "Milk"))
    later(target)
    ran = clone(target, tmp_path / "third", "--depth=1").run(
        BRANCH="notion", ALLOW_MASS_DELETE="true"
    )
    assert ran.code == 0 and "1 removed" in ran.log
    assert "wiki/milk/index.md" not in remote_files(target, "notion")


def test_a_dry_run_of_a_fresh_clone_foresees_what_the_branch_lacks(
    target: Backup, tmp_path: Path
) -> None:
    later(target)
    assert clone(target, tmp_path / "one").run(BRANCH="notion").code == 0
    write(target, "Tea", "News.")
    ran = clone(target, tmp_path / "two").run("--dry-run", BRANCH="notion")
    assert ran.code == 0 and "1 to read" in ran.log and "1 updated" in ran.log, ran.log


def test_a_clone_with_a_commit_of_its_own_is_continued(target: Backup) -> None:
    """On a laptop: the branch is one commit ahead of the remote."""
    assert target.run().code == 0
    (target.folder / "code.py").write_text("print(1)\n")
    target.git("commit", "-qam", "by hand")
    write(target, "Tea", "News.")
    assert target.run().code == 0
    assert target.git("status", "--porcelain") == ""
    assert target.git("rev-parse", "HEAD") == at_remote(target, "rev-parse", "main")
    target.git("pull", "-q", "--rebase")


def test_a_clone_that_diverged_gets_instructions(target: Backup, tmp_path: Path) -> None:
    assert target.run().code == 0
    other = clone(target, tmp_path / "other")
    (other.folder / "other.py").write_text("")
    push(other, "other.py")
    (target.folder / "code.py").write_text("print(1)\n")
    target.git("commit", "-qam", "by hand")
    write(target, "Milk", "Warm.")
    assert "was not moved" not in target.run(GITHUB_ACTIONS="true").log, (
        "nobody keeps a job's clone"
    )
    write(target, "Tea", "News.")
    ran = target.run()
    assert ran.code == 0
    said = re.search(
        r"git stash --include-untracked, then git pull --rebase, then git stash drop", ran.log
    )
    assert said, ran.log
    assert "News." in remote_text(target, "wiki/tea/index.md")
    target.git("stash", "-q", "--include-untracked")
    target.git("pull", "-q", "--rebase")
    target.git("stash", "drop", "-q")
    assert "News." in target.text("wiki/tea/index.md")


@pytest.mark.parametrize("make", [clone, emptied], ids=["fresh", "emptied"])
def test_a_setting_that_changes_every_text_arrives_on_the_branch(
    target: Backup, tmp_path: Path, make: Callable[[Backup, Path], Backup]
) -> None:
    with_picture(target)
    ran = make(target, tmp_path / "job").run(FRONT_MATTER="true")
    assert ran.code == 0, ran.log
    assert remote_text(target, "wiki/tea/index.md").startswith("---")
    check_consistent(target)


def test_without_a_listing_nothing_is_committed(target: Backup) -> None:
    before = remote_commits(target)
    target.notion.unshare(target.notion.databases()[0])
    assert target.run().code != 0
    assert remote_commits(target) == before


def test_an_empty_database_is_not_committed(target: Backup, tmp_path: Path) -> None:
    empty = target.notion.add_database("Empty", {})
    ran = clone(target, tmp_path / "job").run(DATABASES=empty)
    assert ran.code == 0
    assert remote_files(target) == ["code.py"]


def test_a_run_that_was_not_published_is_published_by_the_next_one_of_that_clone(
    target: Backup, tmp_path: Path
) -> None:
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    later(target)
    assert target.run().code == 1
    hook.unlink()
    asked = len(target.server.requests)
    assert target.run().code == 0
    assert read_since(target, asked) == set()
    check_consistent(target)


@pytest.mark.parametrize("text", ["Somebody was here.\n", "---\ntitle: Tea\n---\n", ""])
def test_a_text_that_its_owner_replaced_before_the_first_publication_is_read_again(
    target: Backup, tmp_path: Path, text: str
) -> None:
    """A folder that was only written so far is published: all that lies there counts as read, but for
    what does not say which page it is."""
    assert target.run(COMMIT="false").code == 0
    (target.folder / "wiki/tea/index.md").write_text(text)
    asked = len(target.server.requests)
    ran = target.run()
    assert ran.code == 0, ran.log
    assert read_since(target, asked) == {page(target, "Tea")}
    assert "# Tea" in remote_text(target, "wiki/tea/index.md")
    check_consistent(target)
    costs_its_floor(target, clone(target, tmp_path / "next"))


def test_a_line_that_its_owner_added_before_the_first_publication_is_published(
    target: Backup,
) -> None:
    assert target.run(COMMIT="false").code == 0
    with (target.folder / "wiki/tea/index.md").open("a") as text:
        text.write("\nMine.\n")
    assert target.run().code == 0
    assert remote_text(target, "wiki/tea/index.md").endswith("\nMine.")


def test_a_page_that_was_trashed_since_a_run_could_not_publish_it_is_removed(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run().code == 0
    write(target, "Tea", "News.")
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert target.run().code == 1
    hook.unlink()
    target.notion.trash(page(target, "Tea"))
    later(target)
    assert target.run().code == 0
    assert "wiki/tea/index.md" not in remote_files(target)
    check_consistent(target)
