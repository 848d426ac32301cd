"""Pages below pages: where they stand, whose times move, and what a move looks like meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import build
from fakenotion.branches import PLACES, Branch
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

MADE = "2026-10-01T08:00:00.000Z"
LATER = "2026-10-01T08:05:00.000Z"


@pytest.fixture
def home(workspace: Workspace) -> Branch:
    return Branch.root(workspace, "Home", "Words")


def ids(found: list[Any]) -> list[str]:
    return [one["id"] for one in found]


def edited(client: Client, branch: Branch) -> str:
    return str(client.json(f"pages/{branch.id}")["last_edited_time"])


@pytest.mark.parametrize("place", PLACES)
def test_a_child_page_is_a_block_wherever_it_stands(
    place: str, home: Branch, clock: Clock, client: Client
) -> None:
    child = home.page("Child", at=place)
    clock.forward(minutes=5)
    child.edit("First words")
    (block,) = [one for one in client.children(child.node.parent) if one["type"] == "child_page"]
    page = client.json(f"pages/{child.id}")
    assert (block["id"], block["child_page"]) == (page["id"], {"title": "Child"})
    assert block["last_edited_time"] == page["last_edited_time"] == LATER
    assert block["last_edited_by"] == page["last_edited_by"]
    assert block["has_children"] is True
    kind = "block_id" if place else "page_id"
    assert page["parent"] == block["parent"] == {"type": kind, kind: child.node.parent}
    assert edited(client, home) == MADE


def test_every_block_on_the_way_to_a_child_says_that_it_has_children(
    home: Branch, client: Client
) -> None:
    inner = home.place("column").place("toggle").page("Deep inside")
    at, way = inner.node.parent, []
    while at != home.id:
        block = client.json(f"blocks/{at}")
        way.append(block["type"])
        assert block["has_children"] is True
        at = client.json(f"blocks/{at}")["parent"][block["parent"]["type"]]
    assert way == ["toggle", "column", "column_list"]


def test_a_synced_copy_lists_the_child_of_its_original(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    original = home.place("synced")
    child = original.page("Shown twice")
    copy = home.page("Elsewhere").copy_of(original)
    stand_in.knobs.copies = "follow"
    assert ids(client.children(original.id)) == ids(client.children(copy.id)) == [child.id]
    assert client.json(f"pages/{child.id}")["parent"]["block_id"] == original.id


def test_a_page_names_what_holds_it(home: Branch, client: Client) -> None:
    table = home.database("Table")
    row, agent = table.row("Row").id, home.workspace.add_agent_page("Rules", agent=home.id)
    assert [client.json(f"pages/{one}")["parent"] for one in (home.id, row, agent)] == [
        {"type": "workspace", "workspace": True},
        {
            "type": "data_source_id",
            "data_source_id": table.first_source,
            "database_id": table.id,
        },
        {"type": "agent_id", "agent_id": home.id},
    ]


@pytest.mark.parametrize("place", ["", "column"])
def test_who_comes_and_goes_moves_the_time_of_the_page_above(
    place: str, home: Branch, clock: Clock, client: Client
) -> None:
    spot = home.place(place)
    clock.forward(minutes=5)
    child = spot.page("Child")
    assert edited(client, home) == LATER
    clock.forward(minutes=5)
    child.rename("Another name").edit("Words")
    assert edited(client, home) == LATER
    other = Branch.root(home.workspace, "Other")
    clock.forward(minutes=5)
    child.move(other)
    moved = "2026-10-01T08:15:00.000Z"
    assert [edited(client, one) for one in (home, other, child)] == [moved] * 3
    clock.forward(minutes=5)
    home.workspace.trash(child.id)
    assert edited(client, other) == "2026-10-01T08:20:00.000Z"


def test_a_move_may_leave_all_times_alone(home: Branch, clock: Clock, client: Client) -> None:
    child, other = home.page("Child"), Branch.root(home.workspace, "Other")
    clock.forward(minutes=5)
    child.move(other, quiet=True)
    assert [edited(client, one) for one in (home, other, child)] == [MADE] * 3
    assert ids(client.children(other.id)) == [child.id]


def test_a_page_becomes_a_row_and_a_row_a_page(home: Branch, client: Client) -> None:
    table, page = home.database("Table"), home.page("Page")
    row = table.row("Row")
    below = page.page("Below")
    page.move(table)
    row.move(below, at="toggle")
    assert ids(client.rows(table.first_source)["results"]) == [page.id]
    assert client.json(f"pages/{page.id}")["parent"]["database_id"] == table.id
    assert client.json(f"pages/{row.id}")["parent"] == {"type": "block_id",
                                                       "block_id": row.node.parent}  # fmt: skip
    assert ids(client.children(page.id)) == [below.id]


def test_a_parent_and_its_child_swap(home: Branch, client: Client) -> None:
    parent, last = home.page("Parent"), home.page("Last")
    child = parent.page("Child", at="toggle")
    before = ids(client.children(home.id))
    home.workspace.swap(parent.id, child.id)
    listed = ids(client.children(home.id))
    assert listed == [child.id if one == parent.id else one for one in before]
    assert ids(client.children(child.id)) == [parent.id]
    assert client.json(f"pages/{parent.id}")["parent"]["page_id"] == child.id
    assert last.id in listed


@pytest.mark.parametrize(("shown", "times"), [("both", 2), ("none", 0)])
def test_lists_may_not_have_settled_while_a_page_moves(
    shown: str, times: int, home: Branch, client: Client
) -> None:
    child, table = home.page("Child"), home.database("Table")

    def seen() -> int:
        rows = ids(client.rows(table.first_source)["results"])
        return [*ids(client.children(home.id)), *rows].count(child.id)

    with home.workspace.moving(child.id, table.id, shown):
        assert seen() == times
        assert client.json(f"pages/{child.id}")["parent"]["database_id"] == table.id
    assert seen() == 1
    assert child.id not in ids(client.children(home.id))


def test_a_list_of_ten_thousand_blocks_comes_in_a_hundred_answers(
    home: Branch, stand_in: StandIn, client: Client
) -> None:
    long = home.page("Long")
    home.workspace.append(long.id, [build.block("divider")] * 9_999)
    child = long.page("The only one")
    found, more, mark = [], {}, stand_in.answered
    while True:
        answer = client.json(f"blocks/{long.id}/children", page_size=100, **more)
        found += ids(answer["results"])
        if not answer["has_more"]:
            break
        more = {"start_cursor": answer["next_cursor"]}
    assert (len(found), len(set(found)), found[-1]) == (10_000, 10_000, child.id)
    assert stand_in.endpoints(mark) == {"children": 100}


def test_what_lies_under_something_trashed_is_in_the_trash_but_a_database_under_a_block(
    home: Branch, client: Client
) -> None:
    page = home.page("Page")
    column = page.place("column")
    child, table = column.page("Child"), column.database("Table")
    row = table.row("Row")
    home.workspace.trash(column.id)
    assert client.json(f"pages/{child.id}")["in_trash"] is True
    assert client.json(f"databases/{table.id}")["in_trash"] is False
    assert client.json(f"pages/{row.id}")["in_trash"] is False
    columns = client.children(page.id)[0]["id"]
    assert column.id not in ids(client.children(columns))
    home.workspace.trash(page.id)
    for path in (f"databases/{table.id}", f"pages/{row.id}", f"data_sources/{table.first_source}"):
        assert client.json(path)["in_trash"] is True


def test_archived_and_locked_pages_say_so(home: Branch, client: Client) -> None:
    child, table = home.page("Child"), home.database("Table")
    home.workspace.archive(child.id)
    for one in (child, table):
        home.workspace.set_locked(one.id)
    page = client.json(f"pages/{child.id}")
    assert (page["is_archived"], page["is_locked"], page["last_edited_time"]) == (True, True, MADE)
    assert client.json(f"databases/{table.id}")["is_locked"] is True
    assert child.id in ids(client.children(home.id))
    home.workspace.lists_archived = False
    assert child.id not in ids(client.children(home.id))
    home.workspace.unarchive(child.id)
    assert child.id in ids(client.children(home.id))


def test_answers_carry_the_time_of_notion_not_of_the_machine(
    home: Branch, clock: Clock, client: Client
) -> None:
    assert client.get(f"pages/{home.id}").headers["Date"] == "Thu, 01 Oct 2026 08:00:00 GMT"
    clock.forward(seconds=90)
    assert client.get("pages/AAA").headers["Date"] == "Thu, 01 Oct 2026 08:01:30 GMT"


def test_lists_may_stop_showing_the_times_of_their_pages(
    home: Branch, clock: Clock, client: Client
) -> None:
    child = home.page("Child")
    clock.forward(minutes=5)
    child.edit("Words")
    home.workspace.stale_lists = True
    (block,) = [one for one in client.children(home.id) if one["id"] == child.id]
    assert (block["last_edited_time"], edited(client, child)) == (MADE, LATER)
    home.edit("Words")
    (block,) = [one for one in client.children(home.id) if one["id"] == child.id]
    assert block["last_edited_time"] == LATER
