"""Runs of the program against a life in Notion: whole ones, disturbed ones, killed ones."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backup.commands.backup import run
from backup.errors import BackupError
from backup.files.fetch import Downloader
from backup.folder.tree import Tree
from backup.notion.client import Client, Gate
from backup.report.log import Log
from backup.report.report import Report
from backup.services import Services, publisher
from backup.settings import Settings
from backup.stop import Interrupted, Stop
from fakenotion import faults
from fakenotion.faults import Fault
from fakenotion.server import Asked, StandIn
from tests.histories.life import Life
from tests.histories.transport import HOST, URL, without_sockets
from tests.support.backups import Ticking
from tests.support.death import Death, Killed, awaiting
from tests.support.pulls import Pulls

KILLED = -1
Disturbance = Callable[[int, Asked], "Fault | None"]


@dataclass(frozen=True)
class Ended:
    """How a run ended: `code` is its exit code, or KILLED; `asked` is all that it asked Notion for,
    `downloads` are its files, `operations` those on the disk, `faults` the answers that were spoiled."""

    code: int
    report: Report | None
    log: str
    asked: tuple[Asked, ...]
    downloads: int
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
    """Runs of one life, with `concurrency` requests at once. `pulls` answers for the host of the
    repository, `ssh` is the command by which git reaches it."""

    life: Life
    concurrency: int = 1
    pulls: Pulls | None = None
    ssh: str = ""

    def run(
        self,
        folder: Path,
        settings: Mapping[str, str],
        *,
        death: Death | None = None,
        stop_at: int = 0,
        disturb: Disturbance | None = None,
        budget: int = 0,
    ) -> Ended:
        """One run into `folder` with these settings besides those that all have. It is told to
        stop at the request number `stop_at`; `disturb` is asked about each answer with its number (from 1); `budget` are the requests that Notion answers in a
        minute (0: all). Another run may begin inside of this one."""
        death, printed, time = death or Death(folder), io.StringIO(), Time()
        stop = Ticking(lambda: 0.0)  # what is under way is finished, however slow the machine
        answers, sent = itertools.count(1), itertools.count(1)
        spoiled: list[Fault] = []

        def before() -> None:
            death.check()
            if next(sent) == stop_at:
                stop.request()

        def plan(asked: Asked) -> Fault | None:
            fault = disturb(next(answers), asked) if disturb else None
            spoiled.extend([fault] if fault else [])
            return fault

        server = StandIn(self.life.notion, now=self.life.clock, timer=time.clock)
        server.knobs.copies = "always"  # a synced copy shows what its original holds
        server.plan, server.knobs.budget = plan, budget or None
        with without_sockets(server, before, self.pulls), awaiting(death):
            code, report = self._outcome(folder, Log(printed), stop, time, settings)
        return Ended(
            KILLED if death.came else code,
            report,
            printed.getvalue(),
            tuple(server.requests),
            len(server.downloads),
            death.operations,
            len(spoiled),
        )

    def _outcome(
        self, folder: Path, log: Log, stop: Stop, time: Time, given: Mapping[str, str]
    ) -> tuple[int, Report | None]:
        try:
            settings = Settings.read({}, self._settings(given))
            with self._world(settings, folder, log, stop, time) as services:
                report = run(settings, services)
            return report.exit_code, report
        except BackupError as error:
            log.line(str(error))
            return error.exit_code, None
        except Interrupted:
            return 128 + stop.signal, None
        except Killed:
            return KILLED, None

    @contextmanager
    def _world(
        self, settings: Settings, folder: Path, log: Log, stop: Stop, time: Time
    ) -> Iterator[Services]:
        gate = Gate(time.clock, time.sleep)
        client = Client("token", URL, connections=self.concurrency, gate=gate)
        downloader = Downloader(
            allowed_hosts=["notion.invalid"], concurrency=self.concurrency, sleep=time.sleep
        )
        with downloader:
            publish = None
            if settings.publishing.commit:
                environ = _environ(folder) | self._host()
                publish = publisher(settings.publishing, folder, folder, environ, ())
                publish.sleep, publish.clock = time.sleep, time.tick
            tree = Tree(folder)
            yield Services(client, downloader, tree, log, publish, stop)

    def _settings(self, given: Mapping[str, str]) -> dict[str, str]:
        return {
            "NOTION_TOKEN": "token",
            "NOTION_API_URL": URL,
            "DATABASES": self.life.settings(),
            "CONCURRENCY": str(self.concurrency),
            "ALLOW_MASS_DELETE": "true",
            "COMMIT": "false",
            "PUBLISH_EVERY": "100",
            "GIT_TOKEN": self.pulls.token if self.pulls else "",
            **given,
        }

    def _host(self) -> dict[str, str]:
        """What a job's environment says of the host, as far as pull requests need it."""
        if not self.pulls:
            return {}
        return {
            "GITHUB_SERVER_URL": HOST,
            "GITHUB_API_URL": f"{HOST}/api/v1",
            "GIT_SSH_COMMAND": self.ssh,
            "GIT_SSH_VARIANT": "simple",
        }


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


def but_for_names(disturb: Disturbance) -> Disturbance:
    """The same, but what people are called is told: no page waits for it, and one that was written without
    a name gets it when it is read again, so that it is not equal to a fresh one until then."""

    def disturbed(count: int, asked: Asked) -> Fault | None:
        fault = disturb(count, asked)
        return None if asked.path.startswith("/v1/users/") else fault

    return disturbed


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
