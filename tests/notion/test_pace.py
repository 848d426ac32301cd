"""How many requests are in vain under budgets of several kinds, by a clock that costs no time."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from backup.notion.pace import Pace


@dataclass
class Host:
    """Lets `limit` requests through in each `window` of seconds, and asks all others to wait."""

    limit: int
    window: float
    now: float = 0.0
    since: float = -math.inf
    until: float = 0.0
    windows: list[int] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)

    def requests(self, latency: float) -> Iterator[float]:
        """One connection, that asks again and again; gives how long it does nothing."""
        while True:
            if (wait := self.until - self.now) > 0:
                yield wait
            if (turn := self.pace.turn(self.now)) > 0:
                yield turn
            if self.until > self.now:
                continue
            if self.now - self.since >= self.window:
                self.since = self.now
                self.windows.append(0)
            if self.windows[-1] < self.limit:
                self.windows[-1] += 1
                yield latency
                self.pace.granted()
                continue
            rest = max(1.0, math.ceil(self.since + self.window - self.now))
            self.refused.append(self.now)
            yield latency
            if self.now >= self.until:
                self.pace.throttled(self.now, rest)
            self.until = max(self.until, self.now + rest)

    def serve(self, requests: int, connections: int, latency: float) -> None:
        """Until so many were let through."""
        order = count()
        waiting = [(0.0, next(order), self.requests(latency)) for _ in range(connections)]
        while sum(self.windows) < requests:
            self.now, _, connection = heapq.heappop(waiting)
            heapq.heappush(waiting, (self.now + next(connection), next(order), connection))


@pytest.mark.parametrize("latency", [0.05, 0.25, 0.5])
@pytest.mark.parametrize("connections", [8, 16])
@pytest.mark.parametrize(("limit", "window"), [(3, 1), (5, 2), (6, 1)])
def test_under_a_hard_limit_hardly_any_request_is_in_vain(
    limit: int, window: float, connections: int, latency: float
) -> None:
    host = Host(limit, window)
    host.serve(600, connections, latency)
    late = [time for time in host.refused if time > 10]
    assert len(late) <= 0.05 * (600 + len(late))
    assert host.now <= 1.5 * 600 / limit * window, "and the limit is made use of"


@pytest.mark.parametrize(("limit", "window"), [(180, 60), (600, 60), (180, 6)])
def test_a_published_budget_is_spent_in_bursts_and_whole(limit: int, window: float) -> None:
    host = Host(limit, window)
    host.serve(5 * limit, connections=16, latency=0.1)
    assert min(host.windows[:-1]) == limit
    assert host.now <= 4 * window + 4 + limit * 0.1 / 16 * 1.2, "nobody waits below the budget"
