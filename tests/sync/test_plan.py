"""The plan: one test a rule, from two pictures to steps, without anything that acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from backup.model import Problem, Row, Target
from backup.sync.plan import (
    Action,
    Listed,
    Listing,
    Plan,
    Rules,
    Step,
    Verdict,
    candidates,
    is_watched,
    learned,
    links_digest,
    plan,
)
from backup.sync.state import Place, Record, State

TIME = "2026-09-01T08:00:00.000Z"
SHAPES = {"source": "one"}


def row(id_: str, title: str, edited: str = TIME, source: str = "source") -> Row:
    return Row(id_ * 32, "db", source, title, "", edited, b"")


def record(title: str, **more: Any) -> Record:
    base = Record("db", f"wiki/{title.lower()}", title, edited=TIME, render_key="one")
    return replace(base, **more)


def listed(*rows: Row, **more: Any) -> Listed:
    base = replace(Listed("db", "Wiki", "", "wiki", (), True, ("source",)), **more)
    return replace(base, rows=tuple(replace(each, parent=base.id) for each in rows))


def listing(*databases: Listed, **more: Any) -> Listing:
    return Listing(databases, {}, (), datetime(2026, 9, 3, tzinfo=timezone.utc), **more)


def state(**pages: Record) -> State:
    return State({id_ * 32: each for id_, each in pages.items()}, {"db": Place("wiki", "Wiki")})


def decide(
    picture: Listed,
    known: State,
    verdicts: dict[str, Verdict] | None = None,
    rules: Rules | None = None,
) -> Plan:
    given = {id_ * 32: verdict for id_, verdict in (verdicts or {}).items()}
    rules = replace(rules or Rules(), shapes=SHAPES)
    return plan(listing(picture, verdicts=given), known, rules)


def only(decided: Plan) -> Step:
    (step,) = decided.steps
    return step


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
    picture = listed(*(row(id_, f"P{id_}") for id_ in ids[gone:]))
    return picture, known, dict.fromkeys(ids[:gone], Verdict.TRASHED)


@pytest.mark.parametrize(("gone", "removed"), [(1, 1), (4, 4), (5, 0), (9, 0)])
def test_too_many_at_once_are_not_removed(gone: int, removed: int) -> None:
    picture, known, verdicts = ten_pages(gone)
    decided = decide(picture, known, verdicts)
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
    picture, known, verdicts = ten_pages(9)
    decided = decide(picture, known, verdicts, Rules(allow_mass_delete=True))
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
    picture, known, verdicts = ten_pages(9)
    decided = decide(picture, known, verdicts, Rules(keep_deleted=True))
    assert not decided.of(Action.REMOVE) and not decided.problems


@pytest.mark.parametrize("verdict", [Verdict.UNREACHABLE, Verdict.UNKNOWN, Verdict.LISTED])
def test_a_small_database_of_which_nothing_is_to_be_seen_any_more_is_told(verdict: Verdict) -> None:
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
    ("is_complete", "shard"), [(False, (1, 1)), (True, (1, 2))], ids=["unlisted", "another part"]
)
def test_a_page_of_which_this_run_cannot_tell_keeps_its_folder_from_others(
    is_complete: bool, shard: tuple[int, int]
) -> None:
    """Nobody is asked about it: the listing broke off, or another part of the run does that."""
    picture = listed(row("a", "Tea"), complete=is_complete)
    decided = decide(picture, state(b=record("Tea")), rules=Rules(shard=shard))
    assert only(decided).folder == f"wiki/tea-{'a' * 8}"


def test_a_page_whose_folder_was_moved_without_it_being_read_has_its_links_written_again() -> None:
    """Another part of the run moved it with its database, or it could not be read then."""
    cup = Target("books/cup/index.md", "Cup")
    links = ("b" * 32,)
    before = record(
        "Tea", links=links, links_digest=links_digest(links, "wiki/tea", {links[0]: cup})
    )
    books = listed(replace(row("b", "Cup"), parent="books"), id="books", folder="books")
    known = state(a=before, b=record("Cup", parent="books", folder="books/cup"))
    rules = Rules(shapes=SHAPES)
    still = plan(listing(listed(row("a", "Tea")), books), known, rules)
    assert not still.of(Action.FETCH)
    moved = {**known.pages, "a" * 32: replace(before, folder="docs/wiki/tea")}
    deeper = listed(row("a", "Tea"), folder="docs/wiki")
    decided = plan(listing(deeper, books), replace(known, pages=moved), rules)
    assert [step.title for step in decided.of(Action.FETCH)] == ["Tea"]


def test_the_same_pictures_give_the_same_plan() -> None:
    picture, known, verdicts = ten_pages(2)
    assert decide(picture, known, verdicts) == decide(picture, known, verdicts)


def test_every_page_is_in_just_one_shard_and_links_know_them_all() -> None:
    picture = listed(*(row(id_, f"P{id_}") for id_ in "0123456789"))
    plans = [decide(picture, state(), rules=Rules(shard=(part, 3))) for part in (1, 2, 3)]
    taken = [step.title for each in plans for step in each.steps]
    assert sorted(taken) == [f"P{id_}" for id_ in "0123456789"]
    assert all(len(each.targets) == 11 for each in plans)


def test_a_shard_removes_only_its_own_pages() -> None:
    picture, known, verdicts = ten_pages(2)
    removed = [
        step.title
        for part in (1, 2)
        for step in decide(picture, known, verdicts, Rules(shard=(part, 2))).of(Action.REMOVE)
    ]
    assert sorted(removed) == ["P0", "P1"]


NEWER = "2026-09-02T08:00:00.000Z"


def done(rules: Rules, step: Step) -> Rules:
    return learned(rules, (step,), (), {})


def test_a_page_that_was_read_in_this_run_is_not_wanted_again() -> None:
    every = {"a" * 32}
    rules = Rules(full_sync=True, damaged=every, rebuilt=every, due=every)
    picture, known = listed(row("a", "Tea")), state(a=record("Tea", stable=False))
    first = only(decide(picture, known, rules=rules))
    assert first.action is Action.FETCH
    again = only(decide(picture, known, rules=done(rules, first)))
    assert (again.action, again.reason) == (Action.KEEP, "unchanged")


def test_a_page_that_failed_is_left_to_the_next_run() -> None:
    rules = learned(Rules(), (), (Problem("Tea", "It cannot be read.", "a" * 32),), {})
    assert only(decide(listed(row("a", "Tea")), state(), rules=rules)).action is Action.KEEP


def test_a_page_that_is_edited_all_the_time_is_read_twice_more_and_then_not_stable() -> None:
    shown, rules = listing(listed(row("a", "Tea"))), Rules(shapes=SHAPES)
    step, told = only(plan(shown, state(), rules)), []
    for day in (2, 3, 4):
        rules = done(rules, step)
        read = record("Tea", edited=step.row.edited if step.row else "")
        shown = shown.with_([row("a", "Tea", f"2026-09-0{day}T08:00:00.000Z")])
        step = only(plan(shown, state(a=read), rules))
        told.append((step.reason, step.stable, is_watched(step)))
    edited = "edited while it was read"
    assert told[:2] == [(edited, True, True), (edited, False, False)]
    assert (step.action, step.stable) == (Action.KEEP, False)


@pytest.mark.parametrize("change", [{"title": "Green tea"}, {"source": "other"}])
def test_a_page_that_was_renamed_or_moved_while_it_was_read_is_left_to_the_next_run(
    change: dict[str, str],
) -> None:
    shown = listing(listed(row("a", "Tea")))
    assert shown.with_([replace(row("a", "Tea", NEWER), **change)]) == shown


def test_a_page_whose_blocks_are_linked_to_otherwise_is_read() -> None:
    tea, cup = row("a", "Tea"), row("b", "Cup")
    linking = record("Cup", links=(f"{'a' * 32}#block",))
    linking = replace(
        linking,
        links_digest=links_digest(
            linking.links, linking.folder, {"a" * 32: Target("wiki/tea/index.md", "Tea")}
        ),
    )
    steps = decide(listed(tea, cup), state(a=record("Tea"), b=linking)).steps
    assert [(each.action, each.reason) for each in steps] == [
        (Action.FETCH, "links to its blocks changed"),
        (Action.KEEP, "unchanged"),
    ]
    assert steps[0].anchors == {"block"} and not is_watched(steps[0])
    known = state(a=record("Tea", anchors=("block",)), b=linking)
    assert not decide(listed(tea, cup), known).of(Action.FETCH)
    removed = decide(listed(tea), known, {"b": Verdict.TRASHED})
    assert [each.action for each in removed.steps] == [Action.FETCH, Action.REMOVE]


def test_missing_files_are_tried_alone_and_their_page_is_read_when_there_is_news() -> None:
    picture, known = listed(row("a", "Tea")), state(a=record("Tea"))
    rules = Rules(due={"a" * 32})
    step = only(decide(picture, known, rules=rules))
    assert step.action is Action.RETRY
    for is_news, action in ((False, Action.KEEP), (True, Action.FETCH)):
        told = learned(rules, (), (), {"a" * 32: is_news})
        assert only(decide(picture, known, rules=told)).action is action
    assert only(decide(picture, known, rules=done(told, step))).action is Action.KEEP
    edited = listed(row("a", "Tea", NEWER))
    assert only(decide(edited, known, rules=rules)).action is Action.FETCH


def test_what_one_round_has_learned_holds_in_all_later_ones() -> None:
    read = replace(
        only(decide(listed(row("a", "Tea")), state())), reason="edited while it was read"
    )
    told = learned(Rules(), (read,), (Problem("Cup", "", "b" * 32),), {"c" * 32: True})
    assert (told.read, told.failed) == ({"a" * 32}, {"b" * 32})
    assert learned(told, (), (), {}) == told


def stored(title: str, **more: Any) -> Record:
    return record(title, store="5" * 64, **more)


@pytest.mark.parametrize(
    ("change", "rules", "word"),
    [
        ({"folder": "wiki/cocoa", "links": ("b" * 32,)}, {}, "a page it refers to"),
        ({"render_key": "two"}, {}, "settings"),
        ({"relations_digest": "other"}, {}, "related from elsewhere"),
        ({"links": ("b" * 32,)}, {}, "a page it refers to"),
        ({"anchors": ("block",)}, {}, "links to its blocks"),
        ({}, {"textless": {"a" * 32}}, "its Markdown was deleted here"),
        ({}, {"due": {"a" * 32}, "news": {"a" * 32: True}}, "a missing file"),
    ],
)
def test_what_the_store_of_a_page_answers_is_written_from_it_and_read_where_there_is_none(
    change: dict[str, object], rules: dict[str, Any], word: str
) -> None:
    for known, action in ((stored, Action.RENDER), (record, Action.FETCH)):
        before = state(a=known("Tea", **change))
        step = only(decide(listed(row("a", "Tea")), before, rules=Rules(**rules)))
        assert step.action is action and word in step.reason
        again = decide(listed(row("a", "Tea", NEWER)), before, rules=Rules(**rules))
        assert (only(again).action, only(again).reason) == (Action.FETCH, "edited")


@pytest.mark.parametrize(
    "before",
    [
        {"edited": "2026-08-31T08:00:00.000Z"},
        {"title": "Green tea"},
        {"parent": "other"},
        {"stable": False},
        {"icon": "🍵"},
    ],
)
def test_what_a_store_cannot_tell_is_read(before: dict[str, Any]) -> None:
    known = state(a=replace(stored("Tea", render_key="two"), **before))
    assert only(decide(listed(row("a", "Tea")), known)).action is Action.FETCH


@pytest.mark.parametrize(
    "rules", [{"full_sync": True}, {"damaged": {"a" * 32}}, {"rebuilt": {"a" * 32}}]
)
def test_a_store_that_is_not_to_be_relied_on_is_read_again(rules: dict[str, Any]) -> None:
    step = only(decide(listed(row("a", "Tea")), state(a=stored("Tea")), rules=Rules(**rules)))
    assert step.action is Action.FETCH


def test_a_page_that_has_no_store_gets_one_where_stores_are_kept() -> None:
    picture, known = listed(row("a", "Tea")), state(a=record("Tea"))
    assert only(decide(picture, known)).action is Action.KEEP
    step = only(decide(picture, known, rules=Rules(keep_json=True)))
    assert (step.action, step.reason) == (Action.FETCH, "its .notion.json is missing")
    assert only(decide(picture, state(a=stored("Tea")), rules=Rules(keep_json=True))).action is (
        Action.KEEP
    )


def test_a_page_whose_record_was_lost_is_written_from_its_store_to_prove_it() -> None:
    picture, known = listed(row("a", "Tea")), state(a=stored("Tea"))
    rules = Rules(restored={"a" * 32})
    step = only(decide(picture, known, rules=rules))
    assert (step.action, step.is_proof) == (Action.RENDER, True)
    assert only(decide(picture, known, rules=done(rules, step))).action is Action.KEEP
    assert not only(decide(picture, state(a=stored("Tea", render_key="two")))).is_proof


def test_a_page_that_is_only_written_again_is_neither_watched_nor_counted_as_unchanged() -> None:
    decided = decide(listed(row("a", "Tea")), state(a=stored("Tea", render_key="two")))
    assert not is_watched(only(decided)) and decided.unchanged == ()
