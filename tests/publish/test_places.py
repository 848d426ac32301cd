"""Which repository a backup goes to: the one that its folder lies in, and never by accident into one around
the workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.backups import Backup
from tests.support.git_server import GitServer
from tests.support.publishing import PAGES, at_remote, push, remote_files, runner, write

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/code",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_EVENT_NAME": "pull_request",
}


@pytest.fixture
def workspace(target: Backup, tmp_path: Path) -> Backup:
    """A folder without a repository of its own, in which one was checked out with `path: wiki`."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    shutil.move(target.folder, folder / "wiki")
    return Backup(folder, target.notion, target.server, target.url, {"COMMIT": "true"})


def inside(workspace: Backup, name: str = "wiki") -> Backup:
    return Backup(workspace.folder / name, workspace.notion, workspace.server, workspace.url)


@pytest.mark.parametrize("given", [{}, JOB])
@pytest.mark.parametrize("below", ["", "docs/notes/"])
def test_a_clone_below_the_workspace_gets_what_lies_in_it(
    workspace: Backup, given: dict[str, str], below: str
) -> None:
    output = f"wiki/{below}".rstrip("/")
    ran = workspace.run(OUTPUT_DIR=output, **given)
    assert ran.code == 0, ran.log
    pages = [f"{below}{path}" for path in (".notion-sync.json", *PAGES)]
    assert sorted(remote_files(workspace)) == sorted(["code.py", *pages])
    assert inside(workspace).git("status", "--porcelain") == ""
    assert sorted(path.name for path in workspace.folder.iterdir()) == ["wiki"]
    assert "nothing to commit" in workspace.run(OUTPUT_DIR=output, **given).log


@pytest.mark.parametrize("folder", ["(wiki)", "+wiki", "-wiki/in", "!", "wiki,'n'more"])
def test_a_folder_of_any_name_that_is_accepted_is_published(target: Backup, folder: str) -> None:
    ran = target.run(DATABASES=f"{folder} = {target.notion.databases()[0]}")
    assert ran.code == 0, ran.log
    assert f"{folder}/tea/index.md" in remote_files(target)


@pytest.mark.parametrize("given", [{}, JOB])
def test_a_clone_inside_of_a_repository_is_meant_when_the_folder_lies_in_it(
    target: Backup, tmp_path: Path, given: dict[str, str]
) -> None:
    target.git("clone", "-q", (tmp_path / "remote.git").as_uri(), "wiki-repository")
    before = target.git("status", "--porcelain"), target.git("rev-parse", "HEAD")
    ran = target.run(OUTPUT_DIR="wiki-repository", **given)
    assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target))
    assert (target.git("status", "--porcelain"), target.git("rev-parse", "HEAD")) == before
    assert target.git("status", "--porcelain") == "?? wiki-repository/"


def test_a_submodule_is_published_to_its_own_default_branch_by_a_job(
    target: Backup, tmp_path: Path
) -> None:
    target.git(
        "clone", "-q", "--bare", (tmp_path / "remote.git").as_uri(), str(tmp_path / "outer.git")
    )
    outer = Backup(tmp_path / "outer", target.notion, target.server, target.url)
    outer.git("clone", "-q", str(tmp_path / "outer.git"), str(outer.folder), folder=tmp_path)
    url = (tmp_path / "remote.git").as_uri()
    outer.git("clone", "-q", url, "parts")
    outer.git("config", "-f", ".gitmodules", "submodule.parts.path", "parts")
    outer.git("config", "-f", ".gitmodules", "submodule.parts.url", url)
    push(outer, "parts", ".gitmodules")
    outer.git("checkout", "-q", "--detach", folder=outer.folder / "parts")
    laptop = outer.run(OUTPUT_DIR="parts")
    assert laptop.code == 1 and "No branch is checked out" in laptop.log
    ran = outer.run(OUTPUT_DIR="parts", **{**JOB, "GITHUB_REF": "refs/heads/other"})
    assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target))
    assert at_remote(target, "branch", "--format=%(refname:short)") == "main"
    there = outer.git("ls-tree", "-r", "--name-only", "main", folder=tmp_path / "outer.git")
    assert there.splitlines() == [".gitmodules", "code.py", "parts"]


def test_started_in_a_subfolder_it_says_where_to_start(
    target: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a second backup would begin there."""
    (target.folder / "docs/deep").mkdir(parents=True)
    monkeypatch.chdir(target.folder / "docs/deep")
    ran = target.run(GITHUB_WORKSPACE="", OUTPUT_DIR="notes")
    assert ran.code == 2, ran.log
    assert f"is inside the repository {target.folder.resolve()}, but is not its root" in ran.log
    assert "OUTPUT_DIR=docs/deep/notes" in ran.log
    assert not list((target.folder / "docs/deep").iterdir())
    monkeypatch.chdir(target.folder)
    assert target.run(GITHUB_WORKSPACE="", OUTPUT_DIR="docs/deep/notes").code == 0
    assert "docs/deep/notes/.notion-sync.json" in remote_files(target)


def test_a_workspace_in_somebodys_repository_is_not_taken_for_a_checkout(target: Backup) -> None:
    """A runner may keep its workspaces below a home that is in git itself."""
    folder = target.folder / "work/acme/wiki"
    folder.mkdir(parents=True)
    within = Backup(folder, target.notion, target.server, target.url)
    ran = within.run(COMMIT="true", GITHUB_ACTIONS="true")
    assert ran.code == 2 and "Check it out first (actions/checkout)" in ran.log
    assert remote_files(target) == ["code.py"]
    assert within.run(COMMIT="false").code == 0
    assert set(PAGES) <= within.files().keys()


def test_links_lead_into_the_repository_that_was_published_to(
    target: Backup, host: GitServer, tmp_path: Path
) -> None:
    workspace = Backup(tmp_path, target.notion, target.server, target.url, target.environ)
    summary = tmp_path / "summary"
    write(target, "Tea", "News.")
    given = runner(host, GITEA_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    ran = workspace.run(COMMIT="true", OUTPUT_DIR="clone", **given)
    assert ran.code == 0, ran.log
    tip = at_remote(target, "rev-parse", "main")
    assert f"{host.url}/acme/wiki/src/commit/{tip}/wiki/tea/index.md" in summary.read_text()
