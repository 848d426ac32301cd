"""What a run decides in its later rounds, and which pages it writes from their stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backup.model import Problem, Target
from backup.sync.plan import is_watched, learned, plan
from backup.sync.state import Record
from backup.sync.steps import Action, Rules, Step, Verdict
from backup.sync.targets import links_digest
from tests.sync.listings import RENDER_KEYS, decide, listed, listing, only, record, row, state

NEWER = "2026-09-02T08:00:00.000Z"


def done(rules: Rules, step: Step) -> Rules:
    return learned(rules, (step,), (), {})


def test_a_page_that_was_read_in_this_run_is_not_wanted_again() -> None:
    every = {"a" * 32}
    rules = Rules(full_sync=True, damaged=every, rebuilt=every, due=every)
    found, known = listed(row("a", "Tea")), state(a=record("Tea", stable=False))
    first = only(decide(found, known, rules=rules))
    assert first.action is Action.FETCH
    again = only(decide(found, known, rules=done(rules, first)))
    assert (again.action, again.reason) == (Action.KEEP, "unchanged")


def test_a_page_that_failed_is_left_to_the_next_run() -> None:
    rules = learned(Rules(), (), (Problem("Tea", "It cannot be read.", "a" * 32),), {})
    assert only(decide(listed(row("a", "Tea")), state(), rules=rules)).action is Action.KEEP


def test_a_page_that_is_edited_all_the_time_is_read_twice_more_and_then_not_stable() -> None:
    shown, rules = listing(listed(row("a", "Tea"))), Rules(render_keys=RENDER_KEYS)
    step, said = only(plan(shown, state(), rules)), []
    for day in (2, 3, 4):
        rules = done(rules, step)
        read = record("Tea", edited=step.row.edited if step.row else "")
        shown = shown.with_([row("a", "Tea", f"2026-09-0{day}T08:00:00.000Z")])
        step = only(plan(shown, state(a=read), rules))
        said.append((step.reason, step.stable, is_watched(step)))
    edited = "edited while it was read"
    assert said[:2] == [(edited, True, True), (edited, False, False)]
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


def test_missing_files_are_tried_alone_and_their_page_is_read_when_one_is_available() -> None:
    found, known = listed(row("a", "Tea")), state(a=record("Tea"))
    rules = Rules(due={"a" * 32})
    step = only(decide(found, known, rules=rules))
    assert step.action is Action.RETRY
    for is_to_be_read, action in ((False, Action.KEEP), (True, Action.FETCH)):
        said = learned(rules, (), (), {"a" * 32: is_to_be_read})
        assert only(decide(found, known, rules=said)).action is action
    assert only(decide(found, known, rules=done(said, step))).action is Action.KEEP
    edited = listed(row("a", "Tea", NEWER))
    assert only(decide(edited, known, rules=rules)).action is Action.FETCH


def test_what_one_round_has_learned_holds_in_all_later_ones() -> None:
    read = replace(
        only(decide(listed(row("a", "Tea")), state())), reason="edited while it was read"
    )
    said = learned(Rules(), (read,), (Problem("Cup", "", "b" * 32),), {"c" * 32: True})
    assert (said.read, said.failed) == ({"a" * 32}, {"b" * 32})
    assert learned(said, (), (), {}) == said


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
        ({}, {"due": {"a" * 32}, "retried": {"a" * 32: True}}, "a missing file"),
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
def test_what_a_store_does_not_contain_is_read(before: dict[str, Any]) -> None:
    known = state(a=replace(stored("Tea", render_key="two"), **before))
    assert only(decide(listed(row("a", "Tea")), known)).action is Action.FETCH


@pytest.mark.parametrize(
    "rules", [{"full_sync": True}, {"damaged": {"a" * 32}}, {"rebuilt": {"a" * 32}}]
)
def test_a_store_that_is_not_to_be_relied_on_is_read_again(rules: dict[str, Any]) -> None:
    step = only(decide(listed(row("a", "Tea")), state(a=stored("Tea")), rules=Rules(**rules)))
    assert step.action is Action.FETCH


def test_a_page_that_has_no_store_gets_one_where_stores_are_kept() -> None:
    found, known = listed(row("a", "Tea")), state(a=record("Tea"))
    assert only(decide(found, known)).action is Action.KEEP
    step = only(decide(found, known, rules=Rules(keep_json=True)))
    assert (step.action, step.reason) == (Action.FETCH, "its .notion.json is missing")
    assert only(decide(found, state(a=stored("Tea")), rules=Rules(keep_json=True))).action is (
        Action.KEEP
    )


def test_a_page_whose_record_was_lost_is_written_from_its_store_to_prove_it() -> None:
    found, known = listed(row("a", "Tea")), state(a=stored("Tea"))
    rules = Rules(restored={"a" * 32})
    step = only(decide(found, known, rules=rules))
    assert (step.action, step.is_proof) == (Action.RENDER, True)
    assert only(decide(found, known, rules=done(rules, step))).action is Action.KEEP
    assert not only(decide(found, state(a=stored("Tea", render_key="two")))).is_proof


def test_a_page_that_is_only_written_again_is_neither_watched_nor_counted_as_unchanged() -> None:
    decided = decide(listed(row("a", "Tea")), state(a=stored("Tea", render_key="two")))
    assert not is_watched(only(decided)) and decided.unchanged == ()
