"""What can be made to go wrong, seen from the client's side."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from fakenotion import faults
from fakenotion.server import Asked, StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


def test_the_budget_throttles_until_the_window_ends(client: Client, stand_in: StandIn) -> None:
    now = 100.0
    stand_in.knobs.timer = lambda: now
    stand_in.knobs.budget, stand_in.knobs.window = 3, 60
    assert [client.get("users/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    now = 130.5
    refused = client.get("users/me")
    assert refused.headers["Retry-After"] == "30"
    assert refused.json()["code"] == "rate_limited"
    reason = refused.json()["additional_data"]
    assert reason == {
        "rate_limit_reason": "public_api_request_rate_limit",
        "retry_after": "30",
    }
    assert stand_in.throttled == 3
    now = 160.0
    assert client.get("users/me").status_code == 200


@pytest.mark.parametrize("status", [409, 500, 502, 503, 504, 529])
def test_an_error_comes_as_often_as_ordered_and_then_no_more(
    status: int, client: Client, stand_in: StandIn
) -> None:
    stand_in.fail_next(faults.error(status), times=2)
    answers = [client.get("users/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["status"] == status


@pytest.mark.parametrize("after", ["7", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_busy_says_when_to_come_back(after: str, client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.busy(after))
    answer = client.get("users/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, after)
    assert answer.json()["additional_data"]["retry_after"] == after


def test_a_fault_waits_for_the_path_it_is_meant_for(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.error(500), path="/v1/users/me")
    assert client.get("users").status_code == 200
    assert client.get("users/me").status_code == 500


def test_a_plan_decides_for_each_request(client: Client, stand_in: StandIn) -> None:
    def every_second(asked: Asked) -> faults.Fault | None:
        return faults.error(503) if len(stand_in.requests) % 2 else None

    stand_in.plan = every_second
    assert [client.get("users").status_code for _ in range(4)] == [200, 503, 200, 503]


def test_html_and_garbage_are_no_json(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.html(502))
    stand_in.fail_next(faults.garbage())
    page, broken = client.get("users/me"), client.get("users/me")
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert (broken.status_code, broken.headers["Content-Type"]) == (200, faults.JSON)
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.text)


def test_a_body_breaks_off_in_its_middle(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.cut_off())
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get("users/me")
    assert client.get("users/me").status_code == 200


def test_a_connection_is_dropped_without_a_word(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.dropped())
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get("users/me")
    assert stand_in.requests[-1].status == 0


def test_a_client_that_does_not_wait_times_out(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.hang(30))
    url = f"{stand_in.url}/v1/users/me"
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(url, timeout=0.1)
    stand_in.fail_next(faults.slow(30))
    with (
        client.session.get(url, timeout=2, stream=True) as begun,
        pytest.raises(requests.exceptions.ConnectionError, match="Read timed out"),
    ):
        begun.content  # noqa: B018 - it is read here


def test_the_record_names_what_was_asked(client: Client, stand_in: StandIn) -> None:
    client.get("users", params={"page_size": 5})
    client.post("search", {"query": "x"})
    first, second = stand_in.requests
    assert (first.method, first.path, first.status) == ("GET", "/v1/users", 200)
    assert first.query == {"page_size": ["5"]}
    assert second.body == {"query": "x"}


def test_latency_is_spent_side_by_side(client: Client, stand_in: StandIn) -> None:
    both_there, slept = threading.Barrier(2, timeout=20), []
    stand_in.knobs.latency = 0.25
    stand_in.knobs.timer = lambda: 0.0  # its own work takes no time
    stand_in.knobs.sleep = lambda seconds: (slept.append(seconds), both_there.wait())
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(client.get, ["users/me", "users"]))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert slept == [0.25, 0.25]
    assert stand_in.peak == 2


def test_jitter_comes_on_top_of_latency(client: Client, stand_in: StandIn) -> None:
    slept: list[float] = []
    stand_in.knobs.latency, stand_in.knobs.jitter = 0.25, 0.5
    stand_in.knobs.timer, stand_in.knobs.sleep = lambda: 0.0, slept.append
    for _ in range(20):
        client.get("users/me")
    assert min(slept) >= 0.25
    assert max(slept) <= 0.75
    assert len(set(slept)) == 20


def test_a_limit_is_spent_in_a_burst_and_comes_back(client: Client, stand_in: StandIn) -> None:
    now = 0.0
    stand_in.knobs.timer = lambda: now
    stand_in.limit()
    codes = [client.get("users/me").status_code for _ in range(181)]
    assert codes == [200] * 180 + [429]
    stand_in.limit(3, 1)  # a hard pace
    assert [client.get("users/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    now = 1.0
    assert client.get("users/me").status_code == 200
    stand_in.limit(None)
    assert {client.get("users/me").status_code for _ in range(5)} == {200}


def test_a_restricted_answer_is_a_fault_too(client: Client, stand_in: StandIn) -> None:
    stand_in.fail_next(faults.restricted())
    answer = client.get("users/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")


def test_connections_are_kept_open(client: Client, stand_in: StandIn) -> None:
    first = client.get("users/me", stream=True)
    port = first.raw.connection.sock.getsockname()[1]
    first.close()
    ports = set()
    for _ in range(3):
        answer = client.get("users/me", stream=True)
        ports.add(answer.raw.connection.sock.getsockname()[1])
        assert answer.content
    assert len(ports) == 1
    assert port


def test_stopping_does_not_wait_for_open_connections() -> None:
    stand_in = StandIn(Workspace())
    with stand_in.serving() as url:
        client = Client(url)
        client.get("users/me")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get("users/me")
    client.close()
