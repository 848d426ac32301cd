"""The short way for plain text gives the same as the long way."""

from __future__ import annotations

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.inline.read import plain
from tests.support.arrays import ALPHABET
from tests.support.rich import text

LONG_WAY = {"type": "mention", "mention": {"type": "date", "date": {}}, "plain_text": ""}
PROSE = "The plan: 3 steps (see below), 100 % done; ask @Ada - or me. It's 10:30!"
texts = st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=6).map("".join)
words = st.sampled_from(
    [*PROSE.split(), "日本語。", "naïve", "#1", "C++", "e.g.", "a:b", "[x]", "a/b"]
)
prose = st.lists(words, min_size=1, max_size=8).map(" ".join)


@settings(max_examples=200, database=None, deadline=None)
@seed(1)
@given(st.one_of(texts, prose, st.text(max_size=8)), st.sampled_from(list(Where)))
def test_it_gives_what_the_long_way_gives(content: str, where: Where) -> None:
    short = plain([text(content)])
    assert short in (None, inline([text(content), LONG_WAY], Context(), where))


@pytest.mark.parametrize("content", [PROSE, "日本語の文章です。", "", "a – b"])
def test_ordinary_prose_takes_it(content: str) -> None:
    assert plain([text(content)]) == content


@pytest.mark.parametrize(
    "run",
    [
        text("a", "b"),
        text("a", "m"),
        text("a", link="https://e.co"),
        {"type": "text", "text": {"link": {"url": "x"}}, "plain_text": "a"},
        text("a\nb"),
        text("- a"),
        text("a "),
        text("https://e.co"),
        {"type": "equation", "equation": {"expression": "x"}, "plain_text": "x"},
        {"plain_text": None},
    ],
)
def test_marks_links_and_signs_do_not(run: dict[str, object]) -> None:
    assert plain([run]) is None
