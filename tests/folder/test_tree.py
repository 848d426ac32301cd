"""Writing below the output folder: whole files, only ours, and never out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backup.errors import ConfigError, WorkspaceError
from backup.folder import handles
from backup.folder.handles import made
from backup.folder.tree import Tree


@pytest.fixture(params=[True, False], ids=["by handle", "by looking first"])
def tree(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Also as on a system whose folders have no handles: there is none to run the tests on."""
    monkeypatch.setattr(handles, "_HAS_HANDLES", request.param)
    return Tree(tmp_path / "out")


@pytest.mark.parametrize(
    "path",
    ["../x.md", "a/../../x.md", "/etc/x", "a//b", "", ".git/config", "a/.GIT/x", ".github/workflows/x.yml",
     "wiki/.gitea/x", ".git. /x", ".gitattributes", "a\\b", ".gitignore", "wiki/.GitIgnore", ".gitmodules",
     ".forgejo/workflows/x.yml", "git~1/x", "a\0b", "a\nb", "\ud800", "C:/x", "x" * 256, "a/" * 600 + "x", "ä" * 600],
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


SECRET = "the secret"


@pytest.fixture(params=["index.md", "wiki/index.md", "wiki/assets/1.png"])
def linked(tree: Tree, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The path of a file that is, or lies behind, a link to what is somebody else's."""
    path = str(request.param)
    outside = tmp_path / "outside"
    (outside / "assets").mkdir(parents=True)
    for name in ("index.md", "assets/1.png"):
        (outside / name).write_text(SECRET)
    tree.root.mkdir()
    if "/" in path:
        (tree.root / "wiki").symlink_to(outside)
    else:
        (tree.root / path).symlink_to(outside / path)
    return path


def outside(tree: Tree) -> dict[str, str]:
    root = tree.root.parent / "outside"
    return {
        str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()
    }


def test_what_a_link_leads_to_reads_as_if_it_were_not_there(tree: Tree, linked: str) -> None:
    assert not tree.has(linked) and tree.stamp(linked) is None
    assert tree.beginning(linked) == tree.digest(linked) == ""
    assert list(tree.files()) == []
    assert tree.is_blocked(linked) and not tree.lacking([linked])
    if "/" not in linked:
        assert tree.read(linked) == ""


def test_nothing_is_written_moved_or_deleted_through_a_link(tree: Tree, linked: str) -> None:
    before = outside(tree)
    tree.write("there.md", b"x")
    staged = tree.staging / "x"
    staged.write_bytes(b"new")
    links = [path for path in tree.root.rglob("*") if path.is_symlink()]
    for attempt in (
        lambda: tree.write(linked, b"new"),
        lambda: tree.append(linked, "new"),
        lambda: tree.link("there.md", linked),
        lambda: tree.link(linked, "new.md"),
        lambda: tree.place(linked, staged),
        lambda: tree.place(linked, tree.root / "there.md"),
        lambda: tree.place("new.md", tree.root / linked),
        lambda: tree.check([linked], owned=[linked]),
    ):
        with pytest.raises(WorkspaceError):
            attempt()
    tree.remove([linked])
    assert outside(tree) == before
    assert [path for path in tree.root.rglob("*") if path.is_symlink()] == links
    assert not (tree.root / "new.md").exists()


@pytest.mark.parametrize("is_folder", [False, True])
def test_what_is_neither_a_file_nor_a_folder_is_not_waited_for(tree: Tree, is_folder: bool) -> None:
    path = "wiki/index.md" if is_folder else "index.md"
    tree.root.mkdir()
    os.mkfifo(tree.root / path.split("/")[0])
    assert not tree.has(path)
    assert tree.beginning(path) == tree.digest(path) == ""
    for attempt in (lambda: tree.write(path, b"x"), lambda: tree.append(path, "x")):
        with pytest.raises(WorkspaceError, match="not a regular file"):
            attempt()
    assert list(tree.files()) == []


def test_a_file_where_a_folder_should_be_is_named(tree: Tree) -> None:
    tree.write("wiki", b"mine")
    with pytest.raises(WorkspaceError, match="wiki is a file, and the backup needs a folder there"):
        tree.write("wiki/tea/index.md", b"x")
    tree.remove(["wiki/tea/index.md"])
    assert tree.read("wiki") == "mine"


def test_a_disk_without_hard_links_gets_copies(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory stick, say; there is none to run the tests on."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    tree.write("a/index.md", b"text")
    monkeypatch.setattr(os, "link", refused)
    tree.link("a/index.md", "b/index.md")
    assert tree.read("b/index.md") == tree.read("a/index.md") == "text"
    assert list(tree.staging.iterdir()) == []


def test_one_file_under_two_names_is_two_once_one_is_written(tree: Tree) -> None:
    tree.write("a/index.md", b"text")
    tree.link("a/index.md", "b/index.md")
    tree.write("b/index.md", b"new")
    assert tree.read("a/index.md") == "text"


@pytest.mark.parametrize("kind", ["file", "link to a folder", "dead link", "folder", "absent"])
def test_the_staging_folder_is_cleared_whatever_lies_in_its_place(
    tree: Tree, tmp_path: Path, kind: str
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "notes.md").write_text("mine")
    tree.root.mkdir()
    if kind == "file":
        tree.staging.write_text("x")
    elif kind == "folder":
        (tree.staging / "a").mkdir(parents=True)
        (tree.staging / "b").symlink_to(theirs)
    elif kind != "absent":
        tree.staging.symlink_to(theirs if kind == "link to a folder" else tmp_path / "nowhere")
    tree.clear_staging()
    assert list(tree.root.iterdir()) == []
    assert (theirs / "notes.md").read_text() == "mine"
    tree.write("index.md", b"x")
    assert tree.read("index.md") == "x"


@pytest.mark.parametrize("name", [".notion-sync.journal", ".notion-sync.json"])
def test_a_link_with_one_of_our_names_goes_and_a_folder_ends_in_a_sentence(
    tree: Tree, tmp_path: Path, name: str
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("mine")
    tree.root.mkdir()
    (tree.root / name).symlink_to(theirs)
    tree.clear_staging()
    assert theirs.read_text() == "mine" and not (tree.root / name).is_symlink()
    (tree.root / name).mkdir()
    (tree.root / name / "notes.md").write_text("mine")
    assert tree.beginning(name) == ""
    with pytest.raises(WorkspaceError, match=f"{name} is a folder"):
        tree.clear_staging()
    assert (tree.root / name / "notes.md").read_text() == "mine"


@pytest.mark.parametrize("where", ["docs", "docs/wiki", "docs/wiki/deep"])
@pytest.mark.parametrize(
    "to", [".git/hooks", ".github/workflows", "inside", "../elsewhere", "file"]
)
def test_an_output_folder_that_a_link_leads_to_is_refused(
    tmp_path: Path, where: str, to: str
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    target = workspace / to
    if to == "file":
        target.write_text("mine")
    else:
        target.mkdir(parents=True)
    at = workspace / "docs"
    at.symlink_to(target)
    with pytest.raises(ConfigError, match="OUTPUT_DIR: docs is a symbolic link"):
        Tree.below(workspace, where)
    at.unlink()
    tree = Tree.below(workspace, where)
    at.symlink_to(target)  # meanwhile
    with pytest.raises(WorkspaceError):
        tree.write("index.md", b"x")
    assert to == "file" or list(target.iterdir()) == []


def test_a_workspace_that_a_link_leads_to_is_the_owners_affair(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "workspace").symlink_to(tmp_path / "real")
    for folder in (".", "docs"):
        Tree.below(tmp_path / "workspace", folder).write("index.md", b"x")
    assert (tmp_path / "real/docs/index.md").read_text() == "x"


def test_a_link_in_the_place_of_a_file_is_not_ours(tree: Tree, tmp_path: Path) -> None:
    tree.root.mkdir()
    (tree.root / "index.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="is a symbolic link and is not part of the backup"):
        tree.check(["index.md"], owned=["index.md"])


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


def test_a_staged_link_is_not_put_in_the_place_of_a_file(tree: Tree, tmp_path: Path) -> None:
    staged = tree.staging / "x"
    staged.parent.mkdir(parents=True)
    staged.symlink_to(tmp_path)
    with pytest.raises(WorkspaceError):
        tree.place("a/1.png", staged)
    assert not (tree.root / "a/1.png").is_symlink()


def test_what_is_missing_reads_as_empty_and_what_is_not_text_is_reported(tree: Tree) -> None:
    assert tree.read(".notion-sync.json") == ""
    tree.write("bad", b"\xff\xfe")
    with pytest.raises(WorkspaceError, match="Could not read bad"):
        tree.read("bad")


def test_what_is_lacking_is_where_a_file_may_be_put(tree: Tree) -> None:
    tree.write("wiki/tea/index.md", b"Tea")
    tree.write("milk", b"a file where a folder should be")
    (tree.root / "wiki/tea/.notion.json").mkdir()
    paths = ["state", "milk", "milk/index.md", "new/index.md", "wiki/README.md"]
    paths += ["wiki/tea/index.md", "wiki/tea/.notion.json", "wiki/tea/a.png", "../up", "b.png"]
    lacking = ["state", "new/index.md", "wiki/README.md", "wiki/tea/a.png", "b.png"]
    assert tree.lacking(paths) == sorted(lacking)


def test_a_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path: Path) -> None:
    """The rights are lacking, say."""
    with pytest.raises(WorkspaceError, match=r"used: File name too long\. Choose another"):
        made(tmp_path / ("x" * 300))
