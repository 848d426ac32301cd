"""The journal: what a killed run is believed, and what the disk has to confirm."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backup.sync import journal
from backup.sync.journal import Replayed
from backup.sync.state import Record, State, to_json

T, M, X = "7" * 32, "e" * 32, "f" * 32
TEA = Record("db", "wiki/tea", "Tea")
MILK = Record("db", "wiki/milk", "Milk", files=({"path": "assets/1-cow.png"},))
GREEN = Record("db", "wiki/green-tea", "Green tea")
STATE = State({T: TEA, M: MILK})


def replay(*lines: str, there: tuple[str, ...] = ()) -> Replayed:
    """What is known afterwards; `there` are the texts that the disk holds."""
    return journal.replay(STATE, "".join(lines), lambda record, text, store: text in there)


def test_a_page_is_done_when_its_text_is_there() -> None:
    line = journal.page(X, GREEN, "text")
    assert replay(line, there=("text",)).state.pages[X] == GREEN
    assert X not in replay(line).state.pages


def test_what_was_begun_is_ours_whether_or_not_it_was_done() -> None:
    lines = (journal.page(X, MILK, "text"), journal.claim(["wiki/README.md"]))
    assert replay(*lines).claimed == {
        "wiki/milk/index.md",
        "wiki/milk/assets/1-cow.png",
        "wiki/README.md",
    }


def test_of_two_lines_the_later_one_that_came_true_counts() -> None:
    lines = (journal.page(T, TEA, "one"), journal.page(T, GREEN, "two"))
    assert replay(*lines, there=("one", "two")).state.pages[T] == GREEN
    assert replay(*lines, there=("one",)).state.pages[T] == TEA


def test_files_that_a_page_wrote_before_it_moved_are_still_ours() -> None:
    replayed = replay(journal.page(M, GREEN, "text"), there=("text",))
    assert "wiki/milk/assets/1-cow.png" in replayed.claimed


def test_a_page_whose_text_alone_is_left_is_known_and_read_again() -> None:
    """Somebody deleted its store since; where its text lies is what must not be forgotten."""

    def is_there(record: Record, text: str, store: str) -> bool:
        return text == "text" and not record.files

    replayed = journal.replay(State(), journal.page(M, MILK, "text", "store"), is_there)
    assert replayed.state.pages == {M: replace(MILK, stable=False)}
    assert (replayed.finished, set(replayed.torn)) == (frozenset(), {M})


def test_a_page_that_moved_before_its_store_was_deleted_is_where_its_text_lies() -> None:
    line = journal.page(T, GREEN, "text", "store")
    replayed = journal.replay(STATE, line, lambda record, text, store: not store)
    assert replayed.state.pages[T] == replace(GREEN, stable=False)
    assert "wiki/tea/index.md" in replayed.claimed and set(replayed.torn) == {T}


def test_a_removal_that_was_begun_is_one() -> None:
    replayed = replay(journal.page(M, None))
    assert replayed.state.pages == {T: TEA}
    assert "wiki/milk/index.md" in replayed.claimed


@pytest.mark.parametrize("length", range(1, 60))
def test_a_line_that_was_cut_off_says_nothing_and_spoils_no_other(length: int) -> None:
    whole = journal.page(X, GREEN, "text")
    half = journal.page(T, GREEN, "text")[:length]
    replayed = replay(whole, half, whole, there=("text",))
    assert replayed.state.pages == {**STATE.pages, X: GREEN}


@pytest.mark.parametrize(
    "entry",
    [
        *(3, [], {}, None, {"page": T}, {"claim": 3}, {"claim": [3]}, {"claim": [None]}),
        *({"claim": [each]} for each in ("NOTES.md", "../index.md", ".git/assets/x", "src/main.py", "")),
        *({"claim": [each]} for each in ("a\0/index.md", "x" * 5000 + "/index.md", "wiki\\index.md")),
        {"claim": ["wiki/tea/index.md", ".github/README.md"]},
        {"page": 3, "record": None, "text": ""},
        {"page": "../x", "record": None, "text": ""},
        {"page": T, "record": None, "text": 3},
        *({"page": T, "record": each, "text": ""} for each in (3, [], {}, {"folder": 3})),
        {"page": T, "record": {**to_json(TEA), "folder": "../x"}, "text": ""},
        {"page": T, "record": {**to_json(TEA), "requests": 10**400}, "text": ""},
        {"page": T, "record": {**to_json(TEA), "files": [{"path": "main.py"}]}, "text": ""},
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_one_says_nothing_and_is_named(entry: object) -> None:
    replayed = replay("\n" + json.dumps(entry), journal.claim(["wiki/README.md"]))
    assert (replayed.state, replayed.claimed) == (STATE, frozenset({"wiki/README.md"}))
    assert [each.file for each in replayed.state.damage] == [journal.NAME]


def test_what_is_cut_off_or_nested_without_end_is_not_read() -> None:
    replayed = replay("\n" + '{"claim": ' + "[" * 100_000)
    assert (replayed.state, replayed.claimed, replayed.state.damage) == (STATE, frozenset(), ())
