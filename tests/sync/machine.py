"""A state machine: random histories of a workspace and its backup, and what must hold after each run.

`make soak` lives many of them; the suite lives a few.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from backup.demo.faults import Fault
from backup.demo.server import Asked
from tests.sync.comparison import (
    Copy,
    dead_links,
    files_of,
    page_id,
    unexplained_names,
    whole_pages,
)
from tests.sync.death import Death
from tests.sync.life import EVENTS, Event, Life
from tests.sync.runs import FAULTS, KILLED, Disturbance, Ended, Runs, git

FOREIGN = "foreign.txt"
TALLY: Counter[str] = Counter()  # of everything that was lived, for the end of a soak


@dataclass(frozen=True)
class Run:
    """A run of ours, and when something comes between. `how`:

    clean; full; slow (time passes with each request); busy (an event happens at a request); fault
    (number `which` of FAULTS comes at a request); stop (it is told to at a request); killed, and torn
    (at an operation on the disk, the latter in the middle of a write).
    """

    how: str
    at: int = 1
    which: int = 0
    event: Event | None = None


_HOWS = (
    *("clean", "clean", "full", "slow", "busy", "fault", "fault", "fault", "stop"),
    *("killed", "killed", "killed", "killed", "torn", "torn"),
)
_OFTEN = (
    "edit",
    "rename",
    "rename",
    "swap",
    "trash",
    "mention",
    "link_to_block",
    "picture",
    "wait",
)
_numbers = st.integers(0, 11)
_events = st.builds(Event, st.sampled_from((*EVENTS, *_OFTEN)), _numbers, _numbers)
_places = st.one_of(st.integers(1, 14), st.integers(1, 70))
_runs = st.builds(Run, st.sampled_from(_HOWS), _places, st.integers(0, len(FAULTS) - 1), _events)
_happenings = st.lists(_events, max_size=5)
_PUBLISHED = ("",) * 20 + ("here", "there")


class Sync(RuleBasedStateMachine):
    """What people do in Notion and what our runs meet, in any order; after each run and at the end
    everything that must hold is held. `published`: '' for files alone, 'here' for commits, 'there'
    for commits that are pushed."""

    failed = False

    @initialize(requests=st.sampled_from((1, 1, 1, 3)), published=st.sampled_from(_PUBLISHED))
    def begin(self, requests: int, published: str) -> None:
        TALLY["histories"] += 1
        TALLY["histories with git"] += bool(published)
        self.around = ExitStack()
        folder = self.around.enter_context(_folder())
        self.trial = Trial(Runs(Life(), requests), folder, published)

    @rule(events=_happenings, minutes=st.sampled_from((0, 2, 2, 2)), run=_runs)
    def back_up_after(self, events: list[Event], minutes: int, run: Run) -> None:
        for event in events:
            self.trial.life.happen(event)
        self.trial.life.clock.forward(minutes=minutes)
        self.failed = True
        self.trial.run(run)
        self.failed = False

    def teardown(self) -> None:
        with self.around:
            if not self.failed:
                self.trial.end()


@contextmanager
def _folder() -> Iterator[Path]:
    memory = Path("/dev/shm")  # no disk has to keep what these runs write
    folder = Path(tempfile.mkdtemp(prefix="machine-", dir=memory if memory.is_dir() else None))
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder)


@dataclass
class Trial:
    """A life and its backup."""

    runs: Runs
    folder: Path
    published: str
    fresh: tuple[int, Copy] | None = None  # after how many changes it was made

    def __post_init__(self) -> None:
        self.life = self.runs.life
        self.ours = self.folder / "ours"
        self.ours.mkdir()
        (self.ours / FOREIGN).write_text("not ours")
        if self.published:
            git(self.ours, "init", "-q", "--initial-branch=main")
        if self.published == "there":
            git(self.folder, "init", "-q", "--bare", "--initial-branch=main", "remote")
            git(self.ours, "remote", "add", "origin", "../remote")

    def run(self, run: Run) -> Ended:
        """One run, and what holds after it, however it ended."""
        there = self.life.there()
        before = files_of(self.ours)
        ended = self._ended(run)
        self._count(run, ended)
        files = files_of(self.ours)
        assert files[FOREIGN] == b"not ours"
        still = whole_pages(before) & there & self.life.there()
        assert still <= whole_pages(files), f"no whole copy of all pages\n{ended.log}"
        if ended.code == 0:
            self._check_tidy(ended)
            if run.how != "busy":
                self._check_equal(ended)
        if ended.code == KILLED and run.which % 2:
            self._check_completed(_texts(files).items() - _texts(before).items())
        return ended

    def end(self) -> None:
        """Everything that vanished is shown again, and all is well: one run completes the backup, one
        more reads what was not settled, and then there is nothing to do."""
        self.life.undo_disappearances()
        self.life.clock.forward(minutes=5)
        assert self.run(Run("clean")).code == 0
        assert self.run(Run("clean")).code == 0
        before = self._stamps()
        last = self._ended(Run("clean"))
        assert (last.code, last.read(), self._stamps()) == (0, set(), before), last.log

    def _ended(self, run: Run) -> Ended:
        is_deadly = run.how in ("killed", "torn")
        death = Death(self.ours, run.at if is_deadly else 0, torn=run.how == "torn")
        more = {"FULL_SYNC": "true"} if run.how == "full" else {}
        self.runs.disturb = self._disturbance(run)
        try:
            return self.runs.run(
                self.ours,
                death=death,
                stop_at=run.at if run.how == "stop" else 0,
                COMMIT=str(bool(self.published)).lower(),
                **more,
            )
        finally:
            self.runs.disturb = None

    def _disturbance(self, run: Run) -> Disturbance | None:
        def slow(count: int, asked: Asked) -> Fault | None:
            self.life.clock.forward(seconds=7)
            return None

        def busy(count: int, asked: Asked) -> Fault | None:
            self.life.clock.forward(seconds=2)
            if count == run.at and run.event:
                self.life.happen(run.event)
            return None

        if run.how == "fault":
            kind, fault = FAULTS[run.which]
            return kind(run.at, fault)
        return {"slow": slow, "busy": busy}.get(run.how)

    def _count(self, run: Run, ended: Ended) -> None:
        how = "that were killed" if ended.code == KILLED else f"with exit code {ended.code}"
        TALLY["runs"] += 1
        TALLY[f"runs {how}"] += 1
        TALLY["answers that were spoiled"] += ended.faults

    def _check_tidy(self, ended: Ended) -> None:
        """Nothing is left over: every file is somebody's, and what is published is what is there."""
        ours = Copy.at(self.ours)
        assert ours.orphans() == {FOREIGN}, ended.log
        folders = (path for path in self._paths() if path.is_dir())
        assert all(any(folder.iterdir()) for folder in folders), ended.log
        if not self.published:
            return
        folder = self.ours if self.published == "here" else self.folder / "remote"
        listed = git(folder, "ls-tree", "-r", "-z", "main").split("\0")
        entries = (line.partition("\t") for line in listed if line)
        committed = {path: about.split()[2] for about, _, path in entries}
        wanted = {path: _blob(content) for path, content in ours.files.items() if path != FOREIGN}
        assert committed == wanted, ended.log

    def _check_equal(self, ended: Ended) -> None:
        """A backup into an empty folder says the same."""
        ours, fresh = Copy.at(self.ours), self._fresh_copy()
        kept = {entry.page_id for entry in ended.report.kept} if ended.report else set()
        assert fresh.pages.keys() <= ours.pages.keys() <= fresh.pages.keys() | kept, ended.log
        common = set(fresh.pages)
        aims = ours.aims(common)
        said, wanted = ours.without_names(common, aims), fresh.without_names(common, aims)
        for about in said.keys() | wanted.keys():
            assert said.get(about) == wanted.get(about), f"{about}\n{ended.log}"
        assert unexplained_names(ours, fresh) == []
        dead = {
            (path, target)
            for path, target in dead_links(ours.files)
            if page_id(ours.files[path]) not in kept
        }
        assert not dead, ended.log
        TALLY["comparisons with a fresh backup"] += 1

    def _fresh_copy(self) -> Copy:
        changes = self.life.changes
        if not self.fresh or self.fresh[0] != changes:
            folder = self.folder / f"fresh-{changes}"
            folder.mkdir()
            assert (made := self.runs.run(folder)).code == 0, made.log
            self.fresh = changes, Copy.at(folder)
        return self.fresh[1]

    def _check_completed(self, written: Iterable[tuple[str, bytes]]) -> None:
        """The next run completes a killed one, and reads no page again whose text was `written` by it:
        but for those that were edited in this minute, and those whose anchors may be others now."""
        began = self.life.clock() - timedelta(seconds=2)  # Notion tells the time in whole seconds
        minute = began.replace(second=0)
        finished = {id_ for id_, _ in written}
        finished -= {id_ for id_ in finished if self.life.notion.node(id_).edited >= minute}
        ended = self.run(Run("clean"))
        if ended.code == 0:
            links = (
                link for page in Copy.at(self.ours).pages.values() for link in page.get("links", ())
            )
            aimed_at = {link.partition("#")[0] for link in links if "#" in link}
            assert not (finished & ended.read()) - aimed_at, ended.log
            TALLY["pages of killed runs that were not read again"] += len(finished - aimed_at)

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """What changes when a file is written or replaced."""
        found = {str(path): path.stat() for path in self._paths()}
        return {path: (each.st_mtime_ns, each.st_ino) for path, each in found.items()}

    def _paths(self) -> Iterator[Path]:
        """Every file and folder, but for what is git's own."""
        found = self.ours.rglob("*")
        return (path for path in found if ".git" not in path.relative_to(self.ours).parts)


def _texts(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The text of each page by its id."""
    found = (text for path, text in files.items() if path.endswith("/index.md"))
    return {id_: text for text in found if (id_ := page_id(text))}


def _blob(content: bytes) -> str:
    """What git calls a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
