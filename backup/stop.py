"""A run's time: its clock, its waits, and how a cancelled job stops gracefully, which finishes and publishes
what was started, and starts nothing new.

GitHub's runner sends SIGINT, 7.5 seconds later SIGTERM, and kills 2.5 seconds after that.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

_SECONDS = 3.0  # for pages under way; what is left of the seven is for writing and publishing


class Interrupted(BaseException):
    """The run was stopped before it had changed anything."""


class Stop:
    """Whether somebody asked to stop, and for how long pages under way may go on.

    Everybody in a run waits by its `sleep` and goes by its `clock`: a test hands in other ones here."""

    def __init__(self) -> None:
        self.signal = 0  # the number of the first signal that came
        self._requested = threading.Event()
        self._until = 0.0
        self._working = False

    def clock(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def listen(self) -> None:
        """From now on SIGINT and SIGTERM ask to stop; the second one stops at once."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def working(self) -> None:
        """There is something to publish from now on: signals no longer interrupt at once."""
        self.check()
        self._working = True

    @property
    def requested(self) -> bool:
        """Whether to begin nothing new."""
        return self._requested.is_set()

    @property
    def overdue(self) -> bool:
        """Whether also what is under way must be left alone."""
        return self.requested and self.clock() > self._until

    def request(self, number: int = signal.SIGTERM) -> None:
        """Ask to stop, as a signal would."""
        self.signal = self.signal or number
        self._until = self.clock() + _SECONDS
        self._requested.set()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        self.request(number)
        if not self._working:
            raise Interrupted

    def check(self) -> None:
        """Raise Interrupted when a signal came: Python drops what is raised in some of its own calls."""
        if self.signal:
            raise Interrupted
