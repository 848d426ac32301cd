"""When Notion says wait: everybody waits once, nothing is lost, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import responses

from backup.errors import Busy, NotionError
from backup.notion.client import Client
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.notion.service import TOKEN, Service, Time, one_page

Serve = Callable[..., Service]
ID = "2b6f1d40-5e0a-8123-a456-0123456789ab"
PAGE = f"https://api.notion.com/v1/pages/{ID}"
GOOD = {"object": "page", "id": ID}
DATE = "Mon, 02 Nov 2026 10:00:00 GMT"

WAITS = {
    "7": 7,
    "0.5": 1,
    "0": 1,  # less than a second, not nothing
    "Mon, 02 Nov 2026 10:00:30 GMT": 30,  # by the clock of the answer, whatever ours says
    "Mon, 02 Nov 2026 10:00:30 -0000": 30,
    "Mon, 02 Nov 2026 10:00:30": 30,
    "Mon, 02 Nov 2026 09:00:00 GMT": 1,
    "": 5,
    "soon": 5,
    "-3": 1,
    "nan": 5,
    "inf": 5,
    "1e10": 5,
    "Mon, 02 Nov 99999999999 10:00:30 GMT": 5,
}


@pytest.mark.parametrize("status", [429, 529])
@pytest.mark.parametrize("after", WAITS)
def test_retry_after_says_how_long(status: int, after: str, time: Time) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(PAGE, status=status, headers={"Retry-After": after, "Date": DATE})
        mocked.get(PAGE, json=GOOD)
        assert Client(TOKEN, gate=time.gate()).page(ID)["id"] == ID
    assert time.slept == [WAITS[after]]


@pytest.mark.parametrize(("said", "waited"), [("20", 20), (20, 20), (None, 5), ({}, 5)])
def test_without_the_header_the_body_says_how_long(said: object, waited: float, time: Time) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(PAGE, status=429, json={"additional_data": {"retry_after": said}})
        mocked.get(PAGE, json=GOOD)
        Client(TOKEN, gate=time.gate()).page(ID)
    assert time.slept == [waited]


def test_when_the_run_has_ended_nobody_waits_for_the_limit(time: Time) -> None:
    gate = time.gate()
    gate.close(60)
    client = Client(TOKEN, gate=gate)
    client.close()
    with pytest.raises(NotionError, match=r"The run has ended\."):
        client.page(ID)
    assert time.slept == []


def test_all_workers_wait_once_until_the_moment_and_nothing_is_lost(serve: Serve) -> None:
    workspace, page = one_page(*(b.paragraph(f"Line {number}") for number in range(4)))
    blocks = workspace.listed(page)
    service = serve(workspace)
    meet, served = threading.Barrier(4), []

    def busy_at_first(asked: Asked) -> Fault | None:
        if len(service.stand_in.requests) < 4 and service.time.now == 1000:
            meet.wait(timeout=30)  # all four are under way when the first is refused
            return faults.busy("30")
        served.append(service.time.now)
        return None

    service.stand_in.plan = busy_at_first
    service.time.together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(service.client.block, blocks))
    assert [one["id"] for one in found] == blocks
    assert service.stand_in.throttled == 4
    assert len(service.stand_in.requests) == 8
    assert served == [1030.0] * 4
    assert service.time.slept == [30.0] * 4
    assert service.time.waits == [30.0]


def test_who_comes_later_waits_for_the_same_moment(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    gate = service.time.gate()
    gate.close(30)
    service.time.now += 10
    Client(TOKEN, service.stand_in.url, gate=gate).page(page)
    assert service.time.slept == [20.0]
    assert len(service.stand_in.requests) == 1


def test_a_later_moment_is_logged_again_an_earlier_one_is_not(time: Time) -> None:
    gate = time.gate()
    for seconds in (30, 30.5, 10, 60):
        gate.close(seconds)
    assert time.waits == [30, 60]
    gate.wait()
    assert time.now == 1060
    gate.close(1)
    assert time.waits == [30, 60, 1]


def test_a_small_budget_is_used_and_every_request_answered(serve: Serve) -> None:
    workspace, page = one_page(*(b.paragraph(f"Line {number}") for number in range(40)))
    blocks = workspace.listed(page)
    service = serve(workspace, budget=5, window=60)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(service.client.block, blocks))
    assert [one["id"] for one in found] == blocks
    assert service.client.requests == 40 + service.stand_in.throttled
    assert 1 <= service.stand_in.throttled <= 7 * 8  # seven windows end early, eight may be in them


def test_a_blocked_connection_is_not_asked_again(time: Time) -> None:
    reason = {"rate_limit_reason": "public_api_request_blocked"}
    body = {
        "object": "error",
        "code": "rate_limited",
        "message": "Blocked.",
        "additional_data": reason,
    }
    with responses.RequestsMock() as mocked:
        mocked.get(PAGE, status=429, json=body, headers={"Retry-After": "5"})
        with pytest.raises(NotionError, match="Blocked") as caught:
            Client(TOKEN, gate=time.gate()).page(ID)
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    assert time.slept == []


@pytest.mark.parametrize("odd", ["text", 3, ["a"], None])
def test_additional_data_of_an_odd_kind_does_not_hurt(odd: object, time: Time) -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(PAGE, status=429, json={"additional_data": odd}, headers={"Retry-After": "2"})
        mocked.get(PAGE, json=GOOD)
        Client(TOKEN, gate=time.gate()).page(ID)
    assert time.slept == [2]


# -- patience ------------------------------------------------------------------------------------


def test_a_wait_beyond_all_patience_is_not_begun_and_not_asked_for_again(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(faults.busy("3600"))
    for _ in range(3):
        with pytest.raises(Busy, match="throttles every request, for longer than the 15 minutes"):
            service.client.page(page)
    assert len(service.stand_in.requests) == 1
    assert (service.time.slept, service.time.waits) == ([], [])
    service.time.now += 3600
    assert service.client.page(page)["id"] == page


def test_patience_ends_when_only_throttled_answers_come(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.busy("60")
    for _ in range(3):
        with pytest.raises(Busy):
            service.client.page(page)
    assert service.time.slept == [60.0] * 15
    assert len(service.stand_in.requests) == 16


def test_every_good_answer_renews_the_patience(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    for _ in range(20):
        service.stand_in.fail_next(faults.busy("60"))
        assert service.client.page(page)["id"] == page
    assert service.time.slept == [60.0] * 20


# -- broken answers ------------------------------------------------------------------------------


def test_the_pauses_between_tries_grow_and_end_at_half_a_minute(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(502), times=8)
    client = Client(TOKEN, service.stand_in.url, gate=service.time.gate(), tries=9)
    assert client.page(page)["id"] == page
    middle = [1, 2, 4, 8, 16, 30, 30, 30]
    assert len(service.time.slept) == len(middle)
    for slept, about in zip(service.time.slept, middle, strict=True):
        assert 0.7 * about <= slept <= 1.3 * about
    assert service.time.waits == []  # nobody else waits for a broken answer


@pytest.mark.parametrize(("after", "waited"), [("20", 20), ("4000", 60)])
def test_a_broken_answer_may_ask_for_a_longer_pause(
    after: str, waited: float, serve: Serve
) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(503, retry_after=after))
    service.client.page(page)
    assert service.time.slept == [waited]


def test_throttled_answers_do_not_count_as_broken_ones(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    for _ in range(5):
        service.stand_in.fail_next(faults.error(500))
        service.stand_in.fail_next(faults.busy("1"), times=2)
    assert service.client.page(page)["id"] == page
