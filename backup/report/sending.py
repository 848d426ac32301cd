"""Sends one message to one address: ten seconds, two tries, and never the address in an error.

A webhook's address is its password, so the text of an HTTP library's error is never passed on.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from http import HTTPStatus

import requests

_SECONDS = 10.0  # to connect, and between two packets of the answer
_TRIES = 2
_PAUSE = 1.0  # seconds before the second try
_PATIENCE = 30.0  # seconds that a service may ask us to wait; a run should not hang for a message
_MOST_READ = 16_384  # bytes of an answer


class NotifyError(Exception):
    """The message was not delivered; the text is for people and holds no address."""


class _Temporary(NotifyError):
    """A second try may help, after some seconds."""

    def __init__(self, message: str, after: float = _PAUSE) -> None:
        super().__init__(message)
        self.after = after


def post(
    session: requests.Session, url: str, body: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """POST `body` to `url`. Raises NotifyError when it was not accepted, also at the second try."""
    for left in reversed(range(_TRIES)):
        try:
            _try(session, url, body, headers or {})
            return
        except _Temporary as error:
            if not left or error.after > _PATIENCE:
                raise
            time.sleep(error.after)


def post_json(session: requests.Session, url: str, message: object) -> None:
    """POST `message` as JSON. Raises NotifyError."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    post(session, url, body, {"Content-Type": "application/json"})


def _try(session: requests.Session, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    all_headers = {"User-Agent": "notion-backup", **headers}
    try:
        with session.post(
            url,
            data=body,
            headers=all_headers,
            timeout=_SECONDS,
            allow_redirects=False,  # the message is for this address and no other
            stream=True,
        ) as answer:
            _judge(answer)
    except requests.Timeout:  # it may have arrived: a second one would be a message too many
        raise NotifyError(f"no answer within {_SECONDS:.0f} s") from None
    except requests.exceptions.SSLError:
        raise NotifyError("the server's certificate was not accepted") from None
    except requests.ConnectionError:
        raise _Temporary("could not connect, or the connection broke off") from None
    except (requests.RequestException, UnicodeError, ValueError):
        raise NotifyError("the address is not valid") from None


def _judge(answer: requests.Response) -> None:
    """Raises NotifyError unless the answer says that all went well."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    words = f"HTTP {status}{_phrase(status)}"
    if status == 429:
        raise _Temporary(words, _asked_to_wait(answer))
    raise _Temporary(words) if status >= 500 else NotifyError(words)


def _phrase(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return f" ({known[status]})" if status in known else ""


def _asked_to_wait(answer: requests.Response) -> float:
    """Seconds: from the body, as Discord tells them to the millisecond, else from the header
    (Discord developer docs, "Rate Limits")."""
    try:
        said = json.loads(next(answer.iter_content(_MOST_READ), b""))
    except (ValueError, requests.RequestException):
        said = None
    exact = said.get("retry_after") if isinstance(said, dict) else None
    try:
        seconds = float(exact if exact is not None else answer.headers.get("Retry-After", ""))
    except (TypeError, ValueError):
        return _PAUSE
    return max(seconds, 0.0) if math.isfinite(seconds) else math.inf
