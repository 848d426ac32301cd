"""What can go wrong between Notion and a client, as values: the stand-in does it on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fakenotion import refusal
from fakenotion.refusal import CODES, throttled

JSON = "application/json; charset=utf-8"
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"
EXPIRED_TOKEN = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>ExpiredToken</Code>'
    b"<Message>The provided token has expired.</Message></Error>"
)


@dataclass(frozen=True)
class Reply:
    """An answer on its way out. `length` is what Content-Length claims (None: the truth); `wait`
    are seconds before the first byte, `drip` seconds between pieces of `piece` bytes; `drop` closes
    the connection without a word."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    wait: float = 0
    drip: float = 0
    piece: int = 1 << 16
    drop: bool = False


@dataclass(frozen=True)
class Fault:
    """How an answer is spoiled: what is None stays as it would have been."""

    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    keep: float = 1  # the share of the body that is sent before the connection breaks
    wait: float = 0
    drip: float = 0
    drop: bool = False

    def spoil(self, reply: Reply) -> Reply:
        """The reply with the fault in it."""
        body = reply.body if self.body is None else self.body
        sent = body[: int(len(body) * self.keep)] if self.keep < 1 else body
        length = self.length if self.length is not None else len(body) if self.keep < 1 else None
        return replace(
            reply,
            status=self.status or reply.status,
            body=sent,
            headers={**reply.headers, **self.headers},
            length=length,
            wait=self.wait,
            drip=self.drip,
            piece=max(1, len(sent) // 10) if self.drip else reply.piece,
            drop=self.drop,
        )


def error(status: int, message: str = "Something went wrong.", retry_after: str = "") -> Fault:
    """An error as Notion words it, in JSON."""
    body = {"object": "error", "status": status, "code": CODES[status], "message": message}
    headers = {"Content-Type": JSON, **({"Retry-After": retry_after} if retry_after else {})}
    return Fault(status, json.dumps(body).encode(), headers)


def busy(retry_after: str = "1", reason: str = "public_api_request_rate_limit") -> Fault:
    """429 with its Retry-After (seconds, or an HTTP date) and Notion's reason for it."""
    sent = {**throttled(1).body(), "request_id": "00000000-0000-4000-8000-000000000429"}
    sent["additional_data"] = {"rate_limit_reason": reason, "retry_after": retry_after}
    return Fault(429, json.dumps(sent).encode(), {"Content-Type": JSON, "Retry-After": retry_after})


def restricted() -> Fault:
    """403 about what was asked for: the token is good, this one thing it may not read."""
    return error(403, refusal.restricted().message)


def too_large() -> Fault:
    """The Markdown endpoint refuses a page: it holds too many records."""
    return Fault(400, json.dumps(refusal.too_large().body()).encode(), {"Content-Type": JSON})


def expired_token() -> Fault:
    """What S3 answers when the credentials that signed an address have expired."""
    return Fault(400, EXPIRED_TOKEN, {"Content-Type": "application/xml"})


def html(status: int = 502) -> Fault:
    """An error page of the network in front of Notion; with status 200 a page in place of a file."""
    return Fault(status, HTML, {"Content-Type": "text/html; charset=utf-8"})


def garbage() -> Fault:
    """200, said to be JSON, but it is not."""
    return Fault(200, b'{"object": "list", "results": [', {"Content-Type": JSON})


def cut_off(keep: float = 0.5) -> Fault:
    """The connection breaks in the middle of the body."""
    return Fault(keep=keep)


def dropped() -> Fault:
    """The connection is closed without an answer."""
    return Fault(drop=True)


def hang(seconds: float) -> Fault:
    """Nothing comes for a while."""
    return Fault(wait=seconds)


def slow(seconds: float) -> Fault:
    """The body comes in ten pieces, so many seconds apart."""
    return Fault(drip=seconds)


def mistyped(content_type: str) -> Fault:
    """Another Content-Type than the content's."""
    return Fault(headers={"Content-Type": content_type})


def claims(length: int) -> Fault:
    """Content-Length promises so many bytes; the connection ends after those that there are."""
    return Fault(length=length)


def redirect(to: str, status: int = 302) -> Fault:
    """Sends the client to another address."""
    return Fault(status, b"", {"Location": to})
