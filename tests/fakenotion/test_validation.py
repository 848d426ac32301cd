"""What a request must not hold: refused in the API's words, never ignored."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from fakenotion import build
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

STAMP = {"timestamp": "created_time"}
NESTED: dict[str, Any] = {"and": [{"or": [{"and": []}]}]}


@pytest.fixture
def source(workspace: Workspace) -> str:
    database = workspace.add_database("Books", {})
    for number in range(5):
        workspace.add_page(database, f"Book {number}")
    return workspace.source(database)


def refused(answer: requests.Response) -> str:
    """The message of an answer that refuses a request for what is in it."""
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), answer.text
    return str(answer.json()["message"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"page_sise": 5}, "body.page_sise should be not present, instead was `5`."),
        ({"archived": False}, "body.archived should be not present, instead was `false`."),
        ({"in_trash": True}, "body.in_trash should be not present, instead was `true`."),
        (
            {"start_cursor": None},
            "body.start_cursor should be a string or `undefined`, instead was",
        ),
        (
            {"start_cursor": 7},
            "body.start_cursor should be a string or `undefined`, instead was `7`.",
        ),
        (
            {"page_size": "5"},
            'body.page_size should be a number or `undefined`, instead was `"5"`.',
        ),
        ({"page_size": True}, "body.page_size should be a number or `undefined`"),
        ({"page_size": 101}, "body.page_size should be ≤ `100`, instead was `101`."),
        ({"page_size": 0}, "body.page_size should be ≥ `1`, instead was `0`."),
        ({"is_archived": "true"}, "body.is_archived should be a boolean or `undefined`"),
        ({"filter": []}, "body.filter should be an object or `undefined`, instead was `[]`."),
        ({"filter": {}}, "body.filter.timestamp should be defined"),
        ({"filter": {**STAMP, "color": "red"}}, "body.filter.color should be not present"),
        ({"filter": {**STAMP, "created_time": {}}}, "body.filter.created_time should be one"),
        ({"filter": {**STAMP, "created_time": "today"}}, "created_time should be an object"),
        (
            {"filter": {**STAMP, "created_time": {"after": "soon"}}},
            "body.filter.created_time.after should be a valid ISO 8601 date string",
        ),
        ({"filter": {**STAMP, "created_time": {"near": "x"}}}, "near should be not present"),
        ({"filter": {"and": {}}}, "body.filter.and should be an array or `undefined`"),
        ({"filter": {"and": [], "or": []}}, "body.filter.or should be not present"),
        ({"filter": {"and": [7]}}, "body.filter.and[0] should be an object, instead was `7`."),
        ({"filter": NESTED}, "body.filter.and[0].or[0].and should be not present"),
        ({"sorts": {}}, "body.sorts should be an array or `undefined`, instead was `{}`."),
        ({"sorts": [STAMP]}, "body.sorts[0].direction should be"),
        ({"sorts": [{**STAMP, "direction": "up"}]}, '`"descending"`, instead was `"up"`.'),
        ({"sorts": ["created_time"]}, "body.sorts[0] should be an object"),
    ],
)
def test_a_query_is_held_to_what_it_may_ask(
    body: dict[str, Any], said: str, source: str, client: Client
) -> None:
    message = refused(client.post(f"data_sources/{source}/query", body))
    assert message.startswith("body failed validation: body.")
    assert said in message


@pytest.mark.parametrize(
    "body",
    [
        {"qury": "x"},
        {"query": 7},
        {"filter": {"value": "page"}},
        {"filter": {"property": "object", "value": "database"}},
        {"sort": {"timestamp": "created_time", "direction": "ascending"}},
        {"sort": {"timestamp": "last_edited_time"}},
    ],
)
def test_a_search_is_held_to_what_it_may_ask(
    body: dict[str, Any], source: str, client: Client
) -> None:
    assert refused(client.post("search", body)).startswith("body failed validation: body.")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("users?page_sise=5", 'query.page_sise should be not present, instead was `"5"`.'),
        ("users?page_size=many", "query.page_size should be a number"),
        ("comments", "query.block_id should be defined, instead was `undefined`."),
        ("comments?block_id=7", "query.block_id should be a valid uuid"),
        ("views", "query.database_id should be defined, instead was `undefined`."),
        ("users/me?start_cursor=x", "query.start_cursor should be not present"),
    ],
)
def test_a_query_string_is_held_to_its_endpoint(path: str, said: str, client: Client) -> None:
    message = refused(client.get(path))
    assert message.startswith("query failed validation: ")
    assert said in message


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b'"x"'])
def test_a_body_is_an_object(body: bytes, source: str, client: Client) -> None:
    answer = client.session.post(f"{client.url}/v1/data_sources/{source}/query", data=body)
    assert refused(answer).startswith("body failed validation: body should be an object")


def test_what_is_long_is_not_repeated_whole(source: str, client: Client) -> None:
    message = refused(client.post(f"data_sources/{source}/query", {"odd": "x" * 5000}))
    assert len(message) < 250
    assert message.endswith("...`.")


@pytest.mark.parametrize(
    "sent",
    ["", "ntn_demo", "bearer ntn_demo", "Basic ntn_demo", "Bearer", "Bearer ", "Token ntn_demo"],
)
def test_a_token_without_its_bearer_is_not_a_token(sent: str, client: Client) -> None:
    answer = client.get("users/me", headers={"Authorization": sent})
    assert (answer.status_code, answer.json()["message"]) == (401, "API token is invalid.")


def test_a_cursor_holds_for_its_own_query_alone(
    source: str, workspace: Workspace, client: Client
) -> None:
    other = workspace.source(workspace.add_database("Films", {}))
    for number in range(3):
        workspace.add_page(other, f"Film {number}")
    cursor = client.rows(source, page_size=2)["next_cursor"]
    assert client.rows(source, page_size=3, start_cursor=cursor)["results"]
    sorts = [{**STAMP, "direction": "ascending"}]
    for path, more in ((other, {}), (source, {"sorts": sorts}), (source, {"is_archived": True})):
        body = {"page_size": 2, "start_cursor": cursor, **more}
        assert "start_cursor" in refused(client.post(f"data_sources/{path}/query", body))
    mixed = f"{cursor[:-36]}{workspace.listed(source)[0]}"
    assert "start_cursor" in refused(
        client.post(f"data_sources/{source}/query", {"start_cursor": mixed})
    )


def test_a_cursor_holds_for_its_own_list_alone(workspace: Workspace, client: Client) -> None:
    workspace.add_user("Ben")
    pages = [
        workspace.add_page("", name, {}, [build.block("divider"), build.block("divider")])
        for name in ("One", "Two")
    ]
    for page in pages:
        workspace.add_comment(page, "First")
        workspace.add_comment(page, "Second")
    paths = [
        "users?page_size=1",
        *(f"comments?block_id={page}&page_size=1" for page in pages),
        *(f"blocks/{page}/children?page_size=1" for page in pages),
    ]
    cursors = {path: client.json(path)["next_cursor"] for path in paths}
    for path in paths:
        for origin, cursor in cursors.items():
            status = client.get(f"{path}&start_cursor={cursor}").status_code
            assert status == (200 if origin == path else 400), (path, origin)
