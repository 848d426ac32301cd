"""The blocks of a page, one a line with its depth; what follows from its place in the tree is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from backup import exact_json
from backup.errors import StoreError
from backup.model import PEOPLE, Block, Json, Page
from backup.store import lean
from backup.store.lasting import is_lasting, lasting, lasting_block

_DEEPEST = 128  # levels of blocks; more than are read
_AT_ONCE = 200  # lines
_IN_FULL = ["="]  # stands for a line in which nothing can be left out; it is not lasting


def damaged(how: str) -> StoreError:
    """A store that this version did not write, in one sentence."""
    return StoreError(f"A .notion.json is damaged: it is {how}.")


def clean(page: Page) -> tuple[Block, ...]:
    """The blocks of a page as they come out of its store."""
    found = [*_lasting(page.walk())]
    if all(block.raw is raw for block, raw in zip(page.walk(), found, strict=True)):
        return page.blocks
    raws = iter(found)
    return tuple(_with(block, raws) for block in page.blocks)


def _lasting(blocks: Iterator[Block]) -> Iterator[Json]:
    while some := [_whole(block) for block in islice(blocks, _AT_ONCE)]:
        for raw, text in zip(some, exact_json.dumps_each(some, is_sorted=False), strict=True):
            yield raw if is_lasting(text) else lasting_block(raw)


def _with(block: Block, raws: Iterator[Json]) -> Block:
    """The block and all below it with these objects, which come in reading order."""
    raw = next(raws)
    children = tuple(_with(child, raws) for child in block.children)
    return Block.from_api(raw, children, block.unread, block.lacking)


def dumps(page: Page) -> Iterator[str]:
    """A line for each block, in reading order. Raises StoreError for a tree that `loads` would refuse."""
    waiting = _below(page.blocks, _of_page(page.raw), 0)
    while some := list(islice(waiting, _AT_ONCE)):
        texts = lean.encoded([line.short() for line in some])
        for at, line in enumerate(some):
            if not is_lasting(texts[at]):
                some[at] = line._replace(raw=lasting_block(line.raw))
                [texts[at]] = lean.encoded([some[at].short()])
        for text, line in zip(lean.shortened(texts), some, strict=True):
            if text is None or text.startswith('["'):
                text = lean.as_received(line.whole())
            yield text


class _BlockLine(NamedTuple):
    """A block in its place."""

    depth: int
    raw: Json
    parent: Json
    has_children: bool
    notes: list[Json]

    def short(self) -> list[Any]:
        """What the line says, without what follows from its place."""
        short = _without_defaults(self.raw, self.parent, self.has_children)
        return _IN_FULL if short is None else [self.depth, short, *self.notes]

    def whole(self) -> list[Any]:
        """All that it says."""
        return [self.depth, self.raw, *self.notes]


def _below(blocks: tuple[Block, ...], parent: Json, depth: int) -> Iterator[_BlockLine]:
    if depth > _DEEPEST or len({block.id for block in blocks}) < len(blocks):
        raise damaged("nested too deeply, or shows a block twice")
    for block in blocks:
        raw = _whole(block)
        yield _BlockLine(depth, raw, parent, bool(block.children), _notes(block))
        if block.children:
            own = _of_block({"id": lasting(raw["id"])})
            yield from _below(block.children, own, depth + 1)


def loads(lines: list[str], page: Json) -> tuple[Block, ...]:
    """The blocks of a page object. Raises StoreError, ValueError and RecursionError for other lines
    than `dumps` writes."""
    root = _ReadBlock(page)
    above = [root]
    for line in lines:
        depth, raw, notes, is_whole = _parts(line)
        if not 0 <= depth < min(len(above), _DEEPEST + 1):
            raise damaged("without a block that others lie in")
        del above[depth + 1 :]
        node = _ReadBlock(raw, notes, [], is_whole)
        above[-1].add(node, _of_block(above[-1].raw) if depth else _of_page(page))
        above.append(node)
    return root.below()


@dataclass
class _ReadBlock:
    """A block whose children are still to come."""

    raw: Json
    notes: Json = field(default_factory=dict)
    children: list[_ReadBlock] = field(default_factory=list)
    is_whole: bool = True

    def add(self, child: _ReadBlock, parent: Json) -> None:
        if not child.is_whole:
            child.raw = _with_defaults(child.raw, parent)
        if not isinstance(child.raw.get("id"), str):
            raise damaged("without the id of a block")
        self.children.append(child)

    def below(self) -> tuple[Block, ...]:
        """The blocks in it. Raises StoreError when one is there twice."""
        children = tuple(child.frozen() for child in self.children)
        if len({child.id for child in children}) < len(children):
            raise damaged("a tree that shows a block twice in one place")
        return children

    def frozen(self) -> Block:
        """The block itself."""
        children = self.below()
        if not self.is_whole:
            self.raw.setdefault("has_children", bool(children))
        return Block.from_api(self.raw, children, **self.notes)


def _parts(line: str) -> tuple[int, Json, Json, bool]:
    """What a line says: depth, block, notes, and whether nothing was left out."""
    value: Any = lean.loads(line)
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise damaged("without a block where one should be")
    depth, raw, notes = (*value, {})[:3]
    if type(depth) is not int or not isinstance(raw, dict) or not _are_notes(notes):
        raise damaged("without a block where one should be")
    return depth, raw, notes, line.startswith(f'["{lean.AS_RECEIVED}",')


def _are_notes(notes: Any) -> bool:
    kinds = {"unread": str, "lacking": bool}
    return isinstance(notes, dict) and all(
        type(value) is kinds.get(name) for name, value in notes.items()
    )


def _notes(block: Block) -> list[Json]:
    if not (block.unread or block.lacking):
        return []
    notes = {"unread": block.unread, "lacking": block.lacking}
    return [{name: value for name, value in notes.items() if value}]


def _without_defaults(raw: Json, parent: Json, has_children: bool) -> Json | None:
    """The block without what its place says; None when it could not be put back: a key that is not
    there would be added."""
    if raw.get("object") != "block" or raw.get("in_trash") is not False or "parent" not in raw:
        return None
    if "has_children" not in raw:
        return None
    short = dict(raw)
    del short["object"], short["in_trash"]
    if short["parent"] == parent:
        del short["parent"]
    if short["has_children"] is has_children:
        del short["has_children"]
    for key in PEOPLE:
        who = short.get(key)
        if isinstance(who, str):
            return None
        if isinstance(who, dict) and len(who) == 2 and who.get("object") == "user":
            short[key] = id_ if isinstance(id_ := who.get("id"), str) else who
    return short


def _with_defaults(short: Json, parent: Json) -> Json:
    people = {
        key: {"object": "user", "id": short[key]}
        for key in PEOPLE
        if isinstance(short.get(key), str)
    }
    return {"object": "block", "in_trash": False, "parent": parent, **short, **people}


def _whole(block: Block) -> Json:
    """The block object; one that did not come from the API is made up."""
    own = {block.type: block.data} if block.type else {}
    return block.raw or {"id": block.id, "type": block.type, **own}


def _of_page(page: Json) -> Json:
    return {"type": "page_id", "page_id": page.get("id")}


def _of_block(block: Json) -> Json:
    return {"type": "block_id", "block_id": block["id"]}
