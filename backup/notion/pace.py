"""Learns how fast a host lets requests through that allows less than Notion publishes.

A budget of a minute may be spent in a burst. A limit a second may not: all workers would come at once after
each wait, and most of them in vain.
"""

from __future__ import annotations

from dataclasses import dataclass

ALLOWED = 180  # requests in a minute ("Request limits", 2026-08)
_FEW = 90  # requests between two waits; with more, those that come in vain do not matter
_SHORT = 10.0  # seconds; Assumed: what is limited for longer may be spent in a burst
_SLOWER = 1.05
_MUCH_FASTER = (
    0.99  # at each good answer, as long as none was in vain: what was learned first is slow
)
_FASTER = 0.999  # from then on: one in fifty is in vain
_FREE = 1 / 30  # seconds between two requests: no pace to keep


@dataclass
class Pace:
    """How long after the last request the next one may go; times are given, none is asked for."""

    _interval: float = 0.0
    _faster: float = _MUCH_FASTER
    _next: float = 0.0
    _opened: float | None = None  # when requests were let through again
    _granted: int = 0  # since then
    _span: float = 0.0  # how long that took, when it came to an end

    def turn(self, now: float) -> float:
        """In how many seconds a request may go that comes now."""
        if self._opened is None or self._span:
            self._learn(now)
        if not self._interval:
            return 0.0
        turn = max(now, self._next)
        self._next = turn + self._interval
        return turn - now

    def granted(self) -> None:
        """A good answer came."""
        self._granted += 1
        self._interval *= self._faster
        if self._interval < _FREE:
            self._interval = 0.0

    def throttled(self, now: float, seconds: float) -> None:
        """Notion says wait for so long, in whole seconds: of the time since requests were let through and
        of the wait the longer one is nearer to what is limited than both together."""
        self._span = max(now - (self._opened or 0.0), seconds)
        if self._interval:
            self._interval *= _SLOWER
            self._faster = _FASTER

    def _learn(self, now: float) -> None:
        """The wait is over: what was let through since the one before gives the pace."""
        is_few = 0 < self._granted < _FEW and 0 < self._span <= _SHORT
        if is_few and not self._interval:
            self._interval = self._span / self._granted
        self._opened, self._granted, self._span = now, 0, 0.0
