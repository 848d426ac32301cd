"""A stand-in for Notion with a client in front of it, and a clock that only sleeping moves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from backup.model import Block, Json, Page, Row, bare_id, packed, plain_text
from backup.notion import read
from backup.notion.client import Client, Gate
from fakenotion import properties as p
from fakenotion.faults import JSON, Fault, Reply
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace

TOKEN = "ntn_theSecretOfTheTests0123456789"


@dataclass
class Time:
    """Seconds. `slept` holds every sleep, `waits` every wait that was logged."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    together: threading.Barrier | None = None  # sleepers wait for each other, then time goes on
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        if self.together:
            self.together.wait(timeout=30)
        with self._lock:
            self.slept.append(seconds)
            self.now = max(self.now, end)

    def gate(self, **more: Any) -> Gate:
        return Gate(clock=lambda: self.now, sleep=self.sleep, on_wait=self.waits.append, **more)


class Changing(StandIn):
    """A stand-in that can be made to send something else: `change` is given the path and the JSON
    of each good answer, and returns what is sent. Cursors that it made up are good, too."""

    change: Callable[[str, Json], object] | None = None

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        made = super().reply(method, target, headers, body)
        if self.change is None or (made.status != 200 and "start_cursor=" not in target):
            return made
        body = json.dumps(self.change(target, json.loads(made.body))).encode()
        return replace(made, status=200, body=body)


@dataclass
class Service:
    """A stand-in that is being asked by a client."""

    stand_in: Changing
    client: Client
    time: Time

    @property
    def workspace(self) -> Workspace:
        assert isinstance(self.stand_in.workspace, Workspace)
        return self.stand_in.workspace

    def paths(self) -> list[str]:
        """What was asked for, without the common beginning, in the order of the answers."""
        return [asked.path.removeprefix("/v1/") for asked in self.stand_in.requests]


@contextmanager
def serving(workspace: Workspace, **knobs: Any) -> Iterator[Service]:
    """The workspace behind a port; the budget's window is counted by the client's own clock."""
    time = Time()
    stand_in = Changing(workspace, **{"token": TOKEN, "timer": lambda: time.now, **knobs})
    with stand_in.serving() as url:
        yield Service(stand_in, Client(TOKEN, url, gate=time.gate()), time)


def one_page(*blocks: Json, **values: Any) -> tuple[Workspace, str]:
    """A database with one row, 'Page', that has these blocks; the row's id."""
    workspace = Workspace()
    database = workspace.add_database("Notes", values.pop("schema", {"Name": p.of("title")}))
    return workspace, workspace.add_page(database, "Page", values, blocks)


def saying(body: object, status: int = 200) -> Fault:
    """An answer with this JSON in place of the right one."""
    return Fault(status, json.dumps(body).encode(), {"Content-Type": JSON})


def row_of(service: Service, page: str) -> Row:
    """The row of a page as a listing would give it."""
    raw = service.client.page(page)
    service.stand_in.requests.clear()
    return Row(
        bare_id(page), "d" * 32, "e" * 32, "Page", "", str(raw["last_edited_time"]), packed(raw)
    )


def at_once(run: Callable[[], Json]) -> Future[Json]:
    """An executor's `submit` that runs on the spot, one after the other."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run)


# -- pages, as tests compare them ----------------------------------------------------------------

Outline = list[tuple[str, str, Any]]


def built(blocks: Iterable[Json]) -> Outline:
    """What blocks from a builder read as."""
    return [
        (raw["type"], plain_text(raw[raw["type"]].get("rich_text")), built(raw["children"]))
        for raw in blocks
    ]


def outline(blocks: tuple[Block, ...]) -> Outline:
    """The same of blocks that were read."""
    return [
        (each.type, plain_text(each.data.get("rich_text")), outline(each.children))
        for each in blocks
    ]


def read_page(service: Service, page: str, submit: Any = at_once) -> Page:
    return read.page(service.client, row_of(service, page), {}, submit)


def texts(found: Page) -> list[str]:
    return [plain_text(each.data.get("rich_text")) for each in found.walk()]


def unread(found: Page) -> list[tuple[str, str]]:
    return [(each.type, each.unread) for each in found.walk() if each.unread]


def lists(service: Service) -> list[str]:
    """The ids whose children were asked for."""
    return [path.split("/")[1] for path in service.paths() if path.endswith("/children")]
