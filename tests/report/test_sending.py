"""One message to one address: what is tried again, what is given up, and what is never said."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests
import responses

from backup.report import sending
from backup.report.sending import NotifyError, post
from tests.report.inbox import Inbox

SECRET = "https://hooks.example/services/T0/B0/xyzsecretxyz"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(sending.time, "sleep", waited.append)
    return waited


def refusal(url: str) -> str:
    with pytest.raises(NotifyError) as caught:
        post(requests.Session(), url, b"hello")
    return str(caught.value)


def test_a_message_arrives_as_it_is(inbox: Inbox) -> None:
    post(requests.Session(), inbox.url + "/a?b=c", "日本".encode(), {"X-A": "b"})
    (letter,) = inbox.letters
    assert (letter.path, letter.body, letter.headers["X-A"]) == ("/a?b=c", "日本".encode(), "b")


def test_an_address_may_hold_name_and_password(inbox: Inbox) -> None:
    post(requests.Session(), inbox.url.replace("//", "//ada:pass@"), b"hello")
    assert inbox.letters[0].headers["Authorization"] == "Basic YWRhOnBhc3M="


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ((429, {}, b'{"message": "slow", "retry_after": 0.75, "global": false}'), 0.75),
        ((429, {"Retry-After": "3"}, b"<html>"), 3.0),
        ((429, {"Retry-After": "65"}, b'{"retry_after": 2}'), 2.0),
        ((429, {"Retry-After": "soon"}, b'{"retry_after": "x"}'), 1.0),
        ((429, {}, b"[]"), 1.0),
        ((429, {}, b'{"retry_after": -5}'), 0.0),
        ((503, {"Retry-After": "3"}, b""), 1.0),
    ],
)
def test_it_waits_as_asked_and_tries_once_more(
    inbox: Inbox, pauses: list[float], answer: Any, wait: float
) -> None:
    inbox.answers = [answer]
    post(requests.Session(), inbox.url, b"hello")
    assert (len(inbox.letters), pauses) == (2, [wait])


@pytest.mark.parametrize("after", ["31", "86400", "inf", "nan"])
def test_it_does_not_hold_up_the_run_for_long(
    inbox: Inbox, pauses: list[float], after: str
) -> None:
    inbox.answers = [(429, {"Retry-After": after}, b"")]
    assert refusal(inbox.url) == "the server answered 429 (Too Many Requests)"
    assert (len(inbox.letters), pauses) == (1, [])


def test_there_are_two_tries_and_no_third(inbox: Inbox, pauses: list[float]) -> None:
    inbox.answers = [(500, {}, b"")] * 5
    assert refusal(inbox.url) == "the server answered 500 (Internal Server Error)"
    assert len(inbox.letters) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 413, 299 + 100])
def test_a_refusal_is_not_repeated(inbox: Inbox, pauses: list[float], status: int) -> None:
    inbox.answers = [(status, {}, b"x" * 100_000)]
    assert refusal(inbox.url).startswith(f"the server answered {status}")
    assert (len(inbox.letters), pauses) == (1, [])


def test_a_redirect_is_not_followed(inbox: Inbox) -> None:
    inbox.answers = [(302, {"Location": inbox.url + "/elsewhere"}, b"")]
    assert refusal(inbox.url) == "the server answered 302 (Found)"
    assert inbox.paths() == ["/"]


def test_a_closed_port_is_tried_twice(pauses: list[float]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = refusal(f"http://127.0.0.1:{port}/key-of-the-hook")
    assert said == "the connection failed"
    assert len(pauses) == 1


def test_a_server_that_never_answers_is_left_alone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setattr(sending, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = refusal(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert said == "the server took too long to answer" and pauses == []


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError(f"Max retries exceeded with url: {SECRET}"),
        requests.exceptions.SSLError(SECRET),
        requests.exceptions.InvalidURL(SECRET),
        requests.ReadTimeout(SECRET),
        requests.exceptions.ChunkedEncodingError(SECRET),
        UnicodeError(SECRET),
    ],
)
def test_no_reason_tells_the_address(pauses: list[float], error: Exception) -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(SECRET, body=error)
        said = refusal(SECRET)
    assert "hooks" not in said and "secret" not in said


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://a..b/", "ftp://x/", "http://\x00/", "nonsense"]
)
def test_an_address_that_is_none_is_a_refusal_and_no_crash(pauses: list[float], url: str) -> None:
    assert refusal(url)


def test_ten_seconds_are_the_limit_of_every_request() -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(SECRET, status=204)
        post(requests.Session(), SECRET, b"")
        assert mocked.calls[0].request.req_kwargs["timeout"] == 10.0
