"""What is published, over any history of runs that overlap: a page's files always fit its record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.folder.tables import Tables, nothing
from backup.publish.commits import Commit, effective
from backup.publish.compose import Held, composition, mentions, understood
from backup.publish.message import Mention
from backup.sync import state
from backup.sync.state import Place, Record, State

IDS = tuple(letter * 32 for letter in "abcd")
FOLDERS = ("wiki/one", "wiki/two", "wiki/three", "wiki/four")
FOREIGN = {"code.py": "theirs", "wiki/three/index.md": "theirs", "wiki/two": "theirs"}


@dataclass(frozen=True)
class Tip:
    """What the branch has: its files, path → content, and the state among them."""

    files: Mapping[str, str]
    state: State


def record(id_: str, version: int, folder: str, pictures: int) -> Record:
    files = tuple({"path": f"assets/{number}.png"} for number in range(pictures))
    store = "5" * 64 if version % 2 else ""
    return Record(
        "db", folder, f"Page {id_}", edited=f"2026-09-{version:02}", files=files, store=store
    )


def content(id_: str, record: Record, path: str) -> str:
    return f"{id_} {record.edited} {path}"


def contents(now: State) -> dict[str, str]:
    return {
        path: content(id_, each, path) for id_, each in now.pages.items() for path in each.paths()
    }


def published(tip: Tip, base: State, ours: State) -> Tip:
    """The branch after a run that began with `base`, has `ours`, and finds `tip`."""
    held = Held(ours, contents(ours), removed=base.pages.keys() - ours.pages.keys())
    text = state.dumps(tip.state) if tip.state.pages else ""
    found = composition(base, held, tip.files, text)
    put = {path: each for change in found.changes for path, each in change.put.items()}
    drop = {path for change in found.changes for path in change.drop} | set(found.drop)
    files = dict(tip.files)
    for commit in effective([Commit(put, drop, "")], tip.files):
        files = {path: each for path, each in files.items() if path not in commit.drop}
        files |= commit.put
    return Tip(files, state.loads(found.texts[state.NAME]))


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, State]]:
    """Runs in the order in which they publish: which tip each began with (0 is the first), and what
    Notion showed it. One may read before another and publish after it; none reads what is older
    than what it began with."""
    moments = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    edits = {id_: draw(st.sets(st.integers(1, 9))) for id_ in IDS}
    return [
        (_begun(draw, moments[:number], moment), _shown(draw, edits, moment))
        for number, moment in enumerate(moments)
    ]


def _begun(draw: st.DrawFn, earlier: list[int], moment: int) -> int:
    tips = [count for count in range(len(earlier) + 1) if max(earlier[:count], default=0) <= moment]
    return draw(st.sampled_from(tips))


def _shown(draw: st.DrawFn, edits: Mapping[str, set[int]], moment: int) -> State:
    """The pages at a moment; one may be anywhere, as others are called the same, or away."""
    folders = draw(st.permutations(FOLDERS))
    pages = {}
    for (id_, times), folder in zip(edits.items(), folders, strict=True):
        version = max((time for time in times if time <= moment), default=0)
        if draw(st.booleans()):
            pages[id_] = record(id_, version, folder, draw(st.integers(0, 2)))
    return State(pages)


@given(histories(), st.sets(st.sampled_from(sorted(FOREIGN))))
def test_files_and_records_fit_after_every_run_and_nobody_elses_file_is_touched(
    runs: list[tuple[int, State]], foreign: set[str]
) -> None:
    theirs = {path: FOREIGN[path] for path in foreign}
    tips = [Tip(theirs, State())]
    for begun, ours in runs:
        tip = published(tips[-1], tips[begun].state, ours)
        owned = tip.state.owned()
        assert sorted(tip.files) == sorted({*owned, *theirs})
        assert tip.files == {**theirs, **contents(tip.state)}
        assert len(owned) == sum(len(each.paths()) for each in tip.state.pages.values())
        tips.append(tip)


@given(histories())
def test_no_page_goes_back_to_an_older_version(runs: list[tuple[int, State]]) -> None:
    tips = [Tip({}, State())]
    for begun, ours in runs:
        tip = published(tips[-1], tips[begun].state, ours)
        before, now = tips[-1].state.pages, tip.state.pages
        assert all(now[id_].edited >= before[id_].edited for id_ in before.keys() & now.keys())
        tips.append(tip)


@given(histories())
def test_a_run_alone_publishes_just_what_it_has(runs: list[tuple[int, State]]) -> None:
    tip = Tip({}, State())
    for _, ours in runs:
        tip = published(tip, tip.state, ours)
        assert tip.state.pages == ours.pages


@given(histories())
def test_a_page_that_a_run_merely_does_not_have_stays(runs: list[tuple[int, State]]) -> None:
    tip = Tip({}, State())
    for _, ours in runs:
        held = Held(ours, contents(ours))
        found = composition(tip.state, held, tip.files, state.dumps(tip.state))
        assert found.state.pages.keys() >= tip.state.pages.keys()
        assert not set(found.drop) & {
            path for each in tip.state.pages.values() for path in each.paths()
        } - {
            path
            for id_ in ours.pages.keys() & tip.state.pages.keys()
            for path in tip.state.pages[id_].paths()
        }
        tip = published(tip, tip.state, ours)


def test_a_broken_state_is_understood_from_the_files_that_are_there() -> None:
    tea, milk = record("a", 1, "wiki/tea", 1), record("b", 1, "wiki/milk", 0)
    base = State({"a": tea, "b": milk}, {"x": Place("wiki", "Wiki", index=True)})
    files = {*tea.paths(), "code.py"}
    assert understood("{", base, files) == State({"a": tea})
    assert understood("", base, {*files, "wiki/README.md"}).databases == base.databases
    assert understood(state.dumps(State()), base, files) == State()


def test_a_list_of_pages_that_no_state_knows_any_more_is_ours_when_it_says_so() -> None:
    tea = record("a" * 32, 1, "wiki/tea", 0)
    ours = State({"a" * 32: tea}, {"d" * 32: Place("wiki", "Wiki", index=True)})
    held = Held(ours, contents(ours), rewritten={"d" * 32}, tables=TABLES)
    files = {"wiki/README.md": "of an earlier run"}
    found = composition(State(), held, files, "", ours={"wiki/README.md"})
    assert found.state.databases["d" * 32].index
    assert "wiki/README.md" in found.texts
    theirs = composition(State(), held, files, "")
    assert "wiki/README.md" not in theirs.texts, "a file of somebody else stays"


TABLES = Tables(nothing, State())
TEA, MILK, DATABASE = "a" * 32, "b" * 32, "d" * 32


def test_of_a_broken_state_a_page_that_lacks_a_file_is_not_taken_for_whole() -> None:
    tea = record(TEA, 1, "wiki/tea", 1)
    assert understood("{", State({TEA: tea}), {"wiki/tea/index.md"}) == State()


def test_an_entry_that_is_damaged_on_the_branch_is_what_it_was() -> None:
    tea, milk = record(TEA, 1, "wiki/tea", 0), record(MILK, 1, "wiki/milk", 0)
    raw = json.loads(state.dumps(State({TEA: tea, MILK: milk})))
    raw["pages"][TEA]["files"] = 7
    base = State({TEA: tea})
    found = understood(json.dumps(raw), base, {*tea.paths(), *milk.paths()})
    assert found.pages == {TEA: tea, MILK: milk}


@pytest.mark.parametrize("is_rewritten", [False, True])
def test_a_file_of_ours_that_became_a_link_is_neither_replaced_nor_deleted(
    is_rewritten: bool,
) -> None:
    tea = record(TEA, 1, "wiki/tea", 0)
    base = State({TEA: tea})
    ours = base if is_rewritten else State({TEA: record(TEA, 2, "wiki/tea", 0)})
    held = Held(ours, contents(ours), rewritten={TEA} if is_rewritten else ())
    path = "wiki/tea/index.md"
    found = composition(base, held, {path: "a link"}, state.dumps(base), links={path})
    assert found.back.keys() == {TEA} and not found.changes
    away = State({TEA: record(TEA, 2, "wiki/green-tea", 0)})
    held = Held(away, contents(away))
    found = composition(base, held, {path: "a link"}, state.dumps(base), links={path})
    assert found.state == away and path not in found.drop


def test_a_file_that_says_the_same_is_in_nobodys_way_and_any_other_is() -> None:
    ours = State({TEA: record(TEA, 1, "wiki/tea", 0)})
    held = Held(ours, contents(ours))
    same = composition(State(), held, contents(ours), "")
    assert same.state.pages == ours.pages and not same.back
    other = composition(State(), held, {"wiki/tea/index.md": "theirs"}, "")
    assert not other.state.pages and other.back.keys() == {TEA}
    assert "wiki/tea/index.md" in other.left()[0].what


@pytest.mark.parametrize("there", ["wiki", "wiki/tea", "wiki/tea/index.md/notes.txt"])
def test_no_file_is_put_below_a_file_or_in_the_place_of_a_folder(there: str) -> None:
    ours = State({TEA: record(TEA, 1, "wiki/tea", 0)})
    found = composition(State(), Held(ours, contents(ours)), {there: "theirs"}, "")
    assert found.back.keys() == {TEA} and not found.changes


def test_a_page_of_which_a_file_is_not_there_to_be_put_is_left_to_the_next_run() -> None:
    ours = State({TEA: record(TEA, 1, "wiki/tea", 1), MILK: record(MILK, 1, "wiki/milk", 0)})
    objects = contents(ours)
    del objects["wiki/tea/assets/0.png"]
    found = composition(State(), Held(ours, objects), {}, "")
    assert found.back.keys() == {TEA} and found.state.pages.keys() == {MILK}


def test_a_page_that_is_only_found_elsewhere_is_not_a_change() -> None:
    """The state of the branch said where it lay once."""
    then = State({TEA: record(TEA, 2, "wiki/tea", 0)})
    now = State({TEA: record(TEA, 2, "wiki/green-tea", 0)})
    held = Held(now, {"wiki/green-tea/index.md": "tea"})
    files = {"wiki/green-tea/index.md": "tea"}
    found = composition(then, held, files, state.dumps(then), ours=files.keys())
    assert found.state == now and not found.changes


def test_a_page_that_the_state_of_the_branch_lacks_leaves_nothing_behind_when_it_moves() -> None:
    then = State({TEA: record(TEA, 2, "wiki/tea", 1)})
    now = State({TEA: record(TEA, 2, "wiki/green-tea", 1)})
    found = composition(then, Held(now, contents(now)), contents(then), state.dumps(State()))
    (change,) = found.changes
    assert [*change.drop] == [*contents(then)] and change.mention.kind == "renamed"


def test_what_a_page_leaves_to_another_one_is_not_deleted() -> None:
    tea, milk = record(TEA, 1, "wiki/one", 0), record(MILK, 1, "wiki/two", 0)
    base = State({TEA: tea, MILK: milk})
    ours = State({TEA: replace(tea, folder="wiki/two"), MILK: replace(milk, folder="wiki/three")})
    held = Held(ours, contents(ours))
    found = composition(base, held, contents(base), state.dumps(base))
    assert {change.page_id: [*change.drop] for change in found.changes} == {
        TEA: ["wiki/one/index.md", "wiki/one/.notion.json"],
        MILK: [],
    }


def test_the_page_that_was_edited_first_is_committed_first() -> None:
    ours = State({TEA: record(TEA, 2, "wiki/tea", 0), MILK: record(MILK, 1, "wiki/milk", 0)})
    found = composition(State(), Held(ours, contents(ours)), {}, "")
    assert [change.page_id for change in found.changes] == [MILK, TEA]


def test_a_page_that_was_written_again_and_is_the_same_is_not_a_change() -> None:
    ours = State({TEA: record(TEA, 1, "wiki/tea", 0)})
    held = Held(ours, contents(ours), rewritten={TEA})
    found = composition(ours, held, contents(ours), state.dumps(ours))
    assert not found.changes and not found.drop and found.state == ours


def test_a_list_of_pages_that_was_written_again_is_put() -> None:
    ours = State({}, {DATABASE: Place("wiki", "Wiki", index=True)})
    held = Held(ours, {}, rewritten={DATABASE}, tables=TABLES)
    found = composition(ours, held, {"wiki/README.md": "ours"}, state.dumps(ours))
    assert "wiki/README.md" in found.texts
    quiet = composition(
        ours, Held(ours, {}, tables=TABLES), {"wiki/README.md": "ours"}, state.dumps(ours)
    )
    assert "wiki/README.md" not in quiet.texts


def test_a_list_of_pages_that_the_branch_lost_is_put_back() -> None:
    ours = State({}, {DATABASE: Place("wiki", "Wiki", index=True)})
    found = composition(ours, Held(ours, {}, tables=TABLES), {}, "")
    assert "wiki/README.md" in found.texts


def test_the_store_of_a_database_is_published_and_one_of_somebody_else_stays() -> None:
    ours = State({}, {"d" * 32: Place("wiki", "Wiki", store="5" * 64)})
    path = "wiki/.notion.json"
    held = Held(ours, {path: "new"}, tables=TABLES)
    for files, held_before in (({}, ()), ({path: "new"}, ()), ({path: "old"}, (path,))):
        found = composition(State(), held, files, "", ours=held_before)
        assert found.state == ours and found.stores == {path: "new"}
    theirs = composition(State(), held, {path: "theirs"}, "")
    assert theirs.state.databases["d" * 32].store == "" and theirs.stores == {}
    gone = composition(
        ours, Held(State({}, {"d" * 32: Place("wiki", "Wiki")}), {}), {path: "new"}, ""
    )
    assert (gone.drop, gone.stores) == ([path], {})


def test_the_store_that_another_run_read_later_stays_beside_what_the_state_says_of_it() -> None:
    path = "wiki/.notion.json"
    base, theirs = (State({}, {DATABASE: Place("wiki", "Wiki", store=each * 64)}) for each in "56")
    held = Held(base, {path: "old"}, rewritten={DATABASE}, tables=TABLES)
    found = composition(base, held, {path: "new"}, state.dumps(theirs))
    assert found.state.databases[DATABASE].store == "6" * 64 and found.stores == {}


@pytest.mark.parametrize("store", ["", "5" * 64])
def test_a_table_for_which_a_store_could_not_be_read_is_made_again_by_the_next_run(
    store: str,
) -> None:
    tea = replace(record(TEA, 2, "wiki/tea", 0), parent=DATABASE, store=store)
    ours = State({TEA: tea}, {DATABASE: Place("wiki", "Wiki", index=True, store=store)})
    objects = {**contents(ours), "wiki/.notion.json": "ours"}
    found = composition(State(), Held(ours, objects, tables=TABLES), {}, "")
    assert "wiki/README.md" in found.texts
    assert (found.state.databases[DATABASE].index_digest == "") == bool(store)


def test_a_table_stays_as_it_is_while_pages_are_still_being_read() -> None:
    place = Place("wiki", "Wiki", index=True, index_digest="7" * 64)
    base = State({}, {DATABASE: place})
    ours = State({TEA: record(TEA, 1, "wiki/tea", 0)}, base.databases)
    found = composition(
        base, Held(ours, contents(ours)), {"wiki/README.md": "a table"}, state.dumps(base)
    )
    assert found.texts.keys() == {state.NAME} and found.state == ours


def test_changes_of_pages_are_listed_in_order() -> None:
    tea, milk, cocoa = (record(id_, 1, f"wiki/{id_}", 0) for id_ in "tmc")
    plain, pictured = (record("p", 1, "wiki/p", pictures) for pictures in (0, 1))
    gone = replace(tea, title="Gone", folder="x")
    before = State({"t": tea, "m": milk, "x": gone, "p": plain})
    moved = replace(milk, folder="wiki/cow", stable=False)
    now = State({"t": replace(tea, stable=False), "m": moved, "c": cocoa, "p": pictured})
    assert mentions(before, now) == [
        Mention("new", "Page c"),
        Mention("updated", "Page p"),
        Mention("renamed", "Page m"),
        Mention("removed", "Gone"),
    ]
