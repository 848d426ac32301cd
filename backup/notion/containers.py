"""Which pages and databases a page that was read has among its blocks, and what it takes to see them; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from backup.json_values import mapping
from backup.model import Block, Page, bare_id
from backup.notion.paging import PAGE_SIZE
from backup.sync.state import List


def lists(page: Page) -> tuple[List, ...]:
    """The lists of blocks of a page in which pages and databases lie. What a synced copy shows lies
    where its original is."""
    found = (_list(id_, blocks) for id_, blocks in _lists(page.id, page.blocks))
    return tuple(each for each in found if each.pages or each.databases)


def _lists(id_: str, blocks: tuple[Block, ...]) -> Iterator[tuple[str, tuple[Block, ...]]]:
    yield id_, blocks
    for block in blocks:
        if block.children and not mapping(block.data, "synced_from"):
            yield from _lists(block.id, block.children)


def _list(id_: str, blocks: tuple[Block, ...]) -> List:
    def of(kind: str) -> tuple[str, ...]:
        return tuple(bare_id(block.id) for block in blocks if block.type == kind)

    return List(bare_id(id_), len(blocks), of("child_page"), of("child_database"))


def requests(page: Page) -> int:
    """About how many requests the page's blocks take: one for each hundred below one block."""
    families = [page.blocks, *(block.children for block in page.walk() if block.children)]
    return sum(max(1, math.ceil(len(family) / PAGE_SIZE)) for family in families)
