"""Answers without content: asked again when that may help, reported in a sentence when not."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable

import pytest
import responses

from backup.errors import (
    BackupError,
    Busy,
    ConfigError,
    Forbidden,
    NotFound,
    NotionError,
    Unauthorized,
)
from backup.notion.client import Client
from fakenotion import faults
from fakenotion.faults import JSON, Fault
from tests.notion.service import TOKEN, Service, Time, one_page, saying

Serve = Callable[..., Service]
ID = "2b6f1d40-5e0a-8123-a456-0123456789ab"
PAGE = f"https://api.notion.com/v1/pages/{ID}"
DEEP = b'{"object": "page", "id": "x", "properties": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

BROKEN = {
    **{str(status): faults.error(status) for status in (409, 500, 502, 503, 504)},
    "408": Fault(408, b""),
    "425": Fault(425, b""),
    "520 of the network": Fault(520, b"error code: 520", {"Content-Type": "text/plain"}),
    "HTML 502": faults.html(),
    "HTML with status 200": faults.html(200),
    "cut off": faults.cut_off(),
    "cut off in the headers": faults.dropped(),
    "half of its JSON": faults.garbage(),
    "JSON nested without end": Fault(200, DEEP, {"Content-Type": JSON}),
    "no UTF-8": Fault(200, b'{"object": "\xff\xfe"}', {"Content-Type": JSON}),
    "an array": saying([]),
    "null": saying(None),
    "an empty object": saying({}),
    "another kind of object": saying({"object": "database", "id": ID}),
    "an object without an id": saying({"object": "page"}),
    "an object with a number for an id": saying({"object": "page", "id": 7}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_asked_for_again(name: str, serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(BROKEN[name], times=2)
    assert service.client.page(page)["id"] == page
    assert len(service.stand_in.requests) == 3
    assert len(service.time.slept) == 2


@pytest.mark.parametrize("name", BROKEN)
def test_what_stays_broken_ends_in_a_sentence(name: str, serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: BROKEN[name]
    with pytest.raises(Busy) as caught:
        service.client.page(page)
    assert len(service.stand_in.requests) == 6
    sentence = str(caught.value)
    assert sentence.startswith(f"GET /v1/pages/{page} failed 6 times, the last time: ")
    assert sentence.endswith("The next run tries again.")
    assert "None" not in sentence


def test_a_list_without_results_is_broken(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: saying({"object": "list", "results": "none"})
    with pytest.raises(Busy, match="a list without its results"):
        list(service.client.children(page))


def test_a_query_that_breaks_is_asked_again_although_it_is_a_post(serve: Serve) -> None:
    workspace, _ = one_page()
    source = workspace.source(workspace.databases()[0])
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(503), times=2)
    (answer,) = service.client.query(source, {})
    assert len(answer["results"]) == 1


def test_no_connection_ends_in_a_sentence(time: Time) -> None:
    client = Client(TOKEN, "http://127.0.0.1:9", gate=time.gate(), tries=2)
    with pytest.raises(Busy, match="failed 2 times, the last time: the connection failed"):
        client.page(ID)


def test_403_of_the_network_in_front_is_asked_again(time: Time) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(PAGE, status=403, body="<html>Attention Required!</html>")
        mocked.get(PAGE, json={"object": "page", "id": ID})
        assert Client(TOKEN, gate=time.gate()).page(ID)["id"] == ID


# -- final answers -------------------------------------------------------------------------------


def test_a_wrong_token_is_said_so_at_once(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace, token="ntn_another")
    with pytest.raises(Unauthorized, match=r"API token is invalid\. Check NOTION_TOKEN"):
        service.client.page(page)
    assert len(service.stand_in.requests) == 1
    assert Unauthorized("").exit_code == 2


def test_what_is_closed_to_the_integration_says_nothing_of_the_token(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.error(403, "Insufficient permissions.")
    with pytest.raises(Forbidden, match=r"Insufficient permissions\. Check in Notion"):
        service.client.page(page)
    assert not issubclass(Forbidden, Unauthorized)
    assert len(service.stand_in.requests) == 1


def test_what_is_not_there_is_asked_for_once(serve: Serve) -> None:
    workspace, page = one_page()
    workspace.unshare(page)
    service = serve(workspace)
    with pytest.raises(NotFound, match=f"Could not find page with ID: {page}") as caught:
        service.client.page(page)
    assert (caught.value.status, caught.value.code) == (404, "object_not_found")
    assert len(service.stand_in.requests) == 1


def test_a_refused_request_is_made_once(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    with pytest.raises(NotionError, match="is a page, not a database") as caught:
        service.client.database(page)
    assert type(caught.value) is NotionError
    assert (caught.value.status, caught.value.code) == (400, "validation_error")
    assert len(service.stand_in.requests) == 1


def test_a_full_workspace_is_not_a_conflict_that_passes(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    body = {"object": "error", "code": "row_limit_exceeded", "message": "Too many rows."}
    service.stand_in.plan = lambda asked: saying(body, 409)
    with pytest.raises(NotionError, match="Too many rows"):
        service.client.page(page)
    assert len(service.stand_in.requests) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 413])
def test_a_refusal_that_is_not_notions_points_to_the_address(status: int, serve: Serve) -> None:
    """A proxy's 404 must not be taken for a page that is gone."""
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.html(status)
    with pytest.raises(NotionError, match="NOTION_API_URL") as caught:
        service.client.page(page)
    assert not isinstance(caught.value, NotFound)
    assert caught.value.status == status


@pytest.mark.parametrize("message", [None, 7, ["a"], {"b": 1}])
def test_a_message_of_an_odd_kind_does_not_hurt(message: object, serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: saying({"object": "error", "message": message}, 400)
    with pytest.raises(NotionError, match="Notion refused GET"):
        service.client.page(page)


def test_notions_words_come_on_one_line_and_not_without_end(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    body = {"object": "error", "message": "Line one.\nLine two. " + "x" * 5000}
    service.stand_in.plan = lambda asked: saying(body, 400)
    with pytest.raises(NotionError, match=r"Line one\. Line two\.") as caught:
        service.client.page(page)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


# -- the token -----------------------------------------------------------------------------------


def _shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


REPEATING = json.dumps({"object": "error", "message": f"Bad header: Bearer {TOKEN}"}).encode()


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(status, REPEATING, {"Content-Type": JSON}) for status in (400, 401, 403, 404, 429)),
        Fault(302, b"", {"Location": f"https://example.org/?token={TOKEN}"}),
        faults.dropped(),
        faults.cut_off(),
        Fault(200, TOKEN.encode()),
    ],
)
def test_no_error_holds_the_token(fault: Fault, serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: fault
    with pytest.raises(BackupError) as caught:
        service.client.page(page)
    assert TOKEN not in _shown(caught.value)
    assert TOKEN not in repr(service.client)


@pytest.mark.parametrize("odd", ["\n", "\r\nX: y", "’", " ", "é", "\x00"])
def test_a_token_that_can_be_none_is_refused_without_repeating_it(odd: str) -> None:
    with pytest.raises(ConfigError, match="NOTION_TOKEN") as caught:
        Client(f"{TOKEN}{odd}{TOKEN}")
    assert TOKEN not in _shown(caught.value)


def test_a_page_may_hold_the_token_that_reads_it(serve: Serve) -> None:
    """Only what goes into messages is cleaned, never content."""
    workspace, page = one_page()
    workspace.rename(page, f"Our token is {TOKEN}")
    service = serve(workspace)
    assert TOKEN in json.dumps(service.client.page(page))
