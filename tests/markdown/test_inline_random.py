"""Random rich text looks as it was written, wherever it stands, on both hosts."""

from __future__ import annotations

import pytest
from arrays import PLACES, Run, arrays, differences
from hypothesis import HealthCheck, given, seed, settings

ARRAYS = 3000


@pytest.mark.parametrize("place", PLACES)
def test_any_array_is_seen_as_it_was_written(place: str) -> None:
    @seed(20261122)
    @settings(
        max_examples=ARRAYS // len(PLACES) + 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(arrays)
    def check(runs: list[Run]) -> None:
        assert differences(runs, place) == []

    check()
