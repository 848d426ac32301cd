"""A backup under test: the stand-in for Notion, a git repository, and the program between them."""

from __future__ import annotations

import io
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backup.__main__ import main
from backup.stop import Stop
from fakenotion.faults import Fault
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace

TOKEN = "ntn_planted_secret"


@dataclass(frozen=True)
class Ran:
    """The exit code, and everything that was printed."""

    code: int
    log: str


class Hasty(Stop):
    """Waits are over at once, and remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@dataclass
class Ticking(Stop):
    """A clock of a test's own."""

    seconds: Callable[[], float]

    def __post_init__(self) -> None:
        super().__init__()

    def clock(self) -> float:
        return self.seconds()


class Patient(Stop):
    """No second passes, so that pages under way are always finished. `heard` is set once the run has looked
    often enough whether to stop to begin nothing new."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Event()
        self._looks = 0

    def clock(self) -> float:
        return 0.0

    @property
    def requested(self) -> bool:
        self._looks += super().requested
        if self._looks > 2:
            self.heard.set()
        return super().requested


class Stumbling(Stop):
    """Somebody to ask whether to stop, with a bug: the run breaks off when its work begins."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def working(self) -> None:
        raise KeyError(self.words)


@dataclass
class Backup:
    """One target repository. `files` and `log` look at it as its owner would; `stop` is asked by runs
    whether to go on, and what time it is."""

    folder: Path
    notion: Workspace
    server: StandIn
    url: str
    environ: dict[str, str] = field(default_factory=dict)
    stop: Stop | None = None

    def run(self, *flags: str, **environ: str) -> Ran:
        """Back up every database of the workspace, in this process."""
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_WORKSPACE": str(self.folder),
            "NOTION_TOKEN": TOKEN,
            "NOTION_API_URL": self.url,
            "DATABASES": "\n".join(self.notion.databases()),
            "COMMIT": str((self.folder / ".git").exists()).lower(),
            **self.environ,
            **environ,
        }
        printed = io.StringIO()
        with redirect_stdout(printed):
            try:
                code = main(flags, given, self.stop)
            except SystemExit as left:  # a bug: the process would end with this code
                code = int(left.code or 0)
        return Ran(code, printed.getvalue())

    def fail(self, path: str, fault: Fault) -> None:
        """From now on every answer whose path contains `path` is spoiled."""
        self.server.plan = lambda asked: fault if path in asked.path else None

    def heal(self) -> None:
        """From now on every answer is as it should be."""
        self.server.plan = None

    def init(self) -> None:
        """From now on runs commit."""
        self.git("init", "-q", "--initial-branch=main")

    def git(self, *args: str, folder: Path | None = None) -> str:
        """What git prints in the repository."""
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        done = subprocess.run(
            ["git", *who, *args],
            cwd=folder or self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder.parent)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout.strip()

    def commits(self) -> int:
        """How many commits the branch has."""
        return int(self.git("rev-list", "--count", "HEAD"))

    def files(self) -> dict[str, bytes]:
        """Every file of the workspace but git's own: path → content."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(self.folder).parts
        }

    def stamps(self) -> dict[str, int]:
        """When each file was last written, to see that none was."""
        return {path: (self.folder / path).stat().st_mtime_ns for path in self.files()}

    def text(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def pages(self) -> list[str]:
        """The folders of all pages."""
        found = (path for path in self.files() if path.endswith("/index.md"))
        return [path.removesuffix("/index.md") for path in found]


def clock(notion: Workspace) -> Clock:
    """The clock of a workspace that was made with one: it stands still until a test moves it."""
    assert isinstance(notion.now, Clock)
    return notion.now


@contextmanager
def backing_up(
    folder: Path,
    notion: Workspace,
    *,
    git: bool = True,
    stand_in: type[StandIn] = StandIn,
    **knobs: Any,
) -> Iterator[Backup]:
    """A backup of `notion` into a new repository at `folder`, or without `git` into a mere folder:
    where commits are of no interest they are half of the time that a run takes."""
    server = stand_in(notion, **knobs)
    with server.serving() as url:
        backup = Backup(folder, notion, server, url)
        folder.mkdir(parents=True, exist_ok=True)
        if git:
            backup.init()
        yield backup


def wiki(*titles: str) -> Workspace:
    """A workspace with one database, 'Wiki', and a page for each title; its clock stands still."""
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    database = notion.add_database("Wiki", {})
    for title in titles:
        notion.add_page(database, title)
    return notion
