"""A server that takes messages: real bytes over a real socket, with answers as a test wants them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.serving import running


@dataclass(frozen=True)
class Letter:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Inbox:
    """`answers` are given one after the other as (status, headers, body); then the `usual` status."""

    url: str = ""
    usual: int = 200
    letters: list[Letter] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [letter.path for letter in self.letters]


@contextmanager
def receiving() -> Iterator[Inbox]:
    """An inbox on a free port of this machine."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            inbox.letters.append(Letter(self.path, dict(self.headers), body))
            status, headers, answer = (
                inbox.answers.pop(0) if inbox.answers else (inbox.usual, {}, b"")
            )
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server) as inbox.url:
        yield inbox
