"""Random rich text looks as it was written, wherever it stands, on both hosts.

`ARRAYS=200000` in the environment tries that many, in chunks that can run side by side (`-n 2`).
The same number of arrays gives the same arrays again. A difference is shrunk and shown; it belongs
into test_inline_regressions.py, by name.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.support.arrays import PLACES, array, differences, shrunk
from tests.support.rich import equation, text

ARRAYS = int(os.environ.get("ARRAYS", "1400"))
CHUNK = 1000  # arrays
CHUNKS = max(len(PLACES), -(-ARRAYS // CHUNK))


@pytest.mark.parametrize("number", range(CHUNKS))
def test_any_array_is_seen_as_it_was_written(number: int) -> None:
    place, dice = list(PLACES)[number % len(PLACES)], Random(number)
    for _ in range(-(-ARRAYS // CHUNKS)):
        runs = array(dice)
        if differences(runs, place):
            runs = shrunk(runs, lambda each: bool(differences(each, place)))
            pytest.fail(f"{place}: {differences(runs, place)} in {runs}")


def test_a_failing_array_is_shown_without_what_does_not_matter() -> None:
    runs = [text("abc", "bi", "https://e.co"), equation("x", "bs"), text("def", "b"), text("g")]
    assert shrunk(runs, lambda each: "e" in str([run["plain_text"] for run in each])) == [text("e")]
    assert shrunk(runs, lambda each: any(run["type"] == "equation" for run in each)) == [
        equation("x")
    ]
    assert shrunk(runs, lambda each: len(each) > 1 and each[-1]["annotations"]["bold"]) == [
        equation("x"),
        text("f", "b"),
    ]
