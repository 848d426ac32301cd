"""What a run begins with where a branch is published, also with a state that somebody put back."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import replace

from backup.folder.load import (
    Local,
    Lying,
    Memory,
    completed,
    of_branch,
)
from backup.model import Row
from backup.sync.state import Place, Record, State
from tests.folder.memories import (
    LISTED,
    MILK,
    PLACES,
    TEA,
    Files,
    branch,
    record,
    row,
    state,
)


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
