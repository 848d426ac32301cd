"""Random rich text looks as it was written, wherever it stands, on both hosts.

`ARRAYS=200000` in the environment tries that many, in chunks that can run side by side (`-n 2`).
The same number of arrays gives the same arrays again. A difference is shrunk and shown; it belongs
into test_inline_regressions.py, by name.
"""

from __future__ import annotations

import os

import pytest
from arrays import PLACES, arrays, differences
from hypothesis import HealthCheck, given, seed, settings
from rich import Run

ARRAYS = int(os.environ.get("ARRAYS", "3000"))
CHUNK = 1000  # arrays; Hypothesis remembers what it tried, and slows down
CHUNKS = max(len(PLACES), -(-ARRAYS // CHUNK))


@pytest.mark.parametrize("number", range(CHUNKS))
def test_any_array_is_seen_as_it_was_written(number: int) -> None:
    place = list(PLACES)[number % len(PLACES)]

    @seed(number)
    @settings(
        max_examples=-(-ARRAYS // CHUNKS),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(arrays)
    def check(runs: list[Run]) -> None:
        assert differences(runs, place) == []

    check()
