"""The plan of pages that lie in pages: what moves, what is read, and what may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from backup.model import Row
from backup.sync.paths import RootFolder
from backup.sync.plan import plan
from backup.sync.removals import candidates
from backup.sync.state import List, Place, Record, State
from backup.sync.steps import Action, Listed, Listing, Plan, Rules, Verdict
from backup.sync.targets import links_digest

TIME = "2026-09-01T08:00:00.000Z"
RENDER_KEYS = {"source": "one", "": "one"}


def id_of(letter: str) -> str:
    return letter * 32 if letter else ""


def row(letter: str, title: str, parent: str, edited: str = TIME) -> Row:
    source = "source" if parent == "d" else ""
    return Row(id_of(letter), id_of(parent), source, title, "", edited, b"")


def record(title: str, parent: str, folder: str, **more: Any) -> Record:
    return replace(
        Record(id_of(parent), folder, title, edited=TIME, render_key="one"),
        **more,
    )


def holding(letter: str, pages: str = "", databases: str = "") -> tuple[dict[str, Any], ...]:
    """The lists of a page in which these lie."""
    found = List(id_of(letter), 9, tuple(map(id_of, pages)), tuple(map(id_of, databases)))
    return (found.to_json(),)


def inside(letter: str, *rows: Row, **more: Any) -> Listed:
    """What lies in a page."""
    return replace(Listed(id_of(letter), "", "", "", rows, True), **more)


def wiki(*rows: Row) -> Listed:
    return Listed(id_of("d"), "Wiki", "", "wiki", rows, True, ("source",))


def shown(databases: tuple[Listed, ...], *pages: Listed, **more: Any) -> Listing:
    return Listing(
        databases, {}, (), datetime(2026, 9, 3, tzinfo=timezone.utc), pages=pages, **more
    )


def known(**pages: Record) -> State:
    return State(
        {id_of(letter): each for letter, each in pages.items()},
        {id_of("d"): Place("wiki", "Wiki")},
    )


def decide(listing: Listing, state: State, said: dict[str, Verdict] | None = None) -> Plan:
    verdicts = {id_of(letter): verdict for letter, verdict in (said or {}).items()}
    return plan(replace(listing, verdicts=verdicts), state, Rules(render_keys=RENDER_KEYS))


def steps(decided: Plan) -> dict[str, tuple[Action, str, str]]:
    return {each.page_id[0]: (each.action, each.old_folder, each.folder) for each in decided.steps}


HOME = row("a", "Home", "d")
TREE = known(
    a=record("Home", "d", "wiki/home", lists=holding("a", "b")),
    b=record("Rooms", "a", "wiki/home/rooms", lists=holding("b", "c")),
    c=record("Bath", "b", "wiki/home/rooms/bath"),
)
LISTING = shown(
    (wiki(HOME),), inside("a", row("b", "Rooms", "a")), inside("b", row("c", "Bath", "b"))
)


def test_a_tree_that_did_not_change_is_left_alone() -> None:
    assert {action for action, _, _ in steps(decide(LISTING, TREE)).values()} == {Action.KEEP}


def test_an_edit_in_a_grandchild_concerns_it_alone() -> None:
    edited = row("c", "Bath", "b", "2026-09-02T08:00:00.000Z")
    listing = shown((wiki(HOME),), inside("a", row("b", "Rooms", "a")), inside("b", edited))
    decided = decide(listing, TREE)
    assert [each.title for each in decided.of(Action.FETCH)] == ["Bath"]


def test_a_page_that_was_renamed_takes_along_what_lies_in_it_and_nothing_there_is_read() -> None:
    listing = replace(LISTING, databases=(wiki(row("a", "House", "d")),))
    assert steps(decide(listing, TREE)) == {
        "a": (Action.FETCH, "wiki/home", "wiki/house"),
        "b": (Action.KEEP, "wiki/home/rooms", "wiki/house/rooms"),
        "c": (Action.KEEP, "wiki/home/rooms/bath", "wiki/house/rooms/bath"),
    }


def test_a_page_that_moved_with_its_folder_is_read_when_its_links_lead_elsewhere_now() -> None:
    state, there = TREE, decide(LISTING, TREE).targets
    linking = replace(
        state.pages[id_of("c")],
        links=(id_of("b"),),
        links_digest=links_digest((id_of("b"),), "wiki/home/rooms/bath", there),
    )
    state = replace(state, pages={**state.pages, id_of("c"): linking})
    assert steps(decide(LISTING, state))["c"][0] is Action.KEEP
    listing = replace(LISTING, databases=(wiki(row("a", "House", "d")),))
    assert steps(decide(listing, state))["c"][0] is Action.FETCH


def test_parent_and_child_can_change_places() -> None:
    listing = shown(
        (wiki(row("b", "Rooms", "d")),), inside("b", row("a", "Home", "b"), row("c", "Bath", "b"))
    )
    assert steps(decide(listing, TREE)) == {
        "a": (Action.FETCH, "wiki/home", "wiki/rooms/home"),
        "b": (Action.FETCH, "wiki/home/rooms", "wiki/rooms"),
        "c": (Action.KEEP, "wiki/home/rooms/bath", "wiki/rooms/bath"),
    }


def test_a_page_in_which_something_came_or_went_is_read_though_its_time_stays() -> None:
    came = row("e", "Attic", "b")
    listing = replace(LISTING, pages=(*LISTING.pages[:1], inside("b", row("c", "Bath", "b"), came)))
    read = {each.title: each.reason for each in decide(listing, TREE).of(Action.FETCH)}
    assert read == {"Rooms": "pages or databases in it came or went", "Attic": "new"}


def test_of_a_list_with_holes_nobody_concludes_that_something_went() -> None:
    listing = replace(LISTING, pages=(*LISTING.pages[:1], inside("b", complete=False)))
    assert candidates(listing.lists, TREE) == ()
    assert not decide(listing, TREE).of(Action.FETCH)


def test_what_lies_in_a_deleted_page_is_asked_for_itself() -> None:
    listing = shown((wiki(row("e", "Other", "d")),), *LISTING.pages)
    said: dict[str, Verdict] = {}
    asked = []
    while found := [i for i in candidates(listing.lists, TREE, said) if i not in said]:
        asked.append([id_[0] for id_ in found])
        said |= dict.fromkeys(found, Verdict.TRASHED)
    assert asked == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize("verdict", [Verdict.UNREACHABLE, Verdict.UNKNOWN, Verdict.LISTED])
def test_below_a_page_that_is_not_shown_everything_stays(verdict: Verdict) -> None:
    listing = shown((wiki(row("e", "Other", "d")),))
    assert candidates(listing.lists, TREE, {id_of("a"): verdict}) == (id_of("a"),)
    decided = decide(listing, TREE, {"a": verdict})
    assert not decided.of(Action.REMOVE)
    assert {id_of(each) for each in "abc"} <= decided.targets.keys()


def test_below_a_deleted_page_one_that_is_not_proven_deleted_stays_where_it_is() -> None:
    listing = shown((wiki(row("e", "Other", "d")),), *LISTING.pages)
    said = {"a": Verdict.TRASHED, "b": Verdict.TRASHED, "c": Verdict.UNREACHABLE}
    found = steps(decide(listing, TREE, said))
    assert [found[each][0] for each in "abc"] == [Action.REMOVE, Action.REMOVE, Action.KEEP]
    assert found["c"][2] == "wiki/home/rooms/bath"


def test_what_was_moved_out_in_time_is_not_removed_with_its_old_parent() -> None:
    listing = shown((wiki(row("c", "Bath", "d")),), *LISTING.pages[:1])
    said = {"a": Verdict.TRASHED, "b": Verdict.TRASHED}
    found = steps(decide(listing, TREE, said))
    assert found["a"][0] is found["b"][0] is Action.REMOVE
    assert found["c"] == (Action.FETCH, "wiki/home/rooms/bath", "wiki/bath")


def test_what_another_shard_left_of_a_deleted_page_is_asked_for_by_its_folder() -> None:
    pages = {id_: each for id_, each in TREE.pages.items() if id_ != id_of("b")}
    state = replace(
        TREE, pages=pages
    )  # the rooms were removed, and the bath in them is not its own
    listing = shown((wiki(HOME),), inside("a"))
    assert candidates(listing.lists, state) == (id_of("c"),)
    assert steps(decide(listing, state, {"c": Verdict.TRASHED}))["c"][0] is Action.REMOVE
    unlisted = replace(listing, pages=(inside("a", complete=False),))
    assert candidates(unlisted.lists, state) == ()


def many(count: int) -> tuple[State, Listing]:
    """Ten rows, and so many pages in one of them, whose list is empty now."""
    rows = [Row(f"{n:032x}", id_of("d"), "source", f"R{n}", "", TIME, b"") for n in range(10)]
    pages = {each.id: record(each.title, "d", f"wiki/r{n}") for n, each in enumerate(rows)}
    home = rows[0].id
    pages |= {
        f"{n + 100:032x}": Record(home, f"wiki/r0/p{n}", f"P{n}", edited=TIME, render_key="one")
        for n in range(count)
    }
    listing = shown((wiki(*rows),), Listed(home, "", "", "", (), True))
    return State(pages, known().databases), listing


@pytest.mark.parametrize(("count", "removed"), [(4, 4), (5, 0)])
def test_too_many_at_once_are_counted_over_the_whole_root(count: int, removed: int) -> None:
    state, listing = many(count)
    said = dict.fromkeys(candidates(listing.lists, state), Verdict.TRASHED)
    decided = plan(replace(listing, verdicts=said), state, Rules(render_keys=RENDER_KEYS))
    assert len(decided.of(Action.REMOVE)) == removed
    assert bool(decided.problems) == (removed == 0)


def test_a_refusal_names_the_pages_at_the_top() -> None:
    state, listing = many(30)
    listing = replace(listing, databases=(wiki(*listing.databases[0].rows[1:]),))
    said: dict[str, Verdict] = {}
    while found := [i for i in candidates(listing.lists, state, said) if i not in said]:
        said |= dict.fromkeys(found, Verdict.TRASHED)
    decided = plan(replace(listing, verdicts=said), state, Rules(render_keys=RENDER_KEYS))
    (problem,) = decided.problems
    assert "31 of 40 pages would be removed at once" in problem.what
    assert "All are, or lie in: “R0”." in problem.what


def test_many_below_one_page_that_is_not_shown_are_reported_with_its_name() -> None:
    state, listing = many(30)
    listing = replace(listing, databases=(wiki(*listing.databases[0].rows[1:]),), pages=())
    decided = plan(
        replace(listing, verdicts={f"{0:032x}": Verdict.UNREACHABLE}),
        state,
        Rules(render_keys=RENDER_KEYS),
    )
    (problem,) = decided.problems
    assert "31 of 40 pages are no longer listed" in problem.what and "“R0”" in problem.what


# -- roots ------------------------------------------------------------------------------------


def roots(
    *rows: Row, complete: bool = False, **named: RootFolder
) -> tuple[Listed, dict[str, RootFolder]]:
    return (
        Listed("", "", "", "", rows, complete),
        {id_of(letter): each for letter, each in named.items()},
    )


def test_a_page_may_be_a_root_and_has_the_folder_that_was_given() -> None:
    top, named = roots(row("a", "Home", ""), a=RootFolder("docs", "Home"))
    listing = shown((), top, inside("a", row("b", "Rooms", "a")), roots=named)
    found = steps(decide(listing, State()))
    assert (found["a"][2], found["b"][2]) == ("docs", "docs/rooms")


def test_a_root_inside_another_root_is_none() -> None:
    top, named = roots(
        row("a", "Home", ""),
        row("b", "Rooms", ""),
        a=RootFolder("", "Home"),
        b=RootFolder("rooms", "Rooms"),
    )
    listing = shown((), top, inside("a", row("b", "Rooms", "a")), roots=named)
    found = steps(decide(listing, State()))
    assert (found["a"][2], found["b"][2]) == ("home", "home/rooms")


def test_the_roots_of_a_workspace_lie_side_by_side_in_the_folder_that_was_given() -> None:
    top, named = roots(
        row("a", "Home", ""),
        row("b", "home", ""),
        a=RootFolder("", "Home", "all"),
        b=RootFolder("", "home", "all"),
    )
    database = Listed(id_of("d"), "Tasks", "", "", (row("e", "Door", "d"),), True)
    named[id_of("d")] = RootFolder("", "Tasks", "all")
    found = decide(shown((database,), top, roots=named), State())
    assert {each[2] for each in steps(found).values()} == {
        "all/home-aaaaaaaa",
        "all/home-bbbbbbbb",
        "all/tasks/door",
    }


def test_a_root_that_was_taken_out_of_the_settings_is_left_alone() -> None:
    state = known(a=record("Home", "", "docs"), b=record("Rooms", "a", "docs/rooms"))
    decided = decide(shown((wiki(row("c", "Docs", "d")),)), state)
    assert set(steps(decided)) == {"c"}


def test_a_root_that_notion_does_not_show_keeps_its_folder_from_others() -> None:
    state = State({id_of("a"): record("Home", "", "home")})
    top, named = roots(row("b", "Home", ""), a=RootFolder("", ""), b=RootFolder("", "Home"))
    assert steps(decide(shown((), top, roots=named), state))["b"][2] == "home-bbbbbbbb"


# -- databases in pages -------------------------------------------------------------------------


def tasks(*rows: Row, title: str = "Tasks") -> Listed:
    return Listed(id_of("f"), title, "", "", rows, True, ("source",), parent=id_of("a"))


def with_tasks() -> State:
    state = known(
        a=record("Home", "d", "wiki/home", lists=holding("a", databases="f")),
        e=record("Door", "f", "wiki/home/tasks/door"),
    )
    place = Place("wiki/home/tasks", "Tasks", parent=id_of("a"))
    return replace(state, databases={**state.databases, id_of("f"): place})


def door(title: str = "Door") -> Row:
    return replace(row("e", title, "f"), source="source")


def test_a_database_lies_in_the_folder_of_its_page_and_goes_along() -> None:
    holds = inside("a", databases=(id_of("f"),))
    listing = shown((wiki(HOME), tasks(door())), holds)
    assert {each[0] for each in steps(decide(listing, with_tasks())).values()} == {Action.KEEP}
    renamed = shown((wiki(row("a", "House", "d")), tasks(door())), holds)
    decided = decide(renamed, with_tasks())
    assert steps(decided)["e"] == (Action.KEEP, "wiki/home/tasks/door", "wiki/house/tasks/door")
    assert {each.title: each.folder for each in decided.databases} == {
        "Wiki": "wiki",
        "Tasks": "wiki/house/tasks",
    }


def test_a_database_in_a_page_of_which_nothing_is_seen_yet_waits_for_that_page() -> None:
    decided = decide(shown((wiki(), tasks(door()))), known())
    assert [each.title for each in decided.databases] == ["Wiki"] and not decided.steps


def test_a_deleted_database_takes_along_the_rows_that_are_deleted_themselves() -> None:
    listing = shown((wiki(HOME), tasks(door())), inside("a"))
    state = with_tasks()
    assert candidates(listing.lists, state) == (id_of("f"),)
    said = {id_of("f"): Verdict.TRASHED}
    assert set(candidates(listing.lists, state, said)) == {id_of("f"), id_of("e")}
    decided = decide(listing, state, {"f": Verdict.TRASHED, "e": Verdict.TRASHED})
    assert [each.title for each in decided.of(Action.REMOVE)] == ["Door"]
    assert decided.forgotten == {id_of("f")}
    kept = decide(listing, state, {"f": Verdict.TRASHED, "e": Verdict.UNREACHABLE})
    assert not kept.of(Action.REMOVE) and not kept.forgotten


def test_a_database_below_a_block_in_the_trash_is_kept_and_reported() -> None:
    listing = shown((wiki(HOME), tasks(door())), inside("a"))
    decided = decide(listing, with_tasks(), {"f": Verdict.ORPHANED})
    assert not decided.of(Action.REMOVE) and not decided.forgotten
    (step,) = [each for each in decided.steps if each.title == "Tasks"]
    assert "trash" in step.reason
