"""What the integration may not see: gone, restricted, or there without its data; and who is who."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


class Shelf:
    """A database with two rows and a block in the first, on a page."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.home = workspace.add_page("", "Home")
        columns = {"Who": properties.of("people"), "By": properties.of("created_by")}
        self.database = workspace.add_database("Books", columns, parent=self.home)
        self.source = workspace.source(self.database)
        body = [build.block("toggle", "t", children=[build.block("divider")])]
        self.row = workspace.add_page(self.database, "One", {}, body)
        self.other = workspace.add_page(self.database, "Two")
        (self.toggle,) = workspace.listed(self.row)


@pytest.fixture
def shelf(workspace: Workspace) -> Shelf:
    return Shelf(workspace)


def test_a_database_without_access_to_its_sources_is_there_but_empty(
    shelf: Shelf, client: Client
) -> None:
    shelf.workspace.unshare_sources(shelf.database)
    assert client.json(f"databases/{shelf.database}")["data_sources"] == []
    paths = (f"data_sources/{shelf.source}", f"pages/{shelf.row}", f"blocks/{shelf.row}/children")
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert [one["id"] for one in client.children(shelf.home)] == [shelf.database]
    shelf.workspace.share_sources(shelf.database)
    assert len(client.rows(shelf.source)["results"]) == 2
    shelf.workspace.unshare(shelf.database)
    assert client.get(f"databases/{shelf.database}").status_code == 404
    assert client.children(shelf.home) == []


def test_a_restricted_row_is_listed_but_does_not_answer(shelf: Shelf, client: Client) -> None:
    shelf.workspace.restrict(shelf.row)
    assert len(client.rows(shelf.source)["results"]) == 2
    for path in (f"pages/{shelf.row}", f"blocks/{shelf.row}", f"blocks/{shelf.row}/children"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")
        assert answer.json()["message"] == "Insufficient permissions for this endpoint."
    assert client.get(f"pages/{shelf.other}").status_code == 200
    shelf.workspace.unrestrict(shelf.row)
    assert client.get(f"pages/{shelf.row}").status_code == 200


def test_one_block_may_be_restricted(shelf: Shelf, client: Client) -> None:
    shelf.workspace.restrict(shelf.toggle)
    assert [one["has_children"] for one in client.children(shelf.row)] == [True]
    assert client.get(f"blocks/{shelf.toggle}/children").status_code == 403


@pytest.mark.parametrize("kind", ["database", "source"])
def test_one_database_may_be_restricted(kind: str, shelf: Shelf, client: Client) -> None:
    shelf.workspace.restrict(getattr(shelf, kind))
    path = {"database": "databases", "source": "data_sources"}[kind]
    assert client.get(f"{path}/{getattr(shelf, kind)}").status_code == 403
    query = client.post(f"data_sources/{shelf.source}/query")
    assert query.status_code == (403 if kind == "source" else 200)


def test_a_renamed_user_shows_everywhere_and_one_who_left_is_an_id(
    shelf: Shelf, client: Client
) -> None:
    who = shelf.workspace.add_user("Ben Okafor", "ben@example.com")
    shelf.workspace.set_property(shelf.row, "Who", [who])
    words = blocks.paragraph(build.mention_user(who))
    (block,) = shelf.workspace.append(shelf.other, [words])
    shelf.workspace.rename_user(who["id"], "Ben Ora")
    value = client.json(f"pages/{shelf.row}")["properties"]["Who"]["people"][0]
    (run,) = client.json(f"blocks/{block}")["paragraph"]["rich_text"]
    assert (value["name"], run["plain_text"]) == ("Ben Ora", "@Ben Ora")
    assert client.json(f"users/{who['id']}")["name"] == "Ben Ora"
    shelf.workspace.remove_user(who["id"])
    alone = {"object": "user", "id": who["id"]}
    assert client.json(f"pages/{shelf.row}")["properties"]["Who"]["people"] == [alone]
    (run,) = client.json(f"blocks/{block}")["paragraph"]["rich_text"]
    assert (run["plain_text"], run["mention"]["user"]) == ("@Anonymous", alone)
    assert client.get(f"users/{who['id']}").status_code == 404
    assert who["id"] not in [one["id"] for one in client.json("users")["results"]]


@pytest.mark.parametrize("knob", [{"users_named": False}, {"users_readable": "none"}])
def test_values_may_have_the_ids_of_people_alone(
    knob: dict[str, Any], shelf: Shelf, stand_in: StandIn, client: Client
) -> None:
    for name, value in knob.items():
        setattr(stand_in.knobs, name, value)
    who = shelf.workspace.person
    words = blocks.paragraph(build.mention_user(who))
    (block,) = shelf.workspace.append(shelf.other, [words])
    value = client.json(f"pages/{shelf.row}")["properties"]["By"]["created_by"]
    (run,) = client.json(f"blocks/{block}")["paragraph"]["rich_text"]
    assert value == {"object": "user", "id": who["id"]}
    assert (run["plain_text"], run["mention"]["user"]) == ("@Anonymous", value)
    assert client.json("users/me")["name"]


def test_who_made_a_page_may_have_left(shelf: Shelf, client: Client) -> None:
    author = shelf.workspace.person["id"]
    assert client.json(f"pages/{shelf.row}")["properties"]["By"]["created_by"]["name"]
    shelf.workspace.remove_user(author)
    value = client.json(f"pages/{shelf.row}")["properties"]["By"]["created_by"]
    assert value == {"object": "user", "id": author}


def test_only_what_is_shared_directly_is_seen_with_all_below_it(
    shelf: Shelf, client: Client
) -> None:
    top = Branch.root(shelf.workspace, "Top")
    child = top.page("Child", at="column")
    below = child.page("Below")
    shelf.workspace.only_share(child.id, shelf.database)
    seen = (child.id, below.id, shelf.row)
    hidden = (top.id, shelf.home)
    assert [client.get(f"pages/{one}").status_code for one in seen] == [200] * 3
    assert [client.get(f"pages/{one}").status_code for one in hidden] == [404] * 2
    parent = client.json(f"pages/{child.id}")["parent"]["block_id"]
    assert client.get(f"blocks/{parent}").status_code == 404
    shelf.workspace.grant(top.id)
    assert client.get(f"blocks/{parent}").status_code == 200


def test_below_what_was_unshared_something_may_be_shared_again(
    shelf: Shelf, client: Client
) -> None:
    top = Branch.root(shelf.workspace, "Top")
    child = top.page("Child")
    lost, kept = child.page("Lost"), child.page("Kept")
    shelf.workspace.grant(kept.id)
    shelf.workspace.unshare(child.id)
    assert client.children(top.id) == []
    found = [client.get(f"pages/{one.id}").status_code for one in (child, lost, kept)]
    assert found == [404, 404, 200]
    assert client.json(f"pages/{kept.id}")["parent"] == {"type": "page_id", "page_id": child.id}
    shelf.workspace.unshare(kept.id)
    assert client.get(f"pages/{kept.id}").status_code == 404
