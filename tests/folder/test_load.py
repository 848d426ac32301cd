"""What a run begins with, from the pictures of a branch and of a work tree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from backup import store
from backup.files.store import FileRecord
from backup.folder.load import (
    Local,
    Lying,
    Memory,
    completed,
    local,
    missing,
    named,
    of_branch,
    of_work_tree,
    without_stores,
)
from backup.folder.tree import Tree
from backup.model import Block, Page, Row, dashed_id
from backup.store import StoredDatabase, StoredPage
from backup.sync import journal
from backup.sync.base import Base
from backup.sync.state import NAME, Place, Record, State
from backup.sync.steps import Listed
from backup.sync.untrusted import Damage

TEA, MILK = "a" * 32, "b" * 32
PLACES = {"db": Place("wiki", "Wiki")}
LISTED = [Listed("db", "Wiki", "", "wiki", (), complete=True)]


def record(name: str, edited: str = "2026-09-01", **more: object) -> Record:
    return replace(Record("db", f"wiki/{name}", name.title(), edited=edited), **more)


def state(**pages: Record) -> State:
    return State({id_ * 32: each for id_, each in pages.items()}, PLACES)


def text(id_: str, title: str) -> str:
    return f'---\ntitle: "{title}"\nnotion_id: "{id_}"\n---\n\n# {title}\n'


def found(memory: Memory, **texts: str) -> Memory:
    """The memory completed by pages in wiki/: folder → text."""
    files = {f"wiki/{name}/index.md": each for name, each in texts.items()}

    def read(paths: Collection[str]) -> dict[str, str]:
        return {path: files[path] for path in paths}

    return completed(memory, LISTED, Lying(lambda: list(files), read))


class Files:
    """A work tree with the text of 'Tea', in which `has` tells which files lie."""

    def __init__(self, has: Callable[[str], bool]) -> None:
        self.has = has

    def beginning(self, path: str, size: int = 4096) -> str:
        return f"# Tea\n\n<sub>[Open in Notion](https://www.notion.so/{TEA})</sub>\n"


def branch(now: State, before: State | None = None, problem: str = "") -> Base:
    files = {path: "blob" for each in now.pages.values() for path in each.paths()}
    return Base("tip", now, files, problem, before=now if before is None else before)


class TestWithoutPublishing:
    """The work tree is the truth."""

    def test_a_state_that_is_there_counts_as_it_is(self) -> None:
        known = replace(state(a=record("tea")), damage=(Damage(NAME, MILK, "a value"),))
        memory = of_work_tree(Local(known, frozenset({"wiki/tea/index.md"}), is_there=True))
        assert (memory.state, memory.problem, memory.rebuilt) == (known, "", frozenset())
        assert memory.damage == known.damage
        assert memory.claimed == {"wiki/tea/index.md"}, "else the next run takes it for somebody's"

    def test_where_none_is_there_pages_are_looked_for_and_a_first_run_is_no_loss(self) -> None:
        memory = of_work_tree(Local())
        assert memory.problem == f"{NAME} is missing."
        assert found(memory).problem == ""
        again = found(memory, tea=text(TEA, "Tea"))
        assert again.problem == memory.problem and again.rebuilt == {TEA}
        assert again.state.pages[TEA].folder == "wiki/tea"

    def test_what_an_interrupted_run_finished_is_read_again_beside_a_broken_state(self) -> None:
        here = Local(state(a=record("tea")), is_there=True, problem=f"{NAME} is damaged.")
        memory = of_work_tree(here)
        assert (memory.problem, memory.rebuilt) == (here.problem, {TEA})


class TestALostState:
    def test_what_is_known_of_a_page_counts_before_what_its_folder_tells(self) -> None:
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


def stored(id_: str, title: str, edited: str, **more: Any) -> bytes:
    """The store of a page with one block that links to a block of milk."""
    link = f"https://www.notion.so/{MILK}#{'c' * 32}"
    run = {"type": "text", "text": {"content": "milk", "link": {"url": link}}}
    block = {"object": "block", "id": dashed_id("1" * 32), "type": "paragraph"}
    block |= {"paragraph": {"rich_text": [run], "color": "default"}, "has_children": False}
    value = {
        "id": "title",
        "type": "title",
        "title": [{"type": "text", "text": {"content": title}}],
    }
    raw = {"object": "page", "id": dashed_id(id_), "last_edited_time": f"{edited}T08:00:00.000Z"}
    raw |= {"icon": {"type": "emoji", "emoji": "🍵"}, "properties": {"Name": value}}
    return store.dumps(StoredPage(Page(id_, raw, (Block.from_api(block),)), **more))


PICTURE = {"identity": "i", "path": "assets/1-leaf.png", "size": 3, "sha256": "ab"}
LACKING = {"identity": "j", "key": "k"}


def kept(memory: Memory, files: Mapping[str, bytes]) -> Memory:
    """The memory completed by files, path → content."""

    def texts(paths: Collection[str]) -> dict[str, str]:
        return {path: files[path].decode() for path in paths}

    def stores(paths: Collection[str]) -> Iterable[tuple[str, bytes]]:
        return ((path, files[path]) for path in paths)

    return completed(memory, LISTED, Lying(lambda: list(files), texts, stores))


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

    def test_a_damaged_entry_comes_back_as_well(self) -> None:
        known = State({"c" * 32: record("late", "2026-09-01T08:00:00.000Z")}, PLACES)
        again = kept(Memory(known, damage=(Damage(NAME, TEA, "a value"),)), self.FILES)
        assert (again.state.pages.keys(), again.restored) == ({TEA, "c" * 32}, {TEA})


class TestWithABranch:
    def test_what_the_clone_began_with_says_nothing_though_it_looks_newer(self) -> None:
        """A branch that was rewound: its pages are what they are there."""
        newer = state(a=record("tea", "2026-09-02"))
        rewound = branch(state(a=record("tea")), before=newer)
        here = Local(newer, finished=frozenset({TEA}))
        memory = of_branch(rewound, here, Files(lambda _: True))
        assert memory.state.pages == rewound.state.pages and not memory.unpublished

    def test_a_newer_version_counts_where_an_interrupted_run_finished_it(self) -> None:
        old, new = record("tea"), record("tea", "2026-09-02")
        base, here = branch(state(a=old)), Local(state(a=new), finished=frozenset({TEA}))
        assert of_branch(base, here, Files(lambda _: True)).unpublished == {TEA}
        without = of_branch(base, Local(state(a=new)), Files(lambda _: True))
        assert without.state.pages == {TEA: old} and not without.unpublished

    def test_a_page_that_was_only_written_again_need_not_be_read_once_more(self) -> None:
        base, here = (
            branch(state(a=record("tea"))),
            Local(state(a=record("tea", links_digest="elsewhere")), finished=frozenset({TEA})),
        )
        memory = of_branch(base, here, Files(lambda _: True))
        assert memory.state.pages == here.state.pages and memory.unpublished == {TEA}

    def test_a_page_that_the_branch_has_removed_meanwhile_does_not_come_back(self) -> None:
        both = state(a=record("tea"), b=record("milk"))
        here = Local(
            state(a=record("tea"), b=record("milk", "2026-09-02")), finished=frozenset({MILK})
        )
        memory = of_branch(branch(state(a=record("tea")), before=both), here, Files(lambda _: True))
        assert memory.state.pages.keys() == {TEA}
        assert memory.former == {"wiki/milk/index.md"}

    def test_an_older_version_that_was_finished_does_not_count(self) -> None:
        base = branch(state(a=record("tea", "2026-09-02")), before=State({}))
        here = Local(state(a=record("tea")), finished=frozenset({TEA}))
        memory = of_branch(base, here, Files(lambda _: True))
        assert memory.state.pages == base.state.pages and not memory.unpublished

    def test_what_the_clone_shows_and_the_branch_has_no_more_may_be_replaced(self) -> None:
        base = branch(state(a=record("tea")), before=state(a=record("tea"), b=record("milk")))
        here = Local(state(a=record("cocoa")))
        memory = of_branch(base, here, Files(lambda _: True))
        assert memory.former == {"wiki/cocoa/index.md", "wiki/milk/index.md"}

    def test_a_page_of_a_lost_state_counts_as_long_as_one_of_its_files_is_there(self) -> None:
        picture = ({"path": "assets/1.png"},)
        known = state(a=record("tea", files=picture), b=record("milk", files=picture))
        files = {"wiki/tea/assets/1.png": "blob"}
        base = replace(branch(known, problem="lost"), files=files)
        memory = of_branch(base, Local(), Files(lambda _: True))
        assert memory.state.pages.keys() == {TEA} == memory.rebuilt

    def test_a_page_that_takes_the_folder_of_one_on_the_branch_is_left_out_with_those_in_turn(
        self,
    ) -> None:
        """Milk goes where Tea was, but Tea cannot go where Cocoa is by now."""
        base = branch(
            state(a=record("tea"), b=record("milk"), c=record("cocoa")),
            before=state(a=record("tea"), b=record("milk")),
        )
        late = "2026-09-02"
        moved = state(a=replace(record("cocoa", late), title="Tea"), b=replace(record("tea", late)))
        here = Local(moved, finished=frozenset({TEA, MILK}))
        memory = of_branch(base, here, Files(lambda _: True))
        assert memory.state.pages == base.state.pages and not memory.unpublished
        assert "wiki/cocoa/index.md" not in memory.former

    def test_databases_that_only_an_interrupted_run_knew_come_with_its_pages(self) -> None:
        mine = {"db": Place("old", "Old"), "new": Place("new", "New")}
        base = branch(State({}, PLACES))
        none = of_branch(base, Local(State({}, mine)), Files(lambda _: True))
        assert none.state.databases == PLACES
        some = of_branch(base, Local(State({TEA: record("tea")}, mine)), Files(lambda _: True))
        assert some.state.databases == {**PLACES, "new": mine["new"]}


def row(id_: str, title: str) -> Row:
    return Row(id_, "db", "source", title, "", "2026-09-02", b"")


class TestAnOldStateThatSomebodyPutBack:
    """Tea was renamed to Green tea, and its files lie there; the state is of before."""

    OLD, NOW = record("tea"), replace(record("green-tea", "2026-09-02"), title="Green tea")

    def caught_up(
        self,
        known: State,
        history: dict[str, Record],
        files: Collection[str],
        *rows: Row,
        **more: object,
    ) -> tuple[Memory, list[set[str]]]:
        """What is remembered in the end, and which pages the history was asked about."""
        asked: list[set[str]] = []

        def earlier(ids: Set[str]) -> dict[str, Record]:
            asked.append({*ids})
            return {id_: history[id_] for id_ in ids if id_ in history}

        memory = replace(Memory(known), **more)
        lying = Lying(lambda: files, lambda paths: {}, earlier=earlier)
        return completed(memory, [replace(LISTED[0], rows=rows)], lying), asked

    def test_a_page_is_where_the_history_knows_it_and_is_read_again(self) -> None:
        found, _ = self.caught_up(
            state(a=self.OLD), {TEA: self.NOW}, self.NOW.paths(), row(TEA, "Green tea")
        )
        assert found.state.pages == {TEA: self.NOW} and found.rebuilt == {TEA}

    def test_one_that_the_history_does_not_know_stays_as_it_is_said_to_be(self) -> None:
        found, asked = self.caught_up(
            state(a=self.OLD), {}, self.NOW.paths(), row(TEA, "Green tea")
        )
        assert found.state.pages == {TEA: self.OLD} and not found.rebuilt and asked

    def test_a_page_that_another_one_has_displaced_is_looked_for_too(self) -> None:
        """Milk was called Tea since, and nobody has Milk's old place."""
        milk = replace(record("tea"), title="Tea")
        found, asked = self.caught_up(
            state(a=self.OLD, b=record("milk")),
            {TEA: self.NOW, MILK: milk},
            [*self.NOW.paths(), *milk.paths()],
            row(MILK, "Tea"),
        )
        assert found.state.pages == {TEA: self.NOW, MILK: milk}
        assert asked == [{MILK}, {TEA}], "Notion does not list Tea"

    def test_no_page_is_found_where_another_one_stays(self) -> None:
        milk = replace(record("tea"), title="Tea")
        known = state(a=self.OLD, b=record("milk"))
        found, _ = self.caught_up(known, {MILK: milk}, milk.paths(), row(MILK, "Tea"))
        assert found.state.pages == known.pages and not found.rebuilt

    def test_a_page_whose_old_place_a_new_one_took_is_found(self) -> None:
        """No file is missing where the state says that it lies; but they are another page's."""
        milk = replace(record("tea"), title="Tea")
        found, _ = self.caught_up(
            state(a=self.OLD),
            {TEA: self.NOW, MILK: milk},
            [*self.NOW.paths(), *milk.paths()],
            row(TEA, "Green tea"),
            row(MILK, "Tea"),
        )
        assert found.state.pages == {TEA: self.NOW, MILK: milk}

    def test_a_page_that_the_state_lacks_takes_no_file_of_another_one(self) -> None:
        known = state(a=self.OLD)
        files = ["wiki/tea/index.md", "wiki/milk/index.md"]
        found, asked = self.caught_up(
            known, {MILK: record("tea")}, files, row(TEA, "Tea"), row(MILK, "Milk")
        )
        assert asked == [{MILK}] and found.state.pages == known.pages

    def test_the_history_is_not_asked_without_need(self) -> None:
        """A page is renamed, another was deleted by hand or lacks an image, a third is unpublished."""
        picture = ({"path": "assets/1.png"},)
        known = state(
            a=self.OLD,
            b=record("milk", files=picture),
            c=record("cocoa"),
            d=replace(record("mate"), title="Maté"),
        )
        files = ["wiki/tea/index.md", "wiki/milk/index.md", "wiki/cocoa-drink/index.md"]
        rows = (row(TEA, "Milk"), row(MILK, "Milk"), row("c" * 32, "Cocoa drink"))
        _, asked = self.caught_up(
            known, {}, files, *rows, row("d" * 32, "Maté"), unpublished=frozenset({"c" * 32})
        )
        assert not asked

    def test_an_image_that_is_missing_is_a_reason_to_ask_when_its_page_is_renamed(self) -> None:
        """Tea and Milk swapped their titles: either text lies where the other one's is said to be."""
        picture = ({"path": "assets/1.png"},)
        known = state(a=record("tea", files=picture), b=record("milk"))
        swapped = {
            TEA: replace(record("milk", files=picture), title="Milk"),
            MILK: replace(record("tea"), title="Tea"),
        }
        files = [path for each in swapped.values() for path in each.paths()]
        found, _ = self.caught_up(known, swapped, files, row(TEA, "Milk"), row(MILK, "Tea"))
        assert found.state.pages == swapped


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

    @pytest.mark.parametrize("other", [{"text": b"Mine"}, {"image": b"cut"}])
    def test_a_page_with_another_text_or_image_is_not(
        self, tmp_path: Path, other: dict[str, bytes]
    ) -> None:
        here = self.here(tmp_path, **other)
        assert not here.finished and not here.state.pages

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
    memory = without_stores(Memory(known, frozenset({"wiki/x"})))
    assert memory.state == State({TEA: record("tea")}, PLACES)
    assert memory.claimed == {"wiki/x", "wiki/tea/.notion.json", "wiki/.notion.json"}
