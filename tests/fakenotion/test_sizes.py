"""Generated workspaces, recorded ones, and the stand-in as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.generate import generate
from fakenotion.recordings import from_folder, from_queries, from_trees, read
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client
from tests.support.recordings import FOLDERS, OURS, REAL

LEAST = {OURS: 5, REAL: 20}  # trees that were recorded whole


def bodies(workspace: Workspace, ids: list[str]) -> list[Any]:
    with StandIn(workspace).serving() as url:
        client = Client(url)
        found = [(client.children(id_), client.json(f"pages/{id_}")["properties"]) for id_ in ids]
        client.close()
    return [([block["id"] for block in blocks], values) for blocks, values in found]


def test_a_generated_workspace_follows_from_its_seed_in_any_order() -> None:
    first, second = generate(20, 7), generate(20, 7)
    ids = first.listed(first.source(first.databases()[0]))
    assert len(ids) == 20
    forwards = bodies(first, ids)
    backwards = bodies(second, ids[::-1])
    assert forwards == backwards[::-1]
    assert forwards != bodies(generate(20, 8), ids[:0])


def test_another_seed_is_another_workspace() -> None:
    titles = [
        workspace.title(
            workspace.node(workspace.listed(workspace.source(workspace.databases()[0]))[0])
        )
        for workspace in (generate(1, 1), generate(1, 2))
    ]
    assert titles[0] != titles[1]


def test_pages_spread_over_the_databases() -> None:
    workspace = generate(10, databases=3)
    sizes = [len(workspace.listed(workspace.source(id_))) for id_ in workspace.databases()]
    assert sizes == [4, 3, 3]


def test_ten_thousand_rows_cost_little_until_they_are_read() -> None:
    workspace = generate(10_000)
    assert len(workspace.nodes) == 10_003
    row = workspace.listed(workspace.source(workspace.databases()[0]))[5_000]
    before = workspace.node(row).edited
    assert workspace.listed(row)
    assert workspace.node(row).edited == before
    assert len(workspace.nodes) < 10_100


def test_a_generated_page_can_be_edited_before_and_after_it_was_read() -> None:
    workspace = generate(2)
    row = workspace.listed(workspace.source(workspace.databases()[0]))[0]
    workspace.rename(row, "Early")
    edited = workspace.node(row).edited
    workspace.listed(row)
    assert workspace.node(row).edited == edited
    assert workspace.title(workspace.node(row)) == "Early"


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """Our own answers in the recorded shapes, then the recordings."""
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def recorded(folder: Path) -> Workspace:
    return from_folder(folder)


def test_recorded_trees_are_served_as_they_are(folder: Path, recorded: Workspace) -> None:
    trees = [tree for tree in read(folder / "_trees") if tree["complete"] and tree["page"]]
    with StandIn(recorded).serving() as url:
        client = Client(url)
        for tree in trees:
            page = client.json(f"pages/{tree['root']}")
            assert {**page, "request_id": ""} == {**tree["page"], "request_id": ""}
            for id_, answer in tree["children"].items():
                assert client.children(id_) == answer["results"]
        client.close()
    assert len(trees) > LEAST[folder]


def test_children_that_were_not_recorded_answer_404(folder: Path, recorded: Workspace) -> None:
    missing = [id_ for tree in read(folder / "_trees") for id_ in tree["missing_children_of"]]
    known = [id_ for id_ in missing if recorded.visible(id_) and recorded.node(id_).unreadable]
    assert known
    with StandIn(recorded).serving() as url:
        client = Client(url)
        statuses = {client.get(f"blocks/{id_}/children").status_code for id_ in known}
        client.close()
    assert statuses == {404}


def test_recorded_queries_give_the_rows_that_were_recorded(folder: Path) -> None:
    workspace = from_queries(folder / "_queries")
    fullest = max(read(folder / "_queries"), key=lambda query: len(query["response"]["results"]))
    half = len(fullest["response"]["results"]) // 2
    with StandIn(workspace).serving() as url:
        client, found, more = Client(url), [], {}
        schema = client.json(f"data_sources/{fullest['id']}")
        while True:
            answer = client.rows(fullest["id"], page_size=half, **more)
            found += answer["results"]
            if not answer["has_more"]:
                break
            more = {"start_cursor": answer["next_cursor"]}
        client.close()
    assert found == fullest["response"]["results"]
    assert schema["properties"] == fullest["schema"]["properties"]


def test_every_recorded_page_is_a_row_of_one_database(folder: Path) -> None:
    workspace = from_trees(folder / "_trees")
    (database,) = workspace.databases()
    roots = {tree["root"] for tree in read(folder / "_trees")}
    assert set(workspace.listed(workspace.source(database))) == roots


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        ((), ["How-to wiki", "Reading list", "Chapters"]),
        (("--pages", "3", "--databases", "2"), ["Pile 1", "Pile 2"]),
        (("--tree", "chain", "--pages", "3"), ["Root"]),
    ],
)
def test_it_runs_as_a_process_that_says_where_it_is(
    arguments: tuple[str, ...], titles: list[str]
) -> None:
    command = [sys.executable, "-m", "fakenotion", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().strip()
            found = dict(process.stdout.readline().strip().split(" ", 1) for _ in titles)
            client = Client(url)
            answers = [client.json(f"blocks/{id_}") for id_ in found]
            client.close()
        finally:
            process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=120)[1]
    assert list(found.values()) == titles
    kind = "child_page" if "--tree" in arguments else "child_database"
    assert {answer["type"] for answer in answers} == {kind}
    assert said == f"{len(titles)} requests, 0 throttled\n"
    assert process.returncode == 0
