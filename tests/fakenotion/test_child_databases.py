"""Databases in pages: their blocks, sources, linked views, wikis and templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from fakenotion import properties
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

MADE = "2026-10-01T08:00:00.000Z"


@pytest.fixture
def home(workspace: Workspace) -> Branch:
    return Branch.root(workspace, "Home")


def ids(found: list[Any]) -> list[str]:
    return [one["id"] for one in found]


@pytest.mark.parametrize("inline", [False, True])
def test_a_child_database_has_the_time_of_its_container(
    inline: bool, home: Branch, clock: Clock, client: Client
) -> None:
    table = home.database("Table", at="toggle", inline=inline)
    clock.forward(minutes=5)
    table.row("Row").edit("Words")
    (block,) = client.children(table.node.parent)
    assert (block["id"], block["child_database"]) == (table.id, {"title": "Table"})
    assert (block["has_children"], block["last_edited_time"]) == (False, MADE)
    raw = client.json(f"databases/{table.id}")
    assert (raw["is_inline"], raw["last_edited_time"][:16]) == (inline, MADE[:16])
    assert raw["parent"] == {"type": "block_id", "block_id": table.node.parent}
    table.rename("Another name")
    (block,) = client.children(table.node.parent)
    assert block["last_edited_time"] == "2026-10-01T08:05:00.000Z"


def test_several_sources_are_listed_and_asked_one_by_one(home: Branch, client: Client) -> None:
    table = home.database("Table")
    more = table.source("More", {"Size": properties.number()})
    row = more.row("In the second", {"Size": 3})
    sources = client.json(f"databases/{table.id}")["data_sources"]
    assert [one["name"] for one in sources] == ["Table", "More"]
    assert ids(client.rows(more.id)["results"]) == [row.id]
    source = client.json(f"data_sources/{more.id}")
    assert source["parent"] == {"type": "database_id", "database_id": table.id}
    assert source["database_parent"] == {"type": "page_id", "page_id": home.id}


def test_a_linked_view_is_found_through_the_source_that_it_shows(
    home: Branch, client: Client
) -> None:
    table = home.page("One").database("Table", {"Size": properties.number()})
    linked = home.page("Two").linked(table, "By size", at="column", view="Board", type_="board")
    raw = client.json(f"databases/{linked.id}")
    assert (raw["data_sources"], raw["is_inline"]) == ([], True)
    (block,) = [one for one in client.children(linked.node.parent) if one["id"] == linked.id]
    assert (block["child_database"]["title"], block["has_children"]) == ("By size", False)
    views = client.json("views", data_source_id=table.first_source)["results"]
    assert [set(view) for view in views] == [{"object", "id"}] * 2
    whole = [client.json(f"views/{view['id']}") for view in views]
    assert [view["parent"]["database_id"] for view in whole] == [table.id, linked.id]
    assert [view["data_source_id"] for view in whole] == [table.first_source] * 2
    assert whole[1]["type"] == "board"


def test_a_linked_view_whose_source_is_not_shared_shows_nothing_of_it(
    home: Branch, workspace: Workspace, stand_in: StandIn, client: Client
) -> None:
    hidden = Branch.root(workspace, "Hidden").database("Secret")
    linked = home.linked(hidden)
    workspace.only_share(home.id)
    assert client.json(f"databases/{linked.id}")["data_sources"] == []
    views = f"views?data_source_id={hidden.first_source}"
    assert client.get(views).status_code == 404
    assert len(client.json("views", database_id=linked.id)["results"]) == 1
    stand_in.knobs.linked_views_tell = False
    assert client.json("views", database_id=linked.id)["results"] == []


def test_views_on_pages_that_cannot_be_read_are_left_out(home: Branch, client: Client) -> None:
    table, other = home.database("Table"), home.page("Other")
    linked = other.linked(table)
    (view,) = home.workspace.views_of(linked.id)
    home.workspace.unshare(other.id)
    found = ids(client.json("views", data_source_id=table.first_source)["results"])
    assert found == home.workspace.views_of(table.id)
    assert client.get(f"views/{view}").status_code == 404


def test_a_view_shows_its_columns_sorts_and_filter(home: Branch, client: Client) -> None:
    table = home.database(
        "Table", {"Size": properties.number(), "Note": properties.of("rich_text")}
    )
    (view,) = home.workspace.views_of(table.id)
    sorts = [{"property": "Size", "direction": "descending"}]
    only = {"property": "Size", "number": {"greater_than": 2}}
    home.workspace.change_view(
        view, columns=["Name", ("Size", True, 90), ("Note", False, 300)], sorts=sorts, where=only
    )
    raw = client.json(f"views/{view}")
    schema = client.json(f"data_sources/{table.first_source}")["properties"]
    shown = raw["configuration"]["properties"]
    assert [one["property_id"] for one in shown] == [
        unquote(schema[name]["id"]) for name in ("Name", "Size", "Note")
    ]
    assert [(one["visible"], one["width"]) for one in shown] == [
        (True, 200),
        (True, 90),
        (False, 300),
    ]
    assert (raw["sorts"], raw["filter"]) == (sorts, only)


def test_a_feed_is_listed_but_does_not_answer(home: Branch, client: Client) -> None:
    table = home.database("Table")
    feed = home.workspace.add_view(table.id, table.first_source, "News", "feed")
    assert feed in ids(client.json("views", database_id=table.id)["results"])
    answer = client.get(f"views/{feed}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


def test_a_wiki_gives_the_sources_of_its_databases_among_its_pages(
    home: Branch, client: Client
) -> None:
    wiki = home.wiki("Wiki")
    page, inner = wiki.row("Page"), wiki.database("Inner")
    inner.row("Row of the inner one")
    rows = client.rows(wiki.first_source)["results"]
    assert {(row["object"], row["id"]) for row in rows} == {
        ("page", page.id),
        ("data_source", inner.first_source),
    }
    only = client.rows(wiki.first_source, result_type="data_source")["results"]
    assert ids(only) == [inner.first_source]
    named = {"type": "database_id", "database_id": wiki.id}
    assert only[0]["database_parent"] == client.json(f"databases/{inner.id}")["parent"] == named
    schema = client.json(f"data_sources/{wiki.first_source}")["properties"]
    assert {one["type"] for one in schema.values()} >= {"verification", "people", "title"}


def test_a_wikis_pages_may_call_it_a_page_and_it_may_show_what_lies_deeper(
    home: Branch, client: Client
) -> None:
    wiki = home.wiki("Wiki", page_parents=True)
    page = wiki.row("Page")
    deep = page.page("Deeper")
    assert client.json(f"pages/{page.id}")["parent"] == {"type": "page_id", "page_id": wiki.id}
    home.workspace.surface(wiki.first_source, deep.id)
    rows = client.rows(wiki.first_source)["results"]
    assert {row["id"] for row in rows} == {page.id, deep.id}
    assert client.json(f"pages/{deep.id}")["parent"] == {"type": "page_id", "page_id": page.id}
    home.workspace.trash(deep.id)
    assert ids(client.rows(wiki.first_source)["results"]) == [page.id]


def test_a_property_is_added_to_the_pages_of_a_wiki_alone(home: Branch, client: Client) -> None:
    wiki = home.wiki("Wiki")
    page, inner = wiki.row("Page"), wiki.database("Inner")
    home.workspace.add_property(wiki.id, "Size", properties.number(), 4)
    assert client.json(f"pages/{page.id}")["properties"]["Size"]["number"] == 4
    assert "Size" not in client.json(f"data_sources/{inner.first_source}")["properties"]


def test_templates_are_pages_that_no_query_gives(home: Branch, client: Client) -> None:
    table = home.database("Table")
    made = table.template("Empty", "Fill this in", default=True)
    said = client.json(f"data_sources/{table.first_source}/templates")
    assert said["templates"] == [{"id": made.id, "name": "Empty", "is_default": True}]
    assert client.rows(table.first_source)["results"] == []
    assert len(client.children(made.id)) == 1
    home.workspace.trash(made.id)
    assert client.json(f"data_sources/{table.first_source}/templates")["templates"] == []


def test_a_database_moves_from_a_page_into_a_wiki(home: Branch, client: Client) -> None:
    wiki, table = home.wiki("Wiki"), home.database("Table")
    table.move(wiki)
    assert ids(client.rows(wiki.first_source)["results"]) == [table.first_source]
    assert client.json(f"databases/{table.id}")["parent"]["database_id"] == wiki.id
    assert ids(client.children(home.id)) == [wiki.id]
