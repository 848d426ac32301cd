"""What arranges a page: columns, synced blocks, the table of contents, the breadcrumb."""

from __future__ import annotations

from collections.abc import Sequence

from backup.markdown import links
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.runs import block_runs, joined, run
from backup.model import Block, Target, plain_text


@renders("column_list", "column", "synced_block")
def see_through(_block: Block, _context: Context) -> str:
    """Nothing of their own: their children follow in reading order."""
    return ""


@renders("breadcrumb")
def breadcrumb(_block: Block, context: Context) -> str:
    """The page's parents, outermost first, each a link."""
    parents = [
        [run(parent.title.strip() or "Untitled", _way(parent, context))]
        for parent in context.ancestors
    ]
    return inline(joined(parents, " / "), context, Where.BLOCK)


def _way(parent: Target, context: Context) -> str:
    return links.percent_encoded(links.relative(context.path, parent.path))


@renders("table_of_contents")
def table_of_contents(_block: Block, context: Context) -> str:
    """The page's headings as nested links."""
    return _outline([item for item in context.headings if item.id in context.toc], context)


def _outline(headings: Sequence[Block], context: Context) -> str:
    """Each heading below the last one before it that has a higher rank."""
    lines: list[str] = []
    above: list[str] = []  # the ranks that the next heading may stand below
    for heading in headings:
        while above and above[-1] >= heading.type:
            above.pop()
        lines.append("  " * len(above) + _entry(heading, context))
        above.append(heading.type)
    return "\n".join(lines)


def _entry(heading: Block, context: Context) -> str:
    """Formulas stay formulas; other marks and links would be in the way of the link."""
    anchor = context.toc[heading.id]
    words = [
        {**part, "href": anchor} if "equation" in part else run(plain_text([part]), anchor)
        for part in block_runs(heading.data)
    ]
    return f"- {inline(words, context, Where.ITEM)}".replace("\n", " ")
