"""A web server on a loopback port that answers as a test tells it to."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from tests.support.serving import running

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccf"
    "c0500f0004850180ab26ce8e0000000049454e44ae426082"
)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\n" * 9
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not here</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@dataclass
class Answer:
    """`body` may be longer or shorter than a 'Content-Length' in `headers` says; `drop` closes
    the connection without a word, `pause` runs before the second half of the body is sent."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: Callable[[], None] | None = None
    drop: bool = False


Route: TypeAlias = Callable[["Request"], Answer]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]


@dataclass
class Site:
    """`routes` by path; `seen` are the requests so far, `connections` how many were opened."""

    url: str = ""
    routes: dict[str, Route] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.partition("//")[2]

    def put(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Serve one answer always; returns its URL. `Content_Type` is the header Content-Type."""
        return self.play(path, Answer(body, status, _headers(headers)))

    def play(self, path: str, *answers: Answer) -> str:
        """Serve one answer after the other, the last one for ever."""
        left = list(answers)
        self.routes[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]
        return self.url + path


def _headers(words: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in words.items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that has hung up is no error here."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Site]:
    """A site for as long as the block lasts; over TLS when there is a certificate (with its key)."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            site.connections += 1
            super().setup()

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            request = Request(self.command, path, query, dict(self.headers))
            site.seen.append(request)
            route = site.routes.get(path)
            _send(self, route(request) if route else Answer(b"nothing here", 404))

        def log_message(self, *_: object) -> None:
            """Tests read `seen`, not a log."""

    server = _Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server) as site.url:
        yield site


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    is_plain = not answer.headers.keys() & {"Content-Length", "Transfer-Encoding"}
    handler.close_connection = answer.drop or not is_plain
    if answer.drop:
        return
    handler.send_response(answer.status)
    length = {"Content-Length": str(len(answer.body))} if is_plain else {}
    for name, value in (length | answer.headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    try:
        _send_body(handler, answer)
    except OSError:
        handler.close_connection = True  # the client has hung up, as it may


def _send_body(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    half = len(answer.body) // 2
    handler.wfile.write(answer.body[:half])
    if answer.pause:
        handler.wfile.flush()
        answer.pause()
    handler.wfile.write(answer.body[half:])
