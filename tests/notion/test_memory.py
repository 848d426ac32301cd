"""A listing of ten thousand rows must fit into a small runner."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

from backup.notion import read
from bench.generate import generate
from tests.notion.service import Service

ROWS = 300


def test_a_listing_keeps_little_of_each_row(serve: Callable[..., Service]) -> None:
    workspace = generate(ROWS, blocks=1, images=0.0)
    source = workspace.source(workspace.databases()[0])
    service = serve(workspace, most=20)
    read.live(service.client, source)  # what is made once, also by the stand-in
    tracemalloc.start()
    try:
        answered = read.live(service.client, source)
        gc.collect()
        kept, most = (each / ROWS for each in tracemalloc.get_traced_memory())
    finally:
        tracemalloc.stop()
    assert len(answered.found) == ROWS
    assert kept < 3_000, "bytes of a row that stay"
    assert most < 6_000, "the answers themselves go, one by one"
