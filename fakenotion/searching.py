"""What POST /v1/search finds: titles, from an index that is late and promises little.

One promise is kept whatever is set here: what is shared directly is found, unless it is in the
trash ("Search optimizations and limitations", 2026).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backup.model import Json, bare_id
from fakenotion import filters, validation
from fakenotion.content import Content
from fakenotion.nodes import Node
from fakenotion.paging import Paging, by_id, envelope
from fakenotion.query import incomplete
from fakenotion.refusal import UNDEFINED


@dataclass
class Index:
    """How the search of a workspace differs from the workspace; everything may change any time.

    `delay`: seconds until it knows what was made, and what came into the trash or out of it.
    `left_out`: ids that it does not find; `omits` says so of any node. `trashed`: it gives what is
    in the trash unasked. `partial`: ids of pages whose hits have no `properties`. `most`: it ends
    after so many. `incomplete`: it says of itself that it is not complete.
    """

    delay: float = 0
    left_out: set[str] = field(default_factory=set)
    omits: Callable[[Node], bool] | None = None
    trashed: bool = False
    partial: set[str] = field(default_factory=set)
    most: int | None = None
    incomplete: bool = False

    def knows(self, content: Content, node: Node) -> bool:
        """Whether a node is in the index."""
        if content.direct(node):
            return True
        if self.delay and node.created > content.now() - timedelta(seconds=self.delay):
            return False
        if node.id in self.left_out or bare_id(node.id) in self.left_out:
            return False
        return not (self.omits and self.omits(node))

    def in_trash(self, content: Content, node: Node) -> bool:
        """Whether the index holds it for trashed: it learns late of the trash."""
        known = content.now() - timedelta(seconds=self.delay)
        thrown = (one.thrown for one in content.upwards(node))
        late = self.delay and any(time and time > known for time in thrown)
        return content.in_trash(node) is not bool(late)


@dataclass
class Search:
    """The search endpoint. What one search found is kept while it is read to its end."""

    content: Content
    index: Index = field(default_factory=Index)
    _found: list[Node] = field(default_factory=list)
    _for: Any = None

    def answer(self, body: Json, show: Callable[[Node], Json], most: int) -> Json:
        """One page of what is found."""
        found = self._find(body)
        paging = Paging.asked(body, "body", most)
        kept = found if self.index.most is None else found[: self.index.most]
        page, more = by_id(kept, paging)
        made = envelope("page_or_data_source", [self._shown(one, show) for one in page], more)
        cut = self.index.incomplete or len(kept) < len(found)
        return {**made, **incomplete()} if cut else made

    def _shown(self, node: Node, show: Callable[[Node], Json]) -> Json:
        sent = show(node)
        if node.id in self.index.partial or bare_id(node.id) in self.index.partial:
            return {key: value for key, value in sent.items() if key != "properties"}
        return sent

    def _find(self, body: Json) -> list[Node]:
        asked: Json = {key: body[key] for key in ("query", "filter", "sort") if key in body}
        state = (asked, self.content.revision)
        if "start_cursor" not in body or state != self._for:
            self._found, self._for = self._look(asked), state
        return self._found

    def _look(self, asked: Json) -> list[Node]:
        words = asked.get("query", "").lower()
        kinds, trash = _wanted(asked["filter"]) if "filter" in asked else (_KINDS, None)
        newest = _descending(asked["sort"]) if "sort" in asked else True
        found = [
            node
            for node in list(self.content.nodes.values())
            if node.kind in kinds
            and self.content.visible(node.id)
            and self._is_wanted(node, trash)
            and self.index.knows(self.content, node)
            and words in self.content.title(node).lower()
        ]
        return sorted(found, key=edited, reverse=newest)

    def _is_wanted(self, node: Node, trash: bool | None) -> bool:
        if trash is None and self.index.trashed:
            return True
        return self.index.in_trash(self.content, node) is bool(trash)


_KINDS = ("page", "data_source")


def edited(node: Node) -> datetime:
    """When a node was last edited, as it says itself."""
    recorded = node.recorded.get(node.kind, {}).get("last_edited_time")
    return filters.parsed(recorded) if recorded else node.edited


def _wanted(filter_: Json) -> tuple[tuple[str, ...], bool | None]:
    """Kinds of objects, and whether they are in the trash (None: nothing was said of it). The trash
    may be asked for alone (changelog of July 2026)."""
    known = {"property": "text", "value": "text", "in_trash": "truth"}
    validation.fields("body.filter", filter_, known)
    trash = filter_.get("in_trash")
    if trash is not None and len(filter_) == 1:
        return _KINDS, trash
    validation.one_of("body.filter", "property", filter_.get("property", UNDEFINED), "object")
    value = filter_.get("value", UNDEFINED)
    return (validation.one_of("body.filter", "value", value, *_KINDS),), trash


def _descending(sort: Json) -> bool:
    """Whether the last edited comes first. Assumed: as relevance goes, it does."""
    known = dict.fromkeys(("timestamp", "direction", "property"), "text")
    validation.fields("body.sort", sort, known)
    if "property" in sort:
        validation.one_of("body.sort", "property", sort["property"], "relevance")
        return True
    stamp = sort.get("timestamp", UNDEFINED)
    validation.one_of("body.sort", "timestamp", stamp, "last_edited_time")
    direction = sort.get("direction", UNDEFINED)
    return validation.one_of("body.sort", "direction", direction, *filters.DIRECTIONS) == (
        "descending"
    )
