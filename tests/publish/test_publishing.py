"""Publishing to a real remote, with everything that real repositories are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from backup.git import Git
from backup.services import publisher
from backup.settings import Settings
from fakenotion import blocks
from fakenotion.faults import error
from tests.publish.clones import with_picture
from tests.support.backups import Backup
from tests.support.publishing import (
    PAGES,
    check_consistent,
    later,
    page,
    push,
    remote_commits,
    remote_files,
    remote_text,
    write,
)


def test_what_is_committed_is_pushed_beside_what_was_there(target: Backup) -> None:
    ran = target.run()
    assert ran.code == 0 and "was not moved" not in ran.log, ran.log
    assert remote_files(target) == [".notion-sync.json", "code.py", *PAGES]
    assert target.git("status", "--porcelain", "--branch") == "## main...origin/main"


def test_a_second_run_pushes_nothing_and_finds_its_state(target: Backup) -> None:
    target.run()
    assert "missing" not in target.run().log
    assert remote_commits(target) == 2


def test_every_store_of_the_branch_is_read_however_many_there_are(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    git = Git(tmp_path, environ)
    git.run("init", "-q", "-b", "main")
    stores = {f"{number}/.notion.json": f"{number}".encode() for number in range(101)}
    for path, content in stores.items():
        (tmp_path / "notes" / path).parent.mkdir(parents=True)
        (tmp_path / "notes" / path).write_bytes(content)
    git.run("add", "-A")
    git.using(("user.name", "A"), ("user.email", "a@example.com")).run("commit", "-qm", "all")
    settings = Settings.read({}, {"NOTION_TOKEN": "ntn_1", "DATABASES": "1" * 32}).publishing
    branch = publisher(settings, tmp_path, tmp_path / "notes", environ, ())
    branch.base(only_read=True)
    assert dict(branch.stores([*stores, "away/.notion.json"])) == stores


def test_a_detached_head_without_a_branch_ends_in_a_sentence(target: Backup) -> None:
    target.git("checkout", "-q", "--detach")
    ran = target.run()
    assert ran.code == 1 and "No branch is checked out" in ran.log
    assert not (target.folder / "wiki").exists(), "it is reported before anything is read"


def test_a_refused_push_ends_in_one_sentence_and_loses_nothing(
    target: Backup, tmp_path: Path
) -> None:
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text('#!/bin/sh\necho "Not allowed to push to protected branch main" >&2\nexit 1\n')
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    ran = target.run()
    assert ran.code == 1 and "Not allowed to push to the protected branch main." in ran.log
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
    ran = bare.run(COMMIT="true")
    assert ran.code == 2 and "COMMIT=false" in ran.log and bare.files() == {}


def test_what_its_owner_added_to_a_page_that_only_moves_is_not_published(target: Backup) -> None:
    """The page cannot be read just now: its last good copy, as the branch has it, gets the new folder."""
    with_picture(target)
    tea = page(target, "Tea")
    with (target.folder / "wiki/tea/index.md").open("a") as text:
        text.write("\nMine.\n")
    target.notion.rename(tea, "Green tea")
    later(target)
    target.fail(f"/blocks/{tea}", error(400))
    ran = target.run()
    assert ran.code == 1, ran.log
    text = remote_text(target, "wiki/green-tea/index.md")
    assert "# Tea" in text and "Mine." not in text
    check_consistent(target)


def test_a_page_that_moves_without_a_file_that_the_branch_lost_keeps_no_other_one_back(
    target: Backup,
) -> None:
    with_picture(target)
    target.git("rm", "-q", "wiki/tea/assets/1-a-plan.png")
    push(target)
    tea = page(target, "Tea")
    target.notion.rename(tea, "Green tea")
    write(target, "Milk", "Warm.")
    target.fail(f"/blocks/{tea}", error(400))
    ran = target.run()
    assert ran.code == 1, ran.log
    assert "Warm." in remote_text(target, "wiki/milk/index.md")
