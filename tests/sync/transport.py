"""The stand-in for Notion without sockets: what a session would send is answered in this process.

Thousands of runs have to go by in seconds, and nothing of this project's own is replaced: requests
hands over here what it would give to a connection, and gets a response with a body that is read as
any other.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from backup.demo.faults import Reply
from backup.demo.server import StandIn

URL = "http://notion.invalid"


@contextmanager
def without_sockets(server: StandIn, before: Callable[[], None]) -> Iterator[None]:
    """Everything that is sent inside goes to `server`; `before` is called for each request."""
    server.signer.base = URL

    def send(
        adapter: HTTPAdapter, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        before()
        parts = urlsplit(str(request.url))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = request.body if isinstance(request.body, bytes) else b""
        reply = server.reply(str(request.method), target, dict(request.headers), body)
        if reply.drop:
            raise requests.exceptions.ConnectionError("dropped")
        return adapter.build_response(request, _raw(reply, server))

    def settings(
        session: requests.Session, url: str, proxies: Any, stream: Any, *_: Any
    ) -> dict[str, Any]:  # the proxies of this machine do not matter
        return {"proxies": {}, "stream": stream, "verify": True, "cert": None}

    with (
        patch.object(HTTPAdapter, "send", send),
        patch.object(requests.Session, "merge_environment_settings", settings),
    ):
        yield


def _raw(reply: Reply, server: StandIn) -> HTTPResponse:
    length = len(reply.body) if reply.length is None else reply.length
    date = format_datetime(server.workspace.now(), usegmt=True)
    headers = {**reply.headers, "Content-Length": str(length), "Date": date}
    body = io.BytesIO(reply.body)
    return HTTPResponse(
        body, headers, reply.status, preload_content=False, enforce_content_length=True
    )
