"""The journal: what a killed run is believed, and what the disk has to confirm."""

from __future__ import annotations

import json

import pytest

from backup.sync import journal
from backup.sync.journal import Replayed
from backup.sync.state import Record, State

TEA = Record("db", "wiki/tea", "Tea")
MILK = Record("db", "wiki/milk", "Milk", files=({"path": "assets/1-cow.png"},))
GREEN = Record("db", "wiki/green-tea", "Green tea")
STATE = State({"t": TEA, "m": MILK})


def replay(*lines: str, there: tuple[str, ...] = ()) -> Replayed:
    """What is known afterwards; `there` are the texts that the disk holds."""
    return journal.replay(STATE, "".join(lines), lambda record, text: text in there)


def test_a_page_is_done_when_its_text_is_there() -> None:
    line = journal.page("new", GREEN, "text")
    assert replay(line, there=("text",)).state.pages["new"] == GREEN
    assert "new" not in replay(line).state.pages


def test_what_was_begun_is_ours_whether_or_not_it_was_done() -> None:
    lines = (journal.page("new", MILK, "text"), journal.claim(["wiki/README.md"]))
    assert replay(*lines).claimed == {
        "wiki/milk/index.md",
        "wiki/milk/assets/1-cow.png",
        "wiki/README.md",
    }


def test_of_two_lines_the_later_one_that_came_true_counts() -> None:
    lines = (journal.page("t", TEA, "one"), journal.page("t", GREEN, "two"))
    assert replay(*lines, there=("one", "two")).state.pages["t"] == GREEN
    assert replay(*lines, there=("one",)).state.pages["t"] == TEA


def test_what_a_page_had_before_it_moved_is_ours_still() -> None:
    replayed = replay(journal.page("m", GREEN, "text"), there=("text",))
    assert "wiki/milk/assets/1-cow.png" in replayed.claimed


def test_a_removal_that_was_begun_is_one() -> None:
    replayed = replay(journal.page("m", None))
    assert replayed.state.pages == {"t": TEA}
    assert "wiki/milk/index.md" in replayed.claimed


@pytest.mark.parametrize("length", range(1, 60))
def test_a_line_that_was_cut_off_says_nothing_and_spoils_no_other(length: int) -> None:
    whole = journal.page("new", GREEN, "text")
    half = journal.page("t", GREEN, "text")[:length]
    replayed = replay(whole, half, whole, there=("text",))
    assert replayed.state.pages == {**STATE.pages, "new": GREEN}


@pytest.mark.parametrize(
    "entry",
    [3, [], {}, {"page": "t"}, {"page": "t", "record": {"folder": 3}, "text": ""}, {"claim": 3}],
)
def test_a_line_that_makes_no_sense_says_nothing(entry: object) -> None:
    replayed = replay("\n" + json.dumps(entry))
    assert (replayed.state, replayed.claimed) == (STATE, frozenset())
