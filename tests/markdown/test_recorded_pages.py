"""Real pages and rows, converted whole: nothing of them is lost, and nothing in them is misread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape

import cmarkgfm.cmark as cmark
import pytest
import yaml

from backup.markdown.context import Context, Options
from backup.markdown.dates import span
from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.model import Block, Json, Page, plain_text
from tests.oracles import gitea, github, select, visible
from tests.support.cases import case
from tests.support.recordings import QUERIES, TREES, page, rows

# What both hosts leave in place, of all that Markdown and this project write.
TEXT = {"p", "br", "hr", "strong", "em", "del", "ins", "mark", "code", "pre", "span", "a", "img"}
PARTS = {"ul", "ol", "li", "blockquote", "details", "summary", "h1", "h2", "h3", "h4", "h5", "sub"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"id", "href", "src", "alt", "width", "height", "align", "open", "start", "lang"}
BODY = Context(options=Options())


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
    """What Notion shows for a run: the title of a link that was pasted as a mention, a date with its time."""
    mention = run.get("mention") or {}
    if mention.get("type") == "date":
        return span(mention.get("date"))
    title = (mention.get(str(mention.get("type"))) or {}).get("title")
    return title if mention.get("type") == "link_mention" and title else plain_text([run])


@pytest.mark.parametrize("host", [github, gitea])
def test_a_reader_sees_every_text_in_its_order(host: Callable[[str], str]) -> None:
    for path in TREES:
        with case(path):
            found_in_order(page(path), host)


def found_in_order(recorded: Page, host: Callable[[str], str]) -> None:
    """The texts of all blocks are seen in their order."""
    text = seen("".join(char.text for char in visible(host(render(recorded, BODY)))))
    at = 0
    for block in recorded.walk():
        for word in filter(None, map(seen, words(block))):
            found = text.find(word, at)
            assert found >= 0, f"{word!r} of a {block.type} is not in {text[at : at + 300]!r}"
            at = found + len(word)


def test_only_html_that_both_hosts_show_is_written() -> None:
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_GITHUB_PRE_LANG
    extensions = ["table", "autolink", "strikethrough"]
    for path in TREES:
        with case(path):
            text = render(page(path), BODY)
            html = cmark.markdown_to_html_with_extensions(text, options, extensions)
            elements = select(html, "body *")
            assert {element.name for element in elements} <= TEXT | PARTS | TABLES
            assert {name for element in elements for name in element.attrs} <= ATTRIBUTES


def test_a_recorded_page_has_nothing_that_a_host_misreads() -> None:
    for path in TREES:
        with case(path):
            text = render(page(path), Context())
            assert complaints(text) == []
            assert "X-Amz-" not in text


def test_recorded_rows_show_their_properties_in_both_forms() -> None:
    for path in QUERIES:
        for row in rows(path):
            with case(f"{path} {row.id}"):
                text = render(row, Context(options=Options(properties="both", front_matter="true")))
                assert complaints(text) == []
                assert "X-Amz-" not in text
                keys = yaml.safe_load(text.split("---\n")[1])
                assert keys["notion_id"] == row.id
                elsewhere = ("last_edited_time", "last_edited_by")  # in the last line
                kinds = {name: each["type"] for name, each in row.raw["properties"].items()}
                wanted = {
                    each for each in keys.get("properties", {}) if kinds[each] not in elsewhere
                }
                assert wanted == set(listed(row, text))


def listed(row: Page, text: str) -> list[str]:
    """The names in the table that the page shows."""
    body = select(github(text), "h1 ~ table, h1 ~ details > table")
    return [unescape(line.td.get_text()) for table in body for line in table.select("tbody tr")]
