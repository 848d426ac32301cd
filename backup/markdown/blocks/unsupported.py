"""What cannot be shown says so where it stands: its type, and a link to the block in Notion."""

from __future__ import annotations

from urllib.parse import quote

from backup.json_values import word
from backup.markdown.blocks.markup import quoted, stacked
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.links import notion_address
from backup.markdown.runs import block_runs, run
from backup.model import Block, bare_id


@renders("unsupported")
def unsupported(block: Block, context: Context) -> str:
    """A block whose content the API does not give (a button, a form, an AI block …)."""
    return _placeholder("Unsupported Notion block", block, context)


def unknown(block: Block, context: Context) -> str:
    """A type that this version has never heard of. Its text, where it has one, is kept."""
    placeholder = _placeholder("Unsupported Notion block", block, context)
    return stacked(placeholder, inline(block_runs(block.data), context, Where.BLOCK))


def unread(block: Block, context: Context) -> str:
    """In place of children that exist in Notion and could not be read; '' when all could."""
    if not block.unread:
        return ""
    return _placeholder("Missing content of a Notion block", block, context, block.unread)


def shown_type(block: Block) -> str:
    """The name of what cannot be shown. A block that the token may not read has no type."""
    if block.type == "unsupported":
        return word(block.data, "block_type") or "unsupported"
    return block.type or "unreadable"


def _placeholder(what: str, block: Block, context: Context, reason: str = "") -> str:
    """The address is written as it is: as rich text it would lead to this very page."""
    named = inline([run(f"⚠️ {what}: "), run(shown_type(block), mark="code")], context, Where.BLOCK)
    because = f", {inline([run(reason)], context, Where.BLOCK)}" if reason else ""
    page, place = (quote(bare_id(id_)) for id_ in (context.page_id, block.id))
    return quoted(f"{named}{because} ([open in Notion]({notion_address(page, place)}))")
