"""Lives thousands of random histories and counts what happened in them: `make soak`.

python -m tests.sync.soak [histories] [processes] [seed]
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

from tests.sync.machine import TALLY, Sync

_PIECE = 50  # histories between two looks at the seeds, so that a failing one is found soon
_RUNS = 5  # of a history, before those at its end


def soak(number: int, first: int) -> Counter[str]:
    """Live so many histories; the counts. Raises what a failing one raises, shrunk and printed."""
    TALLY.clear()
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
    return TALLY.copy()


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
    for what, count in sorted(total.items()):
        print(f"{count:>8}  {what}")
    print(f"{time.monotonic() - started:8.0f}  seconds")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
