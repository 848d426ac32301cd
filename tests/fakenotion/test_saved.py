"""A workspace that is read from a backup is the one that was backed up, as far as stores know it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.sample import SAMPLE, sample
from fakenotion.saved import from_backup
from fakenotion.trees import random_tree
from fakenotion.workspace import Workspace
from tests.support.backups import backing_up


def kept(folder: Path, notion: Workspace, *roots: str) -> dict[str, bytes]:
    """The stores and files of a new backup, with the address of the stand-in as a sample has it."""
    with backing_up(folder, notion, git=False) as backup:
        ran = backup.run(DATABASES="\n".join(roots), COMMENTS="true")
        assert ran.code == 0, ran.log
    return files(folder)


def files(folder: Path) -> dict[str, bytes]:
    """The stores, images and attachments in a folder."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}
    return {
        path: re.sub(rb"http://127\.0\.0\.1:\d+/", b"http://127.0.0.1/", content)
        for path, content in found.items()
        if path.endswith(".notion.json") or re.search("/(assets|attachments)/", path)
    }


def test_the_sample_is_what_the_program_writes_of_it(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    workspace = sample()
    written, there = kept(tmp_path, workspace, *workspace.top), files(SAMPLE)
    if request.config.getoption("--update-golden"):
        for path in there.keys() - written.keys():
            (SAMPLE / path).unlink()
        for path, content in written.items():
            (SAMPLE / path).parent.mkdir(parents=True, exist_ok=True)
            (SAMPLE / path).write_bytes(content)
    assert [path for path in written | there if written.get(path) != there.get(path)] == []


@pytest.mark.parametrize("seed", range(4))
def test_a_backup_of_what_was_read_from_a_backup_is_the_same(tmp_path: Path, seed: int) -> None:
    tree = random_tree(seed)
    first = kept(tmp_path / "first", tree.workspace, tree.root)
    again = from_backup(tmp_path / "first", "Again")
    assert len(first) > 20 and again.top == [tree.root]
    assert kept(tmp_path / "second", again, *again.top) == first
