"""Why there is no answer, and what a session sends."""

from __future__ import annotations

import math
import socket

import pytest
import requests
from urllib3 import exceptions as wire

from backup import http
from backup.errors import may_pass

SECRET = "https://hooks.example/services/T0/B0/xyzsecretxyz"


@pytest.mark.parametrize(
    ("error", "words", "passes"),
    [
        (requests.ReadTimeout(SECRET), "took too long", True),
        (requests.ConnectTimeout(SECRET), "took too long", True),
        (wire.TimeoutError(SECRET), "took too long", True),
        (requests.exceptions.SSLError(SECRET), "certificate", False),
        (requests.exceptions.InvalidURL(SECRET), "not valid", False),
        (requests.exceptions.MissingSchema(SECRET), "not valid", False),
        (UnicodeError(SECRET), "not valid", False),
        (requests.exceptions.ProxyError(SECRET), "proxy", True),
        (requests.ConnectionError(SECRET), "connection failed", True),
        (requests.exceptions.ChunkedEncodingError(SECRET), "was cut", True),
        (wire.ProtocolError(SECRET), "was cut", True),
        (requests.exceptions.ContentDecodingError(SECRET), "cannot be read", False),
        (KeyError(SECRET), "cannot be read (KeyError)", False),
        (requests.ConnectionError(), "connection failed", True),
    ],
)
def test_every_error_has_words_that_hold_no_address(
    error: Exception, words: str, passes: bool
) -> None:
    found = http.no_answer(error)
    assert words in str(found) and found.passes is passes
    assert "hooks" not in str(found) and "secret" not in str(found)


@pytest.mark.parametrize(("code", "passes"), [(socket.EAI_AGAIN, True), (socket.EAI_NONAME, False)])
def test_a_name_that_is_unknown_for_now_may_be_known_later(
    monkeypatch: pytest.MonkeyPatch, code: int, passes: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(http.RequestException) as caught:
        http.session({}).get("http://nowhere.invalid/")
    found = http.no_answer(caught.value)
    assert (str(found), found.passes) == ("the server's name is unknown", passes)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("3", 3.0),
        (0.75, 0.75),
        ("-5", 0.0),
        ("inf", math.inf),
        ("nan", math.inf),
        ("1e999", math.inf),
        ("soon", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_how_long_a_server_asks_to_wait(asked: object, seconds: float | None) -> None:
    assert http.seconds(asked) == seconds


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("Mon, 02 Nov 2026 10:00:30 GMT", 30.0),
        ("Mon, 02 Nov 2026 10:00:30", 30.0),
        ("Mon, 02 Nov 2026 09:00:00 GMT", 0.0),
        ("Mon, 02 Nov 99999999999 10:00:30 GMT", None),
    ],
)
def test_a_moment_counts_by_the_clock_of_the_server(asked: str, seconds: float | None) -> None:
    assert http.seconds(asked, "Mon, 02 Nov 2026 10:00:00 GMT") == seconds
    assert http.seconds("Thu, 02 Nov 2090 10:00:30 GMT") > 1e9  # by ours, when it has none


def test_a_status_is_shown_with_its_words() -> None:
    assert http.answered(404) == "answered 404 (Not Found)"
    assert http.answered(599) == "answered 599"
    found = [status for status in (200, 404, 408, 425, 429, 500, 529) if may_pass(status)]
    assert found == [408, 425, 429, 500, 529]
