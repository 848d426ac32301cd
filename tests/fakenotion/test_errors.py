"""What the API refuses, and in which words."""

from __future__ import annotations

import pytest
import requests

from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ids(workspace: Workspace) -> dict[str, str]:
    page = workspace.add_page("", "Home")
    database = workspace.add_database("Books", {}, parent=page)
    hidden = workspace.add_page(page, "Hidden")
    workspace.unshare(hidden)
    return {
        "page": page,
        "database": database,
        "data source": workspace.source(database),
        "hidden": hidden,
        "unknown": NOBODY,
    }


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("page", (200, 400, 404, 200)),
        ("database", (400, 200, 404, 200)),
        ("data source", (404, 404, 200, 404)),
        ("hidden", (404, 404, 404, 404)),
        ("unknown", (404, 404, 404, 404)),
    ],
)
def test_each_kind_of_id_answers_where_notion_answers_it(
    kind: str, statuses: tuple[int, ...], ids: dict[str, str], client: Client
) -> None:
    paths = ("pages", "databases", "data_sources", "blocks")
    assert tuple(client.get(f"{path}/{ids[kind]}").status_code for path in paths) == statuses


def test_the_wrong_kind_is_named(ids: dict[str, str], client: Client) -> None:
    assert "is a page, not a database" in client.get(f"databases/{ids['page']}").json()["message"]
    assert "is a database, not a page" in client.get(f"pages/{ids['database']}").json()["message"]


def test_pages_and_databases_are_blocks_too(ids: dict[str, str], client: Client) -> None:
    assert client.json(f"blocks/{ids['page']}")["child_page"] == {"title": "Home"}
    assert client.json(f"blocks/{ids['database']}")["child_database"] == {"title": "Books"}


def test_what_is_not_shared_looks_as_if_it_never_was(ids: dict[str, str], client: Client) -> None:
    hidden = client.get(f"pages/{ids['hidden']}").json()
    assert hidden["code"] == "object_not_found"
    assert hidden["additional_data"]["integration_id"]


@pytest.mark.parametrize("form", ["dashed", "bare", "upper"])
def test_ids_come_in_every_form_and_leave_dashed(
    form: str, ids: dict[str, str], client: Client
) -> None:
    id_ = ids["page"]
    sent = {"dashed": id_, "bare": id_.replace("-", ""), "upper": id_.upper()}[form]
    assert client.json(f"pages/{sent}")["id"] == id_


@pytest.mark.parametrize("sent", ["AAA", "12345678-1234-1234-1234-123456789abc", "1234"])
def test_what_is_not_a_uuid_is_refused_as_such(sent: str, client: Client) -> None:
    answer = client.get(f"pages/{sent}")
    wanted = f'path.page_id should be a valid uuid, instead was `"{sent}"`.'
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["message"].endswith(wanted)


def test_an_unknown_path_is_an_invalid_request_url(client: Client) -> None:
    answer = client.get("invalid")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request_url")


def test_a_token_that_reads_may_not_write(ids: dict[str, str], client: Client) -> None:
    answer = client.session.patch(f"{client.url}/v1/pages/{ids['page']}", json={"in_trash": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")


def test_a_token_is_needed(client: Client) -> None:
    headers = {"Notion-Version": "2026-03-11"}
    answer = requests.get(f"{client.url}/v1/users/me", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.json()["message"] == "API token is invalid."


def test_only_the_token_that_was_set_is_good(client: Client, stand_in: StandIn) -> None:
    assert client.get("users/me").status_code == 200
    stand_in.knobs.token = "ntn_other"
    assert client.get("users/me").status_code == 401


def test_a_missing_version_has_a_code_of_its_own(client: Client) -> None:
    del client.session.headers["Notion-Version"]
    assert client.get("users/me").json()["code"] == "missing_version"


def test_an_unknown_version_is_answered_with_those_that_exist(client: Client) -> None:
    answer = client.get("users/me", headers={"Notion-Version": "2031-01-01"})
    assert answer.status_code == 400
    assert "2026-03-11" in answer.json()["message"]


def test_a_body_that_is_not_json_is_refused(ids: dict[str, str], client: Client) -> None:
    path = f"{client.url}/v1/data_sources/{ids['data source']}/query"
    answer = client.session.post(path, data=b"{nonsense")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


def test_the_newer_version_knows_no_archived(ids: dict[str, str], client: Client) -> None:
    path = f"data_sources/{ids['data source']}/query"
    assert client.post(path, {"archived": True}).status_code == 400


def test_every_body_carries_its_request_id(client: Client) -> None:
    for path in ("users/me", "users", "invalid"):
        answer = client.get(path)
        assert answer.json()["request_id"] == answer.headers["x-notion-request-id"]
        assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_an_unknown_user_is_said_so(client: Client, workspace: Workspace) -> None:
    assert client.json(f"users/{workspace.person['id']}")["name"] == "Ada Lindqvist"
    assert "Could not find user" in client.get(f"users/{NOBODY}").json()["message"]
