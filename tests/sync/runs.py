"""Runs of the program against a life in Notion: whole ones, disturbed ones, killed ones."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backup.demo import faults
from backup.demo.faults import Fault
from backup.demo.server import Asked, StandIn
from backup.errors import BackupError
from backup.files.fetch import Downloader
from backup.notion.client import Client, Gate
from backup.report.log import Log
from backup.report.report import Report
from backup.run import run
from backup.settings import Settings
from backup.stop import Interrupted, Stop
from backup.tree import Tree
from backup.world import World, publisher
from tests.sync.death import Death, Killed, awaiting
from tests.sync.life import Life
from tests.sync.transport import URL, without_sockets

KILLED = -1
Disturbance = Callable[[int, Asked], "Fault | None"]


@dataclass(frozen=True)
class Ended:
    """How a run ended: `code` is its exit code, or KILLED; `asked` is all that it asked Notion for,
    `operations` are those on the disk, `faults` the answers that were spoiled."""

    code: int
    report: Report | None
    log: str
    asked: tuple[Asked, ...]
    operations: int
    faults: int

    def read(self) -> set[str]:
        """The ids of everything whose blocks were read."""
        found = (each.path.split("/") for each in self.asked)
        return {parts[3].replace("-", "") for parts in found if parts[2] == "blocks" and parts[4:]}


@dataclass
class Time:
    """Seconds that pass at once when somebody sleeps."""

    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def tick(self) -> float:
        """A clock by which each look takes a minute: something is always due."""
        self.now += 60
        return self.now


@dataclass
class Runs:
    """Runs of one life, with `concurrency` requests at once; `disturb` is asked about each answer
    with its number in the run (from 1)."""

    life: Life
    concurrency: int = 1
    disturb: Disturbance | None = None
    server: StandIn = field(init=False)

    def __post_init__(self) -> None:
        self.server = StandIn(self.life.notion, now=self.life.clock)

    def run(
        self, folder: Path, *, death: Death | None = None, stop_at: int = 0, **environ: str
    ) -> Ended:
        """One run into `folder`; it is told to stop at the request number `stop_at`."""
        death, stop, printed = death or Death(folder), Stop(), io.StringIO()
        self.server.requests, self.server.downloads = [], []
        answers = iter(range(1, 1_000_000))
        sent = iter(range(1, 1_000_000))

        def before() -> None:
            death.check()
            if next(sent) == stop_at:
                stop.request()

        spoiled: list[Fault] = []

        def plan(asked: Asked) -> Fault | None:
            fault = self.disturb(next(answers), asked) if self.disturb else None
            spoiled.extend([fault] if fault else [])
            return fault

        self.server.plan = plan
        with without_sockets(self.server, before), awaiting(death):
            code, report = self._outcome(folder, Log(printed), stop, environ)
        code = KILLED if death.came else code
        asked = tuple(self.server.requests)
        return Ended(code, report, printed.getvalue(), asked, death.operations, len(spoiled))

    def _outcome(
        self, folder: Path, log: Log, stop: Stop, environ: dict[str, str]
    ) -> tuple[int, Report | None]:
        settings = Settings.read({}, self._environ(environ))
        time = Time()
        client = Client(
            "token", URL, connections=self.concurrency, gate=Gate(time.clock, time.sleep)
        )
        downloader = Downloader(
            allowed_hosts=["notion.invalid"], concurrency=self.concurrency, sleep=time.sleep
        )
        with downloader:
            try:
                commits = settings.publishing.commit
                publishing = (settings.publishing, folder, folder, _environ(folder), ())
                publish = publisher(*publishing) if commits else None
                if publish:
                    publish.sleep, publish.clock = time.sleep, time.tick
                world = World(client, downloader, Tree(folder), log, publish, stop)
                report = run(settings, world)
                return report.exit_code, report
            except BackupError as error:
                log.line(str(error))
                return error.exit_code, None
            except Interrupted:
                return 128 + stop.signal, None
            except Killed:
                return KILLED, None

    def _environ(self, environ: dict[str, str]) -> dict[str, str]:
        return {
            "NOTION_TOKEN": "token",
            "NOTION_API_URL": URL,
            "DATABASES": self.life.settings(),
            "CONCURRENCY": str(self.concurrency),
            "ALLOW_MASS_DELETE": "true",
            "COMMIT": "false",
            "PUBLISH_EVERY": "100",
            **environ,
        }


def git(folder: Path, *args: str) -> str:
    """What git prints in a repository."""
    done = subprocess.run(
        ["git", *args],
        cwd=folder,
        env=_environ(folder),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout


def _environ(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder.parent)}


def at(number: int, fault: Fault) -> Disturbance:
    """Spoils one answer."""
    return lambda count, asked: fault if count == number else None


def from_on(number: int, fault: Fault) -> Disturbance:
    """Spoils every answer from one on."""
    return lambda count, asked: fault if count >= number else None


def of_api(number: int, fault: Fault) -> Disturbance:
    """Spoils one answer of the API. Of a file nobody can tell whether it should be what came."""

    return lambda count, asked: fault if count == number and asked.path.startswith("/v1/") else None


def path_of(number: int, fault: Fault) -> Disturbance:
    """Spoils one answer, and every later one to the same question."""
    spoiled: list[str] = []

    def disturb(count: int, asked: Asked) -> Fault | None:
        if count == number:
            spoiled.append(asked.path)
        return fault if asked.path in spoiled else None

    return disturb


FAULTS: tuple[tuple[Callable[[int, Fault], Disturbance], Fault], ...] = (
    (at, faults.error(500)),
    (at, faults.busy()),
    (at, faults.html()),
    (at, faults.cut_off()),
    (at, faults.dropped()),
    (of_api, faults.garbage()),
    (path_of, faults.error(400)),
    (path_of, faults.error(404)),
    (path_of, faults.error(403)),
    (path_of, faults.error(500)),
    (from_on, faults.dropped()),
    (from_on, faults.error(401)),
    (from_on, faults.error(503)),
)
