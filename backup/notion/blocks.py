"""Reads the blocks of a page: all open requests at once, the order Notion's alone.

What cannot be had of a block is noted in the block itself, so that the page goes on; what makes no
sense ends in a NotionError for the page.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

from backup.errors import NotFound, NotionError
from backup.model import Block, Json, bare_id
from backup.notion.client import Client

T = TypeVar("T")
Submit = Callable[[Callable[[], T]], "Future[T]"]

_SEPARATE = ("child_page", "child_database")  # documents of their own, not part of this one
_CLOSED = ("unsupported",)  # may say that it has children; to ask for them is an error
_DEEPEST = 100  # levels; far below what Python can walk, far above what Notion's editor makes
_HIDDEN = "Notion does not show its content to this integration"
_UNSUPPORTED = "Notion's API does not give its content"


class Shared:
    """What lies inside synced blocks: every copy shows the same, so it is read once in a run."""

    def __init__(self) -> None:
        self._asked: dict[str, Future[Json]] = {}
        self._lock = threading.Lock()

    def ask(self, id_: str, submit: Callable[[], Future[Json]]) -> Future[Json]:
        """The answer about `id_`, asked for by whoever comes first. A failure is not kept."""
        with self._lock:
            known = self._asked.get(id_)
            if known is None or (known.done() and (known.cancelled() or known.exception())):
                known = self._asked[id_] = submit()
            return known


def tree(
    client: Client, page_id: str, submit: Submit[Json], shared: Shared | None = None
) -> tuple[Block, ...]:
    """The blocks of a page, or of a block, with everything below them.

    `submit` runs a request beside others; this thread only waits. `shared` holds what other pages
    of the run read of synced blocks. Raises NotFound when the page itself cannot be seen, and
    NotionError when it cannot be read whole.
    """
    return _Tree(client, submit, shared or Shared()).read(page_id)


@dataclass
class _Node:
    """A block on its way: its children are known once its request is answered."""

    raw: Json
    children: list[_Node] = field(default_factory=list)
    unread: str = ""
    sources: frozenset[str] = frozenset()  # originals of the synced blocks around it
    depth: int = 0

    def frozen(self) -> Block:
        return Block.from_api(
            self.raw, tuple(child.frozen() for child in self.children), self.unread
        )


class _Tree:
    """One page's reading under way: which requests are open, and for which block."""

    def __init__(self, client: Client, submit: Submit[Json], shared: Shared) -> None:
        self._client = client
        self._submit = submit
        self._shared = shared
        self._open: dict[int, tuple[Future[Json], _Node]] = {}
        self._done: SimpleQueue[int] = SimpleQueue()
        self._tickets = itertools.count()

    def read(self, page_id: str) -> tuple[Block, ...]:
        root = _Node({"id": page_id})
        try:
            self._ask(root, page_id)
            while self._open:
                future, node = self._open.pop(self._done.get())
                self._fill(node, future)
        finally:
            for future, node in self._open.values():
                if not node.sources:  # else another page may be waiting for it
                    future.cancel()
        return tuple(child.frozen() for child in root.children)

    def _ask(self, node: _Node, *ids: str) -> None:
        def asked() -> Future[Json]:
            return self._submit(lambda: self._children(ids))

        future = self._shared.ask(bare_id(ids[0]), asked) if node.sources else asked()
        ticket = next(self._tickets)
        self._open[ticket] = (future, node)
        future.add_done_callback(lambda _: self._done.put(ticket))

    def _children(self, ids: tuple[str, ...]) -> Json:
        """The children of the first id that Notion knows."""
        for id_ in ids[:-1]:
            try:
                return {"results": list(self._client.children(id_))}
            except NotFound:
                continue
        return {"results": list(self._client.children(ids[-1]))}

    def _fill(self, node: _Node, future: Future[Json]) -> None:
        try:
            answer = future.result()
        except NotionError as error:
            node.unread = _why_unread(error)
            if node.depth == 0 or not node.unread:
                raise
            return
        # A list that changes while it is read may show a block twice.
        found = {_id(raw): raw for raw in answer["results"]}
        for raw in found.values():
            child = _Node(raw, sources=node.sources, depth=node.depth + 1)
            node.children.append(child)
            if raw.get("has_children") and raw.get("type") not in (*_SEPARATE, *_CLOSED):
                self._descend(child)

    def _descend(self, node: _Node) -> None:
        own = _id(node.raw)
        original = _original(node.raw)
        if original and bare_id(original) in node.sources:
            node.unread = "a synced block that contains itself"
        elif node.depth >= _DEEPEST:
            node.unread = f"nested deeper than {_DEEPEST} levels"
        else:
            node.sources |= {bare_id(original)} if original else frozenset()
            # A copy's children are asked for by the original's id: the copy's own id is not certain
            # to answer. When the original is out of reach, the copy may still show them.
            self._ask(node, *dict.fromkeys((original or own, own)))


def _id(raw: Any) -> str:
    id_ = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(id_, str):
        raise NotionError("Notion sent a block without an id, so the page cannot be read whole.")
    return id_


def _original(raw: Json) -> str:
    """The id under which a synced block's content lives; '' for every other block."""
    if raw.get("type") != "synced_block":
        return ""
    payload = raw.get("synced_block")
    origin = payload.get("synced_from") if isinstance(payload, dict) else None
    found = origin.get("block_id") if isinstance(origin, dict) else None
    return str(found or raw["id"])


def _why_unread(error: NotionError) -> str:
    """Why a block's children stay unknown while the rest of the page is good; '' when it is not.

    Assumed: the wording of the second, from reports of 2023 to 2026 ("Block type ai_block is not
    supported via the API for your bot type.").
    """
    if isinstance(error, NotFound):
        return _HIDDEN
    if error.status == 400 and "not supported via the API" in error.message:
        return _UNSUPPORTED
    return ""
