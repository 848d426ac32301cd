"""Which requests the client makes, and how it reads lists to their end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import responses

from backup.errors import NotionError
from backup.model import Json
from backup.notion.client import Client
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion import properties as p
from fakenotion.faults import Fault
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.notion.service import TOKEN, Service, Time, one_page

Serve = Callable[..., Service]
API = "https://api.notion.com/v1"
ID = "2b6f1d40-5e0a-8123-a456-0123456789ab"


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


ENDPOINTS: dict[str, tuple[Callable[[Client, str], object], str]] = {
    "database": (Client.database, "GET /v1/databases/{}"),
    "data_source": (Client.data_source, "GET /v1/data_sources/{}"),
    "view": (Client.view, "GET /v1/views/{}"),
    "page": (Client.page, "GET /v1/pages/{}"),
    "block": (Client.block, "GET /v1/blocks/{}"),
    "children": (lambda client, id_: list(client.children(id_)), "GET /v1/blocks/{}/children"),
    "query": (
        lambda client, id_: list(client.query(id_, {})),
        "POST /v1/data_sources/{}/query",
    ),
    "property_items": (
        lambda client, id_: list(client.property_items(id_, "title")),
        "GET /v1/pages/{}/properties/title",
    ),
}


def _workspace_with_ids() -> tuple[Workspace, dict[str, str]]:
    workspace, page = one_page(b.paragraph("Hello"))
    (database,) = workspace.databases()
    source = workspace.source(database)
    view = workspace.add_view(database, source, "Board", "board")
    ids = {"database": database, "data_source": source, "query": source, "view": view}
    return workspace, {**ids, **{name: page for name in ENDPOINTS if name not in ids}}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_each_endpoint_is_asked_with_token_and_version(name: str, serve: Serve) -> None:
    workspace, ids = _workspace_with_ids()
    service = serve(workspace)
    ask, line = ENDPOINTS[name]
    assert ask(service.client, ids[name])
    (asked,) = service.stand_in.requests
    assert f"{asked.method} {asked.path}" == line.format(ids[name])
    assert asked.status == 200
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Notion-Version"] == "2026-03-11"


def test_an_entry_in_netrc_does_not_replace_the_token(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    workspace, page = one_page()
    service = serve(workspace)
    assert service.client.page(page)["id"] == page
    assert service.stand_in.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_proxy_of_the_environment_is_used_but_where_it_says_not_to(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    monkeypatch.setenv("http_proxy", service.stand_in.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    outside = Client(TOKEN, "http://notion.invalid", tries=1)
    assert outside.page(page)["id"] == page  # the stand-in answers for any host
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert Client(TOKEN, service.stand_in.url).page(page)["id"] == page


def test_cookies_are_neither_kept_nor_sent(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(Fault(headers={"Set-Cookie": "__cf_bm=1; path=/"}), times=2)
    for _ in range(3):
        service.client.page(page)
    assert [asked for asked in service.stand_in.requests if "Cookie" in asked.headers] == []


def test_a_redirect_is_not_followed_with_the_token(serve: Serve) -> None:
    workspace, page = one_page()
    service, elsewhere = serve(workspace), serve(Workspace())
    service.stand_in.fail_next(faults.redirect(f"{elsewhere.stand_in.url}/v1/pages/{page}"))
    with pytest.raises(NotionError, match=r"redirect .* NOTION_API_URL"):
        service.client.page(page)
    assert elsewhere.stand_in.requests == []
    assert len(service.stand_in.requests) == 1


@pytest.mark.parametrize("id_", ["../users/me", "a/b?c=d#e", "x y"])
def test_an_id_stays_one_part_of_the_path(id_: str, serve: Serve) -> None:
    service = serve(Workspace())
    with pytest.raises(NotionError):
        service.client.block(id_)
    (asked,) = service.stand_in.requests
    assert asked.path.startswith("/v1/blocks/")
    assert asked.path.count("/") == 3
    assert asked.query == {}


def test_a_property_id_arrives_as_the_page_gave_it(serve: Serve) -> None:
    schema = {"Name": p.of("title"), "Number": p.number()}
    workspace, page = one_page(schema=schema, Number=7)
    service = serve(workspace)
    for odd in ("%3A%3Fvz", "a%2Fb", "%7C%3E%5D_"):
        workspace.node(page).data["properties"]["Number"]["id"] = odd
        (answer,) = service.client.property_items(page, odd)
        assert answer["number"] == 7


# -- lists ---------------------------------------------------------------------------------------


def test_children_come_in_order_from_all_pages_of_the_list(serve: Serve) -> None:
    workspace, page = one_page(*(b.paragraph(f"Line {number}") for number in range(250)))
    service = serve(workspace)
    found = [
        child["paragraph"]["rich_text"][0]["plain_text"]
        for answer in service.client.children(page)
        for child in answer["results"]
    ]
    assert found == [f"Line {number}" for number in range(250)]
    asked = service.stand_in.requests
    assert [one.query.get("page_size") for one in asked] == [["100"]] * 3
    assert ["start_cursor" in one.query for one in asked] == [False, True, True]


def test_a_short_page_of_a_list_is_not_its_end(serve: Serve) -> None:
    workspace, page = one_page(*(b.paragraph(f"Line {number}") for number in range(20)))
    service = serve(workspace, most=3)
    assert sum(len(answer["results"]) for answer in service.client.children(page)) == 20
    assert len(service.stand_in.requests) == 7


def test_a_query_hands_its_cursor_on_with_the_same_body(serve: Serve) -> None:
    workspace, _ = one_page()
    (database,) = workspace.databases()
    for number in range(4):
        workspace.add_page(database, f"Row {number}")
    service = serve(workspace, most=2)
    sorts = [{"timestamp": "created_time", "direction": "ascending"}]
    answers = list(service.client.query(workspace.source(database), {"sorts": sorts}))
    assert [len(answer["results"]) for answer in answers] == [2, 2, 1]
    bodies = [asked.body for asked in service.stand_in.requests]
    assert all(body["sorts"] == sorts and body["page_size"] == 100 for body in bodies)
    cursors = [body.get("start_cursor") for body in bodies]
    assert cursors == [None, answers[0]["next_cursor"], answers[1]["next_cursor"]]


def _list(*ids: str, **more: object) -> Json:
    results = [{"object": "block", "id": id_, "type": "divider", "divider": {}} for id_ in ids]
    return {"object": "list", "results": results, "has_more": False, "next_cursor": None, **more}


def test_a_list_that_says_it_goes_on_but_not_where_is_not_at_its_end(
    mocked: responses.RequestsMock, time: Time
) -> None:
    mocked.get(f"{API}/blocks/{ID}/children", json=_list("a", has_more=True))
    with pytest.raises(NotionError, match="has more, but"):
        list(Client(TOKEN, gate=time.gate()).children(ID))


@pytest.mark.parametrize("cursor", [7, {"odd": 1}, ["a"], ""])
def test_a_cursor_that_makes_no_sense_is_an_error(
    cursor: object, mocked: responses.RequestsMock, time: Time
) -> None:
    mocked.get(f"{API}/blocks/{ID}/children", json=_list("a", has_more=True, next_cursor=cursor))
    with pytest.raises(NotionError):
        list(Client(TOKEN, gate=time.gate()).children(ID))


def test_cursors_that_run_in_a_circle_end_in_an_error(
    mocked: responses.RequestsMock, time: Time
) -> None:
    for cursor in ("one", "two", "one", "two"):
        answer = _list("a", has_more=True, next_cursor=cursor)
        mocked.get(f"{API}/blocks/{ID}/children", json=answer)
    with pytest.raises(NotionError, match="has more, but"):
        list(Client(TOKEN, gate=time.gate()).children(ID))
    assert len(mocked.calls) == 3


# -- what else it knows --------------------------------------------------------------------------


def test_requests_counts_every_one_also_those_made_again(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(500), times=2)
    service.client.page(page)
    assert service.client.requests == len(service.stand_in.requests) == 3


def test_no_more_requests_are_under_way_than_there_are_connections(serve: Serve) -> None:
    workspace, page = one_page()
    two_there = threading.Barrier(2, timeout=60)
    service = serve(workspace, latency=0.005)
    service.stand_in.knobs.timer = lambda: 0.0  # its own work takes no time
    service.stand_in.knobs.sleep = lambda seconds: two_there.wait()
    client = Client(TOKEN, service.stand_in.url, connections=2, gate=service.time.gate())
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(client.page, [page] * 24))
    assert service.stand_in.peak == 2
    assert client.requests == 24


def test_the_clock_is_notions(mocked: responses.RequestsMock, time: Time) -> None:
    date = "Mon, 02 Nov 2026 10:00:00 GMT"
    page = {"object": "page", "id": ID}
    mocked.get(f"{API}/pages/{ID}", json=page, headers={"Date": date})
    client = Client(TOKEN, gate=time.gate())
    assert abs(client.now() - datetime.now(timezone.utc)) < timedelta(minutes=5)
    client.page(ID)
    assert abs(client.now() - datetime(2026, 11, 2, 10, tzinfo=timezone.utc)) < timedelta(minutes=5)
    assert client.now().tzinfo is not None


@pytest.mark.parametrize("date", ["", "soon", "Mon, 02 Nov 99999999999 10:00:00 GMT"])
def test_a_date_that_is_none_leaves_the_clock_alone(
    date: str, mocked: responses.RequestsMock, time: Time
) -> None:
    good = {"Date": "Mon, 02 Nov 2026 10:00:00 -0000"}
    for headers in (good, {"Date": date}):
        mocked.get(f"{API}/pages/{ID}", json={"object": "page", "id": ID}, headers=headers)
    client = Client(TOKEN, gate=time.gate())
    client.page(ID)
    client.page(ID)
    assert abs(client.now() - datetime(2026, 11, 2, 10, tzinfo=timezone.utc)) < timedelta(minutes=5)


def test_an_error_page_in_front_of_notion_does_not_set_the_clock(
    mocked: responses.RequestsMock, time: Time
) -> None:
    wrong = {"Date": "Tue, 01 Jan 2030 00:00:00 GMT"}
    right = {"Date": "Mon, 02 Nov 2026 10:00:00 GMT"}
    mocked.get(f"{API}/pages/{ID}", json={"object": "page", "id": ID}, headers=right)
    mocked.get(f"{API}/blocks/{ID}", status=404, body="<html>", headers=wrong)
    client = Client(TOKEN, gate=time.gate())
    client.page(ID)
    with pytest.raises(NotionError):
        client.block(ID)
    assert client.now().year == 2026


def test_a_stand_in_can_be_named_with_a_slash_at_the_end() -> None:
    workspace, page = one_page()
    stand_in = StandIn(workspace)
    with stand_in.serving() as url:
        assert Client(TOKEN, f"{url}/").page(page)["id"] == page
    assert stand_in.requests[0].path == f"/v1/pages/{page}"
