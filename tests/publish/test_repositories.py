"""Publishing to every kind of repository that a workflow may check out: real git, real remotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakenotion import blocks, build
from tests.support.backups import Backup
from tests.support.looking import look
from tests.support.publishing import (
    PAGES,
    at_remote,
    clone,
    later,
    page,
    published_to,
    push,
    remote_commits,
    remote_files,
    remote_text,
    write,
)

RUNNER = {"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main"}


def run(target: Backup, **environ: str) -> str:
    """Back up; the commit that was made is on the remote, and the log has no complaint."""
    ran = target.run(**environ)
    assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target)), ran.log
    return ran.log


def test_a_checkout_that_is_behind_its_remote_does_not_matter_and_stays_as_it_is(
    target: Backup, tmp_path: Path
) -> None:
    other = clone(target, tmp_path / "other")
    (other.folder / "more.py").write_text("x = 1\n")
    push(other, "more.py")
    before = target.git("rev-parse", "HEAD")
    run(target)
    assert "more.py" in remote_files(target)
    assert target.git("rev-parse", "HEAD") == before
    assert target.git("rev-parse", "--is-shallow-repository") == "false"


def test_a_shallow_clone_with_a_detached_head_keeps_its_depth(
    target: Backup, tmp_path: Path
) -> None:
    (target.folder / "more.py").write_text("x = 1\n")
    push(target, "more.py")
    shallow = clone(target, tmp_path / "shallow", "--depth=1")
    shallow.git("checkout", "-q", "--detach")
    run(shallow, **RUNNER)
    assert remote_commits(shallow) == 3
    assert shallow.commits() == 1


def test_a_shallow_clone_that_is_behind_publishes_without_losing_its_history(
    target: Backup, tmp_path: Path
) -> None:
    for name in ("a.py", "b.py"):
        (target.folder / name).write_text("x = 1\n")
        push(target, name)
    shallow = clone(target, tmp_path / "shallow", "--depth=2")
    (target.folder / "c.py").write_text("x = 1\n")
    push(target, "c.py")
    run(shallow)
    assert {"a.py", "b.py", "c.py"} <= set(remote_files(shallow))
    assert (remote_commits(shallow), shallow.commits()) == (5, 2)


def test_a_scheduled_run_on_an_old_commit_publishes_onto_the_tip(target: Backup) -> None:
    """Gitea starts scheduled runs on the commit of the last push that its scheduler saw."""
    run(target)
    write(target, "Tea", "News.")
    target.git("checkout", "-q", "--detach", "HEAD~1")
    run(target, **{**RUNNER, "GITHUB_REF": "main", "GITHUB_REF_NAME": ""})
    assert remote_commits(target) == 3
    assert "News." in remote_text(target, "wiki/tea/index.md")


def test_a_second_run_on_an_old_commit_finds_that_all_is_there(target: Backup) -> None:
    write(target, "Tea", "News.")
    target.git("checkout", "-q", "--detach")
    run(target, **RUNNER)
    target.git("clean", "-fdxq")
    assert "nothing to commit" in run(target, **RUNNER)
    assert remote_commits(target) == 2


def test_an_empty_remote_gets_its_first_commit_and_its_clone_a_branch(
    target: Backup, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.git"
    target.git("init", "-q", "--bare", "--initial-branch=main", str(empty))
    fresh = Backup(tmp_path / "fresh", target.notion, target.server, target.url)
    fresh.git("clone", "-q", str(empty), str(fresh.folder), folder=tmp_path)
    assert fresh.run().code == 0
    listed = fresh.git("ls-tree", "-r", "--name-only", "main", folder=empty)
    assert set(listed.splitlines()) >= {".notion-sync.json", *PAGES}
    assert fresh.git("status", "--porcelain") == ""


def test_a_branch_that_is_new_begins_with_what_is_checked_out(target: Backup) -> None:
    before = target.git("status", "--porcelain", "--branch")
    ran = target.run(BRANCH="notes")
    assert ran.code == 0, ran.log
    assert "was not moved" not in ran.log, "nobody expects it of another branch"
    assert remote_files(target, "notes") == [".notion-sync.json", "code.py", *PAGES]
    assert remote_files(target) == ["code.py"]
    assert target.git("branch", "--format=%(refname:short)") == "main"
    assert target.git("status", "--porcelain", "--branch").startswith(before)
    assert "nothing to commit" in target.run(BRANCH="notes").log


def test_a_repository_without_a_remote_gets_a_commit_on_its_branch(target: Backup) -> None:
    target.git("remote", "remove", "origin")
    assert target.run().code == 0
    assert target.commits() == 2
    assert target.git("status", "--porcelain") == ""
    write(target, "Tea", "News.")
    assert target.run(BRANCH="notes").code == 0
    assert "News." in target.git("show", "notes:wiki/tea/index.md")
    assert "News." not in target.git("show", "main:wiki/tea/index.md")
    assert target.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_what_a_person_has_changed_and_staged_is_neither_committed_nor_touched(
    target: Backup,
) -> None:
    for name in ("staged.py", "changed.py", "both.py", "removed.py"):
        (target.folder / name).write_text("old\n")
    push(target, "staged.py", "changed.py", "both.py", "removed.py")
    for name in ("staged.py", "both.py"):
        (target.folder / name).write_text("staged\n")
    (target.folder / "new.py").write_text("new\n")
    target.git("add", "staged.py", "both.py", "new.py")
    target.git("rm", "-q", "--cached", "removed.py")
    for name in ("changed.py", "both.py"):
        (target.folder / name).write_text("changed\n")
    (target.folder / "untracked.py").write_text("x\n")
    before = target.git("status", "--porcelain"), target.git("diff"), target.git("diff", "--cached")
    run(target)
    after = target.git("status", "--porcelain"), target.git("diff"), target.git("diff", "--cached")
    assert after == before
    assert remote_text(target, "both.py") == remote_text(target, "staged.py") == "old"
    assert "new.py" not in remote_files(target) and "removed.py" in remote_files(target)


def test_gitignore_keeps_no_page_out(target: Backup) -> None:
    (target.folder / ".gitignore").write_text("*.md\n*.json\nwiki/\n")
    push(target, ".gitignore")
    run(target)
    assert ".notion-sync.json" in remote_files(target)
    write(target, "Tea", "News.")
    run(target)
    assert "News." in remote_text(target, "wiki/tea/index.md")
    assert target.git("status", "--porcelain") == ""


def test_a_sparse_checkout_loses_nothing_that_it_does_not_show(
    target: Backup, tmp_path: Path
) -> None:
    for name in ("a/one.py", "b/two.py"):
        (target.folder / name).parent.mkdir()
        (target.folder / name).write_text("x = 1\n")
    push(target, "a/one.py", "b/two.py")
    sparse = clone(target, tmp_path / "sparse", "--sparse", "--filter=blob:none")
    sparse.git("sparse-checkout", "set", "a")
    run(sparse)
    assert {"a/one.py", "b/two.py", "code.py"} <= set(remote_files(sparse))
    assert sparse.git("status", "--porcelain") == ""
    write(sparse, "Tea", "News.")
    run(sparse)
    assert "b/two.py" in remote_files(sparse)


def test_line_ends_and_bytes_are_committed_as_they_are(target: Backup) -> None:
    target.git("config", "core.autocrlf", "true")
    (target.folder / ".gitattributes").write_text("*.md text eol=crlf\n*.json ident\n")
    push(target, ".gitattributes")
    target.notion.append(page(target, "Tea"), [blocks.code("a\r\nb\n", "plain text")])
    run(target)
    path = "wiki/tea/index.md"
    committed = at_remote(target, "cat-file", "blob", f"main:{path}").encode()
    assert committed.strip() == (target.folder / path).read_bytes().strip()


def test_submodules_stay_where_they_are(target: Backup, tmp_path: Path) -> None:
    # What `git submodule add` makes; that command is a shell script, and needs more than git.
    url = (tmp_path / "remote.git").as_uri()
    target.git("-c", "protocol.file.allow=always", "clone", "-q", url, "parts")
    target.git("config", "-f", ".gitmodules", "submodule.parts.path", "parts")
    target.git("config", "-f", ".gitmodules", "submodule.parts.url", url)
    push(target, "parts", ".gitmodules")
    before = at_remote(target, "ls-tree", "main", "parts")
    assert before.startswith("160000 commit")
    (target.folder / "parts/code.py").write_text("changed\n")
    run(target)
    assert at_remote(target, "ls-tree", "main", "parts") == before
    assert target.git("status", "--porcelain") == "M parts"


def test_a_repository_with_sha256_objects_works_like_any_other(tmp_path: Path) -> None:
    with published_to(tmp_path, object_format="sha256") as target:
        run(target)
        target.notion.rename(page(target, "Tea"), "Green tea")
        target.notion.trash(page(target, "Milk"))
        target.notion.add_page(target.notion.databases()[0], "Cocoa")
        later(target)
        assert target.run().code == 0
        assert remote_files(target) == [
            *(".notion-sync.json", "code.py", "wiki/README.md", "wiki/cocoa/index.md"),
            *("wiki/database.csv", "wiki/green-tea/index.md"),
        ]
        assert target.git("status", "--porcelain") == ""


def test_a_linked_worktree_publishes_its_own_branch_and_leaves_the_other_alone(
    target: Backup, tmp_path: Path
) -> None:
    target.git("worktree", "add", "-q", "-b", "notes", str(tmp_path / "linked"))
    linked = Backup(tmp_path / "linked", target.notion, target.server, target.url)
    before = target.git("rev-parse", "HEAD"), target.git("status", "--porcelain")
    assert linked.run().code == 0
    assert set(PAGES) <= set(remote_files(target, "notes"))
    assert remote_files(target) == ["code.py"]
    assert linked.git("status", "--porcelain") == ""
    assert (target.git("rev-parse", "HEAD"), target.git("status", "--porcelain")) == before


def test_a_backup_below_the_root_is_published_below_the_root(target: Backup) -> None:
    ran = target.run(OUTPUT_DIR="docs/notes")
    assert ran.code == 0, ran.log
    below = [f"docs/notes/{path}" for path in (".notion-sync.json", *PAGES)]
    assert remote_files(target) == ["code.py", *below]
    assert target.git("status", "--porcelain") == ""
    assert "nothing to commit" in target.run(OUTPUT_DIR="docs/notes").log
    write(target, "Tea", "News.")
    assert target.run(OUTPUT_DIR="docs/notes").code == 0
    assert "News." in remote_text(target, "docs/notes/wiki/tea/index.md")


def test_no_reference_and_no_lock_is_left_behind(target: Backup) -> None:
    before = target.git("for-each-ref", "--format=%(refname)")
    run(target)
    assert target.git("for-each-ref", "--format=%(refname)") == before
    assert not list((target.folder / ".git").rglob("*.lock"))


def test_a_file_that_somebody_put_in_the_place_of_a_page_meanwhile_is_not_overwritten(
    target: Backup, tmp_path: Path
) -> None:
    other = clone(target, tmp_path / "other")
    (other.folder / "wiki/tea").mkdir(parents=True)
    (other.folder / "wiki/tea/index.md").write_text("mine\n")
    (other.folder / "wiki/README.md").write_text("mine, too\n")
    push(other, "wiki")
    ran = target.run()
    assert "Tea" in ran.log and "was not published" in ran.log
    assert remote_text(target, "wiki/tea/index.md") == "mine"
    assert remote_text(target, "wiki/README.md") == "mine, too"
    assert "wiki/milk/index.md" in remote_files(target)
    again = clone(target, tmp_path / "again").run()
    assert again.code == 1 and "wiki/tea/index.md exists and is not part of the backup" in again.log


def test_a_folder_that_somebody_made_into_a_file_meanwhile_stays_a_file(
    target: Backup, tmp_path: Path
) -> None:
    other = clone(target, tmp_path / "other")
    (other.folder / "wiki").write_text("a file\n")
    push(other, "wiki")
    ran = target.run()
    assert "was not published" in ran.log
    assert remote_files(target) == [".notion-sync.json", "code.py", "wiki"]


def test_a_remote_by_another_name_is_used_when_it_is_the_only_one(target: Backup) -> None:
    target.git("remote", "rename", "origin", "upstream")
    run(target)


@pytest.mark.parametrize("conversion", ["core.autocrlf=true", "core.eol=crlf"])
def test_a_clone_that_converts_line_ends_has_the_backup_all_the_same(
    target: Backup, tmp_path: Path, conversion: str
) -> None:
    """Git for Windows sets clones up like this."""
    if conversion == "core.eol=crlf":
        (target.folder / ".gitattributes").write_text("*.md text\n*.json text\n*.txt text\n")
        push(target, ".gitattributes")
    tea = page(target, "Tea")
    target.notion.add_page(target.notion.databases()[0], "Oat\r\nmilk")
    kept = target.notion.files.keep("notes.txt", b"one\ntwo\n")
    code = blocks.code("a\r\nb", "python")
    target.notion.append(tea, [blocks.media("file", build.hosted(kept)), code])
    later(target)
    run(target)
    texts = [path for path in remote_files(target) if "/attachments/" not in path]
    assert not any(b"\r" in (target.folder / path).read_bytes() for path in texts)
    kept_same = [f"main:wiki/tea/{name}" for name in (".notion.json", "attachments/notes.txt")]
    before = at_remote(target, "rev-parse", *kept_same)
    there = clone(target, tmp_path / "there", "-c", conversion)
    folder = there.folder / "wiki/tea"
    assert b"\r\n" in (folder / ".notion.json").read_bytes()
    assert b"\r\n" in (folder / "attachments/notes.txt").read_bytes()
    checked = there.run("verify")
    assert checked.code == 0, checked.log
    planned = look(there.folder, "restore", "wiki/tea")
    assert planned.code == 0, planned.err
    again = there.run(FRONT_MATTER="true")
    assert again.code == 0 and again.log.count("from its store") == 3, again.log
    assert at_remote(there, "rev-parse", *kept_same) == before


def test_what_cannot_be_verified_costs_no_page_its_publication(target: Backup) -> None:
    """An object of the clone is damaged: of a page that nobody edits."""
    target.run()
    name = target.git("rev-parse", "main:wiki/milk/index.md")
    damaged = target.folder / ".git/objects" / name[:2] / name[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-20])
    write(target, "Tea", "News.")
    ran = target.run(VERIFY="true")
    assert ran.code == 1 and "verifying: git cat-file failed: " in ran.log, ran.log
    assert "News." in remote_text(target, "wiki/tea/index.md")
