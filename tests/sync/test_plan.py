"""The plan: one test a rule, from two pictures to steps, without anything that acts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backup.model import Row, Target
from backup.sync.plan import plan
from backup.sync.removals import candidates
from backup.sync.state import State
from backup.sync.steps import Action, Listed, Rules, Verdict
from backup.sync.targets import links_digest
from tests.sync.listings import RENDER_KEYS, TIME, decide, listed, listing, only, record, row, state


def test_a_page_that_is_new_is_fetched() -> None:
    step = only(decide(listed(row("a", "Tea")), state()))
    assert (step.action, step.folder, step.reason) == (Action.FETCH, "wiki/tea", "new")


def test_a_page_that_did_not_change_is_kept() -> None:
    step = only(decide(listed(row("a", "Tea")), state(a=record("Tea"))))
    assert (step.action, step.reason) == (Action.KEEP, "unchanged")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"edited": "2026-08-31T08:00:00.000Z"}, "edited"),
        ({"edited": "2026-09-02T08:00:00.000Z"}, "edited"),  # Notion's page was restored
        ({"stable": False}, "minute"),
        ({"render_key": "two"}, "settings"),
        ({"icon": "🍵"}, "icon"),
    ],
)
def test_a_record_that_does_not_fit_what_is_listed_is_fetched(
    change: dict[str, object], word: str
) -> None:
    step = only(decide(listed(row("a", "Tea")), state(a=record("Tea", **change))))
    assert step.action is Action.FETCH and word in step.reason


def test_a_new_title_moves_the_folder() -> None:
    step = only(decide(listed(row("a", "Green tea")), state(a=record("Tea"))))
    assert (step.action, step.old_folder, step.folder) == (
        Action.FETCH,
        "wiki/tea",
        "wiki/green-tea",
    )


def test_a_full_sync_fetches_what_did_not_change() -> None:
    rules = Rules(full_sync=True)
    assert (
        only(decide(listed(row("a", "Tea")), state(a=record("Tea")), rules=rules)).reason
        == "full sync"
    )


def test_a_damaged_page_is_fetched() -> None:
    rules = Rules(damaged={"a" * 32})
    step = only(decide(listed(row("a", "Tea")), state(a=record("Tea")), rules=rules))
    assert step.action is Action.FETCH


@pytest.mark.parametrize(
    "before",
    [
        state(a=record("Tea", links=("b" * 32,)), b=record("Cup")),
        state(a=record("Tea", links=("b" * 32,))),
    ],
)
def test_a_page_that_links_to_a_renamed_or_new_page_is_written_again(before: State) -> None:
    decided = decide(listed(row("a", "Tea"), row("b", "Mug")), before)
    assert {step.title: step.action for step in decided.steps}["Tea"] is Action.FETCH


def test_a_page_that_links_to_a_removed_page_is_written_again() -> None:
    before = state(a=record("Tea", links=("b" * 32,)), b=record("Cup"))
    decided = decide(listed(row("a", "Tea")), before, {"b": Verdict.TRASHED})
    assert [step.action for step in decided.steps] == [Action.FETCH, Action.REMOVE]
    assert decided.targets["b" * 32] == Target("", "Cup"), "only its title stays"


@pytest.mark.parametrize("verdict", [Verdict.TRASHED, Verdict.MOVED])
def test_proof_removes(verdict: Verdict) -> None:
    known = state(a=record("Tea"), b=record("Cup"))
    decided = decide(listed(row("a", "Tea")), known, {"b": verdict})
    assert [step.title for step in decided.of(Action.REMOVE)] == ["Cup"]


@pytest.mark.parametrize("verdict", [Verdict.LISTED, Verdict.UNREACHABLE, Verdict.UNKNOWN])
def test_without_proof_a_page_is_kept(verdict: Verdict) -> None:
    known = state(a=record("Tea"), b=record("Cup"))
    decided = decide(listed(row("a", "Tea")), known, {"b": verdict})
    assert [step.reason for step in decided.steps if step.title == "Cup"] == [verdict.value]
    assert not decided.of(Action.REMOVE)


def test_an_incomplete_listing_makes_no_candidates() -> None:
    known = state(a=record("Tea"), b=record("Cup"))
    assert candidates([listed(row("a", "Tea"))], known) == ("b" * 32,)
    assert candidates([listed(row("a", "Tea"), complete=False)], known) == ()


def test_pages_of_a_database_that_is_not_listed_are_left_alone() -> None:
    known = state(a=record("Tea"), b=record("Cup", parent="other", folder="other/cup"))
    decided = decide(listed(row("a", "Tea")), known, {"b": Verdict.TRASHED})
    assert [step.title for step in decided.steps] == ["Tea"]


def ten_pages(gone: int) -> tuple[Listed, State, dict[str, Verdict]]:
    ids = "0123456789"
    known = state(**{id_: record(f"P{id_}") for id_ in ids})
    found = listed(*(row(id_, f"P{id_}") for id_ in ids[gone:]))
    return found, known, dict.fromkeys(ids[:gone], Verdict.TRASHED)


@pytest.mark.parametrize(("gone", "removed"), [(1, 1), (4, 4), (5, 0), (9, 0)])
def test_too_many_at_once_are_not_removed(gone: int, removed: int) -> None:
    found, known, verdicts = ten_pages(gone)
    decided = decide(found, known, verdicts)
    assert len(decided.of(Action.REMOVE)) == removed
    assert bool(decided.problems) == (removed == 0)


@pytest.mark.parametrize(("gone", "removed"), [(20, 20), (21, 0)])
def test_more_than_a_fifth_of_a_database_is_too_many(gone: int, removed: int) -> None:
    ids = [f"{number:032x}" for number in range(100)]
    known = State({id_: record(f"P{id_}") for id_ in ids}, state().databases)
    rows = tuple(Row(id_, "db", "source", f"P{id_}", "", TIME, b"") for id_ in ids[gone:])
    verdicts = dict.fromkeys(ids[:gone], Verdict.TRASHED)
    decided = plan(listing(listed(*rows), verdicts=verdicts), known, Rules())
    assert len(decided.of(Action.REMOVE)) == removed


@pytest.mark.parametrize("seen_later", [0, 1])
def test_a_page_that_moved_while_the_databases_were_listed_is_taken_where_it_was_seen_last(
    seen_later: int,
) -> None:
    times = ["2026-09-01T08:00:00.000Z"] * 2
    times[seen_later] = "2026-09-01T08:01:00.000Z"
    shown = [
        listed(row("a", "Tea", edited=time), id=f"db{number}", folder=f"in{number}")
        for number, time in enumerate(times)
    ]
    step = only(plan(listing(*shown), State(), Rules()))
    assert (step.folder, step.row and step.row.edited) == (f"in{seen_later}/tea", max(times))


def test_too_many_are_removed_when_that_is_allowed() -> None:
    found, known, verdicts = ten_pages(9)
    decided = decide(found, known, verdicts, Rules(allow_mass_delete=True))
    assert len(decided.of(Action.REMOVE)) == 9


def test_a_database_that_lists_nothing_loses_nothing() -> None:
    decided = decide(listed(), state(a=record("Tea")), {"a": Verdict.TRASHED})
    assert not decided.of(Action.REMOVE) and decided.problems


def test_deleted_pages_stay_when_the_user_wants_them_kept() -> None:
    known = state(a=record("Tea"), b=record("Cup"))
    rules = Rules(keep_deleted=True)
    decided = decide(listed(row("a", "Tea")), known, {"b": Verdict.TRASHED}, rules)
    assert not decided.of(Action.REMOVE) and not decided.problems


def test_where_all_pages_are_kept_nobody_is_asked_to_allow_many_removals() -> None:
    found, known, verdicts = ten_pages(9)
    decided = decide(found, known, verdicts, Rules(keep_deleted=True))
    assert not decided.of(Action.REMOVE) and not decided.problems


@pytest.mark.parametrize("verdict", [Verdict.UNREACHABLE, Verdict.UNKNOWN, Verdict.LISTED])
def test_a_small_database_of_which_nothing_is_shown_any_more_is_reported(verdict: Verdict) -> None:
    known = state(a=record("Tea"), b=record("Cup"))
    decided = decide(listed(), known, {"a": verdict, "b": verdict})
    assert [step.action for step in decided.steps] == [Action.KEEP, Action.KEEP]
    (problem,) = decided.problems
    assert "2 of 2 pages are no longer listed by Notion" in problem.what
    assert not decide(listed(row("a", "Tea")), known, {"b": verdict}).problems


def test_a_page_that_is_kept_without_being_listed_keeps_its_folder_from_others() -> None:
    known = state(b=record("Tea"))
    decided = decide(listed(row("a", "Tea")), known, {"b": Verdict.UNREACHABLE})
    assert {step.folder for step in decided.steps} == {"wiki/tea", f"wiki/tea-{'a' * 8}"}


@pytest.mark.parametrize(
    ("is_complete", "shard"), [(False, (1, 1)), (True, (1, 2))], ids=["unlisted", "another shard"]
)
def test_a_page_that_this_run_could_not_check_keeps_its_folder_from_others(
    is_complete: bool, shard: tuple[int, int]
) -> None:
    """Nobody is asked about it: the listing broke off, or another shard does that."""
    found = listed(row("a", "Tea"), complete=is_complete)
    decided = decide(found, state(b=record("Tea")), rules=Rules(shard=shard))
    assert only(decided).folder == f"wiki/tea-{'a' * 8}"


def test_a_page_whose_folder_was_moved_without_it_being_read_has_its_links_written_again() -> None:
    """Another shard moved it with its database, or it could not be read then."""
    cup = Target("books/cup/index.md", "Cup")
    links = ("b" * 32,)
    before = record(
        "Tea", links=links, links_digest=links_digest(links, "wiki/tea", {links[0]: cup})
    )
    books = listed(replace(row("b", "Cup"), parent="books"), id="books", folder="books")
    known = state(a=before, b=record("Cup", parent="books", folder="books/cup"))
    rules = Rules(render_keys=RENDER_KEYS)
    still = plan(listing(listed(row("a", "Tea")), books), known, rules)
    assert not still.of(Action.FETCH)
    moved = {**known.pages, "a" * 32: replace(before, folder="docs/wiki/tea")}
    deeper = listed(row("a", "Tea"), folder="docs/wiki")
    decided = plan(listing(deeper, books), replace(known, pages=moved), rules)
    assert [step.title for step in decided.of(Action.FETCH)] == ["Tea"]


def test_the_same_listings_give_the_same_plan() -> None:
    found, known, verdicts = ten_pages(2)
    assert decide(found, known, verdicts) == decide(found, known, verdicts)


def test_every_page_is_in_just_one_shard_and_links_know_them_all() -> None:
    found = listed(*(row(id_, f"P{id_}") for id_ in "0123456789"))
    plans = [decide(found, state(), rules=Rules(shard=(part, 3))) for part in (1, 2, 3)]
    taken = [step.title for each in plans for step in each.steps]
    assert sorted(taken) == [f"P{id_}" for id_ in "0123456789"]
    assert all(len(each.targets) == 11 for each in plans)


def test_a_shard_removes_only_its_own_pages() -> None:
    found, known, verdicts = ten_pages(2)
    removed = [
        step.title
        for part in (1, 2)
        for step in decide(found, known, verdicts, Rules(shard=(part, 2))).of(Action.REMOVE)
    ]
    assert sorted(removed) == ["P0", "P1"]
