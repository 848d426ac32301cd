"""What a workspace looked like at one moment, so that a test can tell what was touched since."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fakenotion.content import Content
from fakenotion.nodes import Node


@dataclass(frozen=True)
class Snapshot:
    """Everything that there is, by id: its last edit, place, and content as far as it is loaded."""

    seen: dict[str, tuple[object, ...]]

    @classmethod
    def of(cls, content: Content) -> Snapshot:
        """The present state: pages, blocks, databases, data sources, views and comments."""
        with content.lock:
            nodes = {node.id: _marks(node) for node in content.nodes.values()}
            other = [*content.views.values(), *content.comments]
            return cls({**nodes, **{one["id"]: (json.dumps(one),) for one in other}})

    def touched(self, content: Content) -> set[str]:
        """The ids of what was there and is another way now, or is gone."""
        now = Snapshot.of(content).seen
        return {id_ for id_, marks in self.seen.items() if not _alike(marks, now.get(id_))}

    def new(self, content: Content) -> set[str]:
        """The ids of what was not there."""
        return set(Snapshot.of(content).seen) - set(self.seen)


def _marks(node: Node) -> tuple[object, ...]:
    data = json.dumps(node.data) if node.loaded else ""
    state = (node.edited, node.editor, node.parent, node.trashed, node.archived)
    return (data, *state)


def _alike(before: tuple[object, ...], now: tuple[object, ...] | None) -> bool:
    """Whether nothing changed; content that was not loaded before is not compared."""
    if now is None:
        return False
    return before == now or (not before[0] and before[1:] == now[1:])
