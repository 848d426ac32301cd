"""Where links lead: into the backup when they can, to Notion or elsewhere when not."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.markdown.context import Context
from backup.markdown.inline import inline
from backup.markdown.links import (
    link_target,
    page_link,
    percent_encoded,
    references,
    relative,
)
from backup.markdown.lint import complaints
from backup.model import Target, dashed_id
from tests.oracles import gitea, github, select
from tests.support.on_page import CELL, SUMMARY, is_read_as_meant, write
from tests.support.rich import Run, mention, text

PAGE = "1a2b3c4d5e6f70819293a4b5c6d7e8f9"
OTHER = "0f0e0d0c0b0a09080706050403020100"
BLOCK_ID = "99887766554433221100ffeeddccbbaa"
HERE = "wiki/guide/index.md"
CONTEXT = Context(
    path=HERE,
    page_id=PAGE,
    targets={
        PAGE: Target(HERE, "Guide"),
        OTHER: Target("notes/été (2)/index.md", "Summer"),
    },
)

NOTION_LINKS = {
    f"/{PAGE}": (PAGE, None),
    f"/{dashed_id(PAGE)}": (PAGE, None),
    f"https://www.notion.so/{PAGE}": (PAGE, None),
    f"https://www.notion.so/team/My-page-{PAGE}?pvs=4": (PAGE, None),
    f"https://notion.so/My-page-{PAGE.upper()}/": (PAGE, None),
    f"https://app.notion.com/p/My-page-{PAGE}": (PAGE, None),
    f"https://team.notion.site/My-page-{PAGE}": (PAGE, None),
    f"https://www.notion.so/team/{OTHER}?v={BLOCK_ID}&p={PAGE}&pm=s": (PAGE, None),
    f"https://www.notion.so/My-page-{PAGE}#{BLOCK_ID}": (PAGE, BLOCK_ID),
    f"/{PAGE}?pvs=4#{dashed_id(BLOCK_ID)}": (PAGE, BLOCK_ID),
    f"#{BLOCK_ID}": (None, BLOCK_ID),
    f" /{PAGE} ": (PAGE, None),
}


@pytest.mark.parametrize("url", NOTION_LINKS)
def test_links_to_pages_and_blocks_are_known_in_every_form(url: str) -> None:
    assert page_link(url) == NOTION_LINKS[url]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://e.co/",
        f"https://e.co/{PAGE}",
        f"https://notion.so.e.co/{PAGE}",
        f"mailto:{PAGE}@notion.so",
        "https://www.notion.so/help",
        "https://www.notion.so/abc#section",
        "https://[broken",
        "#top",
        f"{PAGE}",
    ],
)
def test_other_addresses_are_no_pages(url: str) -> None:
    assert page_link(url) == (None, None)


def test_a_link_to_a_page_of_the_backup_is_relative_and_encoded() -> None:
    runs = [text("s", link=f"https://www.notion.so/Summer-{OTHER}")]
    assert inline(runs, CONTEXT) == "[s](../../notes/été%20%282%29/index.md)"


def test_a_link_to_a_block_lands_on_its_anchor() -> None:
    there, here = f"/{OTHER}#{BLOCK_ID}", f"https://www.notion.so/{PAGE}#{BLOCK_ID}"
    end = "#b-ddccbbaa"  # the last eight digits: newer ids share their first ones
    assert inline([text("x", link=there)], CONTEXT).endswith(f"/index.md{end})")
    assert inline([text("x", link=here)], CONTEXT) == f"[x]({end})"
    assert inline([text("x", link=f"#{BLOCK_ID}")], CONTEXT) == f"[x]({end})"


def test_a_link_to_a_page_that_is_not_in_the_backup_leads_to_notion() -> None:
    gone = "f" * 32
    assert inline([text("x", link=f"/{gone}")], CONTEXT) == f"[x](https://www.notion.so/{gone})"
    block = f"{gone}#{BLOCK_ID}"
    assert inline([text("x", link=f"/{block}")], CONTEXT) == f"[x](https://www.notion.so/{block})"
    full = f"https://team.notion.site/X-{gone}?pvs=4"
    assert inline([text("x", link=full)], CONTEXT) == f"[x]({full})"
    assert inline([text("x", link="/help")], CONTEXT) == "[x](https://www.notion.so/help)"


@pytest.mark.parametrize(
    ("from_path", "to_path", "expected"),
    [
        ("index.md", "a/index.md", "a/index.md"),
        ("a/index.md", "index.md", "../index.md"),
        ("a/b/index.md", "a/c/index.md", "../c/index.md"),
        ("a/b/index.md", "a/b/index.md", "index.md"),
        ("a/b/index.md", "a/b/c/index.md", "c/index.md"),
    ],
)
def test_the_way_from_one_file_to_another(from_path: str, to_path: str, expected: str) -> None:
    assert relative(from_path, to_path) == expected


def test_paths_are_encoded_segment_by_segment() -> None:
    assert percent_encoded("a b/é(1)/x:y&z#.png") == "a%20b/é%281%29/x%3Ay%26z%23.png"
    assert percent_encoded("../日本/a-b_c.d~e") == "../日本/a-b_c.d~e"


TARGETS = {
    "https://e.co/a_(b)": "https://e.co/a_(b)",
    "https://e.co/a)b(": "https://e.co/a%29b%28",
    "https://e.co/a b": "https://e.co/a%20b",
    'https://e.co/<a>"\\`': "https://e.co/%3Ca%3E%22%5C%60",
    "https://e.co/a|b$c": "https://e.co/a%7Cb%24c",
    "https://e.co/?a&copy;b&c": "https://e.co/?a&amp;copy;b&c",
    "https://e.co/\n\x01a": "https://e.co/%0A%01a",
    "  https://e.co  ": "https://e.co",
    "https://e.co/\udc00": "https://e.co/\ufffd",
    "tel:+49": "tel:+49",
    "javascript:alert(1)": "",
    " JavaScript:x": "",
    "data:text/html,x": "",
    "vbscript:x": "",
    "": "",
}


@pytest.mark.parametrize("url", TARGETS)
def test_targets_are_written_so_that_nothing_in_them_ends_the_link(url: str) -> None:
    assert link_target(url) == TARGETS[url]


LINKS: dict[str, tuple[list[Run], str]] = {
    "blanks at its edges move out": (
        [text("a"), text(" b ", link="https://e.co"), text("c")],
        "a [b](https://e.co) c",
    ),
    "over blanks only is none": ([text("a"), text(" ", link="https://e.co"), text("b")], "a b"),
    "its text is its address": (
        [text("https://e.co/*a*", link="https://e.co/*a*")],
        "<https://e.co/*a*>",
    ),
    "brackets in its text": ([text("[a]", link="https://e.co")], r"[\[a\]](https://e.co)"),
    "a caret first in its text": ([text("^1", link="https://e.co")], r"[\^1](https://e.co)"),
    "behind an exclamation mark": (
        [text("Wow!"), text("a", link="https://e.co")],
        r"Wow\![a](https://e.co)",
    ),
    "an address inside its text": (
        [text("see https://a.b/_c", link="https://e.co")],
        r"[see https://a.b/\_c](https://e.co)",
    ),
    "two runs with one target": (
        [text("a", link="https://e.co"), text("b", "b", link="https://e.co")],
        "[a**b**](https://e.co)",
    ),
    "marks of the whole link go outside": (
        [text("a", "b", link="https://e.co"), text("b", "bi", link="https://e.co")],
        "**[a<em>b</em>](https://e.co)**",
    ),
    "a script is only text": ([text("a", link="javascript:x")], "a"),
    "a break inside": (
        [text("a\n# b", link="https://e.co")],
        "[a](https://e.co)\\\n[# b](https://e.co)",
    ),
}


@pytest.mark.parametrize(("runs", "expected"), LINKS.values(), ids=LINKS)
def test_a_link(runs: list[Run], expected: str) -> None:
    assert write(*runs) == expected


@pytest.mark.parametrize("target", ["https://e.co/a|b", "https://e.co/(", "http://e.co/?&lt;=$"])
def test_targets_lead_where_they_should(target: str) -> None:
    assert is_read_as_meant(text("x", link=target), text(" y"), places="paragraph, cell, summary")


def test_links_in_html_and_in_cells() -> None:
    run = text("a & b", "b", link='https://e.co/?a=1&b="|')
    assert write(run, where=SUMMARY) == (
        '<strong><a href="https://e.co/?a=1&amp;b=%22%7C">a &amp; b</a></strong>'
    )
    assert write(run, where=CELL) == "**[a & b](https://e.co/?a=1&b=%22%7C)**"


def test_words_of_a_link_with_a_break_are_taken_for_no_other_link() -> None:
    written = write(text("[]]\nb", "b", link="https://e.co"))
    assert complaints(f"# T\n\n{written}\n") == []
    for host in (github, gitea):
        assert [each.get_text() for each in select(host(written), "a")] == ["[]]", "b"]


def test_a_signed_address_is_never_written_as_a_target() -> None:
    signed = "https://prod-files-secure.s3.amazonaws.com/a/b.png?X-Amz-Signature=0123"
    assert write(text("picture", link=signed)) == "picture"


def test_references_finds_every_page_and_block_that_a_text_points_to() -> None:
    runs = [
        text("a", link=f"/{PAGE}#{BLOCK_ID}"),
        text("b", link="https://e.co"),
        text("c"),
        mention("page", {"id": dashed_id(OTHER)}, "Other"),
        mention("database", {"id": "d" * 32}, "Tasks"),
        mention("user", {"id": "e" * 32}, "@Ada"),
    ]
    found = {pair for pair in references(runs) if any(pair)}
    assert found == {(PAGE, BLOCK_ID), (OTHER, None), ("d" * 32, None)}
    assert not any(any(pair) for pair in references([{}]))
    assert not list(references(None))


_PATHS = st.lists(st.sampled_from(("a", "b", "c", "..", ".", "")), min_size=1, max_size=5)


@given(_PATHS, _PATHS)
def test_the_way_between_two_files_is_the_shortest(here: list[str], there: list[str]) -> None:
    from_path, to_path = "/".join([*here, "x.md"]), "/".join([*there, "y.md"])
    assert relative(from_path, to_path) == posixpath.relpath(to_path, posixpath.dirname(from_path))
