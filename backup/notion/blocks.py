"""Reads the blocks of a page: all open requests at once, the order Notion's alone.

What cannot be read of a block is noted in the block itself, so that the page goes on; what makes no
sense, or has no end, ends in a NotionError for the page.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from backup.errors import Forbidden, NotFound, NotionError
from backup.json_values import as_object, mapping, word
from backup.model import CHILD_BLOCKS, WITHHELD, Block, Json, bare_id
from backup.notion.client import Client
from backup.notion.paging import restarted

T = TypeVar("T")
Submit = Callable[[Callable[[], T]], "Future[T]"]

_CLOSED = ("unsupported",)  # may say that it has children; to ask for them is an error
_DEEPEST = 100  # levels; far below what Python can walk, far above what Notion's editor makes
_MEETINGS = ("meeting_notes", "transcription")  # the new and the old name
_SECTIONS = ("summary_block_id", "notes_block_id", "transcript_block_id")
_BROKEN = (500, 504)  # may be about one block alone, for good; others pass
_UNSUPPORTED = "Notion's API does not give its content"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large one page may be: beyond, it is nonsense, or would fill the memory.

    `blocks`: Notion's own Markdown of a page stops at about 20,000. `requests`: at Notion's 180 a
    minute they take nearly three hours. `size`: bytes of JSON; a block takes about one thousand, and
    ten times as much in memory.
    """

    blocks: int = 100_000
    requests: int = 30_000
    size: int = 100_000_000

    def check(self, blocks: int, requests: int, size: int) -> None:
        """Raise NotionError when one of them is passed."""
        for number, limit, words in (
            (blocks, self.blocks, f"has more than {self.blocks:,} blocks"),
            (requests, self.requests, f"takes more than {self.requests:,} requests"),
            (size, self.size, f"has more than {self.size / 1_000_000:,g} MB of blocks"),
        ):
            if number > limit:
                raise NotionError(
                    f"The page {words}, and is not read any further.",
                    hint="Split it into several pages.",
                )


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
    client: Client,
    page_id: str,
    submit: Submit[Json],
    shared: Shared | None = None,
    limits: Limits | None = None,
) -> tuple[Block, ...]:
    """The blocks of a page, or of a block, with everything below them.

    `submit` runs a request beside others; this thread only waits. `shared` holds what other pages
    of the run read of synced blocks. Raises NotFound when the page itself cannot be seen, and
    NotionError when it cannot be read, or passes `limits`.
    """
    return _Tree(client, submit, shared or Shared(), limits or Limits()).read(page_id)


@dataclass
class _OpenBlock:
    """A block on its way: its children are known once its request is answered."""

    raw: Json
    children: list[_OpenBlock] = field(default_factory=list)
    unread: str = ""
    lacking: bool = False  # its content may be read another time
    above: frozenset[str] = frozenset()  # the blocks around it, and the originals of synced ones
    is_shared: bool = False  # lies inside a synced block
    is_section: bool = False  # of meeting notes; one without content is left out
    depth: int = 0

    def frozen(self) -> Block:
        children = (child for child in self.children if not child.is_void)
        return Block.from_api(
            self.raw, tuple(child.frozen() for child in children), self.unread, self.lacking
        )

    @property
    def is_void(self) -> bool:
        return self.is_section and not self.children and not self.unread


class _Tree:
    """One page's reading under way: which requests are open, and for which block."""

    def __init__(
        self, client: Client, submit: Submit[Json], shared: Shared, limits: Limits
    ) -> None:
        self._client = client
        self._submit = submit
        self._shared = shared
        self._limits = limits
        self._blocks = self._requests = self._size = 0
        self._open: dict[int, tuple[Future[Json], _OpenBlock, str]] = {}
        self._own: set[str] = set()  # asked for by this page, not by another that shows the same
        self._done: SimpleQueue[int] = SimpleQueue()
        self._tickets = itertools.count()

    def read(self, page_id: str) -> tuple[Block, ...]:
        root = _OpenBlock({"id": page_id})
        try:
            self._ask(root, page_id)
            while self._open:
                future, node, id_ = self._open.pop(self._done.get())
                if (answer := self._answer(node, future)) is not None:
                    self._weigh(answer, id_)
                    self._fill(node, answer)
        finally:
            for future, node, _ in self._open.values():
                if not node.is_shared:  # else another page may be waiting for it
                    future.cancel()
        return tuple(child.frozen() for child in root.children)

    def _ask(self, node: _OpenBlock, *ids: str) -> None:
        def asked() -> Future[Json]:
            self._own.add(ids[0])
            return self._submit(lambda: self._children(ids))

        future = self._shared.ask(bare_id(ids[0]), asked) if node.is_shared else asked()
        ticket = next(self._tickets)
        self._open[ticket] = (future, node, ids[0])
        future.add_done_callback(lambda _: self._done.put(ticket))

    def _children(self, ids: tuple[str, ...]) -> Json:
        """The children of the first id that Notion knows."""
        for id_ in ids[:-1]:
            try:
                return restarted(partial(self._listed, id_))
            except NotFound:
                continue
        return restarted(partial(self._listed, ids[-1]))

    def _listed(self, id_: str) -> Json:
        results: list[Any] = []
        size = 0
        for requests, answer in enumerate(self._client.children(id_), start=1):
            results += answer["results"]
            size += answer.size
            self._limits.check(len(results), requests, size)
        return {"results": results, "requests": requests, "size": size}

    def _answer(self, node: _OpenBlock, future: Future[Json]) -> Json | None:
        """The children of a block; None, and the reason is noted, when it alone cannot be read."""
        try:
            return future.result()
        except NotionError as error:
            node.unread, node.lacking = _why_unread(error, node.raw)
            if node.depth == 0 or not node.unread:
                raise
            return None

    def _fill(self, node: _OpenBlock, answer: Json) -> None:
        # A list that changes while it is read may show a block twice.
        found = {_id(raw): raw for raw in answer["results"]}
        for raw in found.values():
            self._add(node, raw)
        self._add_sections(node)
        if not node.children and _is_copy(node.raw):
            # It said that it has some; an empty list is how they are withheld.
            node.unread = WITHHELD

    def _weigh(self, answer: Json, id_: str) -> None:
        """Count an answer. What a synced block shows counts each time, its requests once."""
        self._blocks += len(answer["results"])
        self._size += answer["size"]
        self._requests += answer["requests"] if id_ in self._own else 0
        self._own.discard(id_)
        self._limits.check(self._blocks, self._requests, self._size)

    def _add(self, node: _OpenBlock, raw: Json) -> _OpenBlock:
        child = _OpenBlock(raw, above=node.above, is_shared=node.is_shared, depth=node.depth + 1)
        node.children.append(child)
        if raw.get("type") in (*CHILD_BLOCKS, *_CLOSED):
            return child
        if raw.get("has_children"):
            self._descend(child)
        else:
            self._add_sections(child)
        return child

    def _add_sections(self, node: _OpenBlock) -> None:
        """The parts of meeting notes, which need not be listed: each is asked for by its own id.

        Assumed: a section is a mere container, so that an empty paragraph may stand for it.
        """
        there = {bare_id(_id(child.raw)) for child in node.children}
        for id_ in _sections(node.raw):
            if bare_id(id_) not in there:
                self._add(node, {**_SECTION, "id": id_}).is_section = True

    def _descend(self, node: _OpenBlock) -> None:
        own = _id(node.raw)
        original = _original(node.raw)
        around = {bare_id(own), bare_id(original or own)}
        if around & node.above:
            node.unread = f"a {'synced ' if original else ''}block that contains itself"
        elif node.depth >= _DEEPEST:
            node.unread = f"nested deeper than {_DEEPEST} levels"
        else:
            node.above |= around
            node.is_shared |= bool(original)
            # A copy's children are asked for by the original's id: the copy's own id is not certain
            # to answer. When the original is out of reach, the copy may still show them.
            self._ask(node, *dict.fromkeys((original or own, own)))


_SECTION: Json = {
    "object": "block",
    "has_children": True,
    "type": "paragraph",
    "paragraph": {"rich_text": []},
}


def _sections(raw: Json) -> list[str]:
    """The ids that meeting notes name their parts by; none for every other block."""
    kind = word(raw, "type")
    named = mapping(mapping(raw, kind), "children") if kind in _MEETINGS else {}
    return [id_ for key in _SECTIONS if (id_ := word(named, key))]


def _id(raw: Any) -> str:
    id_ = as_object(raw).get("id")
    if not isinstance(id_, str):
        raise NotionError("Notion sent a block without an id, so the page cannot be read whole.")
    return id_


def _original(raw: Json) -> str:
    """The id under which a synced block's content lives; '' for every other block."""
    if raw.get("type") != "synced_block":
        return ""
    origin = mapping(mapping(raw, "synced_block"), "synced_from")
    return str(origin.get("block_id") or raw["id"])


def _is_copy(raw: Json) -> bool:
    """Whether a synced block shows what lives elsewhere."""
    return _original(raw) not in ("", raw["id"])


def _why_unread(error: NotionError, raw: Json) -> tuple[str, bool]:
    """Why the children of a block `raw` stay unknown while the rest of the page is good, and whether
    they lack; '' when it is not good. A copy of what nobody shared lacks nothing.

    Assumed: the wording of the second, from reports of 2023 to 2026 ("Block type ai_block is not
    supported via the API for your bot type.").
    """
    if isinstance(error, NotFound):
        return WITHHELD, not _is_copy(raw)
    if error.status == 400 and "not supported via the API" in error.message:
        return _UNSUPPORTED, False
    if error.status == 400 or isinstance(error, Forbidden):
        return f"Notion refused it: {error.message.partition(': ')[2]}", True
    if error.status in _BROKEN:
        return f"Notion failed to give it (status {error.status})", True
    return "", False
