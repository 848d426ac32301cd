"""How numbers and titles read, in every message alike."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.words import ago, by_title, counted, first_few
from tests.support.publishing import ROOT


def test_one_is_not_many() -> None:
    assert [counted(number, "page") for number in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"


def test_of_many_names_the_first_are_told_and_how_many_more_there_are() -> None:
    assert [first_few("abc"[:number], 2) for number in range(4)] == [
        "",
        "a",
        "a, b",
        "a, b and 1 more",
    ]
    assert first_few("abcdefg") == "a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=400), "400 days ago"),
    ],
)
def test_an_age_is_shown_in_its_largest_unit(age: timedelta, words: str) -> None:
    assert ago(age) == words


@pytest.mark.parametrize(
    "titles",
    [
        ["How to 1", "How to 2", "How to 10", "How to 19"],
        ["2", "10", "010a", "a", "B", "c"],
        ["1.2", "1.10", "2.0"],
        ["a", "Ä", "日本", ""],
        ["x 9", f"x 1{'0' * 5_000}", f"x 2{'0' * 5_000}", "  "],
    ],
)
def test_numbers_in_titles_count_and_a_title_that_is_missing_comes_last(titles: list[str]) -> None:
    backwards = titles[::-1]
    assert sorted(backwards, key=by_title) == titles


@given(st.lists(st.text(alphabet="a1²٣ 0", max_size=5), max_size=8))
def test_any_titles_can_be_sorted(titles: list[str]) -> None:
    assert sorted(map(by_title, titles)) == sorted(map(by_title, reversed(titles)))


def test_nothing_counts_on_its_own() -> None:
    """Where a number stands in front of a plural, `counted` decides which of the two it is."""
    sources = {path: path.read_text("utf-8") for path in ROOT.glob("backup/**/*.py")}
    found = [
        (path.name, words)
        for path, text in sources.items()
        for words in re.findall(r"\{[^{}]*\} (?:pages|files|requests|problems|images)\b", text)
    ]
    # '1 of 9 pages' and limits are never about one.
    known = [("removals.py", "{root.recorded} pages"), ("blocks.py", "{self.requests:,} requests")]
    known.append(("report.py", "{self.given_up:,} files"))
    known += [
        ("walk.py", "{} requests"),
        ("comments.py", "{} requests"),
        ("fetch.py", "{known} pages"),
        ("log.py", "{total_fmt} pages"),
    ]
    assert [each for each in found if each not in known] == []
