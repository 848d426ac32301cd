"""A state machine: random histories of a workspace and its backup, and what must hold after each run.

`make soak` lives many of them; the suite lives a few.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.histories.happenings import EVENTS, Event, begun
from tests.histories.owner import ACTS, Act
from tests.histories.runs import FAULTS, Runs
from tests.histories.trial import CHOICES, TALLY, Choice, Run, Trial, Way
from tests.histories.workplaces import TREES

_HOWS = (
    *("clean", "clean", "clean", "full", "slow", "busy", "between", "between"),
    *("fault", "fault", "fault", "stop", "killed", "killed", "killed", "torn"),
)
_OFTEN = (
    "edit",
    "rename",
    "rename",
    "swap",
    "swap",
    "trash",
    "child",
    "child",
    "move_into",
    "move_quietly",
    "move_row",
    "change_places",
    "mention",
    "link_to_block",
    "picture",
    "wait",
)
_ACTS_OFTEN = (
    *("copy", "copy", "lose", "lose", "rewind", "delete", "merge", "merge"),
    *("drop_text", "drop_store", "touch_store"),
)
_PLACES = (("runner",), ("runner",), ("runner", "runner"), ("laptop",), ("runner", "laptop"))
_numbers = st.integers(0, 11)
_events = st.builds(Event, st.sampled_from((*EVENTS, *_OFTEN)), _numbers, _numbers)
_acts = st.builds(Act, st.sampled_from((*ACTS, *_ACTS_OFTEN)), _numbers, _numbers)
_choices = st.builds(Choice, st.integers(0, len(CHOICES) - 1), _numbers)
_happenings = st.lists(st.one_of(_events, _events, _events, _acts, _choices), max_size=5)
_places = st.one_of(st.integers(1, 14), st.integers(1, 70))
_runs = st.builds(
    Run,
    st.sampled_from(_HOWS),
    _places,
    st.integers(0, len(FAULTS) - 1),
    _events,
    st.integers(0, 1),
    st.sampled_from(("whole", "whole", *TREES)),
    st.sampled_from((0, 0, 0, 100)),
    st.sampled_from((0, 0, 0, 0, 9)),
)
_ways = st.builds(
    Way,
    st.sampled_from(("folder", "folder", "here", "main", "main", "main", "branch", "pull")),
    st.sampled_from(_PLACES),
    st.sampled_from((1, 1, 1, 2)),
    st.sampled_from((1, 1, 1, 3)),
    st.sampled_from(("database", "page", "page", "workspace")),
)


class Sync(RuleBasedStateMachine):
    """What people do in Notion, in the repository and in the settings, and what our runs meet, in any
    order; after each run and at the end everything that must hold is held."""

    failed = False

    @initialize(
        way=_ways, choices=st.lists(_choices, max_size=2), backed_up=st.sampled_from((1, 1, 0))
    )
    def begin(self, way: Way, choices: list[Choice], backed_up: int) -> None:
        TALLY["histories"] += 1
        TALLY[f"histories: {way.to}"] += 1
        TALLY[f"histories: root {way.roots}"] += 1
        TALLY["histories with shards"] += way.shards > 1
        self.around = ExitStack()
        folder = self.around.enter_context(_folder())
        self.trial = Trial(Runs(begun(way.roots), way.requests), folder, way)
        for each in choices:
            self.trial.happen(each)
        self.failed = True
        for turn in range(backed_up * way.shards):
            self.trial.run(Run(who=turn))
        self.failed = False

    @rule(happenings=_happenings, minutes=st.sampled_from((0, 2, 2, 2)), run=_runs)
    def back_up_after(self, happenings: list[Event | Act | Choice], minutes: int, run: Run) -> None:
        self.failed = True
        for each in happenings:
            TALLY["happenings"] += 1
            self.trial.happen(each)
        self.trial.life.clock.forward(minutes=minutes)
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
