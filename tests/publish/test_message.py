"""Words of commits: nothing that a host would act on gets into them from a title."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.publish.message import Mention, harmless, message, of_page, pull_request, skipping
from backup.settings.publishing import FIELDS

# What hosts look for in the messages of commits, as their documentation tells it.
DANGERS = (
    r"@\w",  # GitHub, Gitea, Forgejo, GitLab: a person or a team is notified
    r"[#!]\d",  # an issue, a merge request
    r"(?i)(?:\b|_)g[hl]-\d",
    r"(?i)\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?)\b.*\b[a-z][a-z0-9_]*-\d",  # a key of Jira, Linear
    r"(?i)\b[a-z]+-\d+\b.*#[a-z]",  # Jira's smart commits
    r"https?://\S+/\d",  # the address of an issue, with a closing word before it
    r"(?i)\[\s*(?:skip[ _-]?(?:ci|actions)|(?:ci|actions)[ _-]?skip|no[ _-]?ci)\s*\]",
    r"(?im)^[ \t]*[a-z-]+-by[ \t]*:",
    r"(?im)^[ \t]*skip-checks[ \t]*:",
    r"\*\*\*NO_CI",
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]",
)
TITLES = (
    "@all",
    "mail ada@example.com",
    "closes #12",
    "Fixes: acme/wiki#12",
    "resolves !4",
    "fixes GH-3",
    "closes https://git.example.com/acme/wiki/issues/5",
    "Fixes acme/wiki!12",
    "closed GH-3, _gh-4_ and GL-5",
    "closes AB#12",
    "Fixes WIKI-12, ENG_2-3 and eng-4",
    "resolved: WIKI-12",
    "WIKI-12 #close #comment done #time 2h",
    "[skip ci]",
    "[ci skip] [no ci] [skip actions] [Actions Skip]",
    "[skip\u200b ci]",
    "[[skip ci]]",
    "skip-checks: true",
    "\n\nCo-authored-by: Eve <eve@example.com>",
    "Signed-off-by : Eve",
    "***NO_CI***",
    "a\x1b[31mred\x07\r\n\u2028b\u202ec",
    "",
)


@pytest.mark.parametrize("title", TITLES)
def test_no_title_makes_a_host_do_something(title: str) -> None:
    said = [Mention("new", title), Mention("updated", title)]
    texts = [message(said), message(said[:1], 0, "{title}\n\n{titles}"), of_page(said[0])]
    texts += ["\n".join(pull_request(said))]
    for text in texts:
        assert [each for each in DANGERS if re.search(each, text)] == [], text


@given(st.text(st.sampled_from("@#![]*: -\n\u200bskipciGHL-12/by_fxesA\x00")))
def test_no_mixture_of_dangers_makes_a_host_do_something(title: str) -> None:
    text = message([Mention("new", title)], 0, "{title}\n\n{titles}")
    assert [each for each in DANGERS if re.search(each, text)] == [], text


def test_ordinary_titles_stay_as_they_are() -> None:
    for title in (
        "C# for beginners",
        "What? Yes!",
        "50 % [draft]",
        "日本語 👩‍🍳",
        "a: b",
        "re-do: by hand",
        "UTF-8, COVID-19 and high-5",
        "Prefixes and closets of room B-12",
    ):
        assert harmless(title) == title


def test_a_title_is_cut_only_when_it_is_longer_than_a_line() -> None:
    assert harmless("x" * 100) == "x" * 100
    assert harmless("x" * 101) == f"{'x' * 99}…"


def test_git_finds_no_trailer_in_a_message() -> None:
    said = [Mention("new", title) for title in TITLES]
    command = ["git", "interpret-trailers", "--parse"]
    done = subprocess.run(command, input=message(said).encode(), capture_output=True, check=True)
    assert done.stdout == b""


def test_a_message_ends_somewhere_whatever_the_number_and_the_length_of_titles() -> None:
    text = message([Mention("new", "x" * 5000)] * 5000)
    assert text.count("\n") == 103 and "and 4900 more" in text
    assert max(map(len, text.splitlines())) < 120


def test_every_field_of_a_template_is_filled_in() -> None:
    template = " ".join(f"{{{field}}}" for field in FIELDS)
    said = [Mention("new", "Tea"), Mention("removed", "Milk")]
    assert message(said, 3, template) == (
        "1 new, 1 removed 1 0 0 1 3 2 pages - new: Tea\n- removed: Milk\n"
    )


def test_a_title_that_looks_like_a_field_is_not_filled_in() -> None:
    assert message([Mention("new", "{counts}")], 0, "{title}") == "{counts}\n"


def test_the_words_that_skip_workflows_stand_in_the_subject() -> None:
    assert skipping("Subject\n\nbody\n") == "Subject [skip ci]\n\nbody\n"


def test_without_any_page_the_message_says_so() -> None:
    assert message([]) == "Back up Notion: no page changed\n"


def test_titles_in_a_pull_request_are_no_markdown() -> None:
    _, text = pull_request([Mention("new", "`<img src=x>` *a* [b](c)")])
    assert text.splitlines()[-1] == "- new: `'<img src=x>' *a* [b](c)`"
