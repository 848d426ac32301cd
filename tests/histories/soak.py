"""Lives thousands of random histories and counts what happened in them: `make soak`.

python -m tests.histories.soak [histories] [processes] [seed]

The same number and seed are the same histories. One that fails is shrunk and printed.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.machine import Sync
from tests.histories.trial import TALLY

_PIECE = 50  # histories between two looks at the seeds, so that a failing one is found soon
_RUNS = 5  # of a history, before those at its end


def soak(number: int, first: int) -> Counter[str]:
    """Live so many histories; the counts. Raises what a failing one raises, shrunk and printed, with
    the command that lives them again."""
    TALLY.clear()
    try:
        _live(number, first)
    except BaseException:
        print(
            f"\nTo live this again: python -m tests.histories.soak {number} 1 {first}", flush=True
        )
        raise
    return TALLY.copy()


def _live(number: int, first: int) -> None:
    about = settings(
        max_examples=number,
        stateful_step_count=_RUNS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(seed(first)(Sync), settings=about)


def main(number: int = 5000, processes: int = 2, first: int | None = None) -> None:
    """Share the histories among processes, and print the counts."""
    first = random.randrange(1_000_000) if first is None else first
    pieces = [min(_PIECE, number - start) for start in range(0, number, _PIECE)]
    print(f"{number} histories from the seed {first} on, {processes} at once", flush=True)
    total: Counter[str] = Counter()
    started = time.monotonic()
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for counts in pool.map(soak, pieces, range(first, first + len(pieces))):
            total += counts
            print(f"{total['histories']} histories", end="\r", flush=True)
    seconds = time.monotonic() - started
    for what, count in sorted(total.items()):
        print(f"{count:>8}  {what}")
    print(f"{seconds:8.0f}  seconds, {60 * total['histories'] / seconds:.0f} histories a minute")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
