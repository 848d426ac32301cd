"""The stand-in for api.notion.com: a workspace behind a loopback port, with everything settable."""

from __future__ import annotations

import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from backup.model import Json
from fakenotion import refusal, spending
from fakenotion.content import Content
from fakenotion.delivery import Delivery, Signer
from fakenotion.faults import JSON, Fault, Reply
from fakenotion.listener import Listener
from fakenotion.nodes import counted_id, wall_clock
from fakenotion.refusal import Refusal
from fakenotion.routes import ROUTES, Api, Request
from fakenotion.searching import Index
from fakenotion.writing.trouble import Lost
from fakenotion.writing.writes import Writes

NOTION = 180  # requests in the window of a minute, for each integration ("Request limits", 2026-08)
LARGER = 600  # the same on Business and Enterprise plans
COPIES = (  # reports differ, so a client should live with each
    "empty",  # no children, though the copy says that it has some
    "missing",  # 404
    "follow",  # what its original holds, and 404 when that cannot be seen
    "always",  # what its original holds, in any case
)
_OF_API = ("comments_readable", "users_readable", "linked_views_tell", "spans", "wordless")
SPOKEN = ("2025-09-03", "2026-03-11")


@dataclass
class Knobs:
    """What can be set, at any time. Times are seconds."""

    token: str = ""  # the only token that is good; '': every one
    latency: float = 0  # from a request of the API to its answer, our own work included
    jitter: float = 0  # on top of it, from nothing to so much: answers overtake each other
    budget: int | None = None  # requests per window (see NOTION, LARGER)
    window: float = 60
    cap: int = 10_000  # rows that one query gives at most
    most: int = 100  # items on one page of a list, for pages shorter than asked for
    lifetime: float = 3600  # of a signed address
    token_life: float = math.inf  # of the credentials that signed it: then 400 ExpiredToken
    cursor_life: float = 3600  # of a query's cursors
    copies: str = "empty"  # what a synced copy's own id gives, see COPIES
    comments_readable: bool = True  # the capability to read comments; off by default in Notion
    users_readable: str = "all"  # the capability: 'all', 'one' (by id, no list) or 'none'
    users_named: bool = True  # values name people, too; without the capability they never do
    linked_views_tell: bool = True  # a linked view's own id lists its views, too
    spans: str = "link"  # how Markdown writes where a discussion is, see spoken.SPANS
    wordless: bool = True  # it shows the discussions on blocks without text, too
    now: Callable[[], datetime] = wall_clock  # signs addresses and lets them expire
    timer: Callable[[], float] = time.monotonic  # counts the window, and the latency
    sleep: Callable[[float], object] = time.sleep  # spends the latency


@dataclass(frozen=True)
class Asked:
    """One request and the status it was answered with (0: the connection was dropped)."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Json
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class StandIn:
    """Serves a workspace. `requests` and `downloads` are what was asked, in order of the answers.

    `fail_next` spoils coming answers; `plan`, when set, is asked about each one: it is given the
    request and returns a Fault or None.
    """

    def __init__(self, workspace: Content, **knobs: Any) -> None:
        self.workspace = workspace
        self.knobs = Knobs(**knobs)
        self.api = Api(workspace)
        self.writes = Writes(workspace)
        self.api.sessions.timer = lambda: self.knobs.timer()
        self.signer = Signer("", lambda: self.knobs.now())
        self.plan: Callable[[Asked], Fault | None] | None = None
        self.requests: list[Asked] = []
        self.downloads: list[Asked] = []
        self._answered: list[Asked] = []  # both, in one order
        self.peak = 0  # most requests under way at once
        self._under_way = 0
        self._faults: list[tuple[str, Fault]] = []
        self.windows: list[int] = []  # requests that were let through in each window of the budget
        self._since = -math.inf  # the present window's beginning
        self._answers = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base address while serving, without a slash at its end."""
        return self.signer.base

    @property
    def throttled(self) -> int:
        """How many requests were answered with 429."""
        return sum(asked.status == 429 for asked in self.requests)

    @property
    def index(self) -> Index:
        """What the search knows, to be changed at any time."""
        return self.api.searches.index

    def spent(self, since: int = 0) -> Counter[str]:
        """How many requests were for what: listing, reading, comments, files, other.

        `since`: leave so many answers out, the first ones (see `answered`).
        """
        return spending.by_kind(self.endpoints(since))

    def endpoints(self, since: int = 0) -> Counter[str]:
        """The same by endpoint, named as in `routes.Api` (children, page, query …), and 'file'."""
        asked = self._answered[since:]
        return Counter(spending.endpoint(one, ROUTES) for one in asked)

    @property
    def answered(self) -> int:
        """How many answers there were, of the API and of downloads: a mark to count from."""
        return len(self._answered)

    def fail_next(self, fault: Fault, times: int = 1, path: str = "") -> None:
        """Spoils the next answers whose path contains `path`, of the API or of a download."""
        with self._lock:
            self._faults.extend([(path, fault)] * times)

    def limit(self, budget: int | None = NOTION, window: float = 60) -> None:
        """So many requests in each window of seconds from now on, in a burst or spread; None for no
        limit. A small window is a hard pace: limit(3, 1)."""
        self.knobs.budget, self.knobs.window = budget, window
        self._since = -math.inf

    def expire_cursors(self) -> None:
        """Cursors of queries that were given so far are refused from now on."""
        with self.workspace.lock:
            self.api.sessions.expire()

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Listens on a loopback port, by default a free one, until the block ends; gives the URL."""
        listener = Listener(port, self.reply, lambda: self.workspace.now())
        self.signer.base = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            listener.stop()
            thread.join()

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The whole stand-in as a function of one request."""
        parts = urlsplit(target)
        asked = Asked(
            method,
            parts.path,
            parse_qs(parts.query),
            _body(body),
            0,
            {name.title(): value for name, value in headers.items()},
        )
        of_api = parts.path.startswith("/v1/")
        with self._counted():
            due = self.knobs.timer() + self.knobs.latency + self._jitter()
            made = self._api(asked, body) if of_api else self._download(asked, parts.query)
            fault = self._fault(asked)
            made = fault.spoil(made) if fault else made
            if of_api and (rest := due - self.knobs.timer()) > 0:
                self.knobs.sleep(rest)
        done = replace(asked, status=0 if made.drop else made.status)
        (self.requests if of_api else self.downloads).append(done)
        self._answered.append(done)
        return made

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            self.peak = max(self.peak, self._under_way)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _jitter(self) -> float:
        return self.knobs.jitter * random.random() if self.knobs.jitter else 0.0

    def _fault(self, asked: Asked) -> Fault | None:
        with self._lock:
            for place, (path, fault) in enumerate(self._faults):
                if path in asked.path:
                    del self._faults[place]
                    return fault
        return self.plan(asked) if self.plan else None

    def _api(self, asked: Asked, body: bytes) -> Reply:
        with self._lock:
            self._answers += 1
            request_id = counted_id("request", str(self._answers), version=4, newest=False)
        try:
            sent, status, more = self._answer(asked, body), 200, {}
        except Refusal as refused:
            sent, status, more = refused.body(), refused.status, _retry_after(refused)
        except Lost:
            return Reply(0, b"", drop=True)
        if "templates" not in sent:  # the one list that is sent without it
            sent = {**sent, "request_id": request_id}
        headers = {"Content-Type": JSON, "x-notion-request-id": request_id, **more}
        text = json.dumps(sent, ensure_ascii=False)
        return Reply(status, text.encode("utf-8", "backslashreplace"), headers)  # halves of pairs

    def _answer(self, asked: Asked, body: bytes) -> Json:
        version = self._checked(asked)
        form = asked.headers.get("Content-Type", "")
        if not form.startswith("multipart/"):
            _check_json(body)
        self.api.cap, self.api.most = self.knobs.cap, self.knobs.most
        for name in ("copies", *_OF_API):
            setattr(self.api, name, getattr(self.knobs, name))
        self.api.sessions.life = self.knobs.cursor_life
        self.signer.lifetime, self.signer.token_life = self.knobs.lifetime, self.knobs.token_life
        request = Request(asked.method, asked.path, asked.query, asked.body, version, self.url)
        token = _token(asked)
        content = self.writes.holder(token).content
        with content.lock:
            found = self.writes.answer(self.api, request, token, body, form)
            made: Json = Delivery(content, self.signer, self._names(request))(found)
        return made

    def _names(self, request: Request) -> bool:
        """Whether an answer names people; one about people always does."""
        is_named = self.knobs.users_named and self.knobs.users_readable != "none"
        return is_named or request.path.startswith("/v1/users/")

    def _checked(self, asked: Asked) -> str:
        self._spend()
        token = _token(asked)
        if not token or token not in (self.knobs.token or token, *self.writes.tokens):
            raise Refusal(401, "API token is invalid.")
        version = asked.headers.get("Notion-Version")
        if version is None:
            raise refusal.no_version()
        if version not in SPOKEN:
            raise refusal.bad_version(version)
        return version

    def _spend(self) -> None:
        if self.knobs.budget is None:
            return
        with self._lock:
            now = self.knobs.timer()
            if now - self._since >= self.knobs.window:
                self._since = now
                self.windows.append(0)
            if self.windows[-1] >= self.knobs.budget:
                raise refusal.throttled(math.ceil(self._since + self.knobs.window - now))
            self.windows[-1] += 1

    def _download(self, asked: Asked, query: str) -> Reply:
        path = unquote(asked.path.lstrip("/"))
        content = self.workspace.files.contents.get(path)
        if content is None:
            return _s3_error(404, "NoSuchKey", "The specified key does not exist.")
        if not path.startswith("outside/"):
            refused = self.signer.refusal(path, query)
            if refused == "ExpiredToken":
                return _s3_error(400, refused, "The provided token has expired.")
            if refused or asked.method != "GET":  # the signature holds for GET alone
                return _s3_error(403, refused or "SignatureDoesNotMatch", "Request has expired")
        return Reply(200, content.body, {"Content-Type": content.type})


def _token(asked: Asked) -> str:
    """The token of a request. Assumed: "Bearer" in this spelling alone; without it nothing is one."""
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _check_json(sent: bytes) -> None:
    """Raises Refusal for a body that is no JSON, or no object."""
    try:
        read = json.loads(sent) if sent else {}
    except ValueError:
        raise Refusal(400, "Error parsing JSON body.", "invalid_json") from None
    if not isinstance(read, dict):
        raise refusal.bad_body("body", "body", "an object", read)


def _body(sent: bytes) -> Json:
    try:
        read = json.loads(sent) if sent else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _retry_after(refused: Refusal) -> dict[str, str]:
    after = refused.additional.get("retry_after")
    return {"Retry-After": str(after)} if after else {}


def _s3_error(status: int, code: str, message: str) -> Reply:
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
    body = f"{xml}<Message>{escape(message)}</Message></Error>"
    return Reply(status, body.encode(), {"Content-Type": "application/xml"})
