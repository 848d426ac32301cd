"""The open comments of a page, as a section at its end: a quote for each discussion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backup.json_values import mapping, objects, word
from backup.markdown.blocks.markup import stacked
from backup.markdown.blocks.quotes import quote_of
from backup.markdown.context import Context, Where
from backup.markdown.dates import moment
from backup.markdown.inline import inline, seen
from backup.markdown.media import file_line, local_or_missing, shown_image
from backup.markdown.runs import block_runs, run, runs
from backup.model import Block, Json, MissingFile, Page, bare_id
from backup.words import shortened

_HEADING = "## Comments"
_LONGEST = 80  # characters of the words that a discussion is about


def section(page: Page, context: Context) -> str:
    """All of them, those about the page first; '' when there are none."""
    if not page.comments:
        return ""
    discussions: dict[str, list[Json]] = {}
    for comment in page.comments:
        discussions.setdefault(word(comment, "discussion_id"), []).append(comment)
    blocks = {bare_id(block.id): block for block in page.walk()}
    inside = replace(context, at_page_level=False, in_item=True)
    shown = (_discussion(each, blocks, inside) for each in discussions.values())
    return stacked(_HEADING, *shown)


def _discussion(comments: list[Json], blocks: dict[str, Block], context: Context) -> str:
    about = blocks.get(bare_id(word(mapping(comments[0], "parent"), "block_id")))
    words = _words(about, context) if about else ""
    line = [run("On "), run(words, mark="italic"), run(":")] if words else []
    said = stacked(*(_comment(each, context) for each in comments))
    return stacked(inline(line, context, Where.BLOCK), quote_of(said))


def _words(block: Block, context: Context) -> str:
    """What a block says, or what kind it is."""
    words = seen(block_runs(block.data) or runs(block.data, "caption"), context)
    text = " ".join(words.split())
    return shortened(text or block.type.replace("_", " "), _LONGEST)


def _comment(comment: Json, context: Context) -> str:
    """Who said it and when, the words, and what is attached."""
    head = [run(author(comment), mark="bold")]
    if when := moment(word(comment, "created_time")):
        head.append(run(f" · {when}"))
    attached = enumerate(objects(comment.get("attachments")))
    files = (_file(each, f"{comment.get('id', '')}/{n}", context) for n, each in attached)
    text = inline(runs(comment), context, Where.BLOCK)
    return stacked(inline(head, context, Where.BLOCK), text, *files)


def author(comment: Json) -> str:
    """The name that Notion shows; else what is known of who wrote it."""
    by = mapping(comment, "created_by")
    names: Iterable[str] = (
        word(mapping(comment, "display_name"), "resolved_name"),
        word(by, "name"),
        word(by, "id"),
    )
    return next((" ".join(name.split()) for name in names if name.strip()), "Unknown")


def _file(attachment: Json, key: str, context: Context) -> str:
    found = local_or_missing(key, attachment, word(attachment, "category") or "file", context)
    if isinstance(found, MissingFile) or not found.is_image:
        return file_line("📎", found, context, [])
    return shown_image(found, context, [])
