"""Views and comments that are made and changed, as the API does it."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import paragraph, text


@pytest.fixture
def view(workspace: Workspace, home: str) -> dict[str, Any]:
    """What makes a view of a data source."""
    database = workspace.add_database("Data", {}, parent=home)
    source = workspace.source(database)
    return {"database_id": database, "data_source_id": source, "name": "New", "type": "board"}


def test_a_view_is_made_changed_and_taken_away(
    author: Author, clock: Clock, writes: Writes, view: dict[str, Any]
) -> None:
    sorts = [{"property": "Name", "direction": "ascending"}]
    group = {"type": "select", "property_id": "x", "sort": {"type": "manual"}}
    body = {**view, "sorts": sorts, "configuration": {"type": "board", "group_by": group}}
    made = author.made("POST", "views", body)
    assert (made["name"], made["type"], made["sorts"]) == ("New", "board", sorts)
    assert made["created_time"] == "2026-10-01T08:00:00.000+00:00"
    clock.forward(minutes=1)
    changed = author.made("PATCH", f"views/{made['id']}", {"name": "Other", "filter": None})
    assert changed["last_edited_time"] == "2026-10-01T08:01:00.000+00:00"
    assert changed["last_edited_by"]["id"] == writes.holder("ntn_write").bot["id"]
    assert author.json(f"views/{made['id']}")["name"] == "Other"
    first, second = author.json("views", database_id=view["database_id"])["results"]
    author.made("DELETE", f"views/{first['id']}")
    assert "last view" in author.refused("DELETE", f"views/{second['id']}")


def test_a_linked_view_stands_where_it_should(
    author: Author, home: str, view: dict[str, Any]
) -> None:
    (anchor,) = author.append(home, paragraph(), position={"type": "start"})[:1]
    place = {"type": "after_block", "after_block": {"id": anchor["id"]}}
    where = {"parent": {"type": "page_id", "page_id": home}, "position": place}
    body = {key: value for key, value in view.items() if key != "database_id"}
    made = author.made("POST", "views", {**body, "create_database": where})
    linked = made["parent"]["database_id"]
    assert [one["id"] for one in author.children(home)][:2] == [anchor["id"], linked]
    assert author.json(f"databases/{linked}")["data_sources"] == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"type": "wall"}, "body.type should be"),
        ({"colour": "red"}, "body.colour should be not present"),
        ({"sorts": {}}, "body.sorts should be an array"),
        ({"configuration": {"type": "table"}}, "body.configuration.type should be `board`"),
        (
            {"type": "list", "configuration": {"frozen_column_index": -1}},
            "frozen_column_index should be ≥ `0`",
        ),
        ({"configuration": {"type": "board"}}, "configuration.group_by should be defined"),
        ({"sorts": [{"property": "Age", "direction": "ascending"}]}, "name or id: Age"),
        ({"filter": {"or": [{"property": "Age"}]}}, "name or id: Age"),
        ({"create_database": {}}, "body.database_id should be defined"),
    ],
)
def test_a_view_is_held_to_what_it_may_be(
    more: dict[str, Any], said: str, author: Author, view: dict[str, Any]
) -> None:
    assert said in author.refused("POST", "views", {**view, **more})


def test_comments_are_the_bots_or_under_another_name(author: Author, home: str) -> None:
    before = author.json(f"pages/{home}")
    (block,) = author.append(home, paragraph())
    on_page = author.made(
        "POST", "comments", {"parent": {"page_id": home}, "rich_text": [text("1")]}
    )
    assert on_page["display_name"] == {"type": "integration", "resolved_name": "Restorer"}
    custom = {"type": "custom", "custom": {"name": "Ada, 1 May"}}
    reply = {"discussion_id": on_page["discussion_id"], "rich_text": [text("2")]}
    answer = author.made("POST", "comments", {**reply, "display_name": custom})
    assert answer["display_name"] == {"type": "custom", "resolved_name": "Ada, 1 May"}
    assert answer["discussion_id"] == on_page["discussion_id"]
    on_block = {"parent": {"block_id": block["id"]}, "rich_text": [text("3")]}
    author.made("POST", "comments", on_block)
    listed = author.json("comments", block_id=home)["results"]
    assert [one["rich_text"][0]["plain_text"] for one in listed] == ["1", "2"]
    assert len(author.json("comments", block_id=block["id"])["results"]) == 1
    assert author.json(f"pages/{home}")["last_edited_time"] == before["last_edited_time"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "body.rich_text should be defined"),
        ({"rich_text": []}, "body.parent should be defined"),
        ({"rich_text": [], "parent": {"page_id": "x"}}, "parent.page_id should be a valid uuid"),
        ({"rich_text": [], "parent": {"user": "x"}}, "body.parent.page_id should be defined"),
        ({"rich_text": [], "body": "x"}, "body.body should be not present"),
    ],
)
def test_a_comment_is_held_to_what_it_may_be(body: Any, said: str, author: Author) -> None:
    assert said in author.refused("POST", "comments", body)


def test_a_view_taken_away_leaves_the_others(author: Author, view: dict[str, Any]) -> None:
    first = author.json("views", database_id=view["database_id"])["results"][0]
    second = author.made("POST", "views", view)
    author.made("DELETE", f"views/{first['id']}")
    third = author.made("POST", "views", view)
    left = [one["id"] for one in author.json("views", database_id=view["database_id"])["results"]]
    assert left == [second["id"], third["id"]]


def test_comments_on_a_page_go_on_with_its_discussion(author: Author, home: str) -> None:
    said = {"parent": {"page_id": home}, "rich_text": [text("1")]}
    first, second = (author.made("POST", "comments", said) for _ in range(2))
    assert first["discussion_id"] == second["discussion_id"]


def test_who_may_not_comment_is_refused(author: Author, writes: Writes, home: str) -> None:
    writes.knobs.comments_writable = False
    said = {"parent": {"page_id": home}, "rich_text": [text("1")]}
    assert author.send("POST", "comments", said).status_code == 403
