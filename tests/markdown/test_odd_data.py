"""Whatever Notion sends, a page is rendered: odd data costs no page, and leaks no signature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backup.markdown.blocks import RENDERERS
from backup.markdown.context import Context, Options
from backup.markdown.page import references, render
from backup.markdown.placeholders import problems
from backup.markdown.properties import VALUES
from backup.model import Block, Page
from tests.support.cases import case
from tests.support.notion_shapes import block, page, text

KEYS = (
    *("rich_text", "caption", "title", "cells", "url", "name", "type", "file", "external", "icon"),
    *(
        "children",
        "checked",
        "language",
        "expression",
        "table_width",
        "list_start_index",
        "page_id",
    ),
    *(
        "has_row_header",
        "is_toggleable",
        "synced_from",
        "block_type",
        "emoji",
        "custom_emoji",
        "id",
    ),
    *("start", "end", "time_zone", "number", "prefix", "state", "date", "verified_by", "array"),
    *(
        "lat",
        "lon",
        "address",
        "function",
        "string",
        "boolean",
        "plain_text",
        "annotations",
        "href",
    ),
    *("text", "mention", "equation", "color", "bold", "code", "calendar_event", "start_time"),
)
SIGNED = "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b/c.png?X-Amz-Signature=secret"
words = st.sampled_from(["", " ", "x", "|", "\n", "\ud800", "2026-13-45", "file", "emoji", "text"])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(), words, st.just("external")
)
odd = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
payloads = st.dictionaries(st.sampled_from(KEYS), odd, max_size=6)
ids = st.sampled_from(["00000001-0000-4000-8000-000000000001", "", "x", "../..", "a" * 32])


@st.composite
def pages(draw: st.DrawFn) -> Page:
    types = st.sampled_from([*RENDERERS, "hologram", ""])
    blocks = st.recursive(
        st.builds(Block, ids, types, payloads),
        lambda inner: st.builds(
            Block, ids, types, payloads, st.lists(inner, max_size=3).map(tuple), st.just("")
        ),
        max_leaves=5,
    )
    values = st.one_of(
        odd,
        st.sampled_from([*VALUES, "hologram"]).flatmap(
            lambda type_: st.fixed_dictionaries({"id": ids, "type": st.just(type_), type_: odd})
        ),
    )
    raw = draw(payloads)
    raw |= {"properties": draw(st.dictionaries(st.text(max_size=3), values, max_size=4))}
    raw |= draw(st.fixed_dictionaries({}, optional={"icon": odd, "cover": odd}))
    return Page(draw(ids), raw, tuple(draw(st.lists(blocks, max_size=3))))


@settings(max_examples=25, deadline=None)
@given(pages(), st.sampled_from(["table", "both"]))
def test_odd_data_never_stops_a_page(odd_page: Page, properties: str) -> None:
    shown = render(odd_page, Context(options=Options(properties=properties, front_matter="true")))
    shown.encode()
    assert "\r" not in shown and shown.endswith("\n") and not shown.endswith("\n\n")
    references(odd_page)
    problems(odd_page)


@pytest.mark.parametrize("value", [None, [], "", 0, {}, [None], [[]], {"type": None}])
def test_a_block_whose_every_key_is_odd_is_rendered(value: Any) -> None:
    for type_ in RENDERERS:
        with case(type_):
            raw = block(type_, None, **dict.fromkeys(KEYS, value))
            assert render(page("T", raw), Context()).startswith("# T\n")


@pytest.mark.parametrize("value", [None, "x", 3, []])
def test_a_block_without_a_payload_is_rendered(value: Any) -> None:
    for type_ in RENDERERS:
        with case(type_):
            block_ = Block.from_api({"id": "x", "type": type_, type_: value})
            assert render(Page("x", {}, (block_,)), Context())


def test_an_unknown_type_keeps_its_text_and_its_children() -> None:
    shown = render(page("T", block("hologram", "Words", block("paragraph", "Child"))), Context())
    assert "Unsupported Notion block: `hologram`" in shown
    assert shown.index("Words") < shown.index("Child")


def test_children_that_a_type_should_not_have_are_written_all_the_same() -> None:
    for type_ in RENDERERS:
        raw = block(type_, None, block("paragraph", "A child of anything"))
        assert "A child of anything" in render(page("T", raw), Context()), type_


def test_signed_addresses_in_odd_places_are_not_written() -> None:
    signed = {"type": "external", "external": {"url": SIGNED}, "url": SIGNED, "name": "x"}
    blocks = [block(type_, None, caption=[], **signed) for type_ in ("image", "file", "embed")]
    files = {"id": "f", "type": "files", "files": [signed, {"name": "y", "file": {"url": SIGNED}}]}
    whole = page("T", *blocks, properties={"Files": files}, cover=signed, icon=signed)
    assert "secret" not in render(
        whole, Context(options=Options(properties="both", front_matter="true"))
    )


def test_an_old_recording_that_calls_rich_text_text_keeps_its_words() -> None:
    raw = {"type": "paragraph", "paragraph": {"text": [text("Written in 2021")]}}
    assert "Written in 2021" in render(page("T", raw), Context())


def test_an_inlined_image_that_was_not_stored_does_not_fill_the_page() -> None:
    url = "data:image/png;base64," + "A" * 5000
    raw = block("image", None, type="external", external={"url": url}, name=url, caption=[])
    shown = render(page("T", raw), Context())
    assert "📎 image *(not backed up: not downloaded)*" in shown
    assert "base64" not in shown


def test_every_block_that_a_link_points_to_has_its_anchor() -> None:
    """Whatever the block is, and wherever it stands."""
    tab = block("paragraph", "Tab", block("paragraph", "Body"), icon=None)
    section = {"type": "", "children": [block("paragraph", "Said")]}
    meeting = block(
        "meeting_notes",
        None,
        section,
        children={"summary_block_id": f"{4:08x}-0000-4000-8000-{4:012x}"},
    )
    blocks = [block("tab", None, tab), meeting, *(block(type_, "x") for type_ in RENDERERS)]
    whole = page("T", *blocks)
    ids = [part.id.replace("-", "") for part in whole.walk()]
    shown = render(whole, Context(anchors=frozenset(ids)))
    assert [id_ for id_ in ids if f'<a id="b-{id_[-8:]}"></a>' not in shown] == []
