"""Titles say only what they say: judged by the two hosts' ways from Markdown to what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backup.report import literal
from tests.oracles import filters, gitea, github, select
from tests.oracles.seen import segments
from tests.report.hostile import TITLES

HOSTS = pytest.mark.parametrize("host", [github, gitea])
# What hosts look for in a text node of the finished page.
ACTED_ON = re.compile(
    r"(?i)@\w|#\d|\bGH-\d|[a-z]-\d|!\d|[0-9a-f]{7}|[a-z]+://|www\.|\[\[|mailto:|\w@\w"
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(sorted({*"".join(TITLES), "www.", "http://", "abc1234", "@a", "#1"})),
        st.text(),
    )
).map("".join)


def cell(text: str) -> str:
    """A table with the text in one cell and as a link in the other."""
    written = literal.markdown(text)
    return f"| x | y |\n| --- | --- |\n| {written} | [{written}](https://host.example/x) |\n"


def judge(host: Callable[[str], str], text: str) -> None:
    page = cell(text)
    html = host(page)
    shown = literal.one_line(text)
    first, second = select(html, "td")
    assert " ".join(first.get_text().split()) == " ".join(shown.split())
    assert " ".join(second.get_text().split()) == " ".join(shown.split())
    assert [link["href"] for link in select(html, "a")] in ([], ["https://host.example/x"])
    assert {tag.name for tag in select(html, "td *")} <= {"span", "a"}
    assert [
        part.text for part in segments(html) if not part.href and ACTED_ON.search(part.text)
    ] == []
    for found in (filters.emoji_aliases, filters.wiki_links, filters.dollar_pairs):
        assert found(html) == []
    assert filters.math_in_lines(page) == []


@HOSTS
@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_shown_as_it_is_and_nothing_in_it_acts(
    host: Callable[[str], str], title: str
) -> None:
    judge(host, title)


@given(PIECES)
@example("a\\|b")
@example("x www.www.e.example-12")
@settings(max_examples=50, deadline=None)
def test_no_random_text_acts_either(text: str) -> None:
    judge(github, text)
    judge(gitea, text)


def test_lines_and_unseen_characters_become_dots_but_joiners_stay() -> None:
    assert literal.one_line("a\r\nb\u202ec\x1b\u2028\ud800") == "a··b·c···"
    family = "👩\u200d👧 می\u200cخواهم"
    assert literal.one_line(family) == family


@pytest.mark.parametrize("title", TITLES)
def test_discord_reads_every_special_character_as_itself(title: str) -> None:
    written = literal.discord(title)
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", written) == literal.one_line(title)
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "", written)
    assert not set(bare) & set("\\*_~`|>#[]()<@:")


@pytest.mark.parametrize("title", TITLES)
def test_no_chat_finds_anybody_to_call_and_people_read_the_same(title: str) -> None:
    written = literal.quiet(title)
    assert not re.search(r"@(?:everyone|here|octocat|all)|<[!@#]", written)
    assert written.replace("\u2060", "") == literal.one_line(title)
    assert "\n" not in written
