"""What a run begins with where a branch is published, also with a state that somebody put back."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import replace

from backup.folder.found import BackupFiles, completed
from backup.folder.load import Local, Memory, of_branch
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
    text_of,
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
        lying: dict[str, str],
        history: dict[str, Record],
        *rows: Row,
        **more: object,
    ) -> tuple[Memory, list[set[str]]]:
        """What is remembered in the end, and which texts the history was asked about. `lying` are the
        folders in wiki/ with the ids of the pages whose texts lie there."""
        asked: list[set[str]] = []

        def earlier(texts: Set[str]) -> dict[str, Record]:
            asked.append({*texts})
            return history

        texts = {f"wiki/{name}/index.md": text_of(id_) for name, id_ in lying.items()}

        def stores(paths: Collection[str]) -> list[tuple[str, bytes]]:
            return [(path, texts[path]) for path in paths if path in texts]

        memory = replace(Memory(known), **more)
        there = BackupFiles(lambda: list(texts), lambda paths: {}, stores, earlier)
        return completed(memory, [replace(LISTED[0], rows=rows)], there), asked

    def test_a_page_is_where_the_history_knows_it_and_is_read_again(self) -> None:
        found, asked = self.caught_up(
            state(a=self.OLD), {"green-tea": TEA}, {TEA: self.NOW}, row(TEA, "Green tea")
        )
        assert found.state.pages == {TEA: self.NOW} and found.rebuilt == {TEA}
        assert asked == [{"wiki/green-tea/index.md"}]

    def test_one_that_the_history_does_not_know_stays_as_it_is_said_to_be(self) -> None:
        found, asked = self.caught_up(
            state(a=self.OLD), {"green-tea": TEA}, {}, row(TEA, "Green tea")
        )
        assert found.state.pages == {TEA: self.OLD} and not found.rebuilt and asked

    def test_a_page_that_another_one_has_displaced_is_found_too(self) -> None:
        """Milk was called Tea since, and nobody has Milk's old place; Notion does not list Tea."""
        now = {TEA: self.NOW, MILK: replace(record("tea"), title="Tea")}
        found, _ = self.caught_up(
            state(a=self.OLD, b=record("milk")),
            {"green-tea": TEA, "tea": MILK},
            now,
            row(MILK, "Tea"),
        )
        assert found.state.pages == now

    def test_pages_that_changed_places_are_found_though_no_file_is_missing(self) -> None:
        now = {
            TEA: replace(record("milk"), title="Milk"),
            MILK: replace(record("tea"), title="Tea"),
        }
        found, asked = self.caught_up(
            state(a=self.OLD, b=record("milk")),
            {"tea": MILK, "milk": TEA},
            now,
            row(TEA, "Milk"),
            row(MILK, "Tea"),
        )
        assert found.state.pages == now and asked

    def test_no_page_is_found_where_another_one_stays(self) -> None:
        known = state(a=self.OLD, b=record("milk"))
        found, asked = self.caught_up(
            known,
            {"tea": TEA, "green-tea": MILK},
            {MILK: replace(record("tea"), title="Tea")},
            row(MILK, "Tea"),
        )
        assert found.state.pages == known.pages and not found.rebuilt and asked

    def test_pages_that_the_state_lacks_are_found_at_once_those_in_others_too(self) -> None:
        below = replace(record("milk/cups"), parent=MILK)
        now = {TEA: self.OLD, MILK: record("milk"), "c" * 32: below}
        found, _ = self.caught_up(
            state(a=self.OLD),
            {"tea": TEA, "milk": MILK, "milk/cups": "c" * 32},
            now,
            row(TEA, "Tea"),
            row(MILK, "Milk"),
        )
        assert found.state.pages == now and found.rebuilt == now.keys() - {TEA}

    def test_a_page_that_nobody_lists_yet_is_found_where_the_backup_puts_pages(self) -> None:
        found, _ = self.caught_up(
            state(a=self.OLD), {"tea": TEA, "milk": MILK}, {MILK: record("milk")}
        )
        assert found.state.pages.keys() == {TEA, MILK}

    def test_the_history_is_not_asked_without_need(self) -> None:
        """A page is renamed, another one's text was deleted, a third is unpublished, a fourth has a copy,
        of a fifth, which is gone from Notion, there is a copy elsewhere, and a last text is not ours."""
        known = state(a=self.OLD, b=record("milk"), c=record("cocoa"))
        lying = {
            "tea": TEA,
            "cocoa-drink": "c" * 32,
            "tea-2025": TEA,
            "old/mate": "d" * 32,
            "notes": "",
        }
        _, asked = self.caught_up(
            known,
            {"cocoa": "c" * 32, **lying},
            {},
            row(TEA, "Green tea"),
            row("c" * 32, "Cocoa drink"),
            unpublished=frozenset({"c" * 32}),
        )
        assert not asked
