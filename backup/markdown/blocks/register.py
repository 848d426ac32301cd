"""The table of block renderers. The decorator above a function is its only registration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from backup.markdown.context import Context
from backup.model import Block

Render: TypeAlias = Callable[[Block, Context], str]


@dataclass(frozen=True, slots=True)
class Renderer:
    """`write` gives a block's Markdown as if it stood alone at the margin, '' for nothing to show.

    `holds_children`: the text has the block's children in it; otherwise they follow it.
    `holds_anchor`: the text has the block's anchor in it; otherwise it stands before it.
    """

    write: Render
    holds_children: bool = False
    holds_anchor: bool = False


_table: dict[str, Renderer] = {}
RENDERERS: Mapping[str, Renderer] = MappingProxyType(_table)


def renders(
    *types: str, holds_children: bool = False, holds_anchor: bool = False
) -> Callable[[Render], Render]:
    """Put the function below into the table for these block types.

    Raises ValueError when a type has a renderer already.
    """

    def register(write: Render) -> Render:
        for type_ in types:
            if type_ in _table:
                raise ValueError(f"two renderers for the block type {type_!r}")
            _table[type_] = Renderer(write, holds_children, holds_anchor)
        return write

    return register
