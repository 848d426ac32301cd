"""Anchors of headings: a slug where both hosts agree, one of ours where they do not."""

from __future__ import annotations

import pytest

from backup.markdown.anchors import gitea_slug, github_slug, with_contents
from backup.markdown.context import Context, Options
from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.model import Json, Target
from tests.oracles import gitea, github, select
from tests.support.notion_shapes import block, page, text

CONTENTS = block("table_of_contents", None, color="default")


def anchors(*headings: Json) -> list[str]:
    return list(with_contents(page("Title", CONTENTS, *headings), Context()).toc.values())


@pytest.mark.parametrize(
    ("heading", "github", "gitea"),
    [
        ("Two & three", "two--three", "two--three"),
        ("C# (2024): a_b-c!", "c-2024-a_b-c", "c-2024-a_b-c"),
        ("日本語 見出し", "日本語-見出し", "日本語-見出し"),
        ("हिन्दी", "हिन्दी", "हनद"),
        ("⚙️ Settings", "\ufe0f-settings", "-settings"),
        ("½ price", "-price", "½-price"),
        ("🧭 Way", "-way", "-way"),
    ],
)
def test_each_host_makes_its_anchor_by_its_own_rule(heading: str, github: str, gitea: str) -> None:
    assert (github_slug(heading), gitea_slug(heading)) == (github, gitea)


def test_a_slug_is_used_where_both_hosts_agree() -> None:
    assert anchors(block("heading_1", "One & two"), block("heading_2", [text("B", bold=True)])) == [
        "#one--two",
        "#b",
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "⚙️ Settings",
        "हिन्दी",
        "½",
        "!?",
        [text("a "), text("link", link="https://example.org")],
        [text("under", underline=True)],  # Gitea up to 1.25 has the tag in the anchor
        "title",  # the page's own heading has that one
    ],
)
def test_a_heading_that_the_hosts_read_differently_gets_an_anchor_of_ours(heading: str) -> None:
    assert anchors(block("heading_1", heading)) == ["#b-00000002"]


def test_a_repeated_heading_gets_an_anchor_of_ours_and_the_first_keeps_its_slug() -> None:
    assert anchors(*(block("heading_1", "One") for _ in range(3))) == [
        "#one",
        "#b-00000003",
        "#b-00000004",
    ]


def test_a_heading_that_reads_like_the_number_of_a_repeated_one_gets_an_anchor_of_ours() -> None:
    """GitHub calls the second 'One' one-1, and so the heading 'One 1' one-1-1."""
    found = anchors(*(block("heading_1", words) for words in ("One", "One", "One 1")))
    assert found == ["#one", "#b-00000003", "#b-00000004"]


def test_every_entry_of_the_contents_leads_to_its_heading() -> None:
    headings = [
        block("heading_2", "Second rank first"),
        block("heading_1", "One"),
        block("heading_3", "Skips a rank"),
        block("heading_1", "One"),
        block("heading_4", "Deep", is_toggleable=True),
        block("heading_1", ""),
        block("toggle", "t", block("heading_2", "Inside a toggle")),
    ]
    shown = render(page("Title", CONTENTS, *headings), Context(options=Options()))
    for host in (github, gitea):
        links = select(host(shown), "li > a")
        assert [link.get_text() for link in links] == [
            *("Second rank first", "One", "Skips a rank", "One", "Deep", "Inside a toggle")
        ]
        own = {
            anchor["id"].removeprefix("user-content-") for anchor in select(host(shown), "a[id]")
        }
        slugs = {
            github_slug(heading.get_text()) for heading in select(host(shown), "h2, h3, h4, h5")
        }
        assert {link["href"].lstrip("#") for link in links} <= own | slugs


def test_an_entry_of_the_contents_has_the_words_of_its_heading_on_one_line() -> None:
    heading = block("heading_1", [text("First\nsecond", bold=True), text("\n"), text("third")])
    shown = render(page("Title", CONTENTS, heading), Context())
    for host in (github, gitea):
        (title,), (link,) = select(host(shown), "h1 + ul ~ h2"), select(host(shown), "li > a")
        assert link.get_text() == title.get_text().strip() == "First second third"


def test_a_heading_that_is_only_a_mention_is_called_in_the_contents_as_it_is_itself() -> None:
    mention = {"type": "mention", "mention": {"type": "page", "page": {"id": "c" * 32}}}
    for targets in ({}, {"c" * 32: Target("c/index.md", "Way")}):
        raw = page("Title", CONTENTS, block("heading_1", [mention]), block("heading_2", "Way"))
        shown = render(raw, Context(targets=targets))
        for host in (github, gitea):
            named = [link.get_text() for link in select(host(shown), "li > a")]
            assert named == [each.get_text().strip() for each in select(host(shown), "h2, h3")]
            assert all(named)
            assert len({link["href"] for link in select(host(shown), "li > a")}) == 2


@pytest.mark.parametrize("words", [[text(" ", code=True)], "\u200b"])
def test_a_heading_in_which_nothing_is_seen_has_no_entry(words: str | list[Json]) -> None:
    headings = (block("heading_1", words), block("heading_2", "Two"))
    shown = render(page("Title", CONTENTS, *headings), Context())
    assert complaints(shown) == [] and "\n- [Two](#two)\n" in shown


def test_a_page_without_contents_has_no_anchors_that_nobody_needs() -> None:
    assert "<a id" not in render(
        page("T", block("heading_1", "½"), block("heading_1", "½")), Context()
    )
