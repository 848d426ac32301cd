"""Answers that are read against a clock: the head of one, and the whole of it, have to be there in
time, however a server spreads its bytes (a byte now and then, '100 Continue' for ever)."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from backup.errors import FileError

PACKET = 60.0  # seconds between two packets
_HEAD = 60.0  # seconds for status and headers
_HEAD_BYTES = (
    1024 * 1024
)  # http.client takes 100 headers of 64 kB, but any number of '100 Continue'


class _Paced(io.RawIOBase):
    """The bytes of one answer, until its time is over: then `late` is raised."""

    def __init__(self, raw: Any, sock: socket.socket, clock: Callable[[], float]) -> None:
        self._raw, self._sock, self._clock = raw, sock, clock
        self._left = _HEAD_BYTES
        self._late: Exception
        self.allow(_HEAD, TimeoutError("head"))

    def allow(self, seconds: float, late: Exception) -> None:
        """There are `seconds` from now on, and `late` is what to raise then."""
        self._end, self._late = self._clock() + seconds, late

    def is_whole(self) -> None:
        """The head is there: what follows may have any size."""
        self._left = -1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - self._clock()
        if left <= 0:
            raise self._late
        self._sock.settimeout(min(PACKET, left))
        try:
            count: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            raise (self._late if self._clock() >= self._end else TimeoutError("packet")) from None
        self._weigh(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()

    def _weigh(self, count: int) -> None:
        if self._left < 0:
            return
        self._left -= count
        if self._left < 0:
            raise FileError("the server's answer has no end of headers")


def paced(patience: float, clock: Callable[[], float]) -> type[HTTPResponse]:
    """The class of answers that may take `patience` (seconds) from their head to their end.

    They raise TimeoutError when the head is late, and FileError for the rest.
    """

    class Paced(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
            super().__init__(sock, *args, **more)
            self._source = _Paced(self.fp.detach(), sock, clock)
            self.fp = io.BufferedReader(self._source)

        def begin(self) -> None:
            super().begin()
            late = FileError(f"it took longer than {patience:.0f} seconds")
            self._source.is_whole()
            self._source.allow(patience, late)

    return Paced
