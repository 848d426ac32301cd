"""An imitation of the Messages API on a loopback port: it remembers what it was asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.serving import running

KEY = "sk-planted-key"


@dataclass(frozen=True)
class ModelRequest:
    """One request: its path, its headers (lower-case names) and its JSON."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def media_type(self) -> str:
        """The type that the request gives for the image."""
        return str(self._source["media_type"])

    @property
    def image(self) -> bytes:
        """The picture that was sent."""
        return base64.b64decode(self._source["data"], validate=True)

    @property
    def _source(self) -> dict[str, Any]:
        (image,) = [each for each in self.body["messages"][0]["content"] if each["type"] == "image"]
        assert image["source"]["type"] == "base64"
        source: dict[str, Any] = image["source"]
        return source


@dataclass(frozen=True)
class Said:
    """An answer: the model's words, or `raw` as it goes over the wire."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    stop_reason: str = "end_turn"

    @property
    def body(self) -> bytes:
        """A message object as the API reference shows it."""
        if self.raw is not None:
            return self.raw
        content = [{"type": "text", "text": self.text}]
        usage = {"input_tokens": 1000, "output_tokens": 10}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
        more = {"content": content, "stop_reason": self.stop_reason, "usage": usage}
        return json.dumps({**message, **more}).encode()


@dataclass
class MessagesApi:
    """`says` gives the answer to a request; `seen` are the requests so far."""

    url: str = ""
    says: Callable[[ModelRequest], Said] = lambda asked: Said("A red bell")
    seen: list[ModelRequest] = field(default_factory=list)

    def plays(self, *answers: Said) -> None:
        """One answer after the other, the last one for ever."""
        left = list(answers)
        self.says = lambda asked: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def answering() -> Iterator[MessagesApi]:
    """The API for as long as the block lasts."""
    api = MessagesApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = ModelRequest(self.path, headers, json.loads(sent))
            api.seen.append(asked)
            said = api.says(asked)
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            """Tests read `seen`, not a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with running(server) as api.url:
        yield api
