"""HTTP: sessions, why there is no answer, in words, and what another try may help with.

The words hold no address, for an address may hold a key: nothing that a library says is passed on.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from requests import PreparedRequest, RequestException, Response, Session, Timeout, exceptions
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry
from urllib3 import exceptions as wire

from backup.errors import may_pass

__all__ = ["RequestException", "Response", "Session", "Timeout"]

# Whatever a request raises when there is no answer: `requests` lets some errors of what it stands on through.
ERRORS = (RequestException, wire.HTTPError, ValueError)

_BAD_ADDRESS = (
    exceptions.InvalidURL,
    exceptions.InvalidSchema,
    exceptions.MissingSchema,
    wire.LocationParseError,
    UnicodeError,
)
_REASONS: tuple[tuple[tuple[type[Exception], ...], str, bool], ...] = (
    ((Timeout, wire.TimeoutError), "the server took too long to answer", True),
    ((exceptions.SSLError,), "the server's certificate cannot be trusted", False),
    (_BAD_ADDRESS, "the address is not valid", False),
    ((exceptions.ProxyError,), "the proxy refuses the connection", True),
    ((exceptions.ConnectionError,), "the connection failed", True),
    ((exceptions.ChunkedEncodingError, wire.ProtocolError), "the connection was cut", True),
)


class NoAnswer(Exception):
    """Why there is none, in words for people; `passes` says whether another try may help."""

    def __init__(self, words: str, passes: bool) -> None:
        super().__init__(words)
        self.passes = passes


def no_answer(error: Exception) -> NoAnswer:
    """What an error of the network means, or of whatever a stranger's bytes made of a library."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, wire.NameResolutionError):
        is_passing = getattr(reason.__cause__, "errno", None) == socket.EAI_AGAIN
        return NoAnswer("the server's name is unknown", is_passing)
    for kinds, words, passes in _REASONS:
        if isinstance(error, kinds):
            return NoAnswer(words, passes)
    is_known = isinstance(error, RequestException | wire.HTTPError)
    kind = "" if is_known else f" ({type(error).__name__})"
    return NoAnswer(f"the server's answer cannot be read{kind}", passes=False)


def answered(status: int) -> str:
    """'answered 404 (Not Found)', or without the words where the status has none."""
    known = {each.value: f" ({each.phrase})" for each in HTTPStatus}
    return f"answered {status}{known.get(status, '')}"


def said(answer: Response) -> Any:
    """The JSON of an answer; None where it is none, or nested deeper than Python can follow."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def seconds(asked: object, date: object = None) -> float | None:
    """How long a server asks to wait, from what it says in Retry-After or in a body: seconds, or a moment (RFC
    9110, 10.2.3); infinity for what has no end, None when it says nothing that makes sense. `date` is the
    header Date of the answer, the server's own clock: ours may be wrong."""
    try:
        found = float(str(asked))
    except ValueError:
        moment = moment_of(asked)
        if moment is None:
            return None
        found = (moment - (moment_of(date) or datetime.now(timezone.utc))).total_seconds()
    return max(found, 0.0) if math.isfinite(found) else math.inf


def moment_of(date: object) -> datetime | None:
    """The moment of a Date or Retry-After header, in UTC when it names no zone; None for no date."""
    try:
        moment = parsedate_to_datetime(str(date))
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


class _Tries(Retry):
    """Waits as a server asks to, in whatever form, and never longer than its limit."""

    pause: Callable[[float], None]

    def new(self, **more: Any) -> _Tries:
        """What is left of it after a try."""
        left = super().new(**more)
        left.pause = self.pause
        return left

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait before the next try."""
        asked = self.get_retry_after(response) if response else None
        if wait := asked or self.get_backoff_time():
            self.pause(wait)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that it asks for; one, when what it says makes no sense."""
        if (after := response.headers.get("Retry-After")) is None:
            return None
        asked = seconds(after, response.headers.get("Date"))
        return min(1.0 if asked is None else asked, self.retry_after_max)


def trying(tries: int, patience: int, sleep: Callable[[float], None]) -> HTTPAdapter:
    """Tries again when no connection was made or a server is busy, and waits for `patience` seconds at
    most when it asks for that. After a cut or a timeout nobody knows what has arrived: no second time.
    `sleep` waits."""
    busy = tuple(filter(may_pass, range(400, 600)))
    retry = _Tries(
        tries - 1,
        read=False,
        allowed_methods=None,  # also a POST
        status_forcelist=busy,
        backoff_factor=0.5,
        raise_on_status=False,
        retry_after_max=patience,
    )
    retry.pause = sleep
    return HTTPAdapter(max_retries=retry)


def session(
    headers: Mapping[str, str], connections: int = 10, adapter: HTTPAdapter | None = None
) -> Session:
    """Kept connections, `connections` to a host or those of `adapter`, that send `headers` with each request, also where ~/.netrc has
    other credentials for the host or the address holds some. Threads may share it."""
    found = Session()
    for scheme in ("https://", "http://"):
        found.mount(scheme, adapter or HTTPAdapter(pool_maxsize=connections))
    # A jar that changes while another thread reads it breaks that thread's request, and nobody here
    # needs cookies.
    found.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def authorize(request: PreparedRequest) -> PreparedRequest:
        request.headers.update({"User-Agent": "notion-backup", **headers})
        return request

    found.auth = authorize  # a header alone would lose
    return found
