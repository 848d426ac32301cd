"""All recordings as one workspace: each page once, and every list agrees with what it lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backup.model import bare_id
from fakenotion.everything import everything
from fakenotion.recordings import read
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client
from tests.support.recordings import FOLDERS


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return everything(*FOLDERS)


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[Client]:
    with StandIn(workspace).serving() as url:
        made = Client(url)
        yield made
        made.close()


def trees() -> list[Any]:
    return [tree for folder in FOLDERS for tree in read(folder / "_trees")]


def nodes(workspace: Workspace, kind: str) -> list[str]:
    return [node.id for node in workspace.nodes.values() if node.kind == kind]


def rows_of(client: Client, source: str) -> list[str]:
    answer = client.rows(source)
    found = [row["id"] for row in answer["results"]]
    while answer["has_more"]:
        answer = client.rows(source, start_cursor=answer["next_cursor"])
        found += [row["id"] for row in answer["results"]]
    return found


def test_every_tree_and_every_row_is_there(workspace: Workspace, client: Client) -> None:
    queries = [query for folder in FOLDERS for query in read(folder / "_queries")]
    rows = {row["id"] for query in queries for row in query["response"]["results"]}
    for id_ in {tree["root"] for tree in trees()} | rows:
        assert client.json(f"pages/{id_}")["id"] == workspace.node(id_).id


def test_a_tree_that_was_recorded_whole_is_served_whole(client: Client) -> None:
    for tree in (one for one in trees() if one["complete"]):
        pages = {tree["root"]}
        for id_, answer in tree["children"].items():
            said = client.children(id_)
            pages |= {one["id"] for one in answer["results"] if one.get("type") == "child_page"}
            if id_ not in pages:
                assert said == answer["results"]
        assert client.children(tree["root"]) or not tree["blocks"]


def test_no_page_is_in_two_lists(workspace: Workspace, client: Client) -> None:
    seen: Counter[str] = Counter()
    for id_ in (*nodes(workspace, "page"), *nodes(workspace, "block")):
        if not workspace.node(id_).unreadable:
            children = client.children(id_) if workspace.listed(id_) else []
            seen.update(one["id"] for one in children if one.get("type") == "child_page")
    for source in nodes(workspace, "data_source"):
        seen.update(rows_of(client, source))
    assert set(seen.values()) == {1}
    tops = {id_ for id_ in workspace.top if workspace.node(id_).kind == "page"}
    assert tops.isdisjoint(seen)
    assert tops | set(seen) == set(nodes(workspace, "page"))


def test_what_a_list_shows_agrees_with_what_it_shows(workspace: Workspace, client: Client) -> None:
    pairs = 0
    for id_ in nodes(workspace, "page"):
        block, page = client.json(f"blocks/{id_}"), client.json(f"pages/{id_}")
        assert (block["type"], block["id"]) == ("child_page", page["id"])
        assert block["last_edited_time"] == page["last_edited_time"]
        above = workspace.nodes.get(bare_id(workspace.node(id_).parent))
        if above and above.kind in ("page", "block"):
            assert page["parent"] == block["parent"]
            assert page["parent"][page["parent"]["type"]] == above.id
            pairs += 1
    assert pairs or len(FOLDERS) == 1


def test_every_database_that_a_page_shows_answers(workspace: Workspace, client: Client) -> None:
    for id_ in nodes(workspace, "database"):
        raw = client.json(f"databases/{id_}")
        for source in raw["data_sources"]:
            assert client.json(f"data_sources/{source['id']}")["object"] == "data_source"


def test_folders_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    assert everything(tmp_path / "nowhere").nodes == {}


def test_the_search_finds_all_of_it(workspace: Workspace, client: Client) -> None:
    found: set[str] = set()
    body: dict[str, Any] = {}
    while True:
        answer = client.post("search", body).json()
        found |= {one["id"] for one in answer["results"]}
        if not answer["has_more"]:
            break
        body = {"start_cursor": answer["next_cursor"]}
    assert found == {*nodes(workspace, "page"), *nodes(workspace, "data_source")}
