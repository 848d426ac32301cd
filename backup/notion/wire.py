"""HTTP with an end: however slowly a server sends, and however much, an answer comes whole or fails.

The timeouts of sockets count from byte to byte, so that a server that drips is waited for without end;
and a small body may unfold into one that fills the memory.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

_PIECE = 1 << 16  # bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one answer: `seconds` from the request to the last byte (Notion's own deadline is about
    60), and `size` in bytes, unpacked (100 blocks of the largest that Notion takes have about 20 MB).
    """

    seconds: float = 90.0
    size: int = 32_000_000


class Overdue(Exception):
    """The answer took too long."""


class AnswerTooLarge(Exception):
    """The answer is too large."""


class _Watch:
    """One request under way, the connection that it is on, and when it must have ended."""

    def __init__(self, until: float) -> None:
        self.sock: socket.socket | None = None
        self.until = until
        self.is_over = False

    def on(self, sock: socket.socket | None) -> None:
        """The connection is there; it may be late already."""
        self.sock = sock
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        """End the connection under the one who reads it."""
        self.is_over = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # TLS would say good-bye first
            except OSError:  # it has ended by itself
                pass


class _Watchman:
    """One thread that cuts off all requests whose time is over: a timer for each would be a thread for
    each. It looks when the first of them is due, and is woken only for one that is due earlier."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: set[_Watch] = set()
        self._next = 0.0  # when it looks again; 0 when there is no thread

    def add(self, watch: _Watch) -> None:
        """Cut it off when its time is over, unless it is removed before."""
        with self._changed:
            self._under_way.add(watch)
            if not self._next:
                threading.Thread(target=self._work, name="watchman", daemon=True).start()
                self._next = watch.until
            elif watch.until < self._next:
                self._changed.notify()

    def remove(self, watch: _Watch) -> None:
        """It has ended."""
        with self._changed:
            self._under_way.discard(watch)

    def _work(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                over = [watch for watch in self._under_way if watch.until <= now]
                for watch in over:
                    watch.cut()
                self._under_way.difference_update(over)
                self._next = min((each.until for each in self._under_way), default=math.inf)
                self._changed.wait(self._next - now if self._under_way else None)


_watchman = _Watchman()
_current = threading.local()


@contextmanager
def _watched(seconds: float) -> Iterator[_Watch]:
    """Whatever this thread is sent inside is cut off after `seconds`."""
    watch = _current.watch = _Watch(time.monotonic() + seconds)
    _watchman.add(watch)
    try:
        yield watch
    finally:
        _watchman.remove(watch)
        _current.watch = None


def _watch(connection: HTTPConnection) -> None:
    watch = getattr(_current, "watch", None)
    if watch is not None:
        watch.on(connection.sock)


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Adapter(HTTPAdapter):
    """Connections that `fetched` can cut, with or without a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _PlainPool, "https": _SecurePool}


def fetched(
    session: requests.Session, bounds: Bounds, method: str, url: str, **more: Any
) -> tuple[requests.Response, bytes]:
    """An answer without its body, and the body. `session` has an Adapter for the address.

    Raises Overdue, TooLarge, and RequestException.
    """
    with _watched(bounds.seconds) as watch:
        try:
            with session.request(method, url, stream=True, **more) as answer:
                body = _body(answer.raw, bounds.size)
                if watch.is_over:  # what was cut off in its headers looks like an empty answer
                    raise Overdue
                return answer, body
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            if watch.is_over:
                raise Overdue from None
            if isinstance(error, requests.exceptions.RequestException):
                raise
            raise requests.exceptions.ChunkedEncodingError from error


def _body(raw: BaseHTTPResponse, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := raw.read1(_PIECE, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise AnswerTooLarge
    return b"".join(pieces)
