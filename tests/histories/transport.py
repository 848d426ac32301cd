"""The stand-in for Notion without sockets: what a session would send is answered in this process.

Thousands of runs have to go by in seconds, and nothing of this project's own is replaced: requests
hands over here what it would give to a connection, and gets a response with a body that is read as
any other.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from fakenotion.faults import Reply
from fakenotion.server import StandIn
from tests.support.pulls import Pulls

URL = "http://notion.invalid"
HOST = "http://git.invalid"  # where pull requests are


@contextmanager
def without_sockets(
    server: StandIn, before: Callable[[], None], pulls: Pulls | None = None
) -> Iterator[None]:
    """Everything that is sent inside goes to `server`, or to `pulls`; `before` is called for each
    request. Another one may stand inside: for so long everything goes there."""
    server.signer.base = URL

    def send(
        adapter: HTTPAdapter, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        before()
        parts = urlsplit(str(request.url))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = request.body if isinstance(request.body, bytes) else b""
        if pulls and str(request.url).startswith(HOST):
            return adapter.build_response(request, _raw(_answer(pulls, request), server))
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


def _answer(pulls: Pulls, request: requests.PreparedRequest) -> Reply:
    parts = urlsplit(str(request.url))
    body = request.body if isinstance(request.body, bytes) else b""
    auth = (request.headers["Authorization"],)
    query = dict(parse_qsl(parts.query))
    status, answer = pulls.answer(str(request.method), parts.path, query, body, auth)
    return Reply(status, json.dumps(answer).encode(), {"Content-Type": "application/json"})


def _raw(reply: Reply, server: StandIn) -> HTTPResponse:
    length = len(reply.body) if reply.length is None else reply.length
    date = format_datetime(server.workspace.now(), usegmt=True)
    headers = {**reply.headers, "Content-Length": str(length), "Date": date}
    body = io.BytesIO(reply.body)
    return HTTPResponse(
        body, headers, reply.status, preload_content=False, enforce_content_length=True
    )
