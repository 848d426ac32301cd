"""The stand-in in a process of its own, so that its work is not counted as ours.

python -m bench.notion    reads one JSON command a line, answers with one JSON line
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from threading import Lock
from types import TracebackType
from typing import Any

from bench.generate import generate
from demo.sample import sample
from fakenotion import blocks, build
from fakenotion.faults import Fault
from fakenotion.nodes import Clock
from fakenotion.server import Asked, StandIn
from fakenotion.storage import PNG
from fakenotion.trees import ten_ary
from fakenotion.workspace import Workspace


class Notion:
    """The controlling end: starts the process and talks to it."""

    def __init__(self, **workspace: Any) -> None:
        self._lock = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.notion"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        started = self.send(**workspace)
        self.url: str = started["url"]
        self.databases: list[str] = started["databases"]

    def send(self, **command: Any) -> dict[str, Any]:
        """Send a command; its answer."""
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Notion:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """The process: a workspace by the first command, then knobs, edits and counts."""
    first = json.loads(sys.stdin.readline())
    workspace = _workspace(**first)
    server = StandIn(workspace)
    with server.serving() as url:
        _say(url=url, databases=workspace.databases() or workspace.top)
        for line in sys.stdin:
            command = json.loads(line)
            _say(**_done(workspace, server, command))


def _say(**answer: Any) -> None:
    print(json.dumps(answer), flush=True)


def _done(workspace: Workspace, server: StandIn, command: dict[str, Any]) -> dict[str, Any]:
    for name, value in command.get("knobs", {}).items():
        setattr(server.knobs, name, value)
    if (wait := command.get("download_wait")) is not None:
        server.plan = lambda asked: _slow(asked, wait)
    if edits := command.get("edit"):
        for page in workspace.listed(workspace.source(workspace.databases()[0]))[:edits]:
            workspace.append(page, [blocks.paragraph("Edited.")])
    if command.get("pages"):
        return {"pages": workspace.listed(workspace.source(workspace.databases()[0]))}
    if pages := command.get("minimum"):
        first = workspace.listed(workspace.source(workspace.databases()[0]))[:pages]
        return {"minimum": sum(reads(workspace, page) for page in first)}
    if command.get("count"):
        return _counts(workspace, server)
    return {}


def _slow(asked: Asked, wait: float) -> Fault | None:
    return None if asked.path.startswith("/v1/") else Fault(wait=wait)


def _counts(workspace: Workspace, server: StandIn) -> dict[str, Any]:
    """What was asked since the last count, and what the least would have been for all pages."""
    requests, server.requests = server.requests, []
    server.downloads.clear()
    answered = Counter(asked.status for asked in requests)
    windows, server.windows = server.windows, []
    return {
        "requests": answered[200],
        "throttled": answered[429],
        "minimum": _minimum(workspace),
        "windows": windows,
    }


def _minimum(workspace: Workspace) -> int:
    """Requests for the bodies of all rows: one per 100 children of each container."""
    total = 0
    for database in workspace.databases():
        for page in workspace.listed(workspace.source(database)):
            total += reads(workspace, page)
    return total


def reads(workspace: Workspace, id_: str) -> int:
    """The least number of requests for the body of a page: one per 100 children of each container."""
    node = workspace.node(id_)
    children = workspace.children(node)
    own = max(1, -(-len(children) // 100))
    return own + sum(reads(workspace, child.id) for child in children if child.children)


def _workspace(kind: str, **arguments: Any) -> Workspace:
    if kind == "generated":
        return generate(**arguments)
    if kind == "sample":
        return sample()
    if kind == "tree":
        return ten_ary(**arguments).workspace
    clock = Clock(2026, 9, 1)
    notion = Workspace("Bench", now=clock)
    database = notion.add_database("Pile", {})
    page = notion.add_page(database, "Long")
    if kind == "long":
        _grow(notion, page, **arguments)
    else:
        _illustrate(notion, page, **arguments)
    clock.forward(minutes=5)  # what was edited in this very minute would be read again
    return notion


def _grow(notion: Workspace, page: str, *, blocks: int) -> None:
    texts = [
        build.block("paragraph", [f"Block {number} ", build.text("bold", bold=True)])
        for number in range(blocks)
    ]
    notion.append(page, texts)


def _illustrate(notion: Workspace, page: str, *, images: int, size: int) -> None:
    for number in range(images):
        body = PNG + number.to_bytes(4, "big") * max(1, (size - len(PNG)) // 4)
        address = notion.files.keep(f"picture-{number}.png", body)
        notion.append(page, [blocks.media("image", build.hosted(address))])


if __name__ == "__main__":
    main()
