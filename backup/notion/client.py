"""Asks Notion: one method an endpoint, one place for waiting and repeating.

Every call made here only reads, also the POST of a query, so every call may be repeated (Notion API
reference, "Request limits" and "Status codes", 2026-08).
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, unquote

from backup.errors import Busy, ConfigError, NotionError
from backup.http import RequestException, Session, moment_of, no_answer, session
from backup.model import Json
from backup.notion import wire
from backup.notion.pace import ALLOWED, Pace
from backup.notion.paging import PAGE_SIZE, going_on
from backup.notion.responses import Broken, GoodAnswer, Throttled, judged, parsed
from backup.notion.wire import Adapter, Bounds

VERSION = "2026-03-11"
_MINUTE = 60.0
_FEWEST = 12  # rows or blocks at once: smaller pages would help no more
_TOO_MUCH = (
    503,
    504,
)  # Assumed: what a query is answered with that finds more than Notion can give
TIMEOUT = (10, 60)  # seconds to connect and between bytes; Notion's own deadline is about 60
_LONGEST = 60  # seconds between two tries, whatever a broken answer asks for
_TOKEN = re.compile(r"[!-~]+")  # what an HTTP header takes without asking back


@dataclass
class Gate:
    """Where all workers wait when Notion says wait: until one moment, once, then all go on.

    Where few requests at a time are let through, as with a limit a second, all would come at once after
    each wait, most of them in vain: then the pace is learned (see Pace). Budgets of a minute may be spent
    in bursts.

    `clock` and `sleep` count seconds; `on_wait` is given the seconds of each new wait; `patience` is
    for how many seconds throttled answers may follow each other before nobody waits any more.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    on_wait: Callable[[float], None] = lambda seconds: None
    patience: float = 15 * 60
    _until: float = 0.0
    _hopeless: float = 0.0  # until when it makes no sense to ask
    _since: float | None = None  # the first throttled answer after the last good one
    _pace: Pace = field(default_factory=Pace)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when no wait is in force. Raises Busy when it would last too long."""
        while True:
            while (left := self._until - self.clock()) > 0:
                if self.clock() < self._hopeless:
                    raise Busy(
                        f"Notion throttles every request, for longer than the "
                        f"{self.patience / 60:.0f} minutes that a run waits.",
                        hint="The next run tries again.",
                    )
                self.sleep(left)
            with self._lock:
                turn = self._pace.turn(self.clock())
            if turn <= 0:
                return
            self.sleep(turn)
            if self._until <= self.clock():
                return

    def close(self, seconds: float) -> None:
        """Nobody asks for the next `seconds`."""
        with self._lock:
            now = self.clock()
            until = now + seconds
            self._since = now if self._since is None else self._since
            if until - self._since > self.patience:
                self._hopeless = max(self._hopeless, until)
            # Several workers learn of the same moment, in whole seconds: that is one wait.
            is_new = now >= self._until or until > self._until + 2
            self._until = max(self._until, until)
            if is_new:
                self._pace.throttled(now, seconds)
        if is_new and until > self._hopeless:
            self.on_wait(seconds)

    def pause(self, failed: int, asked: float = 0.0) -> None:
        """Wait before the next try of one request, of which so many failed, with jitter so that workers part;
        `asked` are the seconds that a broken answer wants."""
        self.sleep(max(_pause(failed) * random.uniform(0.7, 1.3), min(asked, _LONGEST)))

    def passed(self) -> None:
        """A good answer came: patience starts over."""
        with self._lock:
            self._since = None
            self._pace.granted()


def sendable(token: str, name: str) -> bytes:
    """The token of the setting `name` as a header takes it. Raises ConfigError when none could be so."""
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            f"{name} holds a character that no token has (a space, a line break, a curly quote): "
            "copy it again."
        )
    return token.encode()


class Client:
    """The reading endpoints of the Notion API. Safe to use from several threads at once.

    No more than `connections` requests are under way at any time, each over a connection that is
    kept, and its answer within `bounds`. `log` is given a sentence when Notion does not answer as it
    should and is asked again. Raises ConfigError for a token that cannot be one.
    """

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.notion.com",
        *,
        connections: int = 8,
        gate: Gate | None = None,
        tries: int = 6,
        bounds: Bounds | None = None,
        log: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.spent: Counter[str] = Counter()  # requests by kind, answered or not, with repetitions
        self.kind = "listing"  # of requests that are not `spent_on` another one
        self._here = threading.local()
        self._recent: deque[float] = deque()
        self._token = sendable(token, "NOTION_TOKEN")
        self._base = base_url.rstrip("/")
        self._gate = gate or Gate()
        self._tries = tries
        self._bounds = bounds or Bounds()
        self._log = log
        self._is_well = False  # the last that was heard of Notion is a good answer
        self._is_logged = False  # that there is none
        self._closed = False
        self._count = threading.Lock()
        self._slots = threading.BoundedSemaphore(connections)
        self._ahead = timedelta()
        self._session = notion_session(token, connections, self._base)

    @property
    def requests(self) -> int:
        """How many requests were made, answered or not, repetitions included."""
        return self.spent.total()

    @contextmanager
    def spent_on(self, kind: str) -> Iterator[None]:
        """What this thread asks inside counts as of this kind."""
        before = getattr(self._here, "kind", "")
        self._here.kind = kind
        try:
            yield
        finally:
            self._here.kind = before

    def left(self) -> int:
        """How many requests may still be made in this minute, by what Notion allows."""
        with self._count:
            self._forget()
            return max(0, ALLOWED - len(self._recent))

    def _forget(self) -> None:
        while self._recent and self._recent[0] < time.monotonic() - _MINUTE:
            self._recent.popleft()

    def now(self) -> datetime:
        """The time by Notion's clock, by its last answer: what its time stamps go by."""
        return datetime.now(timezone.utc) + self._ahead

    def close(self) -> None:
        """Ask nothing more: every later request raises NotionError."""
        self._closed = True

    def database(self, id_: str) -> Json:
        """GET /v1/databases/{id}: the container with its `data_sources`."""
        return self._ask("GET", f"databases/{segment(id_)}", ("database",))

    def data_source(self, id_: str) -> Json:
        """GET /v1/data_sources/{id}: with the schema under `properties`."""
        return self._ask("GET", f"data_sources/{segment(id_)}", ("data_source",))

    def view(self, id_: str) -> Json:
        """GET /v1/views/{id}."""
        return self._ask("GET", f"views/{segment(id_)}", ("view",))

    def views(self, source_id: str) -> Iterator[GoodAnswer]:
        """GET /v1/views?data_source_id=…: the list answers one by one, with an id for each view of the
        data source, wherever it stands."""
        return self._lists("GET", "views", {"data_source_id": source_id})

    def views_in(self, database_id: str) -> Iterator[GoodAnswer]:
        """GET /v1/views?database_id=…: the same for each view that stands in the database."""
        return self._lists("GET", "views", {"database_id": database_id})

    def page(self, id_: str) -> Json:
        """GET /v1/pages/{id}."""
        return self._ask("GET", f"pages/{segment(id_)}", ("page",))

    def user(self, id_: str) -> Json:
        """GET /v1/users/{id}: a person or bot; guests and people who left are not found."""
        return self._ask("GET", f"users/{segment(id_)}", ("user",))

    def custom_emojis(self) -> Iterator[GoodAnswer]:
        """GET /v1/custom_emojis: the list answers one by one, with the emojis of the workspace's own."""
        return self._lists("GET", "custom_emojis", {})

    def comments(self, id_: str) -> Iterator[GoodAnswer]:
        """GET /v1/comments?block_id=…: the list answers one by one, with the open comments about just this
        page or block."""
        return self._lists("GET", "comments", {"block_id": id_})

    def comment(self, id_: str) -> Json:
        """GET /v1/comments/{id}: with fresh signatures on its attachments."""
        return self._ask("GET", f"comments/{segment(id_)}", ("comment",))

    def markdown(self, id_: str) -> Json:
        """GET /v1/pages/{id}/markdown: Notion's own Markdown of a page, in the newer of its grammars."""
        sent = {"markdown_version": "v2"}
        return self._ask("GET", f"pages/{segment(id_)}/markdown", ("page_markdown",), sent)

    def block(self, id_: str) -> Json:
        """GET /v1/blocks/{id}: with fresh signatures on its file URLs."""
        return self._ask("GET", f"blocks/{segment(id_)}", ("block",))

    def children(self, id_: str) -> Iterator[GoodAnswer]:
        """GET /v1/blocks/{id}/children: the list answers one by one, with every direct child in
        reading order."""
        return self._lists("GET", f"blocks/{segment(id_)}/children", {})

    def query(self, source_id: str, body: Json) -> Iterator[GoodAnswer]:
        """POST /v1/data_sources/{id}/query: the list answers one by one, so that the caller sees
        `request_status` as well as `results`."""
        return self._lists("POST", f"data_sources/{segment(source_id)}/query", body)

    def search(self, body: Json) -> Iterator[GoodAnswer]:
        """POST /v1/search: the list answers one by one, with pages and data sources."""
        return self._lists("POST", "search", body)

    def property_items(self, page_id: str, property_id: str) -> Iterator[GoodAnswer]:
        """GET /v1/pages/{id}/properties/{id}: the list answers one by one, or for a value that has
        no list the one `property_item`.

        `property_id` is URL-encoded as page objects give it.
        """
        path = f"pages/{segment(page_id)}/properties/{segment(unquote(property_id))}"
        return self._lists("GET", path, {}, ("list", "property_item"))

    def _lists(
        self, method: str, path: str, sent: Json, kinds: tuple[str, ...] = ("list",)
    ) -> Iterator[GoodAnswer]:
        """Each answer. The next one is asked for when the caller wants it: 100 rows take some 12 ms of
        work, an answer 250, so that asking ahead would not be worth a thread."""
        sent = {**sent, "page_size": PAGE_SIZE}
        follow = going_on(f"{method} /v1/{path}")
        while True:
            answer = self._part(method, path, kinds, sent)
            cursor = follow(answer)
            yield answer
            if not cursor:
                return
            sent["start_cursor"] = cursor

    def _part(self, method: str, path: str, kinds: tuple[str, ...], sent: Json) -> GoodAnswer:
        """One answer of a list. Where Notion cannot give so much at once, this part and all after it
        are smaller ones: `sent` says so."""
        while True:
            try:
                return self._ask(method, path, kinds, sent)
            except NotionError as error:
                smaller = sent["page_size"] // 2
                is_too_much = error.status in _TOO_MUCH or error.code == _TOO_LARGE
                if smaller < _FEWEST or not is_too_much:
                    raise
                sent["page_size"] = smaller

    def _ask(
        self, method: str, path: str, kinds: tuple[str, ...], sent: Json | None = None
    ) -> GoodAnswer:
        """The JSON answer; raises NotionError or a child of it when there will be none."""
        broken = 0
        while True:
            try:
                if (answer := self._turn(method, path, kinds, sent or {})) is not None:
                    return answer
            except Broken as error:
                broken += 1
                if broken == self._tries:
                    raise Busy(
                        f"{method} /v1/{path} failed {broken} times, the last time: {error}.",
                        hint="The next run tries again.",
                        status=error.status,
                    ) from None
                self._complain(error, broken)
                self._gate.pause(broken, error.seconds)

    def _complain(self, error: Broken, failed: int) -> None:
        """Say once that Notion does not answer: at once when it has not yet, else when it lasts."""
        with self._count:
            if self._is_logged or (self._is_well and failed < _LASTING):
                return
            self._is_logged = True
        what = "answers with" if error.status else "cannot be reached:"
        left = range(failed, self._tries)
        seconds = sum(_pause(number) for number in left)
        self._log(
            f"Notion {what} {error}. Trying {len(left)} more times, for about {seconds:.0f} s."
        )

    def _turn(
        self, method: str, path: str, kinds: tuple[str, ...], sent: Json
    ) -> GoodAnswer | None:
        """One try, when there is room for it; None when it was throttled, and nobody asks now."""
        with self._slots:
            if not self._closed:
                self._gate.wait()
            if self._closed:
                raise NotionError("The run has ended.")
            try:
                answer = self._once(method, path, kinds, sent)
            except Throttled as error:
                self._gate.close(error.seconds)
                return None
        self._gate.passed()
        self._is_well, self._is_logged = True, False
        return answer

    def _once(self, method: str, path: str, kinds: tuple[str, ...], sent: Json) -> GoodAnswer:
        where: dict[str, Any] = {"params": sent} if method == "GET" else {"json": sent}
        with self._count:
            self.spent[getattr(self._here, "kind", "") or self.kind] += 1
            self._recent.append(time.monotonic())
            self._forget()
        named, url = f"{method} /v1/{path}", f"{self._base}/v1/{path}"
        where |= {"timeout": TIMEOUT, "allow_redirects": False}
        try:
            answer, content = wire.fetched(self._session, self._bounds, method, url, **where)
        except wire.Overdue:
            raise Broken(f"an answer that took more than {self._bounds.seconds:.0f} s") from None
        except wire.AnswerTooLarge:
            most = f"{self._bounds.size / 1_000_000:.0f} MB"
            message = f"Notion's answer to {named} is larger than {most}, and is not read."
            raise NotionError(message, code=_TOO_LARGE) from None
        except RequestException as error:
            raise Broken(str(no_answer(error))) from None
        if answer.status_code != 200:  # its words go into messages, and a proxy may repeat ours
            content = content.replace(self._token, b"***")
        body = parsed(content)
        found = GoodAnswer(judged(answer.status_code, answer.headers, body.value, named, kinds))
        found.size, found.body = len(content), body
        if date := moment_of(answer.headers.get("Date")):
            self._ahead = date - datetime.now(timezone.utc)
        return found


def notion_session(token: str, connections: int, base_url: str) -> Session:
    """Kept connections that send the token and the version with each request."""
    headers = {"Authorization": f"Bearer {token}", "Notion-Version": VERSION}
    made = session(headers, adapter=Adapter(pool_connections=2, pool_maxsize=connections))
    # requests would look through the environment before each request, which takes a millisecond.
    found = made.merge_environment_settings(base_url, {}, None, None, None)
    made.proxies, made.verify, made.cert = found["proxies"], found["verify"], found["cert"]
    made.trust_env = False
    return made


def segment(id_: str) -> str:
    """An id as one part of a path, whatever is in it."""
    return quote(id_, safe="")


def _pause(failed: int) -> float:
    """1, 2, 4 … at most 30 seconds."""
    return float(min(2.0 ** (failed - 1), 30.0))


_LASTING = 3  # tries that failed, 3 seconds later: by then it is not one answer that was lost
_TOO_LARGE = "answer_too_large"  # ours, beside Notion's own codes
