"""The search: what it finds, in which order, and all that it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.trees import star
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

BY_TIME = {"timestamp": "last_edited_time", "direction": "descending"}
PAGES = {"property": "object", "value": "page"}


@pytest.fixture
def home(workspace: Workspace) -> Branch:
    return Branch.root(workspace, "Home")


def hits(client: Client, **body: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        answer = client.post("search", body)
        assert answer.status_code == 200, answer.text
        found += answer.json()["results"]
        if not answer.json()["has_more"]:
            return found
        body["start_cursor"] = answer.json()["next_cursor"]


def ids(found: list[Any]) -> set[str]:
    return {one["id"] for one in found}


def test_nothing_asked_for_finds_pages_rows_and_sources_but_no_linked_view(
    home: Branch, client: Client
) -> None:
    child = home.page("Child", at="column")
    table = child.database("Table", at="toggle")
    row = table.row("Row")
    linked = home.linked(table)
    found = hits(client)
    assert ids(found) == {home.id, child.id, table.first_source, row.id}
    assert linked.id not in ids(found)
    (source,) = hits(client, filter={"property": "object", "value": "data_source"})
    assert source["parent"] == {"type": "database_id", "database_id": table.id}
    assert source["database_parent"] == {"type": "block_id", "block_id": table.node.parent}
    assert ids(hits(client, filter=PAGES)) == {home.id, child.id, row.id}


def test_the_last_edited_comes_first_and_all_come_in_hundreds(
    stand_in: StandIn,
) -> None:
    tree = star(250)
    tree.clock.forward(minutes=1)
    tree.branch(41).edit("New words")
    with StandIn(tree.workspace).serving() as url:
        client = Client(url)
        first = client.post("search", {"sort": BY_TIME}).json()
        found = hits(client, sort=BY_TIME)
        client.close()
    times = [one["last_edited_time"] for one in found]
    assert (len(first["results"]), len(ids(found))) == (100, 251)
    assert (found[0]["id"], times) == (tree.pages[41], sorted(times, reverse=True))
    assert "request_status" not in first


def test_the_trash_is_searched_when_asked_for(home: Branch, client: Client) -> None:
    child, other = home.page("Child"), home.page("Other")
    below = child.page("Below")
    home.workspace.trash(child.id)
    assert ids(hits(client)) == {home.id, other.id}
    for filter_ in ({"in_trash": True}, {**PAGES, "in_trash": True}):
        found = hits(client, filter=filter_)
        assert (ids(found), {one["in_trash"] for one in found}) == ({child.id, below.id}, {True})
    assert ids(hits(client, filter={**PAGES, "in_trash": False})) == {home.id, other.id}


def test_it_may_give_what_is_in_the_trash_unasked(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    child = home.page("Child")
    home.workspace.trash(child.id)
    stand_in.index.trashed = True
    assert ids(hits(client)) == {home.id, child.id}


def test_its_index_is_late(home: Branch, clock: Clock, stand_in: StandIn, client: Client) -> None:
    stand_in.index.delay = 60
    child = home.page("Child")
    assert ids(hits(client)) == {home.id}
    clock.forward(seconds=61)
    assert ids(hits(client)) == {home.id, child.id}
    home.workspace.trash(child.id)
    trashed = {"filter": {"in_trash": True}}
    assert (ids(hits(client)), ids(hits(client, **trashed))) == ({home.id, child.id}, set())
    clock.forward(seconds=61)
    assert (ids(hits(client)), ids(hits(client, **trashed))) == ({home.id}, {child.id})


def test_it_leaves_things_out_but_never_what_is_shared_directly(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    one, two = home.page("One"), home.page("Two")
    stand_in.index.left_out = {home.id, one.id}
    assert ids(hits(client)) == {home.id, two.id}
    stand_in.index.omits = lambda node: True
    assert ids(hits(client)) == {home.id}
    home.workspace.only_share(two.id)
    stand_in.index.delay = 60
    assert ids(hits(client)) == {two.id}


def test_it_may_say_that_it_is_not_complete(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    for number in range(4):
        home.page(f"Page {number}")
    stand_in.index.most = 3
    answer = client.post("search", {"page_size": 2}).json()
    assert answer["request_status"]["type"] == "incomplete"
    assert len(hits(client, page_size=2)) == 3
    stand_in.index.most, stand_in.index.incomplete = None, True
    assert client.post("search").json()["request_status"]["type"] == "incomplete"
    assert len(hits(client)) == 5


def test_hits_may_be_partial_and_agents_pages_are_among_them(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    agent = home.workspace.add_agent_page("Rules")
    stand_in.index.partial = {home.id}
    found = {one["id"]: one for one in hits(client)}
    assert "properties" not in found[home.id]
    assert found[agent]["parent"]["type"] == "agent_id"


def test_a_database_under_a_trashed_block_is_still_found(home: Branch, client: Client) -> None:
    column = home.place("column")
    table = column.database("Table")
    home.workspace.trash(column.id)
    assert table.first_source in ids(hits(client))


@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"in_trash": "true"}},
        {"filter": {"in_trash": True, "value": "page"}},
        {"filter": {}},
        {"sort": {"property": "title"}},
        {"in_trash": True},
    ],
)
def test_what_it_does_not_know_is_refused(body: Any, home: Branch, client: Client) -> None:
    assert client.post("search", body).status_code == 400


def test_relevance_is_an_order_too(home: Branch, client: Client) -> None:
    assert ids(hits(client, sort={"property": "relevance"})) == {home.id}
