"""Sends one message to one address: ten seconds, two tries, and never the address in an error.

A webhook's address is its password, so the text of an HTTP library's error is never passed on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from backup import http
from backup.http import Session
from backup.json_values import as_object

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


def post(session: Session, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """POST `body` to `url`. Raises NotifyError when it was not accepted, also at the second try."""
    for left in reversed(range(_TRIES)):
        try:
            _try(session, url, body, headers or {})
            return
        except _Temporary as error:
            if not left or error.after > _PATIENCE:
                raise
            time.sleep(error.after)


def post_json(session: Session, url: str, message: object) -> None:
    """POST `message` as JSON. Raises NotifyError."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    post(session, url, body, {"Content-Type": "application/json"})


def _try(session: Session, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        with session.post(
            url,
            data=body,
            headers={"User-Agent": "notion-backup", **headers},
            timeout=_SECONDS,
            allow_redirects=False,  # the message is for this address and no other
            stream=True,
        ) as answer:
            _judge(answer)
    except (http.RequestException, UnicodeError, ValueError) as error:
        why = http.no_answer(error)
        # After a timeout it may have arrived: a second one would be a message too many.
        again = why.passes and not isinstance(error, http.Timeout)
        raise (_Temporary if again else NotifyError)(str(why)) from None


def _judge(answer: http.Response) -> None:
    """Raises NotifyError unless the answer says that all went well."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    words = f"the server {http.answered(status)}"
    if status == 429:
        raise _Temporary(words, _asked_to_wait(answer))
    raise _Temporary(words) if http.may_pass(status) else NotifyError(words)


def _asked_to_wait(answer: http.Response) -> float:
    """Seconds: from the body, as Discord tells them to the millisecond, else from the header
    (Discord developer docs, "Rate Limits")."""
    try:
        said = as_object(json.loads(next(answer.iter_content(_MOST_READ), b"")))
    except (ValueError, http.RequestException):
        said = {}
    exact = said.get("retry_after")
    found = http.seconds(answer.headers.get("Retry-After") if exact is None else exact)
    return _PAUSE if found is None else found
