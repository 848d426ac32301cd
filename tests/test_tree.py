"""Writing below the output folder: whole files, only ours, and never out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.errors import WorkspaceError
from backup.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "out")


@pytest.mark.parametrize(
    "path",
    ["../x.md", "a/../../x.md", "/etc/x", "a//b", "", ".git/config", "a/.GIT/x", ".github/workflows/x.yml",
     "wiki/.gitea/x", ".git. /x", ".gitattributes", "a\\b"],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder_or_into_what_git_and_the_runner_own(
    tree: Tree, path: str
) -> None:
    with pytest.raises(WorkspaceError):
        tree.write(path, b"x")


def test_nothing_is_written_through_a_symbolic_link(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tree.root.mkdir()
    (tree.root / "wiki").symlink_to(outside)
    with pytest.raises(WorkspaceError, match="symbolic link"):
        tree.write("wiki/tea/index.md", b"x")
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_not_ours(tree: Tree, tmp_path: Path) -> None:
    tree.root.mkdir()
    (tree.root / "index.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="not part of the backup"):
        tree.check(["index.md"], owned=())


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_rest(tree: Tree) -> None:
    tree.write("a/index.md", b"old")
    (tree.root / "a/index.md/").parent.joinpath("b").mkdir()
    with pytest.raises(WorkspaceError, match="a/b"):
        tree.write("a/b", b"new")
    assert sorted(path.name for path in (tree.root / "a").iterdir()) == ["b", "index.md"]
    assert tree.read("a/index.md") == "old"


def test_an_empty_folder_goes_with_its_last_file(tree: Tree) -> None:
    tree.write("wiki/tea/assets/1.png", b"x")
    tree.write("wiki/milk/index.md", b"x")
    tree.remove(["wiki/tea/assets/1.png"])
    assert [path.name for path in (tree.root / "wiki").iterdir()] == ["milk"]


def test_a_staged_file_is_moved_and_one_of_the_backup_is_copied(tree: Tree) -> None:
    staged = tree.staging / "x"
    staged.parent.mkdir(parents=True)
    staged.write_bytes(b"new")
    tree.place("a/1.png", staged)
    tree.place("b/1.png", tree.root / "a/1.png")
    assert not staged.exists()
    assert tree.read("a/1.png") == tree.read("b/1.png") == "new"


def test_what_is_missing_reads_as_empty_and_what_is_no_text_is_told(tree: Tree) -> None:
    assert tree.read(".notion-sync.json") == ""
    tree.write("bad", b"\xff\xfe")
    with pytest.raises(WorkspaceError, match="Could not read bad"):
        tree.read("bad")
