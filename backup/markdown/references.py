"""What a page points to: whose path its text depends on, and which blocks need an anchor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backup.markdown import links
from backup.markdown.runs import mapping, objects, runs, word
from backup.model import Block, Json, Page, bare_id

_SUBPAGES = ("child_page", "child_database")


@dataclass(frozen=True, slots=True)
class References:
    """Bare ids of the pages and databases, and of the blocks, that a page links to."""

    page_ids: frozenset[str]
    block_ids: frozenset[str]


def references(page: Page) -> References:
    """All of them: links, mentions, bookmarks, subpages, link_to_page, relations. Pure.

    The page's own parents, which a breadcrumb shows, are not among them.
    """
    found = [pair for part in _parts(page) for pair in part]
    return References(
        frozenset(page_id for page_id, _ in found if page_id),
        frozenset(block_id for _, block_id in found if block_id),
    )


_Pairs = Iterator[tuple[str | None, str | None]]


def _parts(page: Page) -> Iterator[_Pairs]:
    for block in page.walk():
        yield _in_block(block)
    for value in mapping(page.raw, "properties").values():
        yield _in_value(value)


def _in_block(block: Block) -> _Pairs:
    if block.type in _SUBPAGES:
        yield bare_id(block.id), None
    elif block.type == "link_to_page":
        yield bare_id(word(block.data, word(block.data, "type"))), None
    for value in block.data.values():
        yield from _in_text(value)
    yield links.page_link(word(block.data, "url"))


def _in_text(value: object) -> _Pairs:
    """A rich-text array, or a table row's array of them."""
    if not isinstance(value, list):
        return
    for cell in value:
        if isinstance(cell, list):
            yield from _in_text(cell)
    pages, blocks = links.references(runs({"value": value}, "value"))
    yield from ((page, None) for page in pages)
    yield from ((None, block) for block in blocks)


def _in_value(value: object) -> _Pairs:
    """A property value, or an item of a rollup."""
    kind = word(value, "type")
    if kind == "relation":
        yield from ((bare_id(word(item, "id")), None) for item in _items(value, kind))
    elif kind == "rollup":
        for item in _items(mapping(value, kind), "array"):
            yield from _in_value(item)
    elif kind == "url":
        yield links.page_link(word(value, kind))
    elif kind in ("title", "rich_text"):
        yield from _in_text(runs(value, kind))


def _items(data: object, key: str) -> list[Json]:
    return objects(data.get(key)) if isinstance(data, dict) else []
