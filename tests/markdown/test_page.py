"""A whole page: its head, its order, and what it says about itself."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backup.markdown.context import Context, Options
from backup.markdown.page import References, references, render
from backup.model import Missing, Page, Stored, Target
from tests.oracles import github, select
from tests.support.notion_shapes import block, page, text

PAGE_ID = "0123456789abcdef0123456789abcdef"
BARE = Context(options=Options(front_matter=False))
NUMBER = {"properties": {"Size": {"id": "s", "type": "number", "number": 3}}}


def head(text: str) -> dict[str, object]:
    return yaml.safe_load(text.split("---\n")[1])


def test_a_page_is_head_title_and_body_and_ends_with_one_newline() -> None:
    text = render(page("Title", block("paragraph", "Body.")), Context())
    assert text == (
        "---\n"
        'title: "Title"\n'
        'notion_id: "01234567-89ab-cdef-0123-456789abcdef"\n'
        'notion_url: "https://www.notion.so/0123456789abcdef0123456789abcdef"\n'
        'created: "2026-01-02T03:04:00.000Z"\n'
        'edited: "2026-02-03T04:05:00.000Z"\n'
        "---\n\n# Title\n\nBody.\n"
    )


def test_an_empty_page_is_its_title_alone() -> None:
    assert render(page(""), BARE) == "# Untitled\n"


def test_an_archived_page_says_so() -> None:
    assert head(render(page("T", is_archived=True), Context()))["archived"] == "true"
    assert "archived" not in head(render(page("T", is_archived=False), Context()))


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_a_title_comes_back_from_the_front_matter_as_it_was(title: str) -> None:
    assert head(render(page(text(title)), Context()))["title"] == (title or "Untitled")


@given(st.text(st.characters(categories=["C", "Z", "P", "Lu"])))
def test_no_character_of_a_title_spoils_the_front_matter(title: str) -> None:
    keys = head(render(page(text(title)), Context()))
    assert list(keys) == ["title", "notion_id", "notion_url", "created", "edited"]
    assert all(isinstance(value, str) for value in keys.values())


def test_the_emoji_of_a_page_opens_its_title() -> None:
    raw = {"icon": {"type": "emoji", "emoji": "🧭"}}
    assert render(page("Way", **raw), BARE) == "# 🧭 Way\n"


def test_a_picture_as_icon_opens_the_title_when_it_is_stored() -> None:
    raw = {"icon": {"type": "file", "file": {"url": "https://example.org/i.png?X-Amz-Signature=1"}}}
    files = {f"{PAGE_ID}/icon": Stored("assets/icon.png", "icon.png", 9, 64, 64)}
    with_icon = render(page("Way", **raw), Context(files=files, options=BARE.options))
    assert with_icon == '# <img src="assets/icon.png" alt="" width="32" height="32"> Way\n'
    assert render(page("Way", **raw), BARE) == "# Way\n"


def test_the_cover_is_the_first_picture_below_the_title() -> None:
    raw = {"cover": {"type": "external", "external": {"url": "https://example.org/c.jpg"}}}
    files = {f"{PAGE_ID}/cover": Stored("assets/cover.jpg", "cover.jpg", 9, 1500, 600)}
    stored = render(page("T", block("divider", None), **raw), Context(files=files))
    html = github(stored)
    assert [tag.name for tag in select(html, "h1 ~ *")] == ["p", "hr"]
    assert select(html, "h1 + p > img[src='assets/cover.jpg']")
    assert "c.jpg *(not backed up: not downloaded)* <https://example.org/c.jpg>" in render(
        page("T", **raw), Context()
    )


@pytest.mark.parametrize(
    ("properties", "front_matter", "in_table", "in_head"),
    [
        ("table", True, True, False),
        ("front-matter", True, False, True),
        ("both", True, True, True),
        ("none", True, False, False),
        ("table", False, True, False),
        ("front-matter", False, True, False),  # nowhere else to go
        ("none", False, False, False),
    ],
)
def test_properties_stand_where_the_setting_wants_them(
    properties: str, front_matter: bool, in_table: bool, in_head: bool
) -> None:
    options = Options(front_matter=front_matter, properties=properties)
    shown = render(page("T", **NUMBER), Context(options=options))
    assert ("| Size | 3 |" in shown) == in_table
    assert ("properties:" in shown) == in_head
    assert shown.startswith("---\n") == front_matter


def test_a_file_that_was_not_downloaded_never_shows_its_signed_address() -> None:
    signed = "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b/c.png?X-Amz-Signature=secret"
    kinds = ("image", "file", "pdf", "video", "audio")
    blocks = [
        block(kind, None, type=form, caption=[], **{form: {"url": signed}})
        for kind in kinds
        for form in ("file", "external")
    ]
    embed = block("embed", None, url=signed, caption=[])
    cover = {"cover": {"type": "file", "file": {"url": signed}}, "icon": {"type": "file"}}
    shown = render(page("T", *blocks, embed, **cover), Context())
    assert "secret" not in shown
    assert shown.count("c.png *(not backed up: not downloaded)*") == 12


def test_a_missing_file_says_why_and_where_it_can_be_had() -> None:
    files = {
        "00000001-0000-4000-8000-000000000001": Missing("a.pdf", "5 GB", "https://e.org/a.pdf")
    }
    raw = block("pdf", None, type="external", external={"url": "https://e.org/a.pdf"}, caption=[])
    shown = render(page("T", raw), Context(files=files, options=BARE.options))
    assert shown == "# T\n\n📎 a.pdf *(not backed up: 5 GB)* <https://e.org/a.pdf>\n"


def test_the_same_page_gives_the_same_text_twice() -> None:
    whole = page("T", block("table_of_contents", None), block("heading_1", "One"), **NUMBER)
    assert render(whole, Context()) == render(whole, Context())


def test_a_link_between_pages_is_relative_to_the_page_that_holds_it() -> None:
    other = "ab" * 16
    context = Context(
        path="wiki/here/index.md",
        targets={other: Target("wiki/über uns/index.md", "Über uns")},
        options=BARE.options,
    )
    link = text("there", link=f"https://www.notion.so/{other}")
    shown = render(page("T", block("paragraph", [link])), context)
    assert shown == "# T\n\n[there](../über%20uns/index.md)\n"


def test_references_are_found_wherever_a_page_links_from() -> None:
    ids = {name: f"{number:032x}" for number, name in enumerate("abcdefghijk", 1)}
    block_id = "f" * 32
    mention = {
        "type": "mention",
        "mention": {"type": "page", "page": {"id": ids["b"]}},
        "plain_text": "B",
        "href": None,
    }
    relation = {"type": "relation", "relation": [{"id": ids["g"]}]}
    whole = page(
        "T",
        block("paragraph", [text("a", link=f"/{ids['a']}#{block_id}"), mention]),
        block("link_to_page", None, type="page_id", page_id=ids["c"]),
        {**block("child_page", None, title="D"), "id": ids["d"]},
        block("bookmark", None, url=f"https://www.notion.so/{ids['e']}", caption=[]),
        block("toggle", "t", block("table_row", None, cells=[[text("f", link=f"/{ids['f']}")]])),
        block("paragraph", [text("outside", link="https://example.org"), text("#", link="#x")]),
        properties={
            "Relation": {"id": "r", **relation},
            "Rollup": {
                "id": "u",
                "type": "rollup",
                "rollup": {
                    "type": "array",
                    "array": [{"type": "relation", "relation": [{"id": ids["h"]}]}],
                },
            },
            "Link": {"id": "l", "type": "url", "url": f"https://www.notion.so/{ids['i']}"},
        },
    )
    assert references(whole) == References(
        frozenset(ids[name] for name in "abcdefghi"), frozenset({(ids["a"], block_id)})
    )


def test_a_link_to_a_block_of_the_same_page_names_the_page() -> None:
    block_id = "f" * 32
    whole = page("T", block("paragraph", [text("up", link=f"#{block_id}")]))
    assert references(whole).blocks == {(PAGE_ID, block_id)}


def test_a_page_without_a_page_object_is_rendered() -> None:
    assert select(github(render(Page(PAGE_ID, {}), BARE)), "h1")
