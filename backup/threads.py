"""The thread pools of a run, and the rule that prevents deadlock.

`pages` reads whole pages and lists databases, `requests` sends single requests and downloads files for
them. A task of a pool never waits for a task of the same pool: `pages` may wait for `requests`, and
`requests` waits for nobody. (Downloads with threads of their own would be no faster: 100 pages with an image
each, from a host that takes 2 s, through a budget of requests, took 47.5 s with them and 46.3 s without.)
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
