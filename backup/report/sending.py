"""Sends one message to one address: ten seconds, three tries, and never the address in an error.

A webhook's address is its password, so the text of an HTTP library's error is never passed on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from backup import http
from backup.http import Session

_TRIES = 3  # the second at once, the third after a second
_PATIENCE = 10  # seconds that a service may ask us to wait; a run should not hang for a message


class NotifyError(Exception):
    """The message was not delivered; the text is for people and holds no address."""


class Sending(Session):
    """Tries again where another try may help, and where the message cannot have arrived; `sleep` waits
    before that, and a server may be silent for `seconds`, to connect and between two packets of its answer."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep, seconds: float = 10.0) -> None:
        super().__init__()
        self.sleep, self.seconds = sleep, seconds
        for scheme in ("https://", "http://"):
            self.mount(scheme, http.trying(_TRIES, _PATIENCE, sleep))


def failures(calls: Mapping[str, Callable[[], None]]) -> Iterator[tuple[str, str]]:
    """The calls that failed, each with why: all are made at the same time, so that five silent servers take
    no longer than one. Of a bug only its type is said: its text may hold a key."""
    if not calls:
        return
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = {name: pool.submit(call) for name, call in calls.items()}
    for name, future in futures.items():
        if error := future.exception():
            yield name, str(error) if isinstance(error, NotifyError) else type(error).__name__


def post(session: Sending, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """POST `body` to `url`. Raises NotifyError when it was not accepted."""
    try:
        with session.post(
            url,
            data=body,
            headers={"User-Agent": "notion-backup", **(headers or {})},
            timeout=session.seconds,
            allow_redirects=False,  # the message is for this address and no other
            stream=True,
        ) as answer:
            if not 200 <= answer.status_code < 300:
                raise NotifyError(f"the server {http.answered(answer.status_code)}")
    except http.ERRORS as error:
        raise NotifyError(str(http.no_answer(error))) from None


def post_json(session: Sending, url: str, message: object) -> None:
    """POST `message` as JSON. Raises NotifyError."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    post(session, url, body, {"Content-Type": "application/json"})
