"""Repositories that keep pictures in Git LFS: ours go there too, or the run says why it cannot."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support import lfs_program
from tests.support.backups import Backup
from tests.support.publishing import (
    at_remote,
    later,
    over_http,
    page,
    published_to,
    push,
    remote_commits,
    remote_files,
    write,
)

OTHER = PNG + b"another"
PROGRAM = Path(lfs_program.__file__)
PICTURE = "wiki/tea/assets/1-a-view.png"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    """Pictures belong into Git LFS, and a page has one."""
    with published_to(tmp_path) as target:
        (target.folder / ".gitattributes").write_text("*.png filter=lfs diff=lfs merge=lfs -text\n")
        push(target, ".gitattributes")
        show(target, "A view", PNG)
        yield target


@pytest.fixture
def stand_in(tmp_path: Path) -> str:
    """A PATH with the stand-in on it."""
    script = tmp_path / "bin/git-lfs"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{PROGRAM}" "$@"\n')
    script.chmod(0o755)
    return f"{script.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(params=["stand-in", "git-lfs"])
def path(stand_in: str, request: pytest.FixtureRequest) -> str:
    """A PATH with git-lfs on it: the stand-in, and the real one where it is installed."""
    if request.param == "stand-in":
        return stand_in
    if not shutil.which("git-lfs"):
        pytest.skip("git-lfs is not installed")
    return os.environ["PATH"]


@pytest.fixture
def without(tmp_path: Path) -> str:
    """A PATH without git-lfs: git alone."""
    folder = tmp_path / "without"
    folder.mkdir()
    git = shutil.which("git")
    assert git
    (folder / "git").symlink_to(git)
    return str(folder)


def show(target: Backup, name: str, content: bytes) -> None:
    kept = target.notion.files.keep("view.png", content)
    later(target)
    media = blocks.media("image", build.hosted(kept), name)
    target.notion.append(page(target, "Tea"), [media])
    later(target)


def uploaded(target: Backup) -> set[bytes]:
    """The contents that the remote has in Git LFS."""
    folder = target.folder.parent / "remote.git/lfs/objects"
    return {each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_image_is_stored_through_git_lfs_and_uploaded_before_the_push(
    target: Backup, path: str
) -> None:
    ran = target.run(PATH=path)
    assert ran.code == 0, ran.log
    id_ = hashlib.sha256(PNG).hexdigest()
    pointer = at_remote(target, "cat-file", "blob", f"main:{PICTURE}")
    assert pointer.splitlines()[1] == f"oid sha256:{id_}"
    assert uploaded(target) == {PNG}
    assert (target.folder / PICTURE).read_bytes() == PNG
    assert at_remote(target, "cat-file", "blob", "main:wiki/tea/index.md").startswith("# Tea")


def test_a_second_run_stores_nothing_again_and_a_new_image_only(target: Backup, path: str) -> None:
    target.run(PATH=path)
    assert "nothing to commit" in target.run(PATH=path).log
    show(target, "Another", OTHER)
    assert target.run(PATH=path).code == 0
    assert uploaded(target) == {PNG, OTHER}
    assert remote_commits(target) == 4


def test_without_git_lfs_the_run_says_why_it_stops_and_keeps_the_files(
    target: Backup, without: str
) -> None:
    ran = target.run(PATH=without)
    assert ran.code == 1
    assert f"{PICTURE} must go into Git LFS" in ran.log and "git-lfs is not installed" in ran.log
    assert remote_commits(target) == 2
    assert (target.folder / PICTURE).read_bytes() == PNG


def test_without_git_lfs_pages_without_images_are_no_problem(target: Backup, without: str) -> None:
    target.notion.trash(page(target, "Tea"))
    assert target.run(PATH=without).code == 0


def test_a_folder_that_is_taken_out_of_lfs_needs_none(target: Backup, without: str) -> None:
    with (target.folder / ".gitattributes").open("a") as stream:
        stream.write("wiki/** !filter !diff !merge\n")
    push(target, ".gitattributes")
    assert target.run(PATH=without).code == 0
    assert PICTURE in remote_files(target)
    assert target.git("status", "--porcelain") == ""


@pytest.mark.parametrize("pattern", ["*.json", "*.md"])
def test_texts_in_lfs_are_refused_where_they_would_have_to_be_read(
    target: Backup, path: str, pattern: str
) -> None:
    (target.folder / ".gitattributes").write_text(f"{pattern} filter=lfs\n")
    push(target, ".gitattributes")
    write(target, "Tea", "News.")
    ran = target.run(PATH=path)
    assert ran.code == 1 and "must be plain text" in ran.log and ".gitattributes" in ran.log


def test_git_lfs_shows_the_host_just_the_given_token(target: Backup, stand_in: str) -> None:
    """It does not know that an empty header takes back what checkout left."""
    with over_http(target) as host:
        target.git("config", f"http.{host.url}/.extraheader", "AUTHORIZATION: basic b2xkOm9uZQ==")
        ran = target.run(PATH=stand_in)
        assert ran.code == 0, ran.log
        assert [len(each.authorization) for each in host.requests if "/lfs/" in each.path] == [1]
