"""What a reader folds: toggles, template buttons, tabs. It stands apart as every family of blocks does."""

from __future__ import annotations

from dataclasses import replace

from backup.json_values import mapping
from backup.markdown.blocks.flow import anchored, below, flow
from backup.markdown.blocks.markup import details, stacked
from backup.markdown.blocks.register import renders
from backup.markdown.blocks.unsupported import unread
from backup.markdown.context import Context, Where
from backup.markdown.icons import icon
from backup.markdown.inline import inline
from backup.markdown.runs import block_runs
from backup.model import Block


@renders("toggle", "template", holds_children=True)
def toggle(block: Block, context: Context) -> str:
    """Closed, as Notion opens a page. A template button shows what it would insert."""
    summary = inline(block_runs(block.data), context, Where.SUMMARY)
    return details(summary, below(block, context))


@renders("tab", holds_children=True)
def tabs(block: Block, context: Context) -> str:
    """Each paragraph below a tab block is the label of one tab, its children are the tab's body.

    They stand one below the other, all open: paper has no tabs.
    """
    inside = replace(context, at_page_level=False)
    shown = [_tab(child, inside) for child in block.children]
    return stacked(*shown, unread(block, context))


def _tab(child: Block, context: Context) -> str:
    if child.type != "paragraph":
        return flow((child,), context)
    label = inline(block_runs(child.data), context, Where.SUMMARY)
    mark = icon(mapping(child.data, "icon"), child.id, context, Where.SUMMARY)
    summary = " ".join(filter(None, (mark, label)))
    return anchored(details(summary, below(child, context), opened=True), child, context)
