"""What a run finds out first: what Notion lists, beside it what the disk holds.

To load the whole program takes as long as an answer of Notion, so the listing begins with as little
of it as can be, and everything else is loaded while Notion answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from backup import listing, picture
from backup.listing import Seen
from backup.notion.client import Client
from backup.picture import Holes, Memory
from backup.settings import Settings
from backup.stop import Stop
from backup.tree import Tree


@dataclass(frozen=True, slots=True)
class Ahead:
    """The memory of the last run, and what is on its way; `pages` are threads that read pages, and
    `started` is when all this began (time.monotonic)."""

    started: float
    memory: Memory
    seen: Future[Seen]
    holes: Future[Holes]
    pages: Executor


@contextmanager
def looking(settings: Settings, client: Client, tree: Tree, stop: Stop) -> Iterator[Ahead]:
    """Begins to list every database, and to look for the files that the state names.

    Raises StateError when a later version wrote the state.
    """
    started = time.monotonic()
    memory = picture.remembered(tree)
    # Twice as many pages as requests: while one page is written, the others keep Notion busy.
    with threads(2 * settings.concurrency, stop) as pages, threads(2, stop) as ahead:
        seen = ahead.submit(listing.seen, client, settings, memory.state, pages)
        holes = ahead.submit(picture.missing, tree, memory)
        try:
            yield Ahead(started, memory, seen, holes, pages)
        except BaseException:
            client.close()  # nobody waits for the rest of a long list
            raise


@contextmanager
def threads(number: int, stop: Stop) -> Iterator[Executor]:
    """Threads that end with the block; when the run is told to stop, nobody waits for them."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(wait=not stop.requested, cancel_futures=True)
