"""A backup as an earlier commit has it, while the work tree shows another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backup.errors import ConfigError
from backup.git import Git
from backup.publish import earlier
from tests.support.backups import Backup
from tests.support.kitchen import later, row


def git(backup: Backup, folder: str = ".") -> Git:
    environ = {"PATH": os.environ["PATH"], "HOME": str(backup.folder.parent)}
    return Git(backup.folder / folder, environ)


@pytest.fixture
def twice(kitchen: Backup) -> Backup:
    """A backup with two commits; the second one lacks a page."""
    kitchen.run()
    kitchen.notion.trash(row(kitchen, "Milk"))
    later(kitchen.notion)
    assert kitchen.run().code == 0
    assert kitchen.commits() == 2
    return kitchen


def test_it_has_what_was_there_then(twice: Backup) -> None:
    now, then = earlier.at(git(twice), "HEAD"), earlier.at(git(twice), "HEAD~1")
    assert "wiki/milk/index.md" in then.files and "wiki/milk/index.md" not in now.files
    assert b"# Milk" in then.content("wiki/milk/index.md")
    assert now.content("wiki/milk/index.md") == b""
    picture = "wiki/cups/assets/1-a-cup.png"
    assert then.content(picture) == (twice.folder / picture).read_bytes()


def test_nothing_in_the_clone_changes(twice: Backup) -> None:
    before = twice.files(), twice.stamps(), twice.git("status", "--porcelain")
    then = earlier.at(git(twice), "HEAD~1")
    for path in then.files:
        then.content(path)
    assert (twice.files(), twice.stamps(), twice.git("status", "--porcelain")) == before


def test_paths_are_those_below_the_output_folder(kitchen: Backup) -> None:
    kitchen.run(OUTPUT_DIR="notes")
    found = earlier.at(git(kitchen, "notes"), "main")
    assert ".notion-sync.json" in found.files and "wiki/tea/index.md" in found.files
    assert b"# Tea" in found.content("wiki/tea/index.md")


@pytest.mark.parametrize("name", ["nobody", "1a2b3c4", "--help", "HEAD~9"])
def test_a_commit_that_is_not_there_is_reported_with_what_to_do(twice: Backup, name: str) -> None:
    with pytest.raises(ConfigError, match=r"RESTORE_AT: this clone has no .*fetch-depth: 0"):
        earlier.at(git(twice), name)


def test_a_shallow_clone_says_what_it_lacks(twice: Backup, tmp_path: Path) -> None:
    then = twice.git("rev-parse", "HEAD~1")
    twice.git("clone", "-q", "--depth=1", f"file://{twice.folder}", str(tmp_path / "clone"))
    with pytest.raises(ConfigError, match="shallow"):
        earlier.at(git(twice).at(tmp_path / "clone"), then)


def test_a_clone_that_cannot_get_the_files_of_that_commit_says_what_to_do(
    twice: Backup, tmp_path: Path
) -> None:
    twice.git("config", "uploadpack.allowFilter", "true")
    options = ("--filter=tree:0", "--no-checkout", f"file://{twice.folder}")
    twice.git("clone", "-q", *options, str(tmp_path / "clone"))
    there = git(twice).at(tmp_path / "clone")
    there.run("remote", "set-url", "origin", "file:///away")
    with pytest.raises(ConfigError, match=r"(?s)^RESTORE_AT: .*/away.* Fetch its history first"):
        earlier.at(there, "HEAD~1")


def test_a_link_is_none_of_its_files(twice: Backup) -> None:
    (twice.folder / "wiki/link.md").symlink_to("/etc/passwd")
    twice.git("add", "-A")
    twice.git("commit", "-qm", "A link")
    found = earlier.at(git(twice), "HEAD")
    assert "wiki/link.md" not in found.files and found.content("wiki/link.md") == b""


def test_bytes_come_back_through_a_filter(twice: Backup) -> None:
    """git-crypt, say: what is published is not what the page shows."""
    twice.git("config", "filter.swap.clean", "tr a-z b-za")
    twice.git("config", "filter.swap.smudge", "tr b-za a-z")
    twice.git("config", "filter.swap.required", "true")
    (twice.folder / ".gitattributes").write_text("*.bin filter=swap\n")
    (twice.folder / "x.bin").write_bytes(b"\xff\xfe plain")
    twice.git("add", "-A")
    twice.git("commit", "-qm", "Hidden")
    found = earlier.at(git(twice), "HEAD")
    assert twice.git("show", "HEAD:.gitattributes")
    assert found.content("x.bin") == b"\xff\xfe plain"
