"""Images, files, and what Notion shows by its address: bookmarks, embeds, previews."""

from __future__ import annotations

from backup.json_values import word
from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.media import (
    captioned,
    external_address,
    file_line,
    local_or_missing,
    shown_image,
)
from backup.markdown.runs import foreign, run, runs
from backup.model import Block, LocalFile, MissingFile
from backup.urls import is_signed, shown

_MARKS = {
    "file": "📎",
    "pdf": "📄",
    "video": "🎬",
    "audio": "🔊",
    "embed": "🔗",
    "bookmark": "🔖",
    "link_preview": "🔗",
}


@renders("image")
def image(block: Block, context: Context) -> str:
    """The image; a line that says so when it could not be downloaded."""
    return shown_image(_found(block, context), context, runs(block.data, "caption"))


@renders("file", "pdf")
def file(block: Block, context: Context) -> str:
    """A link to the stored copy, with its size."""
    caption = runs(block.data, "caption")
    return file_line(_MARKS[block.type], _found(block, context), context, caption)


@renders("video", "audio")
def player(block: Block, context: Context) -> str:
    """A link: neither host plays a file of the repository. Pages of others stay where they are."""
    url = external_address(block.data)
    if url and block.id not in context.files:
        return _address(block, url, context)
    return file(block, context)


@renders("embed")
def embed(block: Block, context: Context) -> str:
    """The address; an HTML block that was uploaded to Notion has a signed one, and is a file."""
    url = word(block.data, "url")
    if block.id in context.files or is_signed(url):
        return file(block, context)
    return _address(block, url, context)


@renders("bookmark", "link_preview")
def bookmark(block: Block, context: Context) -> str:
    """The address, and the caption."""
    return _address(block, word(block.data, "url"), context)


def _address(block: Block, url: str, context: Context) -> str:
    caption = runs(block.data, "caption")
    if not url.strip():
        return inline(caption, context, Where.BLOCK)
    return captioned([run(f"{_MARKS[block.type]} "), foreign(shown(url), url)], context, caption)


def _found(block: Block, context: Context) -> LocalFile | MissingFile:
    return local_or_missing(block.id, block.data, block.type, context)
