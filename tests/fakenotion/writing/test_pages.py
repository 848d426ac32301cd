"""Pages and rows that are made and changed, as the API does it."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import properties
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, paragraph, text, titled


@pytest.fixture
def source(workspace: Workspace, home: str) -> str:
    """A data source with a property of every kind that a row may hold, and of those that it may not."""
    columns = {
        "Text": properties.of("rich_text"),
        "Number": properties.number(),
        "One": properties.select("A", "B"),
        "Several": properties.multi_select("A", "B"),
        "State": properties.status(To_do=["Open"], Done=["Closed"]),
        "Date": properties.of("date"),
        "People": properties.of("people"),
        "Files": properties.of("files"),
        "Check": properties.of("checkbox"),
        "Site": properties.of("url"),
        "Mail": properties.of("email"),
        "Phone": properties.of("phone_number"),
        "Place": properties.of("place"),
        "No": properties.unique_id("NO"),
        "Double": properties.formula('prop("Number") * 2'),
        "Made": properties.of("created_time"),
        "Maker": properties.of("created_by"),
    }
    return workspace.source(workspace.add_database("Rows", columns, parent=home))


def row(source: str, **values: Any) -> dict[str, Any]:
    return {"parent": {"type": "data_source_id", "data_source_id": source}, "properties": values}


def value(page: Any, name: str) -> Any:
    found = page["properties"][name]
    return found[found["type"]]


def test_a_page_is_made_with_all_that_was_sent(
    author: Author, writes: Writes, clock: Clock, home: str
) -> None:
    clock.forward(minutes=5, seconds=40)
    body = {
        **below(home),
        "properties": titled("Child"),
        "icon": {"type": "emoji", "emoji": "🍎"},
        "cover": {"type": "external", "external": {"url": "https://example.com/a.png"}},
        "children": [paragraph("One"), paragraph("Two")],
    }
    page = author.made("POST", "pages", body)
    bot = {"object": "user", "id": writes.holder("ntn_write").bot["id"]}
    assert (page["icon"], page["cover"]) == (body["icon"], body["cover"])
    assert (page["created_by"], page["last_edited_by"]) == (bot, bot)
    assert page["created_time"] == page["last_edited_time"] == "2026-10-01T08:05:00.000Z"
    assert value(page, "title")[0]["plain_text"] == "Child"
    assert page["parent"] == {"type": "page_id", "page_id": home}
    assert len(author.children(page["id"])) == 2
    above = author.json(f"pages/{home}")
    assert (above["last_edited_time"], above["last_edited_by"]) == (page["created_time"], bot)


def test_a_page_goes_to_its_place(author: Author, home: str) -> None:
    first, _ = author.append(home, paragraph("A"), paragraph("B"))
    after = {"type": "after_block", "after_block": {"id": first["id"]}}
    for name, place in (("1", after), ("2", {"type": "page_start"}), ("3", {"type": "page_end"})):
        author.made("POST", "pages", {**below(home), "properties": titled(name), "position": place})
    said = [one.get("child_page", {}).get("title", "x") for one in author.children(home)]
    assert said == ["2", "x", "1", "x", "3"]
    wrong = {**below(home), "position": {"type": "start"}}
    assert 'type should be `"page_start"`' in author.refused("POST", "pages", wrong)


def test_only_a_personal_token_makes_pages_at_the_top(author: Author, writes: Writes) -> None:
    body = {"parent": {"type": "workspace", "workspace": True}, "properties": titled("Top")}
    assert "aren't owned by a single user" in author.refused("POST", "pages", body)
    writes.allow("ntn_write", "Ada's", personal=True)
    assert author.made("POST", "pages", body)["parent"] == body["parent"]
    assert author.json("users/me")["bot"]["owner"]["type"] == "user"


def test_a_row_holds_every_value_that_may_be_written(
    author: Author, workspace: Workspace, source: str
) -> None:
    place = {"lat": 1.5, "lon": 2, "name": "N", "address": None}
    ids = {"aws_place_id": None, "google_place_id": None}
    zoned = {"start": "2026-10-01T08:00:00", "end": None, "time_zone": "Europe/Kyiv"}
    values: dict[str, Any] = {
        "Name": {"title": [text("Row")]},
        "Text": {"rich_text": [text("Said")]},
        "Number": {"number": 1.5},
        "One": {"select": {"name": "A"}},
        "Several": {"multi_select": [{"name": "B"}, {"name": "New", "color": "red"}]},
        "State": {"status": {"name": "Closed"}},
        "Date": {"date": zoned},
        "People": {"people": [{"object": "user", "id": workspace.person["id"]}]},
        "Files": {"files": [{"name": "a", "external": {"url": "https://example.com/a.png"}}]},
        "Check": {"checkbox": True},
        "Site": {"url": "https://example.com"},
        "Mail": {"email": "a@example.com"},
        "Phone": {"phone_number": "12"},
        "Place": {"place": place},
    }
    page = author.made("POST", "pages", row(source, **values))
    assert [value(page, name) for name in ("Number", "Check", "Site", "Mail", "Phone")] == [
        *(1.5, True, "https://example.com", "a@example.com", "12")
    ]
    assert [one["name"] for one in value(page, "Several")] == ["B", "New"]
    assert (value(page, "One")["name"], value(page, "State")["name"]) == ("A", "Closed")
    assert value(page, "Date") == {**zoned, "start": "2026-10-01T08:00:00.000"}
    assert value(page, "People") == [workspace.person]
    assert value(page, "Files")[0]["external"] == {"url": "https://example.com/a.png"}
    assert value(page, "Place") == {**place, **ids}
    assert value(page, "No") == {"prefix": "NO", "number": 1}
    assert value(page, "Double")["number"] == 3
    schema = author.json(f"data_sources/{source}")["properties"]
    assert [one["name"] for one in schema["Several"]["multi_select"]["options"]][-1] == "New"
    again = author.made(
        "POST", "pages", row(source, **{name: page["properties"][name] for name in values})
    )
    assert {name: value(again, name) for name in values} == {
        name: value(page, name) for name in values
    }


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Double", {"formula": {"number": 3}}),
        ("No", {"unique_id": {"number": 3}}),
        ("Made", {"created_time": "2026-10-01T08:00:00.000Z"}),
        ("Maker", {"created_by": {"id": "x"}}),
    ],
)
def test_what_is_worked_out_cannot_be_written(
    name: str, sent: Any, author: Author, source: str
) -> None:
    assert "read-only" in author.refused("POST", "pages", row(source, **{name: sent}))
    page = author.made("POST", "pages", row(source))
    change = {"properties": {name: sent}}
    assert "read-only" in author.refused("PATCH", f"pages/{page['id']}", change)


@pytest.mark.parametrize(
    ("name", "sent", "said"),
    [
        ("Text", {"number": 3}, "Text is expected to be rich_text."),
        ("Number", {"number": "3"}, "Number.number should be a number"),
        ("Check", {"checkbox": 1}, "Check.checkbox should be a boolean"),
        ("State", {"status": {"name": "Odd"}}, 'Status option "Odd" does not exist'),
        ("One", {"select": {"name": "A, B"}}, "commas not allowed"),
        ("One", {"select": {"name": "A", "color": "pink"}}, "Cannot update color of select"),
        ("Date", {"date": {"start": "soon"}}, "a valid ISO 8601 date string"),
        ("Date", {"date": {"start": "2026-10-01", "time_zone": "Moon"}}, "IANA time zone"),
        ("People", {"people": [{"id": "0" * 32}]}, "Could not find user"),
        ("Site", {"url": 3}, "Site.url should be a string"),
        ("Place", {"place": {"lat": 1}}, "place.lon should be defined"),
        ("Name", "Row", "Name should be an object"),
        ("Files", {"files": [{"name": "a"}]}, "external should be defined"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    name: str, sent: Any, said: str, author: Author, source: str
) -> None:
    assert said in author.refused("POST", "pages", row(source, **{name: sent}))


def test_a_name_that_there_is_not_is_dropped_without_a_word(author: Author, source: str) -> None:
    page = author.made("POST", "pages", row(source, Nmae={"title": [text("Lost")]}))
    assert "Nmae" not in page["properties"]
    assert value(page, "Name") == []


def test_a_property_may_be_named_by_its_id(author: Author, source: str) -> None:
    schema = author.json(f"data_sources/{source}")["properties"]
    sent = {"title": {"title": [text("Row")]}, schema["Number"]["id"]: {"number": 3}}
    page = author.made("POST", "pages", row(source, **sent))
    assert (value(page, "Name")[0]["plain_text"], value(page, "Number")) == ("Row", 3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"archived": True}, "body.archived should be not present"),
        ({"in_trash": "yes"}, "body.in_trash should be a boolean"),
        ({"properties": []}, "body.properties should be an object"),
        ({"icon": {"type": "emoji"}}, "body.icon.emoji should be defined"),
        ({"icon": {"emoji": 3}}, "body.icon.emoji should be a string"),
        ({"cover": {"type": "file", "file": {"url": "x"}}}, "body.cover.type should be"),
        ({"children": []}, "body.children should be not present"),
    ],
)
def test_a_change_of_a_page_is_held_to_what_it_may_be(
    body: Any, said: str, author: Author, home: str
) -> None:
    assert said in author.refused("PATCH", f"pages/{home}", body)


def test_a_page_is_changed(author: Author, home: str) -> None:
    body = {"properties": titled("New"), "icon": {"emoji": "🍎"}, "is_locked": True}
    page = author.made("PATCH", f"pages/{home}", body)
    assert (value(page, "title")[0]["plain_text"], page["icon"]["emoji"]) == ("New", "🍎")
    assert page["is_locked"] is True
    page = author.made("PATCH", f"pages/{home}", {"icon": None, "is_locked": False})
    assert (page["icon"], page["is_locked"]) == (None, False)


def test_what_lies_below_the_trash_cannot_be_edited(
    author: Author, workspace: Workspace, home: str, source: str
) -> None:
    child = workspace.add_page(home, "Child")
    trashed = author.made("PATCH", f"pages/{home}", {"in_trash": True})
    assert trashed["in_trash"] is True
    for body in ({"properties": titled("New")}, {"in_trash": False}):
        assert "archived ancestor" in author.refused("PATCH", f"pages/{child}", body)
    assert "is archived" in author.refused("PATCH", f"pages/{home}", {"icon": None})
    assert "archived ancestor" in author.refused("POST", "pages", row(source))
    assert "is archived" in author.refused("POST", "pages", below(home))
    author.made("PATCH", f"pages/{home}", {"in_trash": False})
    author.made("PATCH", f"pages/{child}", {"properties": titled("New")})


def test_an_archived_page_cannot_be_edited(author: Author, home: str) -> None:
    assert author.made("PATCH", f"pages/{home}", {"is_archived": True})["is_archived"] is True
    assert "is archived" in author.refused_below(home, paragraph())
    author.made("PATCH", f"pages/{home}", {"is_archived": False})
    author.append(home, paragraph())


def test_a_two_way_relation_grows_over_100_from_the_other_side(
    author: Author, workspace: Workspace, home: str
) -> None:
    one = workspace.add_database("One", {}, parent=home)
    many = workspace.add_database("Many", {}, parent=home)
    workspace.relate(many, "One", one, "Many")
    target = author.made("POST", "pages", row(workspace.source(one)))["id"]
    rows = [
        author.made(
            "POST", "pages", row(workspace.source(many), One={"relation": [{"id": target}]})
        )
        for _ in range(103)
    ]
    column = author.json(f"pages/{target}")["properties"]["Many"]
    assert (len(column["relation"]), column["has_more"]) == (25, True)
    items: list[Any] = []
    path: dict[str, Any] = {}
    while True:
        found = author.json(f"pages/{target}/properties/{column['id']}", **path)
        items += found["results"]
        if not found["has_more"]:
            break
        path = {"start_cursor": found["next_cursor"]}
    assert [one["relation"]["id"] for one in items] == [one["id"] for one in rows]


def test_a_relation_refuses_rows_of_another_data_source(
    author: Author, workspace: Workspace, home: str
) -> None:
    one = workspace.add_database("One", {}, parent=home)
    workspace.relate(one, "Self", one)
    sent = {"Self": {"relation": [{"id": home}]}}
    message = author.refused("POST", "pages", row(workspace.source(one), **sent))
    assert "should be a page of the related data source" in message
    unknown = {"Self": {"relation": [{"id": "0" * 32}]}}
    assert author.send("POST", "pages", row(workspace.source(one), **unknown)).status_code == 404


def test_a_refused_row_makes_no_option(author: Author, source: str) -> None:
    before = author.json(f"data_sources/{source}")["properties"]
    sent = {"One": {"select": {"name": "New"}}, "Number": {"number": "x"}}
    author.refused("POST", "pages", row(source, **sent))
    assert author.json(f"data_sources/{source}")["properties"] == before
