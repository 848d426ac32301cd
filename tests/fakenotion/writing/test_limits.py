"""Each limit of a write: what is just small enough goes in, one more is a validation error."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import properties
from fakenotion.workspace import Workspace
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, block, paragraph, text, titled

RED = {"annotations": {"color": "red"}}


def deep(tiers: int) -> dict[str, Any]:
    return paragraph("x", *([deep(tiers - 1)] if tiers > 1 else []))


def wide(number: int) -> list[Any]:
    """So many blocks in two tiers."""
    parents, rest = divmod(number, 100)
    full = [paragraph("x", *[paragraph()] * 99) for _ in range(parents)]
    return [*full, *[paragraph()] * rest]


def linked(length: int) -> dict[str, Any]:
    url = "https://example.com/" + "x" * (length - 20)
    return {"paragraph": {"rich_text": [{"text": {"content": "x", "link": {"url": url}}}]}}


def worked(length: int) -> dict[str, Any]:
    return {"paragraph": {"rich_text": [{"equation": {"expression": "x" * length}}]}}


def many(number: int) -> dict[str, Any]:
    """A paragraph of so many texts, no two neighbours alike."""
    return {
        "paragraph": {
            "rich_text": [text("x", **RED) if n % 2 else text("x") for n in range(number)]
        }
    }


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (
            [paragraph()] * 100,
            [paragraph()] * 101,
            "body.children.length should be ≤ `100`, instead was `101`.",
        ),
        ([deep(3)], [deep(4)], "paragraph.children[0].paragraph.children should be not present"),
        (wide(1000), wide(1001), "≤ `1000`, instead was `1001`."),
        (
            [paragraph("x" * 2000)],
            [paragraph("x" * 2001)],
            "body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`,"
            " instead was `2001`.",
        ),
        ([paragraph("😀" * 1000)], [paragraph("😀" * 1000 + "x")], "≤ `2000`, instead was `2001`"),
        ([many(100)], [many(101)], "rich_text.length should be ≤ `100`, instead was `101`."),
        ([linked(2000)], [linked(2001)], "text.link.url.length should be ≤ `2000`"),
        ([worked(1000)], [worked(1001)], "equation.expression.length should be ≤ `1000`"),
        (
            [block("equation", expression="x" * 1000)],
            [block("equation", expression="x" * 1001)],
            "body.children[0].equation.expression.length should be ≤ `1000`",
        ),
        (
            [block("bookmark", url="https://example.com/" + "x" * 1980)],
            [block("bookmark", url="https://example.com/" + "x" * 1981)],
            "bookmark.url.length should be ≤ `2000`",
        ),
        (
            [block("table", table_width=1, children=[block("table_row", cells=[[]])] * 100)],
            [block("table", table_width=1, children=[block("table_row", cells=[[]])] * 101)],
            "table.children.length should be ≤ `100`, instead was `101`.",
        ),
    ],
)
def test_what_is_too_much_of_blocks_is_refused(
    good: Any, bad: Any, said: str, author: Author, home: str
) -> None:
    assert said in author.refused_below(home, *bad)
    assert author.children(home) == []
    page = {**below(home), "properties": titled("Child"), "children": bad}
    assert said in author.refused("POST", "pages", page)
    assert author.children(home) == []
    author.append(home, *good)


def test_a_body_has_at_most_500_kilobytes(author: Author, home: str) -> None:
    large = {"paragraph": {"rich_text": [text(f"{n:04}" + "x" * 990, **RED) for n in range(100)]}}
    assert "body.size should be ≤ `500000`" in author.refused_below(home, *[large] * 5)
    author.append(home, *[large] * 4)


@pytest.fixture
def source(workspace: Workspace, home: str) -> str:
    columns = {
        "Mail": properties.of("email"),
        "Phone": properties.of("phone_number"),
        "Site": properties.of("url"),
        "People": properties.of("people"),
        "Tags": properties.multi_select(),
        "Text": properties.of("rich_text"),
    }
    made = workspace.source(workspace.add_database("Rows", columns, parent=home))
    workspace.relate(workspace.node(made).parent, "Others", workspace.node(made).parent)
    return made


def values(workspace: Workspace, source: str, more: int) -> dict[str, Any]:
    """For each property a value that is just small enough, or by `more` too large."""
    rows = [workspace.add_page(source, f"Row {number}") for number in range(100 + more)]
    people = [workspace.add_user(f"Person {number}") for number in range(100 + more)]
    return {
        "Mail": {"email": "x" * (200 + more)},
        "Phone": {"phone_number": "1" * (200 + more)},
        "Site": {"url": "https://example.com/" + "x" * (1980 + more)},
        "People": {"people": [{"id": one["id"]} for one in people]},
        "Tags": {"multi_select": [{"name": f"Tag {number}"} for number in range(100 + more)]},
        "Others": {"relation": [{"id": row} for row in rows]},
        "Text": {"rich_text": [text("x" * (2000 + more))]},
        "Name": {"title": many(100 + more)["paragraph"]["rich_text"]},
    }


@pytest.mark.parametrize(
    ("name", "most"),
    [
        *(("Mail", 200), ("Phone", 200), ("Site", 2000), ("People", 100), ("Tags", 100)),
        *(("Others", 100), ("Text", 2000), ("Name", 100)),
    ],
)
def test_what_is_too_much_of_a_value_is_refused(
    name: str, most: int, author: Author, workspace: Workspace, source: str
) -> None:
    parent = {"parent": {"data_source_id": source}}
    bad = {name: values(workspace, source, 1)[name]}
    said = f"length should be ≤ `{most}`, instead was `{most + 1}`."
    assert said in author.refused("POST", "pages", {**parent, "properties": bad})
    good = {name: values(workspace, source, 0)[name]}
    row = author.made("POST", "pages", {**parent, "properties": good})
    assert said in author.refused("PATCH", f"pages/{row['id']}", {"properties": bad})


def test_a_list_of_options_has_at_most_100(author: Author, source: str) -> None:
    def tags(number: int) -> dict[str, Any]:
        options = [{"name": f"Tag {n}"} for n in range(number)]
        return {"properties": {"Tags": {"multi_select": {"options": options}}}}

    author.made("PATCH", f"data_sources/{source}", tags(100))
    message = author.refused("PATCH", f"data_sources/{source}", tags(101))
    assert "options.length should be ≤ `100`, instead was `101`." in message


def test_a_schema_has_at_most_500_properties(author: Author, home: str) -> None:
    def schema(number: int) -> dict[str, Any]:
        more: dict[str, Any] = {f"C{n}": {"checkbox": {}} for n in range(number - 1)}
        columns = {"Name": {"title": {}}, **more}
        return {**below(home), "initial_data_source": {"properties": columns}}

    message = author.refused("POST", "databases", schema(501))
    assert "should have ≤ `500` properties, instead had `501`" in message
    assert author.children(home) == []
    made = author.made("POST", "databases", schema(500))
    source = made["data_sources"][0]["id"]
    one_more = {"properties": {"More": {"checkbox": {}}}}
    assert "≤ `500` properties" in author.refused("PATCH", f"data_sources/{source}", one_more)
