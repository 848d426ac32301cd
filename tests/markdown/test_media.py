"""Pictures and files under any name: the right address, the right words, in every place."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backup.markdown.context import Context, Options
from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.model import Json, LocalFile, MissingFile, Page
from tests.oracles import gitea, github
from tests.support.notion_shapes import block, page, rich

BLOCK_ID = "00000001-0000-4000-8000-000000000001"
PROPERTY = "0123456789abcdef0123456789abcdef/f/0"
ALPHABET = [*"ab é|[]()!*_`<>&$\\\"'#:~-.1", "&amp;", "https://e.co"]
HOSTILE = st.lists(st.sampled_from(ALPHABET), max_size=9).map("".join)
many = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def media(type_: str) -> Json:
    return block(type_, None, type="file", file={"url": ""}, caption=[])


def with_file(type_: str) -> Page:
    """A page with the file as a block, in a list item, and as a property."""
    value = {"id": "f", "type": "files", "files": [{"name": "x", "type": "file", "file": {}}]}
    item = block("bulleted_list_item", "Item", media(type_))
    return page("T", media(type_), item, properties={"Files": value})


def shown(type_: str, stored: LocalFile, **options: Any) -> list[BeautifulSoup]:
    files = dict.fromkeys((BLOCK_ID, "00000003-0000-4000-8000-000000000003", PROPERTY), stored)
    context = Context(files=files, options=Options(**options))
    text = render(with_file(type_), context)
    assert complaints(text) == [], text
    return [BeautifulSoup(host(text), "html.parser") for host in (github, gitea)]


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("style", ["html", "markdown"])
@pytest.mark.parametrize("width", [100, 3000])
@many
@given(HOSTILE)
def test_an_image_has_its_words_in_every_place(width: int, style: str, words: str) -> None:
    stored = LocalFile("assets/1-a (b)|é.png", "x.png", 9, width, 100, description=words)
    for html in shown("image", stored, image_style=style):
        pictures = html.select("img")
        assert len(pictures) == 3
        assert {squeezed(picture["alt"]) for picture in pictures} == {squeezed(words) or "x"}
        assert {picture["src"].replace("é", "%C3%A9") for picture in pictures} == {
            "assets/1-a%20%28b%29%7C%C3%A9.png"
        }
        assert len(html.select("td")) == 2


@many
@given(HOSTILE)
def test_a_file_is_linked_under_its_name_in_every_place(name: str) -> None:
    stored = LocalFile("attachments/1 (b)|é.pdf", name, 1_500_000)
    for html in shown("file", stored):
        links = html.select("a[href^=attachments]")
        assert [squeezed(link.get_text()) for link in links] == [
            squeezed(name) or "1 (b)|é.pdf" for _ in range(3)
        ]
        assert html.get_text().count("(1.5 MB)") == 3
        assert len(html.select("td")) == 2


@pytest.mark.parametrize("caption", ["costs 5 US$", "$x", "x $", "\n [x]", "a\nb$ c", " ", ""])
@pytest.mark.parametrize("type_", ["file", "bookmark", "embed", "video", "gone"])
def test_a_line_and_its_caption_are_one_text_to_a_host(type_: str, caption: str) -> None:
    """A dollar in each would be a pair."""
    url = "https://e.co/$metadata"
    data = {"url": url, "type": "external", "external": {"url": url}, "caption": rich(caption)}
    stored = LocalFile("attachments/a.x", "in $.x", 9)
    files = {"file": stored, "gone": MissingFile("in $.x", "it costs 5 US$", "")}
    known = {BLOCK_ID: files[type_]} if type_ in files else {}
    text = render(
        page("T", block("file" if type_ == "gone" else type_, None, **data)), Context(files=known)
    )
    assert complaints(text) == [], text
    for host in (github, gitea):
        (line, *_) = BeautifulSoup(host(text), "html.parser").select("p")
        _, dash, below = squeezed(line.get_text()).partition(" — ")
        assert below == squeezed(caption)
        assert bool(dash) == bool(below)


def test_an_image_is_centred_but_not_in_a_list_item_or_a_cell() -> None:
    for html in shown("image", LocalFile("assets/a.png", "a.png", 9, 3000, 100)):
        centred = [bool(picture.find_parent(align="center")) for picture in html.select("img")]
        assert centred == [False, True, False]  # property, block, item
        assert [picture["width"] for picture in html.select("img")] == ["800"] * 3


def test_an_image_is_never_made_wider_than_it_is() -> None:
    for html in shown("image", LocalFile("assets/a.png", "a.png", 9, 800, 100)):
        assert not html.select("img[width]")
    for html in shown("image", LocalFile("assets/a.svg", "a.svg", 9), image_max_width=300):
        assert not html.select("img[width]")
