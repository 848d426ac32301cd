"""Sockets: the thin end of the stand-in. HTTP/1.1 with connections kept open, as Notion's."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fakenotion.faults import Reply

Answer = Callable[[str, str, Mapping[str, str], bytes], Reply]


class Listener(ThreadingHTTPServer):
    """A loopback server that stops at once, whatever its connections are waiting for.

    `clock` is what its Date headers go by.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Answer, clock: Callable[[], datetime]) -> None:
        self.answer = answer
        self.clock = clock
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def stop(self) -> None:
        """Ends serving and closes what is open."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the client was quicker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is expected; anything else is a bug, and shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Listener

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        try:
            super().finish()
        except ConnectionError:
            pass  # what was still to be sent has nobody left to read it

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time of the workspace, as Notion's answers carry the time of Notion."""
        return super().date_time_string(timestamp or self.server.clock().timestamp())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: StandIn keeps its own record."""

    def answer(self) -> None:
        """Reads one request and writes what it is answered with."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        reply = self.server.answer(self.command, self.path, dict(self.headers), body)
        if reply.wait:
            self.server.stopping.wait(reply.wait)
        if reply.drop:
            self.close_connection = True
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        length = len(reply.body) if reply.length is None else reply.length
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self._write(reply)
        if length != len(reply.body):
            self.close_connection = True

    def _write(self, reply: Reply) -> None:
        for start in range(0, len(reply.body), reply.piece):
            self.wfile.write(reply.body[start : start + reply.piece])
            if reply.drip:
                self.wfile.flush()
                self.server.stopping.wait(reply.drip)
        self.wfile.flush()


for _method in ("GET", "POST", "HEAD", "PATCH", "PUT", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)
