"""The thread pools of a run, and the rule that prevents deadlock.

`pages` reads whole pages and lists databases, `requests` sends single requests for them. A task of a pool
never waits for a task of the same pool: `pages` may wait for `requests`, and `requests` waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from backup.stop import Stop


@contextmanager
def threads(number: int, stop: Stop) -> Iterator[Executor]:
    """Threads that end with the block; when the run is stopped, nobody waits for them."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(wait=not stop.requested, cancel_futures=True)
