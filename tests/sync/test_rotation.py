"""Everything has its turn, whenever runs come."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from backup.sync.rotation import SHARES, turn_at


@pytest.mark.parametrize("hours", [1, 2, 3, 4, 6, 8, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24])
def test_every_share_has_its_turn_at_any_schedule(hours: int) -> None:
    first = datetime(2026, 11, 30, 2, 17, tzinfo=timezone.utc)
    for late in range(30):
        runs = (first + (late + number) * timedelta(hours=hours) for number in range(SHARES**2))
        assert len({turn_at(run) % SHARES for run in runs}) == SHARES


@pytest.mark.parametrize(("hours", "runs"), [(24, 14), (7 * 24, 7)])
def test_every_share_has_its_turn_soon_in_daily_and_weekly_runs(hours: int, runs: int) -> None:
    first = datetime(2026, 11, 30, 2, 17, tzinfo=timezone.utc)
    for late in range(SHARES**2):
        times = (first + (late + number) * timedelta(hours=hours) for number in range(runs))
        assert len({turn_at(time) % SHARES for time in times}) == SHARES


def test_every_share_has_its_turn_on_working_days() -> None:
    first = datetime(2026, 11, 30, 2, 17, tzinfo=timezone.utc)
    days = (first + timedelta(number) for number in range(SHARES**2))
    turns = [turn_at(day) % SHARES for day in days if day.weekday() < 5]
    assert len(set(turns)) == SHARES
