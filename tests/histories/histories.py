"""Lives histories, and names what they are often made of."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from fakenotion import faults
from tests.histories.happenings import Event, begun
from tests.histories.owner import Act
from tests.histories.runs import FAULTS, Runs, from_on, path_of
from tests.histories.trial import Choice, Run, Trial, Way

FOLDER, MAIN, BRANCH, PULL = Way("folder"), Way("main"), Way("branch"), Way("pull")
LAPTOP, SHARDS = Way("main", ("laptop",)), Way("main", shards=2)
SILENCE = next(number for number, (kind, _) in enumerate(FAULTS) if kind is from_on)  # no answers
BUSY = FAULTS.index((from_on, faults.error(503)))
REFUSED = FAULTS.index((path_of, faults.error(403)))
FAILED = FAULTS.index((path_of, faults.error(500)))
HIDDEN = FAULTS.index((path_of, faults.error(404)))
FIRST, SECOND = Run(who=0), Run(who=1)
HEADED, KEEP = Choice(0, 1), Choice(3, 0)  # FRONT_MATTER=true, ON_DELETE=keep
REMOVED = Choice(3, 1)  # ON_DELETE=remove
BARE, STORED = Choice(6, 0), Choice(6, 1)  # KEEP_JSON=false, true
HEARD, UNHEARD = Choice(7, 0), Choice(7, 1)  # COMMENTS=true, false
SAID = [Event("comment", 0, 0), Event("comment", 0, 1), Event("comment", 3, 2), Event("answer", 1)]
FORGERIES = [Act("touch_store", number, 1) for number in range(7)]

# How it is published, and what happens between the runs.
History: TypeAlias = tuple[Way, list[Event | Act | Choice | Run]]


def live(history: History, folder: Path) -> None:
    """Live a history in a folder of its own, and let it end well without the owner's help. What must hold
    after each run and at the end stands in trial.py."""
    way, steps = history
    trial = Trial(Runs(begun(way.roots)), folder, way)
    for step in steps:
        if isinstance(step, Run):
            trial.run(step)
        else:
            trial.happen(step)
            trial.life.clock.forward(minutes=2)
    trial.end()
    assert not trial.moved, "the owner had to help"
