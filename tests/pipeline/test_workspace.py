"""The whole workspace as one root: what search leads to, and what it leaves out."""

from __future__ import annotations

import json

import pytest

from fakenotion import faults
from fakenotion.branches import Branch
from fakenotion.faults import Fault
from fakenotion.server import Asked
from fakenotion.trees import random_tree
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links


def stocked(grown: Grown) -> tuple[Grove, Branch, Branch]:
    """Home with Rooms, and a database Tasks with the row Door, at the top."""
    grove = grown()
    grove.roots = "workspace"
    home = grove.root("Home", "Our home")
    home.page("Rooms", "All rooms").page("Bath", "Blue")
    tasks = Branch(grove.notion, grove.notion.add_database("Tasks", {}))
    tasks.row("Door", None, "Fix it").page("Hinge", "Rusty")
    return grove, home, tasks


ALL = ["home", "home/rooms", "home/rooms/bath", "tasks/door", "tasks/door/hinge"]


def test_everything_is_backed_up_and_the_next_run_does_nothing(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.run()
    assert grove.pages == ALL and dead_links(grove.backup) == []
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits
    # the search, and two lists and a page; database, source, rows, archived rows
    assert grove.endpoints["search"] == 1
    assert grove.asked == 1 + 3 + 4


def test_a_folder_may_be_given_for_all_of_it(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.run(DATABASES="all/it = workspace")
    assert grove.pages == [f"all/it/{each}" for each in ALL]


def test_a_variable_may_name_the_workspace(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.run(DATABASES="", DB1_NOTION_ID="workspace", DB1_PATH="notion")
    assert grove.pages == [f"notion/{each}" for each in ALL]


def test_another_root_beside_it_keeps_the_folder_that_it_was_given(grown: Grown) -> None:
    grove, _, tasks = stocked(grown)
    grove.run(DATABASES=f"workspace\ntodo = {tasks.id}")
    assert "todo/door/hinge" in grove.pages and "tasks/door" not in grove.pages


def test_a_root_that_the_search_leaves_out_is_walked_all_the_same(grown: Grown) -> None:
    grove, home, _ = stocked(grown)
    grove.run()
    index = grove.backup.server.index
    index.omits = lambda node: True
    grove.notion.granted.clear()
    index.left_out.add(home.id)
    find(grove, "Bath").edit("White")
    grove.run()
    assert "White" in grove.text("home/rooms/bath") and grove.pages == ALL


def test_a_page_that_is_shared_only_now_is_found_in_a_page_that_nobody_edited(grown: Grown) -> None:
    grove, home, tasks = stocked(grown)
    grove.root("Attic")
    for each in ("Bath", "Hinge", "Attic"):
        grove.notion.unshare(find(grove, each).page(f"Key of {each}").id)
    tasks.row("Roof").page("Key of Roof")
    grove.notion.unshare(find(grove, "Key of Roof").id)
    grove.run()
    assert not [page for page in grove.pages if "key" in page]
    for each in ("Bath", "Hinge", "Attic", "Roof"):
        grove.notion.share(find(grove, f"Key of {each}").id)
    grove.run()
    assert [page for page in grove.pages if "key" in page] == [
        "attic/key-of-attic",
        "home/rooms/bath/key-of-bath",
        "tasks/door/hinge/key-of-hinge",
        "tasks/roof/key-of-roof",
    ]
    home.edit("Our home, repainted")
    find(grove, "Key of Bath").page("Label")
    grove.run()
    assert grove.endpoints["children"] == 7 + 3  # what holds pages, and what is read


def test_instructions_for_an_agent_are_a_root_of_their_own(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.notion.add_agent_page("Be kind")
    grove.run()
    assert grove.pages == sorted([*ALL, "be-kind"])


def find(grove: Grove, title: str) -> Branch:
    nodes = grove.notion.nodes.values()
    found = (each for each in nodes if each.kind in ("page", "database"))
    return Branch(grove.notion, next(e.id for e in found if grove.notion.title(e) == title))


def test_a_search_that_is_not_complete_or_shows_the_trash_removes_nothing(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.run()
    index = grove.backup.server.index
    index.incomplete, index.trashed, index.most = True, True, 1
    index.partial = {find(grove, "Home").id}
    grove.run()
    assert grove.pages == ALL


def test_a_search_that_fails_is_reported_and_removes_nothing(grown: Grown) -> None:
    grove, _, _ = stocked(grown)
    grove.run()
    grove.backup.fail("/v1/search", faults.Fault(status=400, body=b"{}"))
    grove.run(code=1)
    assert grove.pages == ALL


def test_a_root_in_the_trash_goes_on_proof(grown: Grown) -> None:
    grove, home, _ = stocked(grown)
    grove.run()
    grove.notion.trash(home.id)
    grove.run()
    assert grove.pages == ["tasks/door", "tasks/door/hinge"]


def test_a_root_that_is_not_shared_any_more_stays(grown: Grown) -> None:
    grove, home, _ = stocked(grown)
    grove.run()
    grove.notion.unshare(home.id)
    grove.run()
    assert grove.pages == ALL


def test_a_page_moves_to_the_top_and_back_into_another(grown: Grown) -> None:
    grove, home, tasks = stocked(grown)
    grove.run()
    find(grove, "Rooms").move(None)
    grove.run()
    assert "rooms/bath" in grove.pages and "home/rooms" not in grove.pages
    find(grove, "Rooms").move(find(grove, "Hinge"), quiet=True)
    grove.run()
    assert "tasks/door/hinge/rooms/bath" in grove.pages
    assert dead_links(grove.backup) == []
    tasks.move(home)
    grove.run()
    assert "home/tasks/door/hinge/rooms/bath" in grove.pages
    assert "tasks/README.md" not in grove.files
    assert grove.files == grove.from_scratch()


def test_a_page_that_is_shared_in_one_that_is_not_is_a_root(grown: Grown) -> None:
    grove, home, tasks = stocked(grown)
    grove.notion.only_share(find(grove, "Rooms").id, tasks.id)
    grove.run()
    assert grove.pages == ["rooms", "rooms/bath", "tasks/door", "tasks/door/hinge"]
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits
    grove.notion.grant(home.id)
    grove.run()
    assert grove.pages == ALL


@pytest.mark.parametrize("path", ["/v1/databases/", "/v1/data_sources/", "/query"])
def test_a_new_database_at_the_top_of_which_a_source_is_not_shown_is_reported(
    path: str, grown: Grown
) -> None:
    grove, _, _ = stocked(grown)
    grove.backup.fail(path, faults.error(404))
    assert "error: database" in grove.run(code=1).log
    grove.backup.heal()
    grove.run()
    assert grove.pages == ALL


def test_a_page_that_only_a_search_shows_and_that_is_refused_is_reported(grown: Grown) -> None:
    grove, _, tasks = stocked(grown)
    rooms = find(grove, "Rooms").id
    grove.notion.only_share(rooms, tasks.id)
    grove.backup.fail(f"/v1/pages/{rooms}", faults.error(403, "Not for you."))
    assert "Not for you." in grove.run(code=1).log
    grove.backup.heal()
    grove.run()
    assert "rooms/bath" in grove.pages


def test_a_page_that_is_followed_up_last_and_refused_is_told(grown: Grown) -> None:
    grove, home, tasks = stocked(grown)
    bike = home.place("toggle").page("Bike", "Red").id
    grove.notion.only_share(bike, tasks.id)
    grove.backup.fail(f"/v1/pages/{bike}", faults.error(403, "Not for you."))
    ran = grove.run(code=1)
    assert "error: workspace: " in ran.log and "Not for you." in ran.log


def test_a_page_at_the_top_that_makes_no_sense_costs_no_other_one(grown: Grown) -> None:
    grove, home, _ = stocked(grown)
    odd = grove.root("Odd")
    tops = [
        {"object": "page", "id": id_, "parent": {"type": "workspace", "workspace": True}}
        for id_ in (odd.id, home.id)
    ]
    found = {"object": "list", "results": [*tops, None], "has_more": False, "next_cursor": None}

    def plan(asked: Asked) -> Fault | None:
        if asked.path == "/v1/search":
            return Fault(body=json.dumps(found).encode())
        return Fault(body=json.dumps(tops[0]).encode()) if asked.path.endswith(odd.id) else None

    grove.backup.server.plan = plan
    assert "without its properties" in grove.run(1).log
    assert "home/rooms" in grove.pages


def test_where_nothing_is_shared_a_warning_says_where_to_do_that(grown: Grown) -> None:
    grove = grown()
    grove.roots = "workspace"
    ran = grove.run()
    assert "warning: workspace" in ran.log and "⋯ → Connections" in ran.log
    grove.root("Home")
    assert "Connections" not in grove.backup.run(DATABASES="workspace").log


def test_a_random_workspace_is_the_same_a_second_time(grown: Grown) -> None:
    for seed in (3,):
        tree = random_tree(seed, 40)
        grove = grown(tree)
        grove.roots = "workspace"
        grove.backup.server.knobs.copies = "always"
        grove.run()
        commits = grove.backup.commits()
        grove.run()
        assert grove.backup.commits() == commits
        assert dead_links(grove.backup) == []
