"""The threads of a run, and the rule that prevents deadlock: a task never waits for a task of its own pool.

`beside` is one thread that lists, while the main one asks the remote (commands.backup); it may wait for `pages`.
`pages` reads whole pages and lists databases; it may wait for `requests`, which sends single requests and downloads
files for them, and waits for nobody. A restore has `requests` alone, to read its copy back (commands.restore).

Two kinds of threads are not made here. Notifications have one each, and wait for nobody
(report.sending). The watchman cuts off answers that take too long (notion.wire): one for the whole process, which
ends with it. (Downloads with threads of their own would be no faster: 100 pages with an image
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
