"""Bulleted, numbered and to-do items."""

from __future__ import annotations

from dataclasses import replace

from backup.markdown.blocks.flow import below, list_at_start, place_of
from backup.markdown.blocks.markup import hanging, indented
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.runs import block_runs
from backup.model import Block


@renders("bulleted_list_item", holds_children=True, holds_anchor=True)
def bulleted(block: Block, context: Context) -> str:
    """'- item'."""
    return _item("-", _text(block, context), block, context)


@renders("numbered_list_item", holds_children=True, holds_anchor=True)
def numbered(block: Block, context: Context) -> str:
    """'3. item', with the number that Notion shows. Letters and roman numbers become digits."""
    return _item(f"{context.number}.", _text(block, context), block, context)


@renders("to_do", holds_children=True, holds_anchor=True)
def to_do(block: Block, context: Context) -> str:
    """'- [x] item'."""
    box = "[x]" if block.data.get("checked") is True else "[ ]"
    return _item("-", f"{box} {_text(block, context)}", block, context)


def _text(block: Block, context: Context) -> str:
    """The item's text. An empty one gets a space that shows.

    Without it no parser would see a box; and Goldmark 1.7 takes what stands below an empty item for
    the end of its list, or for a heading's underline.
    """
    text = inline(block_runs(block.data), context, Where.ITEM) or "&nbsp;"
    return place_of(block, context) + text


def _item(marker: str, text: str, block: Block, context: Context) -> str:
    """A list item: its children stand as far right as its own text."""
    width = len(marker) + 1
    head = f"{marker} {hanging(text, width)}"
    if not block.children and not block.unread:
        return head
    children = below(block, context if context.in_item else replace(context, in_item=True))
    if not children:
        return head
    return head + ("\n" if _may_interrupt(children) else "\n\n") + indented(children, width)


def _may_interrupt(children: str) -> bool:
    """Whether a list may follow a line of text directly: no other list would be seen as one.

    Only bullets, and a count that starts with 1 (CommonMark 0.31).
    """
    if list_at_start(children) == "numbers":
        return children.startswith("1. ")
    return children.startswith("- ")
