"""What a page points to: whose path its text depends on, and which blocks need an anchor."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from backup.json_values import as_list, as_object, mapping, objects, word
from backup.markdown import links
from backup.markdown.runs import runs
from backup.model import CHILD_BLOCKS, Block, Json, Page, bare_id
from backup.sync.untrusted import is_id


@dataclass(frozen=True, slots=True)
class References:
    """Bare ids of the pages and databases that a page links to, and of the blocks it links to,
    each with the page it lies in."""

    page_ids: frozenset[str]
    blocks: frozenset[tuple[str, str]]


def references(page: Page) -> References:
    """All of them: links, mentions, bookmarks, subpages, link_to_page, relations, comments. Pure.

    The page's own parents, which a breadcrumb shows, are not among them.
    """
    found = [means for part in _parts(page) for means in part]
    return References(
        frozenset(page_id for page_id, _ in found if page_id),
        frozenset(
            (page_id or bare_id(page.id), block_id) for page_id, block_id in found if block_id
        ),
    )


def linked(page: Page, above: Collection[str], views: Collection[str] = ()) -> tuple[str, ...]:
    """The pages and databases that a page refers to, and 'page#block' where it means a block; ids
    are bare. A breadcrumb refers to all that lies `above` the page, a linked view to the database
    whose rows it shows: one of `views`."""
    found = references(page)
    blocks = {f"{page_id}#{block_id}" for page_id, block_id in found.blocks}
    parents = set(above) if any(block.type == "breadcrumb" for block in page.walk()) else set()
    return tuple(sorted((found.page_ids | blocks | parents | set(views)) - {page.id}))


def nameless(page: Page) -> set[str]:
    """What a page names by its id alone, and shows under a title: the bare ids of related pages, and of
    pages and databases that a block links to. Pure."""
    values = mapping(page.raw, "properties").values()
    found = {id_ for value in values for id_ in _related(value)}
    for block in page.walk():
        kind = word(block.data, "type")
        if block.type == "link_to_page" and kind in ("page_id", "database_id"):
            found.add(bare_id(word(block.data, kind)))
    return {id_ for id_ in found if is_id(id_)}


_Found = Iterator[links.Means]


def _parts(page: Page) -> Iterator[_Found]:
    for block in page.walk():
        yield _in_block(block)
    for value in mapping(page.raw, "properties").values():
        yield _in_value(value)
    for comment in page.comments:
        yield _in_text(comment.get("rich_text"))


def _in_block(block: Block) -> _Found:
    if block.type in CHILD_BLOCKS:
        yield bare_id(block.id), None
    elif block.type == "link_to_page":
        yield bare_id(word(block.data, word(block.data, "type"))), None
    for value in block.data.values():
        yield from _in_text(value)
    yield links.page_link(word(block.data, "url"))


def _in_text(value: object) -> _Found:
    """A rich-text array, or a table row's array of them."""
    for cell in as_list(value):
        if isinstance(cell, list):
            yield from _in_text(cell)
    yield from links.references(objects(value))


def _in_value(value: object) -> _Found:
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


def _related(value: object) -> Iterator[str]:
    """The bare ids in a relation, or in a rollup of relations."""
    for item in _items(mapping(value, "rollup"), "array"):
        yield from _related(item)
    if word(value, "type") == "relation":
        yield from (bare_id(word(item, "id")) for item in _items(value, "relation"))


def _items(data: object, key: str) -> list[Json]:
    return objects(as_object(data).get(key))
