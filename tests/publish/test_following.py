"""What was pushed is published, whatever becomes of the clone; and the clone follows, at the latest in the
next run."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
from pathlib import Path

import pytest

from backup.git import Git
from backup.model import Identity
from backup.publish import objects
from backup.publish.branches import Destination
from backup.publish.commits import Commit
from backup.publish.push import Pushing, Tip
from tests.support.backups import Backup, Hasty
from tests.support.publishing import (
    PAGES,
    at_remote,
    begin,
    clone,
    later,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    write,
)

LOCKS = ("index.lock", "refs/heads/main.lock", "HEAD.lock", "packed-refs.lock")


@pytest.mark.parametrize(
    "name, commits", [*((name, "run") for name in LOCKS), ("index.lock", "page")]
)
def test_a_lock_in_the_clone_does_not_make_a_push_undone_and_the_next_run_follows(
    target: Backup, tmp_path: Path, name: str, commits: str
) -> None:
    outputs = tmp_path / "outputs"
    lock = target.folder / ".git" / name
    lock.touch()
    ran = target.run(COMMIT=commits, GITHUB_OUTPUT=str(outputs), GITHUB_ACTIONS="true")
    assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target))
    tip = at_remote(target, "rev-parse", "main")
    lines = outputs.read_text().splitlines()
    assert tip in lines and lines[1] == "true"  # changed
    if name != "packed-refs.lock":
        assert "could not be updated to what was published" in ran.log and name in ran.log
    write(target, "Tea", "News.")
    again = target.run(COMMIT=commits)
    assert again.code == 0, again.log
    assert "News." in remote_text(target, "wiki/tea/index.md")
    lock.unlink()
    last = target.run(COMMIT=commits)
    assert last.code == 0 and "nothing to commit" in last.log and "not show" not in last.log
    is_clean(target)


def is_clean(target: Backup) -> None:
    assert target.git("status", "--porcelain", "--branch") == "## main...origin/main"
    assert target.git("for-each-ref", "refs/worktree/notion-backup-*") == ""


def test_a_lock_that_is_released_by_the_next_publication_does_not_disturb_it(
    target: Backup,
) -> None:
    lock = target.folder / ".git/index.lock"
    lock.touch()
    target.run()
    lock.unlink()
    target.notion.add_page(target.notion.databases()[0], "Cocoa")
    write(target, "Tea", "News.")
    assert target.run().code == 0
    is_clean(target)


@pytest.mark.parametrize("empty", [False, True])
def test_without_a_remote_the_commit_is_on_the_branch_and_the_index_follows_later(
    target: Backup, empty: bool
) -> None:
    target.git("remote", "remove", "origin")
    if empty:
        target.git("checkout", "-q", "--orphan", "fresh")
        target.git("rm", "-q", "-r", "--cached", ".")
        (target.folder / "code.py").unlink()
    lock = target.folder / ".git/index.lock"
    lock.touch()
    ran = target.run()
    assert ran.code == 0 and "could not be updated" in ran.log, ran.log
    assert set(PAGES) <= set(target.git("ls-tree", "-r", "--name-only", "HEAD").splitlines())
    lock.unlink()
    assert target.run().code == 0
    assert target.git("status", "--porcelain") == ""


def test_without_a_remote_a_branch_that_cannot_be_moved_is_an_error(target: Backup) -> None:
    target.git("remote", "remove", "origin")
    lock = target.folder / ".git/refs/heads/main.lock"
    lock.touch()
    target.stop = Hasty()
    ran = target.run()
    assert ran.code == 1 and "main.lock" in ran.log
    assert target.commits() == 1
    lock.unlink()
    assert target.run().code == 0
    assert target.git("status", "--porcelain") == ""


def test_a_branch_that_somebody_moved_meanwhile_is_left_where_it_is(
    target: Backup, tmp_path: Path
) -> None:
    lock = target.folder / ".git/refs/heads/main.lock"
    lock.touch()
    target.run()
    lock.unlink()
    target.git("stash", "-q", "-u")
    (target.folder / "mine.py").write_text("x = 1\n")
    target.git("add", "mine.py")
    target.git("commit", "-q", "-m", "mine")
    mine = target.git("rev-parse", "HEAD")
    target.git("stash", "pop", "-q")
    assert target.run().code == 0
    assert target.git("merge-base", mine, "HEAD") == mine
    assert "mine.py" not in target.git("status", "--porcelain")


def test_what_a_person_has_staged_stays_so_when_the_clone_follows_late(target: Backup) -> None:
    lock = target.folder / ".git/index.lock"
    lock.touch()
    target.run()
    lock.unlink()
    (target.folder / "mine.py").write_text("x = 1\n")
    target.git("add", "mine.py")
    assert target.run().code == 0
    assert target.git("status", "--porcelain") == "A  mine.py"


def test_a_filter_that_breaks_after_the_push_is_not_asked_again(target: Backup) -> None:
    """The index is set from what was committed, not from the work tree."""
    rules = "*.md filter=crypt\n.notion.json filter=crypt\ndatabase.csv filter=crypt\n"
    (target.folder / ".gitattributes").write_text(rules)
    push(target, ".gitattributes")
    limit = target.folder.parent / "limit"
    clean = f'sh -c "test ! -e {limit} && cat"'
    target.git("config", "filter.crypt.clean", clean)
    hook = target.folder.parent / "remote.git/hooks/post-receive"
    hook.write_text(f"#!/bin/sh\ntouch {limit}\n")
    hook.chmod(0o755)
    ran = target.run()
    assert ran.code == 0, ran.log
    limit.unlink()
    assert target.git("status", "--porcelain") == ""


def test_a_branch_that_is_started_again_never_overwrites_what_somebody_pushed_in_between(
    target: Backup, tmp_path: Path
) -> None:
    """Between the look at a branch for pull requests and the push, a person adds to it."""
    target.git("push", "-q", "origin", "HEAD:old")
    target.git("branch", "-q", "old")
    other = clone(target, tmp_path / "other")
    git = Git(target.folder, {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    to = Destination("old", "origin", (tmp_path / "remote.git").as_uri())
    pushing = Pushing(
        git, to, Identity("Bot", "bot@example.com"), base="main", sleep=lambda _: None
    )
    ours = objects.texts(git, {"ours.md": "ours\n"})
    tips: list[Tip] = []

    def compose(tip: Tip) -> list[Commit]:
        if not tips:
            (other.folder / "theirs.py").write_text("x = 1\n")
            push(other, "theirs.py", branch="old")
        tips.append(tip)
        return [Commit(ours, [], "Ours")]

    assert pushing.publish(compose).pushed
    assert set(remote_files(target, "old")) == {"code.py", "ours.md", "theirs.py"}
    assert len(tips) == 2
    assert remote_commits(target, "old") == 3


def test_a_run_that_is_killed_after_its_push_is_followed_by_the_next_one(
    target: Backup, tmp_path: Path
) -> None:
    target.run()
    write(target, "Tea", "News.")
    hook, pid = tmp_path / "remote.git/hooks/post-receive", tmp_path / "pid"
    hook.write_text(f"#!/bin/sh\nwhile [ ! -s {pid} ]; do sleep 0.1; done\nkill -9 $(cat {pid})\n")
    hook.chmod(0o755)
    job = begin(target)
    pid.write_text(f"{job.pid}\n")
    job.communicate(timeout=600)
    assert job.returncode == -signal.SIGKILL
    hook.unlink()
    assert "News." in remote_text(target, "wiki/tea/index.md")
    assert target.git("status", "--porcelain") != ""
    assert "nothing to commit" in target.run().log
    is_clean(target)


def test_a_push_that_was_refused_is_not_followed(target: Backup, tmp_path: Path) -> None:
    target.run()
    before = target.git("rev-parse", "main")
    write(target, "Tea", "News.")
    hook = tmp_path / "remote.git/hooks/update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    for _ in range(2):
        assert target.run().code == 1
        assert target.git("rev-parse", "main") == before
    hook.unlink()
    assert target.run().code == 0
    is_clean(target)


def test_a_remote_that_lacks_the_backup_gets_it_though_nothing_is_new(
    target: Backup, tmp_path: Path
) -> None:
    """The clone moved to another host, or the branch was deleted there."""
    target.run()
    at_remote(target, "update-ref", "-d", "refs/heads/main")
    assert "pushed to main" in target.run().log
    assert set(PAGES) <= set(remote_files(target))
    target.git("init", "-q", "--bare", str(tmp_path / "new.git"))
    target.git("remote", "set-url", "origin", (tmp_path / "new.git").as_uri())
    assert "pushed to main" in target.run().log
    there = target.git("ls-tree", "-r", "--name-only", "main", folder=tmp_path / "new.git")
    assert set(PAGES) <= set(there.splitlines())
    assert "nothing to commit" in target.run().log


def test_what_the_owner_did_not_push_yet_waits_for_a_change(target: Backup) -> None:
    target.run()
    (target.folder / "mine.py").write_text("x = 1\n")
    target.git("add", "mine.py")
    target.git("commit", "-q", "-m", "mine")
    assert "nothing to commit" in target.run().log
    assert "mine.py" not in remote_files(target)


def test_a_page_that_was_renamed_on_a_night_of_refused_pushes_leaves_nothing_behind(
    target: Backup, tmp_path: Path
) -> None:
    target.run()
    hook = tmp_path / "remote.git/hooks/update"
    tea = page(target, "Tea")
    for title, folder in (("Green tea", "wiki/green-tea"), ("Tea", "wiki/tea")):
        target.notion.rename(tea, title)
        later(target)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        assert target.run().code == 1
        hook.unlink()
        ran = target.run()
        assert ran.code == 0 and "was read" not in ran.log
        is_clean(target)
        assert f"{folder}/index.md" in remote_files(target)


def test_a_backup_that_starts_over_leaves_its_state_in_the_clone(target: Backup) -> None:
    """The history has a state that says the same."""
    target.environ["DATABASES"] = page(target, "Tea")
    target.run()
    target.git("rm", "-q", "-r", "tea", ".notion-sync.json")
    target.git("commit", "-q", "-m", "begin anew")
    target.git("push", "-q", "origin", "main")
    target.run()
    is_clean(target)
    assert target.run("status").code == 0


@pytest.mark.parametrize(
    ("settings", "is_packed"),
    [
        ({"gc.auto": "1"}, True),
        ({"gc.auto": "0"}, False),
        ({}, False),
        ({"gc.auto": "1", "gc.recentObjectsHook": "program"}, False),
    ],
)
def test_a_clone_is_packed_when_the_owner_says_so_and_no_program_would_be_run(
    target: Backup, settings: dict[str, str], is_packed: bool
) -> None:
    """Git looks into one folder of loose objects, and takes it for a 256th of all."""
    target.run()
    found = (content for number in range(5000) if blob(content := f"x{number}").startswith("17"))
    for content in itertools.islice(found, 3):
        (target.folder / "x").write_text(content)
        target.git("hash-object", "-w", "x")
    (target.folder / "x").unlink()
    for key, value in settings.items():
        target.git("config", key, value)
    write(target, "Tea", "News.")
    assert target.run().code == 0
    packs = [*(target.folder / ".git/objects/pack").glob("*.pack")]
    assert bool(packs) == is_packed
    is_clean(target)


def blob(content: str) -> str:
    return hashlib.sha1(f"blob {len(content)}\0{content}".encode()).hexdigest()
