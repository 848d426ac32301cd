"""Asks Notion: one method an endpoint, one place for waiting and repeating.

Every call made here only reads, also the POST of a query, so every call may be repeated (Notion API
reference, "Request limits" and "Status codes", 2026-08).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from backup.errors import Busy, NotFound, NotionError, Unauthorized
from backup.model import Json

VERSION = "2026-03-11"
PAGE_SIZE = 100  # the largest that the API takes
_TIMEOUT = (10, 60)  # seconds to connect and between bytes; Notion's own deadline is about 60
_PATIENCE = 15 * 60  # seconds of throttling in a row after which a run gives up
_BROKEN = (409, 500, 502, 503, 504)
_THROTTLED = (429, 529)


@dataclass
class Gate:
    """Where all workers wait when Notion says wait: until one moment, once, then all go on."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[float], None] = lambda seconds: None
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when no wait is in force."""
        while (left := self._until - self.clock()) > 0:
            self.sleep(left)

    def close(self, seconds: float) -> None:
        """Nobody asks for the next `seconds`; told once for each moment that lies later."""
        with self._lock:
            until = self.clock() + seconds
            later = until > self._until + 0.5
            self._until = max(self._until, until)
        if later:
            self.tell(seconds)


class Client:
    """The reading endpoints of the Notion API. Safe to use from several threads at once."""

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.notion.com",
        *,
        connections: int = 8,
        gate: Gate | None = None,
        tries: int = 6,
    ) -> None:
        self.requests = 0  # answered or not, repetitions included
        self._base = base_url.rstrip("/")
        self._gate = gate or Gate()
        self._tries = tries
        self._count = threading.Lock()
        self._ahead = timedelta()
        self._session = _session(token, connections)

    def now(self) -> datetime:
        """The time by Notion's clock, as its last answer told it: what its time stamps go by."""
        return datetime.now(timezone.utc) + self._ahead

    def database(self, id_: str) -> Json:
        """GET /v1/databases/{id}: the container with its `data_sources`."""
        return self._ask("GET", f"databases/{id_}")

    def data_source(self, id_: str) -> Json:
        """GET /v1/data_sources/{id}: with the schema under `properties`."""
        return self._ask("GET", f"data_sources/{id_}")

    def view(self, id_: str) -> Json:
        """GET /v1/views/{id}."""
        return self._ask("GET", f"views/{id_}")

    def page(self, id_: str) -> Json:
        """GET /v1/pages/{id}."""
        return self._ask("GET", f"pages/{id_}")

    def block(self, id_: str) -> Json:
        """GET /v1/blocks/{id}: with fresh signatures on its file URLs."""
        return self._ask("GET", f"blocks/{id_}")

    def children(self, id_: str) -> Iterator[Json]:
        """GET /v1/blocks/{id}/children: every direct child, in reading order."""
        for answer in self._lists("GET", f"blocks/{id_}/children", {}):
            yield from answer["results"]

    def query(self, source_id: str, body: Json) -> Iterator[Json]:
        """POST /v1/data_sources/{id}/query: the list answers one by one, so that the caller sees
        `request_status` as well as `results`."""
        return self._lists("POST", f"data_sources/{source_id}/query", body)

    def property_items(self, page_id: str, property_id: str) -> Iterator[Json]:
        """GET /v1/pages/{id}/properties/{id}: the list answers one by one.

        `property_id` is URL-encoded as page objects give it.
        """
        return self._lists("GET", f"pages/{page_id}/properties/{property_id}", {})

    def _lists(self, method: str, path: str, sent: Json) -> Iterator[Json]:
        sent = {**sent, "page_size": PAGE_SIZE}
        while True:
            answer = self._ask(method, path, sent)
            if answer.get("object") != "list":  # a property that fits one answer
                yield {"results": [answer], "property_item": answer}
                return
            if not isinstance(answer.get("results"), list):
                raise NotionError(f"Notion's answer to {method} /v1/{path} holds no results.")
            yield answer
            cursor = answer.get("next_cursor")
            if not (answer.get("has_more") and cursor):
                return
            if cursor == sent.get("start_cursor"):
                raise NotionError(f"Notion's list of {method} /v1/{path} never ends.")
            sent = {**sent, "start_cursor": cursor}

    def _ask(self, method: str, path: str, sent: Json | None = None) -> Json:
        """The JSON answer; raises NotionError or a child of it when there will be none."""
        broken = 0
        throttled = 0.0
        while True:
            self._gate.wait()
            try:
                return self._once(method, path, sent or {})
            except _Throttled as error:
                throttled += error.seconds
                if throttled > _PATIENCE:
                    raise Busy(f"Notion still throttles after {_PATIENCE // 60} minutes.") from None
                self._gate.close(error.seconds)
            except _Broken as error:
                broken += 1
                if broken == self._tries:
                    raise Busy(
                        f"{method} /v1/{path} failed {broken} times, the last time with {error}.",
                        hint="The next run tries again.",
                    ) from None
                self._gate.sleep(_backoff(broken))

    def _once(self, method: str, path: str, sent: Json) -> Json:
        where: dict[str, Any] = {"params": sent} if method == "GET" else {"json": sent}
        with self._count:
            self.requests += 1
        try:
            answer = self._session.request(
                method, f"{self._base}/v1/{path}", timeout=_TIMEOUT, allow_redirects=False, **where
            )
        except requests.exceptions.RequestException as error:
            raise _Broken(_network_words(error)) from None
        self._set_clock(answer.headers.get("Date", ""))
        return _judged(answer, f"{method} /v1/{path}")


    def _set_clock(self, date: str) -> None:
        try:
            self._ahead = parsedate_to_datetime(date) - datetime.now(timezone.utc)
        except (ValueError, TypeError):
            pass  # no date, or one that is none: the last one still holds


class _Throttled(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class _Broken(Exception):
    """This try failed; the next may not."""


def _session(token: str, connections: int) -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update({"Notion-Version": VERSION, "User-Agent": "notion-backup"})

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    session.auth = authorize  # a header alone would lose against an entry in ~/.netrc
    return session


def _judged(answer: requests.Response, where: str) -> Json:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code == 200:
        if isinstance(body, dict):
            return body
        raise _Broken("an answer that is no JSON object")
    error = body if isinstance(body, dict) else {}
    _raise(answer, error, where)
    raise AssertionError("unreachable")


def _raise(answer: requests.Response, error: Json, where: str) -> None:
    status, code = answer.status_code, str(error.get("code", ""))
    more = error.get("additional_data") or {}
    blocked = more.get("rate_limit_reason") == "public_api_request_blocked"
    if status in _THROTTLED and not blocked:
        raise _Throttled(_retry_after(answer.headers.get("Retry-After") or more.get("retry_after")))
    if status in _BROKEN and code != "row_limit_exceeded":
        raise _Broken(f"status {status}")
    message = str(error.get("message", "")) or f"an answer without a reason (status {status})"
    said = f"Notion refused {where}: {message}"
    if status == 401:
        raise Unauthorized(said, hint="Check NOTION_TOKEN.", status=status, code=code)
    if code == "restricted_resource":
        hint = "Give the integration the capability to read content."
        raise Unauthorized(said, hint=hint, status=status, code=code)
    if status == 403 and not answer.headers.get("x-notion-request-id"):
        raise _Broken("status 403 from the network in front of Notion")
    if status == 404:
        raise NotFound(said, status=status, code=code)
    raise NotionError(said, status=status, code=code)


def _retry_after(value: object) -> float:
    """Seconds to wait, from a Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    text = str(value or "").strip()
    try:
        return max(float(text), 0.1)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 5.0  # Assumed: a throttled answer without a usable time means a short wait.
    left = (moment - datetime.now(timezone.utc)).total_seconds()
    return min(max(left, 0.1), float(_PATIENCE))


def _backoff(failed: int) -> float:
    """Seconds before the next try: 1, 2, 4 … at most 30, with jitter so that workers part."""
    return min(2.0 ** (failed - 1), 30.0) * random.uniform(0.7, 1.3)


def _network_words(error: requests.exceptions.RequestException) -> str:
    """What happened, without the URL that the library puts into its texts."""
    return f"a network error ({type(error).__name__})"
