"""The state file: what it keeps, what it refuses, and that two runs can share it."""

from __future__ import annotations

import json

import pytest

from backup.errors import BrokenState, StateError
from backup.sync.state import Place, Record, State, dumps, loads

TEA = Record("db", "wiki/tea", "Tea", edited="2026-09-01T08:00:00.000Z", links=("x", "y#z"))
MILK = Record("db", "wiki/milk", "Milk 🥛", files=({"path": "assets/1-cow.png", "size": 3},))
STATE = State({"b" * 32: TEA, "a" * 32: MILK}, {"db": Place("wiki", "Wiki", "🧭", True)})


def test_a_state_comes_back_as_it_was_written() -> None:
    assert loads(dumps(STATE)) == STATE


def test_no_file_is_an_empty_state() -> None:
    assert loads("") == State()
    assert loads(dumps(State())) == State()


def test_every_page_is_one_line_in_the_order_of_the_ids() -> None:
    lines = [line for line in dumps(STATE).splitlines() if '"folder": "wiki/' in line]
    assert ["milk" in lines[0], "tea" in lines[1], len(lines)] == [True, True, 2]


def test_what_this_version_does_not_know_is_kept() -> None:
    raw = json.loads(dumps(STATE))
    raw["later"] = {"a": [1]}
    raw["pages"]["a" * 32]["colour"] = "blue"
    again = json.loads(dumps(loads(json.dumps(raw))))
    assert again == raw


def test_the_order_in_which_things_came_makes_no_difference() -> None:
    def turned(value: object) -> object:
        if isinstance(value, list):
            return [turned(each) for each in value]
        pairs = value.items() if isinstance(value, dict) else ()
        return {key: turned(each) for key, each in reversed(list(pairs))} or value

    text = dumps(STATE)
    assert dumps(loads(json.dumps(turned(json.loads(text))))) == text


def test_merge_conflict_markers_are_called_by_their_name() -> None:
    with pytest.raises(BrokenState, match="merge-conflict markers"):
        loads(f"<<<<<<< HEAD\n{dumps(STATE)}=======\n{dumps(STATE)}>>>>>>> other\n")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '{"version": 1}',
        '{"version": 1, "databases": {}, "pages": []}',
        '{"version": 1, "databases": {}, "pages": {"a": {"folder": 3}}}',
        '{"version": 1, "databases": {}, "pages": {"a": {"title": "no folder"}}}',
        f"<<<<<<< HEAD\n{dumps(STATE)}=======\n{dumps(STATE)}>>>>>>> other\n",
    ],
)
def test_what_is_no_state_is_told_apart_from_an_empty_one(text: str) -> None:
    with pytest.raises(BrokenState, match="notion-sync"):
        loads(text)


def test_a_state_of_a_later_version_is_refused_and_not_called_broken() -> None:
    with pytest.raises(StateError, match="later version") as caught:
        loads(dumps(STATE).replace('"version": 1', '"version": 2'))
    assert not isinstance(caught.value, BrokenState)


def test_a_page_owns_its_text_and_its_files() -> None:
    assert STATE.owned() == {
        "wiki/tea/index.md": "b" * 32,
        "wiki/milk/index.md": "a" * 32,
        "wiki/milk/assets/1-cow.png": "a" * 32,
        "wiki/README.md": "db",
    }


@pytest.mark.parametrize("files", [[3], [{}], [{"path": 3}]])
def test_a_state_with_odd_files_is_a_broken_one(files: list[object]) -> None:
    raw = json.loads(dumps(STATE))
    raw["pages"]["a" * 32]["files"] = files
    with pytest.raises(BrokenState):
        loads(json.dumps(raw))
