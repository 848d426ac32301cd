"""What of a page cannot be shown, for the report: the text shows a placeholder in each place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from backup.json_values import mapping, word
from backup.markdown.blocks import RENDERERS
from backup.markdown.blocks.unsupported import shown_type
from backup.markdown.properties import VALUES, ordered
from backup.model import WITHHELD, Block, Json, Page, Problem, bare_id
from backup.words import UNTITLED

_COMPUTED = ("formula", "rollup")
_RESULTS = ("string", "number", "boolean", "date", "array")


def problems(page: Page) -> tuple[Problem, ...]:
    """One problem for each kind of thing that cannot be shown, with how many there are."""
    return _counted(page, _unshown(page))


def lacking(page: Page) -> tuple[Problem, ...]:
    """The same for content that should be here and could not be read: it is to be tried again."""
    return _counted(page, (_unread(block) for block in page.walk() if block.lacking))


def withheld(page: Page) -> tuple[str, ...]:
    """The bare ids of the blocks whose content Notion does not show."""
    return tuple(bare_id(block.id) for block in page.walk() if block.unread == WITHHELD)


def believed(page: Page, ids: Collection[str]) -> Page:
    """The page, in which the content that Notion did not show before either, of the blocks `ids`, does
    not lack any more."""

    def settled(block: Block) -> Block:
        is_known = block.unread == WITHHELD and bare_id(block.id) in ids
        children = tuple(map(settled, block.children))
        return replace(block, children=children, lacking=block.lacking and not is_known)

    return replace(page, blocks=tuple(map(settled, page.blocks))) if ids else page


def _counted(page: Page, found: Iterable[str]) -> tuple[Problem, ...]:
    kinds = Counter(found)
    where = page.title or UNTITLED
    return tuple(
        Problem(where, f"{kind} ({count}×)" if count > 1 else kind, page.id)
        for kind, count in sorted(kinds.items())
    )


def _unshown(page: Page) -> Iterator[str]:
    for block in page.walk():
        yield from _in_block(block)
    for name, value in ordered(page):
        yield from _in_value(name, value)


def _in_block(block: Block) -> Iterator[str]:
    if not block.type:
        yield "a block that the integration may not read"
    elif block.type == "unsupported" or block.type not in RENDERERS:
        yield f"Notion's API does not give blocks of the type '{shown_type(block)}'"
    if block.unread and not block.lacking:
        yield _unread(block)


def _unread(block: Block) -> str:
    return f"the content of a block of the type '{block.type}' was not read: {block.unread}"


def _in_value(name: str, value: Json) -> Iterator[str]:
    type_ = word(value, "type")
    if type_ not in VALUES:
        yield f"properties of the type '{type_}' are not known"
    result = word(mapping(value, type_), "type") if type_ in _COMPUTED else ""
    if result and result not in _RESULTS:
        yield f"the {type_} '{name}' is too large for Notion's API"
