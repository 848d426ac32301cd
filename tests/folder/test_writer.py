"""The writer: whose a file is decides what is deleted, and what was begun is known to the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest

from backup import store
from backup.errors import WorkspaceError
from backup.folder import load
from backup.folder.tree import Tree
from backup.folder.writer import Writer
from backup.markdown.context import Context
from backup.markdown.database import Overview, Rows, is_ours, render
from backup.model import Page
from backup.store import StoredPage
from backup.sync import journal, state
from backup.sync.journal import Replayed
from backup.sync.state import Place, Record, State
from backup.sync.steps import Action, Step
from tests.support.death import Death, Killed, awaiting

A, B, T, M = "a" * 32, "b" * 32, "7" * 32, "e" * 32
TEA = Record(
    A, "wiki/tea", "Tea", files=({"path": "assets/1-leaf.png"}, {"path": "attachments/x.pdf"})
)
LIST = render(Overview("Wiki"), Rows((), Context("wiki/README.md")))["README.md"]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "out")


def written(tree: Tree, *paths: str, text: str = "x") -> None:
    for path in paths:
        tree.write(path, text.encode())


def files(tree: Tree) -> set[str]:
    return {path for path in tree.files() if path != journal.NAME}


def replayed(tree: Tree, state: State) -> Replayed:
    """What the next run takes from the journal."""
    lines = tree.beginning(journal.NAME, -1)
    return journal.replay(
        state, lines, lambda record, digest, store: tree.digest(record.paths()[0]) == digest
    )


def cut_off(
    tmp_path: Path, state: State, work: Callable[[Writer], object]
) -> list[tuple[Tree, Replayed]]:
    """The tree and what the next run knows, for every moment at which `work` may be killed."""
    found = []
    for moment in range(1, 1000):
        tree = Tree(tmp_path / str(moment))
        written(tree, *state.owned(), text=LIST)
        death = Death(tree.root, moment)
        with awaiting(death):
            try:
                work(Writer(tree, state))
            except Killed:
                pass
        found.append((tree, replayed(tree, state)))
        if not death.came:
            return found
    raise AssertionError("it never ends")


def test_a_page_whose_removal_was_cut_off_is_removed_by_the_next_run(tmp_path: Path) -> None:
    state = State({T: TEA})
    seen = set()
    for tree, found in cut_off(tmp_path, state, lambda writer: writer.remove(T)):
        there = files(tree)
        assert found.state.pages == ({} if there < state.owned().keys() else found.state.pages)
        assert found.state.pages or there <= found.claimed
        writer = Writer(tree, found.state, found.claimed)
        writer.sweep()
        assert files(tree) == set(found.state.owned())
        seen.add(len(there))
    assert seen == {0, 1, 2, 3}


def test_a_list_of_pages_that_was_cut_off_goes_when_nobody_needs_it(tmp_path: Path) -> None:
    """Its database was given another folder meanwhile."""
    seen = set()

    def write(writer: Writer) -> None:
        writer.write_index(A, "wiki/README.md", LIST, is_ours)

    for tree, found in cut_off(tmp_path, State(), write):
        seen.update(files(tree))
        Writer(tree, found.state, found.claimed).sweep()
        assert "wiki/README.md" not in files(tree)
    assert "wiki/README.md" in seen


def test_a_list_of_pages_goes_with_its_own_database_alone(tree: Tree) -> None:
    """Another database has the folder by now."""
    written(tree, "wiki/README.md", text=LIST)
    writer = Writer(tree, State({}, {B: Place("wiki", "Wiki", index=True)}))
    writer.drop_index(A, "wiki/README.md")
    assert tree.has("wiki/README.md") and not writer.touched
    writer.drop_index(B, "wiki/README.md")
    assert not tree.has("wiki/README.md") and writer.touched == {"wiki/README.md"}


def test_a_readme_that_the_state_calls_ours_and_is_not_stays(tree: Tree) -> None:
    written(tree, "README.md", "wiki/README.md", text="# My project\n")
    writer = Writer(tree, State({}, {B: Place(".", "Wiki", index=True)}), ["wiki/README.md"])
    writer.drop_index(B, "README.md")
    writer.sweep()
    assert files(tree) == {"README.md", "wiki/README.md"}


def test_a_readme_that_is_a_link_stays_and_is_not_read(tree: Tree, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text(LIST)
    written(tree, "wiki/tea/index.md")
    (tree.root / "wiki/README.md").symlink_to(theirs)
    writer = Writer(tree, State({}, {A: Place("wiki", "Wiki", index=True)}))
    assert writer.write_index(A, "wiki/README.md", "new", is_ours) is False
    writer.drop_index(A, "wiki/README.md")
    assert theirs.read_text() == LIST and (tree.root / "wiki/README.md").is_symlink()


def test_nothing_is_put_once_the_writer_is_closed(tree: Tree) -> None:
    writer = Writer(tree, State())
    writer.close()
    with pytest.raises(WorkspaceError, match="The run has ended"):
        writer.put(T, TEA, {}, b"late")
    assert files(tree) == set() and writer.records == {} and writer.touched == set()


def test_a_file_that_lies_there_as_it_would_be_written_is_ours_from_then_on(tree: Tree) -> None:
    written(tree, "wiki/tea/index.md", "wiki/tea/assets/1-leaf.png", text="same")
    staged = tree.staging / "leaf"
    staged.write_bytes(b"same")
    record = Record(A, "wiki/tea", "Tea", files=({"path": "assets/1-leaf.png"},))
    writer = Writer(tree, State())
    writer.put(T, record, {"wiki/tea/assets/1-leaf.png": staged}, b"same")
    writer.put(T, record, {}, b"later")
    assert tree.read("wiki/tea/index.md") == "later"


@pytest.mark.parametrize("other", ["wiki/tea/index.md", "wiki/tea/assets/1-leaf.png"])
def test_a_file_that_reads_otherwise_is_left_alone_with_all_of_its_page(
    tree: Tree, other: str
) -> None:
    written(tree, "wiki/tea/index.md", "wiki/tea/assets/1-leaf.png", text="same")
    written(tree, other, text="mine")
    staged = tree.staging / "leaf"
    staged.write_bytes(b"same")
    record = Record(A, "wiki/tea", "Tea", files=({"path": "assets/1-leaf.png"},))
    writer = Writer(tree, State())
    with pytest.raises(WorkspaceError, match=f"{other} exists and is not part of the backup"):
        writer.put(T, record, {"wiki/tea/assets/1-leaf.png": staged}, b"same")
    writer.sweep()
    assert tree.read(other) == "mine" and len(files(tree)) == 2


def test_a_file_that_lay_there_stays_when_its_page_cannot_be_put(tree: Tree) -> None:
    written(tree, "wiki/tea/index.md", text="same")
    record = Record(A, "wiki/tea", "Tea", files=({"path": "assets/1-leaf.png"},))
    writer = Writer(tree, State())
    with pytest.raises(WorkspaceError):
        writer.put(T, record, {"wiki/tea/assets/1-leaf.png": tree.staging / "gone"}, b"same")
    writer.sweep()
    assert files(tree) == {"wiki/tea/index.md"}


@pytest.mark.parametrize("at", ["wiki/tea", "wiki/tea/index.md", "wiki/tea/assets"])
def test_a_page_of_which_a_part_is_a_link_is_not_moved(tree: Tree, tmp_path: Path, at: str) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "assets").mkdir(parents=True)
    (theirs / "index.md").write_text("secret")
    written(tree, *TEA.paths())
    place = tree.root / at
    place.rename(tmp_path / "away")
    place.symlink_to(theirs / "index.md" if at.endswith(".md") else theirs)
    writer = Writer(tree, State({T: TEA}))
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        writer.check(T, "wiki/green")
    refused = writer.relocate([step(T, "wiki/green")])
    assert list(refused) == [T] and writer.records[T] == TEA
    assert not (tree.root / "wiki/green").exists() and place.is_symlink()


def step(page_id: str, folder: str) -> Step:
    return Step(Action.FETCH, page_id, folder, "", "moved")


STORED = ".notion.json"


def put(writer: Writer, text: bytes, stored: bytes | None) -> None:
    writer.put(T, Record(A, "wiki/tea", "Tea"), {}, text, stored)


def test_a_store_comes_moves_and_goes_with_its_page(tree: Tree) -> None:
    writer = Writer(tree, State())
    put(writer, b"text", b"store")
    assert writer.records[T].store == tree.digest(f"wiki/tea/{STORED}") != ""
    assert writer.relocate([step(T, "wiki/green")]) == {}
    assert files(tree) == {"wiki/green/index.md", f"wiki/green/{STORED}"}
    writer.remove(T)
    assert files(tree) == set()


def test_a_store_goes_when_the_page_is_written_without_one(tree: Tree) -> None:
    writer = Writer(tree, State())
    put(writer, b"text", b"store")
    writer.changed.clear()
    put(writer, b"text", b"other")
    assert writer.changed == {T}, "another content of one of its files"
    put(writer, b"text", None)
    assert files(tree) == {"wiki/tea/index.md"} and writer.records[T].store == ""


def test_a_file_of_somebody_else_in_the_place_of_a_store_fails_that_page(tree: Tree) -> None:
    written(tree, f"wiki/tea/{STORED}", text="mine")
    with pytest.raises(WorkspaceError, match=rf"{STORED} exists and is not part of the backup"):
        put(Writer(tree, State()), b"text", b"store")
    assert files(tree) == {f"wiki/tea/{STORED}"} and tree.read(f"wiki/tea/{STORED}") == "mine"


def test_a_store_that_names_its_page_is_ours_though_no_state_knows_it(tree: Tree) -> None:
    """An earlier version of the program wrote the page since, and knew of no store."""
    content = store.dumps(StoredPage(Page(T, {"object": "page"})))
    for name, error in (("tea", None), ("milk", WorkspaceError)):
        written(tree, f"wiki/{name}/{STORED}", text=content.decode())
        put_ = partial(Writer(tree, State()).put, T if error is None else M)
        with pytest.raises(error) if error else nullcontext():
            put_(Record(A, f"wiki/{name}", ""), {}, b"text", b"new")
    assert tree.read(f"wiki/tea/{STORED}") == "new"


def at_each_moment(folder: Path) -> Iterator[tuple[Tree, Mapping[str, Record]]]:
    """A page that was written again, and cut off at each moment of that, with the records from before; the
    last time it was not."""
    for moment in range(1, 1000):
        tree = Tree(folder / str(moment))
        first = Writer(tree, State())
        put(first, b"text", b"one")
        tree.remove([journal.NAME])
        death = Death(tree.root, moment)
        with awaiting(death):
            try:
                put(Writer(tree, State(first.records)), b"other", b"two")
            except Killed:
                pass
        yield tree, first.records
        if not death.came:
            return


def test_whenever_writing_is_cut_off_a_page_that_counts_as_finished_has_its_store(
    tmp_path: Path,
) -> None:
    seen = set()
    for tree, records in at_each_moment(tmp_path):
        known = State(records, {A: Place("wiki", "Wiki")})
        tree.write(state.NAME, state.dumps(known))
        found = load.local(tree)
        record, store = found.state.pages[T], tree.digest(f"wiki/tea/{STORED}")
        assert record.store == store or found.torn == {T}
        seen.add((record.store == store, bool(found.torn)))
    assert seen == {(True, False), (True, True), (False, True)}


def test_a_page_survives_that_was_being_written_when_the_state_was_lost_as_well(
    tmp_path: Path,
) -> None:
    """Its journal names the files of the new version, and nothing but the old one lies there."""
    for tree, _ in at_each_moment(tmp_path):
        tree.write(state.NAME, b"<<<<<<< ours\n")
        memory = load.of_work_tree(load.local(tree))
        Writer(tree, memory.state, memory.claimed, memory.former).sweep()
        assert tree.read("wiki/tea/index.md") in ("text", "other")


def test_the_store_of_a_database_is_written_and_one_of_somebody_else_is_left_alone(
    tree: Tree,
) -> None:
    writer = Writer(tree, State())
    assert writer.write_store(A, f"wiki/{STORED}", b"one", lambda there: False) is True
    assert writer.write_store(A, f"wiki/{STORED}", b"two", lambda there: False) is True
    assert tree.read(f"wiki/{STORED}") == "two" and f"wiki/{STORED}" in writer.touched
    writer.drop_index(A, f"wiki/{STORED}")
    written(tree, f"wiki/{STORED}", text="mine")
    assert writer.write_store(A, f"wiki/{STORED}", b"three", lambda there: False) is False
    writer.drop_index(A, f"wiki/{STORED}")
    assert tree.read(f"wiki/{STORED}") == "mine"
    assert writer.write_store(A, f"wiki/{STORED}", b"three", lambda there: there == b"mine") is True
