"""Images, files, and what Notion shows by its address: bookmarks, embeds, previews."""

from __future__ import annotations

from backup.markdown.blocks.register import renders
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.media import captioned, file_line, missing_line, picture
from backup.markdown.runs import mapping, run, runs, word
from backup.model import Block, Json, Missing, Stored
from backup.urls import is_signed, own_name

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
    """The picture; a line that says so when it could not be had."""
    stored = _found(block, context)
    caption = runs(block.data, "caption")
    if isinstance(stored, Stored):
        return picture(stored, context, caption)
    return captioned(missing_line(stored, context), context, caption)


@renders("file", "pdf")
def file(block: Block, context: Context) -> str:
    """A link to the stored copy, with its size."""
    stored = _found(block, context)
    caption = runs(block.data, "caption")
    if isinstance(stored, Stored):
        return file_line(_MARKS[block.type], stored, context, caption)
    return captioned(missing_line(stored, context), context, caption)


@renders("video", "audio")
def player(block: Block, context: Context) -> str:
    """A link: neither host plays a file of the repository. Pages of others stay where they are."""
    url = _external(block.data)
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
    line = inline([run(f"{_MARKS[block.type]} "), run(url, url)], context, Where.BLOCK)
    return captioned(line, context, caption)


def stored_or_missing(key: str, data: Json, name: str, context: Context) -> Stored | Missing:
    """The file that hangs at `key`. One that nobody asked for is missing: `data` is the API's file
    object, from which it gets its name and address, and `name` its last-resort name."""
    if known := context.files.get(key):
        return known
    urls = (word(mapping(data, kind), "url") for kind in ("file", "external"))
    url = next(filter(None, urls), word(data, "url"))
    named = own_name(word(data, "name"), url).strip() or name
    return Missing(named, "not downloaded", _external(data))


def _found(block: Block, context: Context) -> Stored | Missing:
    return stored_or_missing(block.id, block.data, block.type, context)


def _external(data: Json) -> str:
    """The web address of a file that is not kept by Notion; '' for one that is."""
    url = word(mapping(data, "external"), "url")
    return url if url.startswith(("http://", "https://")) and not is_signed(url) else ""
