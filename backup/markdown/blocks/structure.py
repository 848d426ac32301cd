"""What arranges a page and leads to others: columns, synced blocks, the table of contents, the
breadcrumb, and the links that stand where a page or database was put: one list item each."""

from __future__ import annotations

from collections.abc import Sequence

from backup.json_values import word
from backup.markdown import links
from backup.markdown.blocks.flow import place_of
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.icons import DATABASE, PAGE
from backup.markdown.inline import inline, seen
from backup.markdown.runs import OUTSIDE, block_runs, joined, one_line, page_mention, run, titled
from backup.model import Block, bare_id
from backup.slug import visible


@renders("column_list", "column", "synced_block")
def see_through(_block: Block, _context: Context) -> str:
    """Nothing of their own: their children follow in reading order."""
    return ""


@renders("breadcrumb")
def breadcrumb(_block: Block, context: Context) -> str:
    """The page's parents, outermost first, each a link."""
    parents = [
        [run(titled(parent.title), links.file_target(parent.path, context))]
        for parent in context.ancestors
    ]
    return inline(joined(parents, " / "), context, Where.BLOCK)


@renders("table_of_contents")
def table_of_contents(_block: Block, context: Context) -> str:
    """The page's headings as nested links."""
    return _outline([item for item in context.headings if item.id in context.toc], context)


def _outline(headings: Sequence[Block], context: Context) -> str:
    """Each heading in which something is seen, below the last one before it that has a higher rank."""
    lines: list[str] = []
    above: list[str] = []  # the ranks that the next heading may stand below
    for heading in headings:
        if not visible(seen(block_runs(heading.data), context)).strip():
            continue
        while above and above[-1] >= heading.type:
            above.pop()
        lines.append(f"{'  ' * len(above)}- {_entry(heading, context)}")
        above.append(heading.type)
    return "\n".join(lines)


def _entry(heading: Block, context: Context) -> str:
    """Formulas stay formulas; other marks and links would be in the way of the link."""
    way = context.toc[heading.id]
    words = [
        {**part, "href": way} if "equation" in part else run(one_line(seen([part], context)), way)
        for part in block_runs(heading.data)
    ]
    return inline(words, context, Where.ITEM)


@renders("child_page", holds_anchor=True)
def child_page(block: Block, context: Context) -> str:
    """The page below this one; its block id is its own id."""
    return _page_link(block, block.id, word(block.data, "title"), PAGE, context)


@renders("child_database", holds_anchor=True)
def child_database(block: Block, context: Context) -> str:
    """The database that stands here; a linked view has an id and a title of its own."""
    original = context.views.get(bare_id(block.id))
    if original is not None:
        return _view(block, original, context)
    return _page_link(block, block.id, word(block.data, "title"), DATABASE, context)


def _view(block: Block, original: str, context: Context) -> str:
    """'- 🗂️ Title: a view of [Database](path)', or what to do to have its rows."""
    title = titled(word(block.data, "title"))
    if links.page_target(original, context):
        runs = [run(f"{DATABASE} {title}: a view of "), page_mention(original)]
    else:
        runs = [run(f"{DATABASE} "), page_mention(block.id, title), run(_UNSHARED)]
    return f"- {place_of(block, context)}{inline(runs, context, Where.ITEM)}"


_UNSHARED = (
    " (its rows are in a database that this backup does not have; to include it, share that database "
    "with the integration)"
)


@renders("link_to_page", holds_anchor=True)
def link_to_page(block: Block, context: Context) -> str:
    """A page, a database, or a comment, by its id alone."""
    kind = word(block.data, "type")
    mark = {"database_id": DATABASE, "comment_id": "💬"}.get(kind, PAGE)
    title = "Comment" if kind == "comment_id" else OUTSIDE
    return _page_link(block, word(block.data, kind), title, mark, context)


def _page_link(block: Block, target_id: str, title: str, mark: str, context: Context) -> str:
    """'- 📄 [Title](path)', under the page's own emoji when it has one."""
    target = context.targets.get(bare_id(target_id))
    known = mark if target is None or not target.icon else target.icon
    link = page_mention(target_id, titled(title))
    return f"- {place_of(block, context)}{inline([run(f'{known} '), link], context, Where.ITEM)}"
