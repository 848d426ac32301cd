"""What is published, over any history of runs that overlap: a page's files always fit its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from backup.publish.commits import Commit, effective
from backup.publish.compose import Held, composition, told, understood
from backup.publish.message import Told
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
    put = {path: each for part in found.parts for path, each in part.put.items()}
    drop = {path for part in found.parts for path in part.drop} | set(found.drop)
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
    held = Held(ours, contents(ours), rewritten={"d" * 32})
    files = {"wiki/README.md": "of an earlier run"}
    found = composition(State(), held, files, "", ours={"wiki/README.md"})
    assert found.state.databases["d" * 32].index
    assert "wiki/README.md" in found.texts
    theirs = composition(State(), held, files, "")
    assert "wiki/README.md" not in theirs.texts, "a file of somebody else stays"


def test_the_store_of_a_database_is_published_and_one_of_somebody_else_stays() -> None:
    ours = State({}, {"d" * 32: Place("wiki", "Wiki", store="5" * 64)})
    path, held = "wiki/.notion.json", Held(ours, {"wiki/.notion.json": "new"})
    for files, lists in (({}, ()), ({path: "new"}, ()), ({path: "old"}, (path,))):
        found = composition(State(), held, files, "", lists=lists)
        assert found.state == ours and found.stores == {path: "new"}
    theirs = composition(State(), held, {path: "theirs"}, "")
    assert theirs.state.databases["d" * 32].store == "" and theirs.stores == {}
    gone = composition(
        ours, Held(State({}, {"d" * 32: Place("wiki", "Wiki")}), {}), {path: "new"}, ""
    )
    assert (gone.drop, gone.stores) == ([path], {})


def test_changes_of_pages_are_listed_in_order() -> None:
    tea, milk, cocoa = (record(id_, 1, f"wiki/{id_}", 0) for id_ in "tmc")
    before = State({"t": tea, "m": milk, "x": replace(tea, title="Gone", folder="x")})
    moved = replace(milk, folder="wiki/cow", stable=False)
    now = State({"t": replace(tea, stable=False), "m": moved, "c": cocoa})
    assert told(before, now) == [
        Told("new", "Page c"),
        Told("renamed", "Page m"),
        Told("removed", "Gone"),
    ]
