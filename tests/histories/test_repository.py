"""The repositories of the random histories are what git takes for sound ones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.histories.land import FIRST, Branch
from tests.histories.repository import Repository
from tests.histories.workplaces import Laptop, Runner


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "core.quotePath=false", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True).stdout


@pytest.fixture
def land(tmp_path: Path) -> Branch:
    """A remote with two commits: a folder beside a file whose name begins alike, and names that sort
    otherwise as bytes."""
    land = Branch(Repository.create(tmp_path / "remote.git", bare=True))
    land.change({"a/b": b"1", "a.b": b"2", "a0": b"3", "Ä/é": b"4", "a/c/d": b""})
    return land


def test_git_finds_no_fault_in_a_repository(land: Branch) -> None:
    folder = land.repository.folder
    assert git(folder, "fsck", "--full", "--strict") == ""
    listed = git(folder, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert set(listed) == {*FIRST, "a/b", "a.b", "a0", "Ä/é", "a/c/d"} == land.now().files.keys()
    assert git(folder, "rev-list", "--count", "main") == "2\n"


def test_a_runners_clone_is_clean_and_shallow(land: Branch, tmp_path: Path) -> None:
    runner = Runner(tmp_path / "job", land, str(land.repository.folder))
    runner.open("whole")
    assert git(runner.folder, "status", "--porcelain") == "?? loose.txt\n"
    assert git(runner.folder, "rev-list", "--count", "HEAD") == "1\n"
    git(runner.folder, "fsck", "--full", "--strict")


def test_a_laptop_pulls_what_others_published(land: Branch, tmp_path: Path) -> None:
    laptop = Laptop(tmp_path / "laptop", land, str(land.repository.folder))
    land.change({"a/b": b"5"}, ["a/c/d"])
    laptop.open("whole")
    assert git(laptop.folder, "status", "--porcelain", "--branch") == (
        "## main...origin/main\n?? loose.txt\n"
    )
    assert git(laptop.folder, "rev-list", "--count", "HEAD") == "3\n"
    assert not (laptop.folder / "a/c").exists() and (laptop.folder / "a/b").read_text() == "5"
