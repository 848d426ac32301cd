"""Publishing to a real remote, with everything that real repositories are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.demo import blocks
from tests.backups import Backup, backing_up, wiki


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    """A clone of a bare remote that holds one commit, and a Notion with two pages."""
    with backing_up(tmp_path / "seed", wiki("Tea", "Milk")) as seed:
        seed.git("init", "-q", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
        seed.git("remote", "add", "origin", str(tmp_path / "remote.git"))
        (seed.folder / "code.py").write_text("print()\n")
        push(seed, "code.py")
        yield clone(seed, tmp_path / "clone")


def clone(backup: Backup, folder: Path, *options: str) -> Backup:
    remote = backup.folder.parent / "remote.git"
    backup.git("clone", "-q", *options, remote.as_uri(), str(folder), folder=folder.parent)
    return Backup(folder, backup.notion, backup.server, backup.url)


def push(backup: Backup, *paths: str) -> None:
    backup.git("add", "--", *paths)
    backup.git("commit", "-q", "-m", "by hand")
    backup.git("push", "-q", "origin", "HEAD:main")


def remote_files(backup: Backup) -> list[str]:
    remote = backup.folder.parent / "remote.git"
    return backup.git("ls-tree", "-r", "--name-only", "main", folder=remote).splitlines()


def remote_commits(backup: Backup) -> int:
    remote = backup.folder.parent / "remote.git"
    return int(backup.git("rev-list", "--count", "main", folder=remote))


PAGES = ["wiki/README.md", "wiki/milk/index.md", "wiki/tea/index.md"]


def test_what_is_committed_is_pushed_beside_what_was_there(target: Backup) -> None:
    ran = target.run()
    assert ran.code == 0, ran.log
    assert remote_files(target) == [".notion-sync.json", "code.py", *PAGES]
    assert target.git("status", "--porcelain", "--branch") == "## main...origin/main"


def test_a_second_run_pushes_nothing_and_finds_its_state(target: Backup) -> None:
    target.run()
    assert "missing" not in target.run().log
    assert remote_commits(target) == 2


def test_a_checkout_that_is_behind_its_remote_is_no_obstacle(
    target: Backup, tmp_path: Path
) -> None:
    other = clone(target, tmp_path / "other")
    (other.folder / "more.py").write_text("x = 1\n")
    push(other, "more.py")
    assert target.run().code == 0
    assert {"more.py", *PAGES} <= set(remote_files(target))


def test_a_shallow_clone_and_a_detached_head_publish_to_the_branch_of_the_runner(
    target: Backup, tmp_path: Path
) -> None:
    (target.folder / "more.py").write_text("x = 1\n")
    push(target, "more.py")
    shallow = clone(target, tmp_path / "shallow", "--depth=1")
    shallow.git("checkout", "-q", "--detach")
    ran = shallow.run(GITHUB_REF="refs/heads/main", GITHUB_REF_NAME="main")
    assert ran.code == 0, ran.log
    assert remote_commits(shallow) == 3
    assert set(PAGES) <= set(remote_files(shallow))


def test_a_detached_head_without_a_branch_ends_in_a_sentence(target: Backup) -> None:
    target.git("checkout", "-q", "--detach")
    ran = target.run()
    assert ran.code == 1 and "No branch is checked out" in ran.log
    assert not (target.folder / "wiki").exists(), "it is told before anything is read"


def test_an_empty_remote_gets_its_first_commit(target: Backup, tmp_path: Path) -> None:
    empty = tmp_path / "empty.git"
    target.git("init", "-q", "--bare", "--initial-branch=main", str(empty))
    fresh = Backup(tmp_path / "fresh", target.notion, target.server, target.url)
    fresh.git("clone", "-q", str(empty), str(fresh.folder), folder=tmp_path)
    assert fresh.run().code == 0
    assert fresh.git("ls-tree", "-r", "--name-only", "main", folder=empty).splitlines() == [
        ".notion-sync.json",
        *PAGES,
    ]


def test_two_checkouts_of_one_state_publish_both_their_databases(
    target: Backup, tmp_path: Path
) -> None:
    books = target.notion.add_database("Books", {})
    target.notion.add_page(books, "Sea level")
    other = clone(target, tmp_path / "other")
    first, second = target.notion.databases()
    assert target.run(DATABASES=first).code == 0
    assert other.run(DATABASES=second).code == 0
    assert {*PAGES, "books/sea-level/index.md"} <= set(remote_files(target))
    again = clone(target, tmp_path / "again")
    assert again.run().code == 0 and remote_commits(again) == 3


def test_a_refused_push_is_told_in_the_words_of_the_remote_and_loses_nothing(
    target: Backup, tmp_path: Path
) -> None:
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text('#!/bin/sh\necho "Not allowed to push to protected branch main" >&2\nexit 1\n')
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    ran = target.run()
    assert ran.code == 1 and "Not allowed to push to protected branch main" in ran.log
    hook.unlink()
    assert target.run().code == 0
    assert set(PAGES) <= set(remote_files(target))
    assert target.git("status", "--porcelain") == ""


def test_the_bot_of_the_host_commits_on_a_runner_and_its_owner_on_a_laptop(target: Backup) -> None:
    target.run(GITHUB_ACTIONS="true")
    assert target.git("log", "-1", "--format=%an") == "github-actions[bot]"
    target.git("config", "user.name", "Ada")
    target.git("config", "user.email", "ada@example.com")
    page = target.notion.node(target.notion.source(target.notion.databases()[0])).children[0]
    target.notion.append(page, [blocks.paragraph("More.")])
    target.run()
    assert target.git("log", "-1", "--format=%an <%ae>") == "Ada <ada@example.com>"


def test_the_repositorys_own_hooks_and_git_variables_play_no_part(target: Backup) -> None:
    hook = target.folder / ".git/hooks/pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    assert target.run(GIT_DIR=os.devnull, GIT_INDEX_FILE=os.devnull).code == 0


def test_outside_of_a_repository_one_sentence_names_both_ways_out(
    target: Backup, tmp_path: Path
) -> None:
    bare = Backup(tmp_path / "bare", target.notion, target.server, target.url)
    bare.folder.mkdir()
    ran = bare.run()
    assert ran.code == 2 and "COMMIT=false" in ran.log and bare.files() == {}


def test_line_ends_and_bytes_are_committed_as_they_are(target: Backup) -> None:
    target.git("config", "core.autocrlf", "true")
    page = target.notion.node(target.notion.source(target.notion.databases()[0])).children[0]
    target.notion.append(page, [blocks.code("a\r\nb\n", "plain text")])
    assert target.run().code == 0
    path = "wiki/tea/index.md"
    committed = target.git("cat-file", "blob", f"HEAD:{path}").encode()
    assert committed.strip() == (target.folder / path).read_bytes().strip()
