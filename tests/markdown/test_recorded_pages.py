"""Real pages and rows, converted whole: nothing of them is lost, and nothing in them is misread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import cmarkgfm.cmark as cmark
import pytest
import yaml

from backup.markdown.context import Context, Options
from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.model import Block, Json, Page, plain_text
from tests.markdown.recorded import QUERIES, TREES, name, needed, page, rows
from tests.oracles import gitea, github, select, visible

# What both hosts leave in place, of all that Markdown and this project write.
TEXT = {"p", "br", "hr", "strong", "em", "del", "ins", "mark", "code", "pre", "span", "a", "img"}
PARTS = {"ul", "ol", "li", "blockquote", "details", "summary", "h1", "h2", "h3", "h4", "h5"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"id", "href", "src", "alt", "width", "height", "align", "open", "start", "lang"}
BODY = Context(options=Options(front_matter=False))
ids = [name(path) for path in TREES]


def seen(text: str) -> str:
    """Text without what no reader sees: white space and control characters."""
    return "".join(char for char in text if not char.isspace() and char.isprintable())


def words(block: Block) -> Iterator[str]:
    """The texts of a block, in the order in which Notion shows them."""
    for key in ("rich_text", "cells", "title", "expression", "url", "caption"):
        value = block.data.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for cell in value if key == "cells" else [value]:
                yield from map(shown, cell)


def shown(run: Json) -> str:
    """What Notion shows for a run: the title of a link that was pasted as a mention."""
    mention = run.get("mention") or {}
    title = (mention.get(str(mention.get("type"))) or {}).get("title")
    return title if mention.get("type") == "link_mention" and title else plain_text([run])


@needed
@pytest.mark.parametrize("host", [github, gitea])
@pytest.mark.parametrize("path", TREES, ids=ids)
def test_a_reader_sees_every_text_in_its_order(path: Path, host: Callable[[str], str]) -> None:
    recorded = page(path)
    text = seen("".join(char.text for char in visible(host(render(recorded, BODY)))))
    at = 0
    for block in recorded.walk():
        for word in filter(None, map(seen, words(block))):
            found = text.find(word, at)
            assert found >= 0, f"{word!r} of a {block.type} is not in {text[at : at + 300]!r}"
            at = found + len(word)


@needed
@pytest.mark.parametrize("path", TREES, ids=ids)
def test_only_html_that_both_hosts_show_is_written(path: Path) -> None:
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_GITHUB_PRE_LANG
    extensions = ["table", "autolink", "strikethrough"]
    html = cmark.markdown_to_html_with_extensions(render(page(path), BODY), options, extensions)
    elements = select(html, "body *")
    assert {element.name for element in elements} <= TEXT | PARTS | TABLES
    assert {attribute for element in elements for attribute in element.attrs} <= ATTRIBUTES


@needed
@pytest.mark.parametrize("path", TREES, ids=ids)
def test_a_recorded_page_has_nothing_that_a_host_misreads(path: Path) -> None:
    text = render(page(path), Context())
    assert complaints(text) == []
    assert "X-Amz-" not in text


@needed
@pytest.mark.parametrize("path", QUERIES, ids=[name(path) for path in QUERIES])
def test_recorded_rows_show_their_properties_in_both_forms(path: Path) -> None:
    for row in rows(path):
        text = render(row, Context(options=Options(properties="both")))
        assert complaints(text) == []
        assert "X-Amz-" not in text
        keys = yaml.safe_load(text.split("---\n")[1])
        assert keys["notion_id"] == row.id
        assert set(keys.get("properties", {})) == set(listed(row, text))


def listed(row: Page, text: str) -> list[str]:
    """The names in the table that the page shows."""
    body = select(github(text), "h1 ~ table")[:1]
    return [unescape(line.td.get_text()) for table in body for line in table.select("tbody tr")]
