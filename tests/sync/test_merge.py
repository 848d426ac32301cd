"""Two runs that began with one state: what the next one finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from backup.model import Row
from backup.sync.merge import merged
from backup.sync.plan import plan
from backup.sync.state import Place, Record, State
from backup.sync.steps import Action, Listed, Listing, Rules
from backup.sync.targets import links_digest

TEA = Record("db", "wiki/tea", "Tea", edited="2026-09-01T08:00:00.000Z")
MILK = Record("db", "wiki/milk", "Milk", edited="2026-09-01T08:00:00.000Z")
EARLY, LATE = "2026-09-02T08:00:00.000Z", "2026-09-03T08:00:00.000Z"


def row(id_: str, record: Record) -> Row:
    return Row(id_, "db", "source", record.title, "", record.edited, b"")


def edited(record: Record, time: str, **changes: str) -> Record:
    return replace(record, edited=time, **changes)


def test_two_runs_that_changed_different_pages_both_count() -> None:
    base = State({"a": TEA, "b": MILK})
    cocoa = replace(MILK, folder="wiki/cocoa", title="Cocoa")
    water = replace(MILK, folder="wiki/water", title="Water")
    ours = State({"a": TEA, "c": cocoa})  # b removed, c new
    theirs = State({"a": edited(TEA, EARLY), "b": MILK, "d": water})  # a changed, d new
    found = merged(base, ours, theirs, removed={"b"})
    assert found.state.pages == {"a": edited(TEA, EARLY), "c": cocoa, "d": water}
    assert found.ours == {"b", "c"}


def test_of_a_page_that_both_read_the_later_version_counts() -> None:
    base, early, late = (State({"a": edited(TEA, t)}) for t in (TEA.edited, EARLY, LATE))
    assert merged(base, late, early).state == late
    assert merged(base, early, late).state == late
    assert merged(base, early, late).ours == frozenset()


def test_within_one_minute_the_version_that_was_read_after_it_counts() -> None:
    base, settled = State({"a": TEA}), State({"a": edited(TEA, LATE)})
    open_ = State({"a": replace(edited(TEA, LATE), stable=False)})
    assert merged(base, settled, open_).state == settled
    assert merged(base, open_, settled).state == settled


def test_of_two_equally_old_versions_the_one_that_lacks_fewer_files_counts() -> None:
    base, whole = State({"a": TEA}), State({"a": edited(TEA, LATE)})
    lacking = State({"a": replace(edited(TEA, LATE), pending=({"key": "picture"},))})
    assert merged(base, whole, lacking).state == whole
    assert merged(base, lacking, whole).state == whole


def test_of_two_versions_of_one_time_the_one_that_is_published_last_counts() -> None:
    base = State({"a": TEA})
    ours, theirs = (
        State({"a": replace(edited(TEA, LATE), links_digest=led)}) for led in ("one", "two")
    )
    assert merged(base, ours, theirs).state == ours


def test_a_page_that_we_removed_stays_when_they_read_it_again() -> None:
    base, theirs = State({"a": TEA}), State({"a": edited(TEA, LATE)})
    assert merged(base, State(), theirs, removed={"a"}).state == theirs


def test_a_page_that_they_removed_stays_when_we_read_it_again() -> None:
    base, ours = State({"a": TEA}), State({"a": edited(TEA, LATE)})
    assert merged(base, ours, State()).state == ours


def test_a_page_that_both_removed_is_removed() -> None:
    assert merged(State({"a": TEA}), State(), State(), removed={"a"}).state == State()


def test_a_page_that_a_run_merely_does_not_have_is_not_removed() -> None:
    base = State({"a": TEA, "b": MILK})
    assert merged(base, State(), base).state == base
    assert merged(base, State(), base, removed={"b"}).state == State({"a": TEA})


def test_a_page_that_was_written_again_as_it_is_counts_as_ours() -> None:
    same = State({"a": TEA})
    assert merged(same, same, same).ours == frozenset()
    assert merged(same, same, same, rewritten=["a"]).ours == {"a"}


def test_a_page_whose_folder_another_one_has_by_now_waits_for_the_next_run() -> None:
    base = State({"a": TEA})
    ours = State({"a": TEA, "b": replace(MILK, folder="wiki/cocoa")})
    theirs = State({"a": TEA, "c": replace(TEA, folder="wiki/cocoa")})
    found = merged(base, ours, theirs)
    assert (found.state, found.back) == (theirs, {"b"})


def test_pages_that_swap_folders_are_taken_together_or_not_at_all() -> None:
    base = State({"a": TEA, "b": MILK})
    half = State({"a": TEA, "b": replace(MILK, folder="wiki/tea")})
    whole = State({"a": replace(TEA, folder="wiki/milk"), "b": replace(MILK, folder="wiki/tea")})
    assert merged(base, half, base).state == base
    assert merged(base, whole, base).state == whole


def test_a_page_in_the_way_of_somebody_elses_file_waits() -> None:
    base, ours = State({"a": TEA}), State({"a": TEA, "b": MILK})
    found = merged(base, ours, base, taken=["wiki/milk/index.md"])
    assert (found.state, found.back) == (base, {"b"})


def test_a_link_to_a_page_that_only_the_other_run_knew_is_written_by_the_next_one() -> None:
    linking = replace(TEA, links=("b",), links_digest=links_digest(("b",), TEA.folder, {}))
    known = merged(State(), State({"a": linking}), State({"b": MILK})).state
    shown = Listed("db", "Wiki", "", "wiki", (row("a", linking), row("b", MILK)), True)
    listing = Listing((shown,), {}, (), datetime(2026, 9, 4, tzinfo=timezone.utc))
    steps = {step.page_id: step for step in plan(listing, known, Rules()).steps}
    assert "refers to" in steps["a"].reason
    assert steps["b"].action is Action.KEEP


def test_databases_and_what_a_later_version_added_are_merged_too() -> None:
    base = State({}, {"x": Place("wiki", "Wiki"), "y": Place("old", "Old")})
    ours = State({}, {"x": Place("wiki", "Wiki", "🧭")}, {"ours": 1})
    theirs = State({}, {**base.databases, "z": Place("books", "Books")}, {"theirs": 2})
    assert merged(base, ours, theirs).state == State(
        {},
        {"x": Place("wiki", "Wiki", "🧭"), "y": Place("old", "Old"), "z": Place("books", "Books")},
        {"ours": 1, "theirs": 2},
    )


def test_a_failure_and_a_title_outside_stay_until_the_run_that_reported_them_no_longer_does() -> (
    None
):
    old, new = {"since": "2026-09-01"}, {"since": "2026-09-02"}
    base = State(failed={"a": old, "b": old}, outside={"x": "X", "y": None})
    ours = State(failed={"b": old}, outside={"y": "Y"})
    theirs = State(failed={**base.failed, "c": new}, outside={**base.outside, "z": "Z"})
    found = merged(base, ours, theirs).state
    assert found.failed == {"b": old, "c": new}
    assert found.outside == {"y": "Y", "z": "Z"}
