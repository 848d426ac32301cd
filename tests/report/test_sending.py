"""One message to one address: what is tried again, what is given up, and what is never said."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests
import responses

from backup.report.sending import NotifyError, Sending, post
from tests.support.inbox import Inbox

SECRET = "https://hooks.example/services/T0/B0/xyzsecretxyz"


@pytest.fixture
def pauses() -> list[float]:
    """How long it would have waited."""
    return []


@pytest.fixture
def session(pauses: list[float]) -> Sending:
    return Sending(pauses.append)


def refusal(session: Sending, url: str) -> str:
    with pytest.raises(NotifyError) as caught:
        post(session, url, b"hello")
    return str(caught.value)


def test_a_message_arrives_as_it_is(session: Sending, inbox: Inbox) -> None:
    post(session, inbox.url + "/a?b=c", "日本".encode(), {"X-A": "b"})
    (letter,) = inbox.letters
    assert (letter.path, letter.body, letter.headers["X-A"]) == ("/a?b=c", "日本".encode(), "b")


def test_an_address_may_hold_name_and_password(session: Sending, inbox: Inbox) -> None:
    post(session, inbox.url.replace("//", "//ada:pass@"), b"hello")
    assert inbox.letters[0].headers["Authorization"] == "Basic YWRhOnBhc3M="


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        ((429, {"Retry-After": "3"}, b"<html>"), [3.0]),
        ((429, {"Retry-After": "0.75"}, b""), [0.75]),
        ((429, {"Retry-After": "soon"}, b""), [1.0]),
        ((429, {"Retry-After": "86400"}, b""), [10.0]),
        ((429, {"Retry-After": "Thu, 02 Nov 2090 10:00:30 GMT"}, b""), [10.0]),
        ((429, {"Retry-After": "inf"}, b""), [10.0]),
        ((503, {"Retry-After": "3"}, b""), [3.0]),
        ((429, {}, b""), []),
        ((502, {}, b""), []),
    ],
)
def test_it_waits_as_asked_and_tries_once_more(
    session: Sending, inbox: Inbox, pauses: list[float], answer: Any, waits: list[float]
) -> None:
    inbox.answers = [answer]
    post(session, inbox.url, b"hello")
    assert (len(inbox.letters), pauses) == (2, waits)


def test_there_are_three_tries_and_no_fourth(
    session: Sending, inbox: Inbox, pauses: list[float]
) -> None:
    inbox.answers = [(500, {}, b"")] * 5
    assert refusal(session, inbox.url) == "the server answered 500 (Internal Server Error)"
    assert (len(inbox.letters), pauses) == (3, [1.0])


@pytest.mark.parametrize("status", [400, 401, 404, 413, 299 + 100])
def test_a_refusal_is_not_repeated(
    session: Sending, inbox: Inbox, pauses: list[float], status: int
) -> None:
    inbox.answers = [(status, {}, b"x" * 100_000)]
    assert refusal(session, inbox.url).startswith(f"the server answered {status}")
    assert (len(inbox.letters), pauses) == (1, [])


def test_a_redirect_is_not_followed(session: Sending, inbox: Inbox) -> None:
    inbox.answers = [(302, {"Location": inbox.url + "/elsewhere"}, b"")]
    assert refusal(session, inbox.url) == "the server answered 302 (Found)"
    assert inbox.paths() == ["/"]


def test_a_closed_port_is_tried_three_times(
    session: Sending, closed_port: int, pauses: list[float]
) -> None:
    said = refusal(session, f"http://127.0.0.1:{closed_port}/key-of-the-hook")
    assert said == "the connection failed"
    assert len(pauses) == 1


def test_a_server_that_never_answers_is_left_alone(session: Sending, pauses: list[float]) -> None:
    session.seconds = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = refusal(session, f"http://127.0.0.1:{silent.getsockname()[1]}/")
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
def test_no_reason_shows_the_address(session: Sending, error: Exception) -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(SECRET, body=error)
        said = refusal(session, SECRET)
    assert "hooks" not in said and "secret" not in said


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://a..b/", "ftp://x/", "http://\x00/", "nonsense"]
)
def test_an_address_that_is_none_is_a_refusal_and_no_crash(session: Sending, url: str) -> None:
    assert refusal(session, url)


def test_ten_seconds_are_the_limit_of_every_request(session: Sending) -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(SECRET, status=204)
        post(session, SECRET, b"")
        assert mocked.calls[0].request.req_kwargs["timeout"] == 10.0
