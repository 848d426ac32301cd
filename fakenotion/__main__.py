"""`python -m fakenotion`: the fake Notion server as a process of its own, until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bench.generate import generate
from demo.sample import edit, sample
from fakenotion.recordings import from_folder
from fakenotion.server import StandIn
from fakenotion.trees import SHAPES
from fakenotion.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the base URL, then a line `<id> <title>` for each database, or for the page above a
    tree, then serves."""
    asked = _parser().parse_args(arguments)
    workspace = _workspace(asked)
    stand_in = StandIn(workspace, latency=asked.latency, budget=asked.budget, window=asked.window)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with stand_in.serving(asked.port) as url:
        print(url)
        for id_ in workspace.top if asked.tree else workspace.databases():
            print(id_, workspace.title(workspace.node(id_)))
        sys.stdout.flush()
        stopped.wait()
    print(f"{len(stand_in.requests)} requests, {stand_in.throttled} throttled", file=sys.stderr)
    return 0


def _workspace(asked: argparse.Namespace) -> Workspace:
    if asked.recordings:
        return from_folder(asked.recordings)
    if asked.tree:
        return SHAPES[asked.tree](asked.pages or 0).workspace
    if asked.pages is not None:
        return generate(asked.pages, asked.seed, databases=asked.databases)
    workspace = sample()
    if asked.edit:
        edit(workspace)
    return workspace


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fakenotion", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="loopback port (default: a free one)")
    add("--edit", action="store_true", help="the sample workspace after a morning's work")
    add("--pages", type=int, help="a generated workspace with so many pages")
    add("--tree", choices=SHAPES, help="so many child pages in a tree, in place of rows")
    add("--seed", type=int, default=0, help="another generated workspace for each number")
    add("--databases", type=int, default=1, help="databases that the pages are spread over")
    add("--recordings", type=Path, help="a folder with _trees and _queries")
    add("--latency", type=float, default=0, help="seconds before each answer")
    add("--budget", type=int, help="requests per window (Notion: 180)")
    add("--window", type=float, default=60, help="seconds of a window")
    return parser


if __name__ == "__main__":
    sys.exit(main())
