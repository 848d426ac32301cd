"""Which blocks and rows of a copy stand for which of the backup: blocks by their order, with what a restore moves,
and rows by what they say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from backup.json_values import mapping, objects
from backup.model import CHILD_BLOCKS, Block, bare_id, plain_text
from backup.restore import canonical
from backup.restore.canonical import Side
from backup.restore.saved import Node

_LONG = 95  # texts of one block, from which on it may go on in the next
_LARGE = 30_000  # characters, the same
_PIECE = 1_900  # characters that one text surely takes


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the copy: for a block of the backup, with what lies in it (None where that is compared
    elsewhere), or as a link to what `block` says, which stands at the page's end."""

    block: Block
    below: Sequence[Block] | None = ()
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A place with the blocks that stand there; `slot` is None for blocks that should not be there."""

    slot: Slot | None
    blocks: tuple[Block, ...]


def of_page(blocks: Sequence[Block], inside: Collection[str]) -> list[Slot]:
    """The places of a page; `inside` are the ids of what lies in it. What stands in blocks comes at the
    end, and so does what stands nowhere."""
    top = [block for block in blocks if block.type in CHILD_BLOCKS]
    shown = dict.fromkeys(bare_id(block.id) for block in top)
    nested = [
        inner
        for block in blocks
        for child in block.children
        for inner in child.walk()
        if inner.type in CHILD_BLOCKS and bare_id(inner.id) in inside
    ]
    moved = {bare_id(each.id): each for each in nested if bare_id(each.id) not in shown}
    missing = (id_ for id_ in inside if id_ not in shown and id_ not in moved)
    ends = [*moved.values(), *(Block(id_, "child_page", {}) for id_ in missing)]
    return [*_slots(blocks, inside, is_top=True), *(Slot(each, None) for each in ends)]


def below(blocks: Sequence[Block], inside: Collection[str]) -> list[Slot]:
    """The places in a block."""
    return [*_slots(blocks, inside)]


def _slots(
    blocks: Sequence[Block], inside: Collection[str], *, is_top: bool = False
) -> Iterator[Slot]:
    for block in blocks:
        if block.type in CHILD_BLOCKS:
            is_here = bare_id(block.id) in inside
            yield Slot(block, None, is_link=is_here and not is_top)
        elif _is_mere_frame(block):
            for child in block.children:
                inner = child.children if child.type == "column" else (child,)
                yield from _slots(inner, inside, is_top=is_top)
        else:
            yield Slot(block, block.children)


def _is_mere_frame(block: Block) -> bool:
    """Whether Notion takes it only with more in it: then what is in it stands there without it."""
    kinds = [child.type for child in block.children]
    if block.type == "column_list":
        return kinds.count("column") < 2
    return block.type == "tab" and "paragraph" not in kinds


def aligned(slots: Sequence[Slot], blocks: Sequence[Block]) -> Iterator[Match]:
    """Each place with its blocks, in order; those that are left over come last, without a place."""
    at = 0
    for slot in slots:
        number = _number(slot, blocks, at)
        yield Match(slot, tuple(blocks[at : at + number]))
        at += number
    if at < len(blocks):
        yield Match(None, tuple(blocks[at:]))


def _number(slot: Slot, blocks: Sequence[Block], at: int) -> int:
    """How many blocks a text takes that is too long for one."""
    runs = objects(slot.block.data.get("rich_text"))
    words = plain_text(runs)
    if len(runs) + len(words) // _PIECE < _LONG and len(words) < _LARGE:
        return 1
    number = 1
    there = len(_words(blocks[at])) if at < len(blocks) else len(words)
    while there < len(words) and at + number < len(blocks):
        more = blocks[at + number]
        if more.type != slot.block.type or blocks[at + number - 1].children:
            break
        there += len(_words(more))
        number += 1
    return number


def _words(block: Block) -> str:
    return plain_text(block.data.get("rich_text"))


def rows_aligned(rows: Sequence[Node], copies: Sequence[Node]) -> dict[str, Node]:
    """For each row its copy, by what is the same whatever the ids; the order of rows says nothing."""
    found: dict[str, Node] = {}
    left = [*copies]
    for sign in (_whole, _title_of, lambda row: ""):
        by_sign: dict[str, list[Node]] = {}
        for copy in left:
            by_sign.setdefault(sign(copy), []).append(copy)
        for row in rows:
            if row.id not in found and (same := by_sign.get(sign(row))):
                found[row.id] = same.pop(0)
        left = [copy for copies_ in by_sign.values() for copy in copies_]
    return found


def _whole(row: Node) -> str:
    blocks = [(block.type, plain_text(block.data.get("rich_text"))) for block in row.page.walk()]
    values = canonical.values(mapping(row.page.raw, "properties"), Side(lambda id_: ""))
    return repr((row.page.title, blocks, sorted(values.items())))


def _title_of(row: Node) -> str:
    return row.page.title
