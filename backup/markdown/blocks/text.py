"""Paragraphs, headings and dividers."""

from __future__ import annotations

from backup.markdown.blocks.flow import below, place_of
from backup.markdown.blocks.markup import details, heading_details
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.runs import block_runs
from backup.model import Block

HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")


@renders("paragraph", holds_anchor=True)
def paragraph(block: Block, context: Context) -> str:
    """A blank paragraph shows nothing. Children follow at the margin: Markdown has no indent."""
    return place_of(block, context) + inline(block_runs(block.data), context, Where.BLOCK)


@renders(*HEADINGS, holds_children=True)
def heading(block: Block, context: Context) -> str:
    """One level below Notion's: the only '#' of a file is its title."""
    line = heading_line(block, context)
    body = below(block, context)
    if block.data.get("is_toggleable") is True or body:
        return heading_details(line, body) if line else details("", body)
    return line


def heading_line(block: Block, context: Context) -> str:
    """'## Heading', or '' for one without a text."""
    text = inline(block_runs(block.data), context, Where.HEADING)
    return f"#{'#' * int(block.type[-1])} {text}" if text else ""


@renders("divider")
def divider(_block: Block, _context: Context) -> str:
    """A line across the page."""
    return "---"
