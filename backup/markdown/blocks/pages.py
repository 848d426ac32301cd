"""Links to pages that stand where a page or database was put: one list item each."""

from __future__ import annotations

from backup.json_values import word
from backup.markdown.blocks.flow import is_target
from backup.markdown.blocks.register import renders
from backup.markdown.blocks.shapes import anchor
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.runs import page_mention, run
from backup.model import Block, bare_id

_DATABASE = "🗂️"


@renders("child_page", holds_anchor=True)
def child_page(block: Block, context: Context) -> str:
    """The page below this one; its block id is its own id."""
    return _entry(block, block.id, word(block.data, "title"), "📄", context)


@renders("child_database", holds_anchor=True)
def child_database(block: Block, context: Context) -> str:
    """The database that stands here; a linked view has an id and a title of its own."""
    return _entry(block, block.id, word(block.data, "title"), _DATABASE, context)


@renders("link_to_page", holds_anchor=True)
def link_to_page(block: Block, context: Context) -> str:
    """A page, a database, or a comment, by its id alone."""
    kind = word(block.data, "type")
    mark = {"database_id": _DATABASE, "comment_id": "💬"}.get(kind, "📄")
    title = "Comment" if kind == "comment_id" else ""
    return _entry(block, word(block.data, kind), title, mark, context)


def _entry(block: Block, target_id: str, title: str, mark: str, context: Context) -> str:
    """'- 📄 [Title](path)', under the page's own emoji when it has one."""
    target = context.targets.get(bare_id(target_id))
    known = mark if target is None or not target.icon else target.icon
    link = page_mention(target_id, title.strip() or "Untitled")
    place = anchor(block.id) if is_target(block, context) else ""
    return f"- {place}{inline([run(f'{known} '), link], context, Where.ITEM)}"
