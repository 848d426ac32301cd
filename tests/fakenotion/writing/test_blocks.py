"""Blocks that are made, changed and taken away, as the API does it."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing.kinds import KINDS
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, block, paragraph, text, titled

URL = "https://example.com/a.png"
COLUMN = block("column", children=[paragraph()])
ROW = block("table_row", cells=[[text("1")], []])
LEAVES: dict[str, dict[str, Any]] = {
    **{type_: {"external": {"url": URL}} for type_ in ("image", "video", "pdf", "file", "audio")},
    "embed": {"url": URL},
    "bookmark": {"url": "http://example.com"},
    "code": {"rich_text": [text("x = 1")], "language": "python"},
    "equation": {"expression": "a^2"},
    "divider": {},
    "breadcrumb": {},
    "table_of_contents": {"color": "red"},
    "table": {"table_width": 2, "has_column_header": True, "children": [ROW]},
    "column_list": {"children": [COLUMN, COLUMN]},
    "tab": {"children": [block("paragraph", "Label", icon={"type": "emoji", "emoji": "🍎"})]},
    "synced_block": {"synced_from": None, "children": [paragraph()]},
    "link_to_page": {"page_id": "12345678-1234-4234-8234-123456789abc"},
}
INSIDE = ("column", "table_row")


def plain(block_: Any) -> str:
    return "".join(run["plain_text"] for run in block_[block_["type"]]["rich_text"])


@pytest.mark.parametrize("type_", [type_ for type_ in KINDS if type_ not in INSIDE])
def test_every_kind_of_block_that_can_be_made_is_read_back(
    type_: str, author: Author, home: str
) -> None:
    sent = block(type_, **LEAVES[type_]) if type_ in LEAVES else block(type_, "Said")
    (answered,) = author.append(home, sent)
    (read,) = author.children(home)
    assert {**read, "request_id": ""} == {**answered, "request_id": ""}
    assert read["type"] == type_
    assert read["has_children"] is ("children" in sent[type_])


@pytest.mark.parametrize(
    "type_",
    ["child_page", "child_database", "link_preview", "unsupported", "meeting_notes", "button"],
)
def test_what_cannot_be_made_is_refused(type_: str, author: Author, home: str) -> None:
    message = author.refused_below(home, block(type_, title="x"))
    assert message.startswith("body failed validation. Fix one:\nbody.children[0].embed should be")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (block("column", children=[paragraph()]), "children[0] should be a block that may stand"),
        (block("table_row", cells=[]), "children[0] should be a block that may stand here"),
        (block("column_list", children=[COLUMN]), "column_list.children.length should be ≥ `2`"),
        (
            block("column_list", children=[COLUMN, block("column", children=[])]),
            "children[1].column.children.length should be ≥ `1`",
        ),
        (block("column_list", children=[paragraph()] * 2), "should be a column"),
        (block("table", table_width=3, children=[ROW]), "table_row.cells.length should be `3`"),
        (block("table", table_width=3), "table.children should be defined"),
        (block("tab", children=[block("divider")]), "should be a paragraph"),
        (block("divider", children=[paragraph()]), "divider.children should be not present"),
        (block("heading_1", "x", children=[paragraph()]), "children should be not present"),
        (block("paragraph", "x", icon=None), "paragraph.icon should be not present"),
        (block("paragraph"), "paragraph.rich_text should be defined"),
        (block("paragraph", "x", colour="red"), "colour should be not present"),
        (block("paragraph", "x", color="crimson"), "paragraph.color should be `"),
        (block("numbered_list_item", "x", list_start_index=3), "list_start_index should be not"),
        (block("code", "x", language="brainfuck"), "code.language should be `"),
        (block("code", "x"), "code.language should be defined"),
        (block("to_do", "x", checked="yes"), "checked should be a boolean"),
        (block("image"), "image.external should be defined"),
        (block("image", type="file", file={"url": URL}), "image.file should be not present"),
        (block("image", external={"url": "a.png"}), "image.external.url should be a valid URL"),
        (block("equation"), "equation.expression should be defined"),
        (block("link_to_page", page_id="x"), "link_to_page.page_id should be a valid uuid"),
        ({**paragraph(), "id": "x"}, "children[0].id should be not present"),
        ({**paragraph(), "children": []}, "children[0].children should be not present"),
        ("x", "children[0] should be an object"),
    ],
)
def test_a_block_is_held_to_what_its_kind_may_hold(
    sent: Any, said: str, author: Author, home: str
) -> None:
    assert said in author.refused_below(home, sent)
    assert author.children(home) == []


def test_an_append_answers_the_first_tier_alone(author: Author, home: str) -> None:
    toggle = block("toggle", "One", children=[paragraph("Two", paragraph("Three"))])
    (answered,) = author.append(home, toggle)
    assert (plain(answered), answered["has_children"]) == ("One", True)
    (two,) = author.children(answered["id"])
    assert [plain(three) for three in author.children(two["id"])] == ["Three"]


def test_blocks_go_to_their_place_and_the_answer_goes_on_to_the_end(
    author: Author, home: str
) -> None:
    first, last = author.append(home, paragraph("A"), paragraph("D"))
    after = {"type": "after_block", "after_block": {"id": first["id"]}}
    answered = author.append(home, paragraph("B"), paragraph("C"), position=after)
    assert [plain(one) for one in answered] == ["B", "C", "D"]
    author.append(home, paragraph("0"), position={"type": "start"})
    author.append(home, paragraph("E"), position={"type": "end"})
    assert "".join(plain(one) for one in author.children(home)) == "0ABCDE"
    assert last["id"] in [one["id"] for one in author.children(home)]


def test_an_anchor_is_a_child_of_the_place(author: Author, home: str) -> None:
    (inner,) = author.append(home, block("toggle", "x", children=[paragraph()]))
    (deep,) = author.children(inner["id"])
    after = {"type": "after_block", "after_block": {"id": deep["id"]}}
    assert "is not a child block" in author.refused_below(home, paragraph(), position=after)
    assert "body.after should be not present" in author.refused_below(home, paragraph(), after="x")


def test_child_pages_may_be_refused_as_anchors(author: Author, writes: Writes, home: str) -> None:
    child = author.made("POST", "pages", {**below(home), "properties": titled("Child")})
    after = {"type": "after_block", "after_block": {"id": child["id"]}}
    author.append(home, paragraph("A"), position=after)
    writes.knobs.refuse_child_anchors = True
    assert "is not a child block" in author.refused_below(home, paragraph(), position=after)


def test_what_takes_no_children_refuses_them(
    author: Author, workspace: Workspace, home: str
) -> None:
    for sent in (block("divider"), block("heading_2", "x"), block("code", "x", language="c")):
        (made,) = author.append(home, sent)
        assert "does not support children" in author.refused_below(made["id"], paragraph())
    (original,) = author.append(home, block("synced_block", synced_from=None))
    (copy,) = author.append(home, block("synced_block", synced_from={"block_id": original["id"]}))
    assert "does not support children" in author.refused_below(copy["id"], paragraph())
    database = workspace.add_database("Data", {}, parent=home)
    answer = author.send("PATCH", f"blocks/{database}/children", {"children": [paragraph()]})
    assert answer.status_code == 404


def test_rows_and_columns_are_added_where_they_belong(author: Author, home: str) -> None:
    table, columns = author.append(
        home, block("table", **LEAVES["table"]), block("column_list", **LEAVES["column_list"])
    )
    author.append(table["id"], ROW)
    author.append(columns["id"], COLUMN)
    assert "should be a table_row" in author.refused_below(table["id"], paragraph())
    wide = block("table_row", cells=[[]] * 3)
    assert "cells.length should be `2`" in author.refused_below(table["id"], wide)
    assert len(author.children(table["id"])) == 2
    assert len(author.children(columns["id"])) == 3


def test_equal_neighbours_come_back_as_one_run(author: Author, home: str) -> None:
    runs = [text("x" * 2000), text("y"), text("", annotations={"bold": True}), text("z")]
    author.append(home, {"paragraph": {"rich_text": runs}})
    (read,) = author.children(home)
    (run,) = read["paragraph"]["rich_text"]
    assert run["plain_text"] == run["text"]["content"] == "x" * 2000 + "yz"


def test_a_text_that_was_read_may_be_sent(author: Author, workspace: Workspace, home: str) -> None:
    date = {"type": "date", "date": {"start": "2026-10-01", "end": None, "time_zone": None}}
    user = {"type": "user", "user": {"id": workspace.person["id"]}}
    runs = [
        text("Link", annotations={"bold": True, "color": "red"}),
        {"type": "mention", "mention": {"type": "page", "page": {"id": home}}},
        {"type": "mention", "mention": date},
        {"type": "mention", "mention": user},
        {"type": "equation", "equation": {"expression": "x"}},
    ]
    (made,) = author.append(home, {"paragraph": {"rich_text": runs}})
    read = made["paragraph"]["rich_text"]
    assert [run["plain_text"] for run in read] == [
        "Link",
        "Home",
        "2026-10-01",
        "@Ada Lindqvist",
        "x",
    ]
    (again,) = author.append(home, {"paragraph": {"rich_text": read}})
    assert again["paragraph"]["rich_text"] == read


def test_addresses_of_links_are_normalised(author: Author, home: str) -> None:
    def linked(url: str) -> Any:
        run = {"type": "text", "text": {"content": "x", "link": {"url": url}}}
        return {"paragraph": {"rich_text": [run]}}

    sent = ["https://example.com", "https://example.com/ä?q=a b|c", "/" + home.replace("-", "")]
    made = author.append(home, *map(linked, sent))
    read = [one["paragraph"]["rich_text"][0]["text"]["link"]["url"] for one in made]
    assert read == ["https://example.com/", "https://example.com/%C3%A4?q=a%20b%7Cc", sent[2]]
    assert author.refused_below(home, linked("javascript:x")) == "Invalid URL for link."


def test_a_callout_without_an_icon_gets_a_lamp(
    author: Author, workspace: Workspace, home: str
) -> None:
    foreign = {"type": "custom_emoji", "custom_emoji": {"id": home}}
    ours = workspace.add_emoji("ours", b"png")
    known = {"type": "custom_emoji", "custom_emoji": {"id": ours["id"]}}
    native = {"type": "external", "external": {"url": "https://www.notion.so/icons/pizza_red.svg"}}
    icons = [{}, {"icon": foreign}, {"icon": known}, {"icon": native}]
    read = [
        one["callout"]["icon"]
        for one in author.append(home, *(block("callout", "x", **one) for one in icons))
    ]
    assert read[:2] == [{"type": "emoji", "emoji": "💡"}, None]
    assert read[2]["custom_emoji"]["name"] == "ours"
    assert read[3] == {"type": "icon", "icon": {"name": "pizza", "color": "red"}}


def test_a_block_changes_what_was_sent_and_no_more(
    author: Author, clock: Clock, writes: Writes, home: str
) -> None:
    (made,) = author.append(home, block("to_do", "Do", checked=True, color="red"))
    clock.forward(minutes=5, seconds=40)
    changed = author.made("PATCH", f"blocks/{made['id']}", {"to_do": {"rich_text": [text("Done")]}})
    assert (plain(changed), changed["to_do"]["checked"], changed["to_do"]["color"]) == (
        "Done",
        True,
        "red",
    )
    assert changed["last_edited_time"] == "2026-10-01T08:05:00.000Z"
    assert changed["last_edited_by"]["id"] == writes.holder("ntn_write").bot["id"]
    assert author.json(f"pages/{home}")["last_edited_time"] == "2026-10-01T08:05:00.000Z"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"callout": {"icon": None}}, "body.callout.icon should be"),
        ({"callout": {"children": []}}, "body.callout.children should be not present"),
        ({"paragraph": {"rich_text": []}}, "body.paragraph should be not present"),
        ({"type": "paragraph"}, "body.type should be `callout`"),
        ({}, "body.callout should be defined"),
        ({"in_trash": "yes"}, "body.in_trash should be a boolean"),
        ({"archived": True}, "body.archived should be not present"),
    ],
)
def test_a_change_of_a_block_is_held_to_its_kind(
    body: Any, said: str, author: Author, home: str
) -> None:
    (made,) = author.append(home, block("callout", "x"))
    assert said in author.refused("PATCH", f"blocks/{made['id']}", body)


def test_a_block_goes_and_nothing_below_it_can_be_changed(author: Author, home: str) -> None:
    (made,) = author.append(home, block("toggle", "x", children=[paragraph("y")]))
    (inner,) = author.children(made["id"])
    gone = author.made("DELETE", f"blocks/{made['id']}")
    assert gone["in_trash"] is True
    assert author.children(home) == []
    patch = {"paragraph": {"rich_text": []}}
    assert "archived ancestor" in author.refused("PATCH", f"blocks/{inner['id']}", patch)
    assert "is archived" in author.refused_below(made["id"], paragraph())
    assert "is archived" in author.refused("DELETE", f"blocks/{made['id']}")
    author.made("PATCH", f"blocks/{made['id']}", {"in_trash": False})
    assert len(author.children(home)) == 1
