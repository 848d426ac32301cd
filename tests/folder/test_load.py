"""What a run begins with, from a branch and from a work tree."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from backup import store
from backup.files.records import FileRecord
from backup.folder.load import (
    Local,
    Memory,
    local,
    missing,
    named,
    of_branch,
    of_work_tree,
    without_stores,
)
from backup.folder.tree import Tree
from backup.store import StoredDatabase
from backup.sync import journal
from backup.sync.state import NAME, Place, Record, State, dumps
from backup.sync.untrusted import Damage
from tests.folder.memories import (
    LACKING,
    MILK,
    PICTURE,
    PLACES,
    TEA,
    Files,
    branch,
    found,
    kept,
    record,
    state,
    stored,
    text,
)


class TestWithoutPublishing:
    """The work tree is the truth."""

    def test_a_state_that_is_there_counts_as_it_is(self) -> None:
        known = replace(state(a=record("tea")), damage=(Damage(NAME, MILK, "a value"),))
        memory = of_work_tree(Local(known, frozenset({"wiki/tea/index.md"}), lack=""))
        assert (memory.state, memory.problem, memory.rebuilt) == (known, "", frozenset())
        assert memory.damage == known.damage
        assert memory.claimed == {"wiki/tea/index.md"}, "else the next run takes it for somebody's"

    def test_without_a_state_pages_are_looked_for_and_a_first_run_is_not_a_loss(self) -> None:
        memory = of_work_tree(Local())
        assert memory.problem == f"{NAME} is missing."
        assert found(memory).problem == ""
        again = found(memory, tea=text(TEA, "Tea"))
        assert again.problem == memory.problem and again.rebuilt == {TEA}
        assert again.state.pages[TEA].folder == "wiki/tea"

    def test_what_an_interrupted_run_finished_is_read_again_beside_a_broken_state(self) -> None:
        here = Local(state(a=record("tea")), lack="", problem=f"{NAME} is damaged.")
        memory = of_work_tree(here)
        assert (memory.problem, memory.rebuilt) == (here.problem, {TEA})


class TestALostState:
    def test_what_is_known_of_a_page_counts_before_what_its_folder_says(self) -> None:
        known = state(a=record("tea"))
        memory = of_branch(branch(known, problem="lost"), Local(), Files(lambda _: True))
        again = found(memory, tea=text(TEA, "Tea"), milk=text(MILK, "Milk"))
        assert again.state.pages[TEA] == known.pages[TEA]
        assert again.state.pages[MILK].folder == "wiki/milk"
        assert again.rebuilt == {TEA, MILK}

    def test_what_an_interrupted_run_left_whole_is_not_read_again(self) -> None:
        base = branch(State({}, PLACES), problem="lost")
        memory = of_branch(base, Local(state(a=record("tea"))), Files(lambda _: True))
        again = found(memory, tea=text(TEA, "Tea"), milk=text(MILK, "Milk"))
        assert (again.unpublished, again.rebuilt) == ({TEA}, {MILK})

    def test_what_an_interrupted_run_read_since_is_not_read_again(self) -> None:
        base = branch(state(a=record("tea"), b=record("milk")), problem="lost")
        here = Local(state(a=record("tea", "2026-09-02")), finished=frozenset({TEA}))
        memory = of_branch(base, here, Files(lambda _: True))
        assert (memory.unpublished, memory.rebuilt) == ({TEA}, {MILK})

    def test_of_a_state_with_single_damaged_entries_only_these_are_found_again(self) -> None:
        memory = Memory(State({}, PLACES), damage=(Damage(NAME, TEA, "a value"),))
        again = found(memory, tea=text(TEA, "Tea"), milk=text(MILK, "Milk"))
        assert again.state.pages.keys() == {TEA}
        assert again.strays == ()

    def test_no_page_is_found_in_the_folder_of_another_one(self) -> None:
        known = state(a=record("tea"))
        memory = Memory(known, damage=(Damage(NAME, MILK, "a value"),))
        again = found(memory, tea=text(MILK, "Tea"))
        assert again.state.pages == known.pages

    def test_a_copy_under_a_name_that_the_backup_would_not_give_is_left_alone(self) -> None:
        copy = {"tea-2025": text(TEA, "Tea"), "milk": text(TEA, "Tea")}
        again = found(of_work_tree(Local()), tea=text(TEA, "Tea"), **copy)
        assert again.state.pages[TEA].folder == "wiki/tea"
        assert again.strays == ("wiki/milk", "wiki/tea-2025")

    def test_of_two_folders_of_a_page_the_one_with_its_id_counts(self) -> None:
        """The backup adds the id when a second page of that title comes, and never takes it away."""
        twice = {"tea": text(TEA, "Tea"), f"tea-{TEA[-8:]}": text(TEA, "Tea")}
        again = found(of_work_tree(Local()), **twice)
        assert again.state.pages[TEA].folder == f"wiki/tea-{TEA[-8:]}"
        assert again.strays == ("wiki/tea",)


class TestStores:
    """A page's store has all that the state knew of it."""

    OLD = stored(TEA, "Tea", "2026-08-01", files=(PICTURE,), pending=(LACKING,))
    NEW = stored(MILK, "Milk", "2026-09-01")
    FILES: ClassVar = {
        "wiki/tea/index.md": b"no front matter",
        "wiki/tea/.notion.json": OLD,
        "wiki/tea/assets/1-leaf.png": b"png",
        "wiki/milk/index.md": text(MILK, "Milk").encode(),
        "wiki/milk/.notion.json": NEW,
    }

    def test_a_lost_state_comes_back_exactly(self) -> None:
        memory = kept(of_work_tree(Local()), self.FILES)
        assert memory.state.pages[TEA] == Record(
            "db",
            "wiki/tea",
            "Tea",
            icon="🍵",
            edited="2026-08-01T08:00:00.000Z",
            links=(MILK, f"{MILK}#{'c' * 32}"),
            files=(PICTURE,),
            pending=(LACKING,),
            store=store.digest(self.OLD),
        )
        assert memory.problem == f"{NAME} is missing."

    def test_a_page_that_the_last_run_may_have_read_in_the_minute_of_its_edit_is_read(self) -> None:
        memory = kept(of_work_tree(Local()), self.FILES)
        assert (memory.restored, memory.rebuilt) == ({TEA}, {MILK})
        assert memory.state.pages[MILK].edited == "2026-09-01T08:00:00.000Z"

    @pytest.mark.parametrize(
        "damaged",
        [
            b"",
            b"{}",
            b"[",
            NEW[:-30],
            store.dumps(StoredDatabase(MILK, {"object": "database"})),
            stored(MILK, "Milk", "2026-09-01", files=({"path": "../x"},)),
        ],
    )
    def test_a_page_whose_store_is_damaged_is_read_and_the_store_is_ours(
        self, damaged: bytes
    ) -> None:
        memory = kept(of_work_tree(Local()), {**self.FILES, "wiki/milk/.notion.json": damaged})
        assert MILK in memory.rebuilt and memory.state.pages[MILK].edited == ""
        assert memory.state.owned()["wiki/milk/.notion.json"] == MILK

    def test_a_copy_where_the_backup_would_not_put_it_is_left_alone(self) -> None:
        copy = {"old/tea/index.md": b"", "old/tea/.notion.json": self.OLD}
        memory = kept(of_work_tree(Local()), {**copy, **self.FILES})
        assert memory.state.pages[TEA].folder == "wiki/tea"
        assert memory.strays == ("old/tea",)

    def test_what_a_store_says_counts_before_what_the_history_knows(self) -> None:
        """The last good state may be older than the pages of today."""
        known = state(a=record("tea", store="5" * 64), b=record("cocoa"))
        files = {**self.FILES, "wiki/cocoa/index.md": b""}
        late = stored("c" * 32, "Late", "2026-09-01")
        files |= {"wiki/late/.notion.json": late}
        base = replace(branch(known, problem="lost"), files=files)
        memory = kept(of_branch(base, Local(), Files(lambda _: True)), files)
        assert memory.state.pages[TEA].store == store.digest(self.OLD)
        assert memory.state.pages[MILK].folder == "wiki/cocoa", "where the history knows it"
        assert (memory.restored, memory.rebuilt) == ({TEA}, {MILK, "c" * 32})

    def test_a_database_in_a_page_comes_back_also_where_the_history_knows_it_without_its_store(
        self,
    ) -> None:
        jars = "c" * 32
        title = [{"type": "text", "text": {"content": "Jars"}, "plain_text": "Jars"}]
        content = store.dumps(StoredDatabase(jars, {"object": "database", "title": title}))
        files = {**self.FILES, "wiki/tea/jars/.notion.json": content}
        place = Place("wiki/tea/jars", "Jars", store=store.digest(content), parent=TEA)
        assert kept(of_work_tree(Local()), files).state.databases == {jars: place}
        known = State({TEA: record("tea")}, {**PLACES, jars: Place("wiki/tea/jars", "Jars")})
        base = replace(branch(known, problem="lost"), files=files)
        memory = kept(of_branch(base, Local(), Files(lambda _: True)), files)
        assert memory.state.databases[jars] == place

    def test_a_damaged_entry_comes_back_as_well(self) -> None:
        known = State({"c" * 32: record("late", "2026-09-01T08:00:00.000Z")}, PLACES)
        again = kept(Memory(known, damage=(Damage(NAME, TEA, "a value"),)), self.FILES)
        assert (again.state.pages.keys(), again.restored) == ({TEA, "c" * 32}, {TEA})


class TestAnInterruptedRun:
    """What its journal says of a page with an image."""

    def here(self, tmp_path: Path, *, text: bytes = b"Tea", image: bytes = b"png") -> Local:
        tree = Tree(tmp_path)
        file = FileRecord("image:1", "assets/1.png", 3, hashlib.sha256(b"png").hexdigest())
        tea = record("tea", files=(file.to_json(),))
        digest = hashlib.sha256(b"Tea").hexdigest()
        tree.write(journal.NAME, journal.page(TEA, tea, digest).encode())
        tree.write("wiki/tea/index.md", text)
        tree.write("wiki/tea/assets/1.png", image)
        return local(tree)

    def test_a_page_that_lies_there_whole_is_finished(self, tmp_path: Path) -> None:
        here = self.here(tmp_path)
        assert here.finished == {TEA} == here.state.pages.keys()
        assert "wiki/tea/assets/1.png" in here.claimed

    def test_a_page_with_another_text_is_not(self, tmp_path: Path) -> None:
        here = self.here(tmp_path, text=b"Mine")
        assert not here.finished and not here.state.pages and here.torn == {TEA}

    def test_a_page_with_another_image_is_known_and_read_again(self, tmp_path: Path) -> None:
        here = self.here(tmp_path, image=b"cut")
        assert not here.finished and here.state.pages.keys() == {TEA} == here.torn

    @pytest.mark.parametrize("there", ["tea", "green-tea"])
    def test_a_text_that_somebody_changed_after_the_page_moved_is_not_thrown_away(
        self, tmp_path: Path, there: str
    ) -> None:
        """The state still has the page where it lay before: one of its files is there, or nothing."""
        tree = Tree(tmp_path)
        known = record("green-tea", parent="d" * 32)
        tree.write(NAME, dumps(State({TEA: known}, {"d" * 32: Place("wiki", "Wiki")})))
        tree.write(f"wiki/{there}/index.md", b"Old")
        here = self.here(tmp_path, text=b"Mine")
        is_left = "wiki/tea/index.md" in here.claimed
        assert is_left == (there == "green-tea")

    def test_a_journal_that_git_tracks_says_nothing(self, tmp_path: Path) -> None:
        self.here(tmp_path)
        here = local(Tree(tmp_path), believed=False)
        assert here == Local()


def test_every_file_of_a_state_is_named_lists_of_pages_and_state_included() -> None:
    known = State({TEA: record("tea")}, {"db": Place("wiki", "Wiki", index=True)})
    assert [*named(known)] == [NAME, "wiki/README.md", "wiki/tea/index.md"]


def test_a_page_without_one_file_is_damaged_and_one_without_any_is_lost() -> None:
    picture = ({"path": "assets/1.png"},)
    known = state(a=record("tea", files=picture), b=record("milk", files=picture))
    assert missing(known, lambda path: True).damaged == frozenset()
    holes = missing(known, lambda path: path == "wiki/tea/index.md")
    assert (holes.damaged, holes.lost) == ({TEA, MILK}, {MILK})


def test_a_page_that_lacks_only_its_text_is_not_damaged_where_it_has_a_store() -> None:
    known = state(a=record("tea", store="5" * 64), b=record("milk"))
    holes = missing(known, lambda path: path == "wiki/tea/.notion.json")
    assert (holes.damaged, holes.textless, holes.lost) == ({MILK}, {TEA}, {MILK})
    holes = missing(known, lambda path: path != "wiki/tea/.notion.json")
    assert (holes.damaged, holes.textless, holes.lost) == ({TEA}, set(), set())


def test_a_run_that_keeps_no_stores_reads_nothing_for_that_and_they_are_nobodys() -> None:
    databases = {"db": Place("wiki", "Wiki", store="6" * 64)}
    known = State({TEA: record("tea", store="5" * 64)}, databases)
    memory = without_stores(Memory(known, frozenset({"wiki/x"})), lambda path: True)
    assert memory.state == State({TEA: record("tea")}, PLACES)
    assert memory.claimed == {"wiki/x", "wiki/tea/.notion.json", "wiki/.notion.json"}
    assert without_stores(Memory(known), lambda path: False).state.pages == known.pages
