"""What a page refers to by URL and that belongs into the repository, in reading order; pure.

What stays a link: bookmarks, link previews, embeds, and external video and audio that is a page
(YouTube, Spotify …). External video or audio whose path ends in a media format ('/clip.mp4') is a
file like any other and comes along; so do external images, files and PDFs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from backup import urls
from backup.files import kinds
from backup.files.names import identity, says_something
from backup.json_values import mapping, objects, objects_within, word
from backup.model import STREAMED, Block, File, Json, Page, encodable, plain_text

MEDIA = ("image", "file", "pdf", *STREAMED)
_PLAYABLE = [
    "3gp",
    "aac",
    "aif",
    "aiff",
    "avi",
    "flac",
    "flv",
    "m4a",
    "m4v",
    "mid",
    "mkv",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "mpg",
    "oga",
    "ogg",
    "ogv",
    "opus",
    "wav",
    "webm",
    "wma",
    "wmv",
]


def files(page: Page) -> tuple[File, ...]:
    """Every file of `page`, each key once: cover, icon, files of properties, then of the blocks, then of
    the comments."""
    found = [*_cover(page), *_icon(page.raw, page.id), *_properties(page)]
    heading = ""
    for block in page.walk():
        if block.type.startswith("heading_"):
            heading = _line(block.data.get("rich_text")) or heading
        found += _of_block(block, heading)
    return _each_key_once([*found, *comment_files(page.comments)])


def known(identity_: str, page: Page) -> File | None:
    """The file of `page` that was known by this identity (see names.identity), with the URL that it has
    there; None when it is no longer there, or is another file now."""
    return next((one for one in files(page) if identity(one) == identity_), None)


def comment_files(comments: Iterable[Json]) -> tuple[File, ...]:
    """The attachments and custom emoji of comments as GET /v1/comments lists them.

    Their keys are '<comment id>/<n>'.
    """
    found: list[File] = []
    for comment in comments:
        for number, entry in enumerate(objects(comment.get("attachments"))):
            found += _entry(entry, f"{comment.get('id', '')}/{number}", "")
        found += _emoji(comment.get("rich_text"))
    return _each_key_once(found)


def _each_key_once(found: Iterable[File]) -> tuple[File, ...]:
    once: dict[str, File] = {}
    for file in found:
        once.setdefault(file.key, file)
    return tuple(once.values())


def _of_block(block: Block, heading: str) -> list[File]:
    data = block.data
    own: list[File] = []
    if block.type in MEDIA:
        own = _media(block, heading)
    elif block.type == "embed":
        own = _html_embed(block, heading)
    return [*own, *_icon(data, block.id), *_emoji(data)]


def _media(block: Block, heading: str) -> list[File]:
    url, hosted = _source(block.data)
    if not url or (block.type in STREAMED and not hosted and not _is_playable(url)):
        return []
    name = _own_name(block.data, url)
    kind = "image" if block.type == "image" else "attachment"
    words = _words(block.data, name, heading)
    return [File(block.id, kind, url, hosted, name, words)]


def _html_embed(block: Block, heading: str) -> list[File]:
    """Notion reads an uploaded HTML block back as an embed of a signed URL (changelog, July 2026)."""
    url = encodable(word(block.data, "url"))
    if not urls.is_hosted(url):
        return []
    name = urls.last_segment(url)
    words = _words(block.data, name, heading)
    return [File(block.id, "attachment", url, True, name, words)]


def _words(data: Json, name: str, heading: str) -> str:
    """The caption, else the own name when it says something, else the nearest heading above."""
    return _line(data.get("caption")) or (name if says_something(name) else heading)


def _cover(page: Page) -> list[File]:
    url, hosted = _source(page.raw.get("cover"))
    name = urls.last_segment(url)
    return [File(f"{page.id}/cover", "image", url, hosted, name, "cover")] if url else []


def _icon(owner: Json, owner_id: str) -> list[File]:
    """The icon of a page, callout or tab when it is a file; an emoji of the workspace is one too."""
    icon = owner.get("icon")
    url, hosted = _source(icon)
    if not url:
        return _emoji(icon)
    return [File(f"{owner_id}/icon", "image", url, hosted, urls.last_segment(url), "icon")]


def _properties(page: Page) -> list[File]:
    found: list[File] = []
    for label, value in mapping(page.raw, "properties").items():
        if isinstance(value, dict):
            found += _values(value, f"{page.id}/{value.get('id', label)}", str(label))
            found += _emoji(value)
    return found


def _values(value: Json, key: str, label: str) -> Iterator[File]:
    """The entries of a `files` value, also of those inside the array of a rollup."""
    for number, entry in enumerate(objects(value.get("files"))):
        yield from _entry(entry, f"{key}/{number}", label)
    for number, inner in enumerate(objects(mapping(value, "rollup").get("array"))):
        yield from _values(inner, f"{key}/{number}", label)


def _entry(entry: Json, key: str, label: str) -> list[File]:
    """A file in a list: shown as an image when its name says that it is one."""
    url, hosted = _source(entry)
    if not url:
        return []
    name = _own_name(entry, url)
    is_image = kinds.suffix(name) in kinds.SHOWN or url.lower().startswith("data:image/")
    words = name if says_something(name) else label
    return [File(key, "image" if is_image else "attachment", url, hosted, name, words)]


def _emoji(value: Any) -> list[File]:
    """Every emoji of the workspace anywhere inside `value`: in a mention, or as an icon."""
    return [
        _custom_emoji(emoji)
        for each in objects_within(value)
        if "custom_emoji" in each and (emoji := mapping(each, "custom_emoji")).get("url")
    ]


def _custom_emoji(emoji: Json) -> File:
    url, name = encodable(str(emoji["url"])), encodable(str(emoji.get("name") or "emoji"))
    # Recorded answers give them unsigned, below /public.notion-static.com/.
    return File(f"emoji/{emoji.get('id', '')}", "image", url, urls.is_hosted(url), name, name)


def _source(holder: Any) -> tuple[str, bool]:
    """The URL of Notion's file object, and whether Notion hosts it; '' when there is none."""
    for type_ in ("file", "external"):
        if url := word(mapping(holder, type_), "url"):
            return encodable(url), type_ == "file"
    return "", False


def _own_name(holder: Json, url: str) -> str:
    """The name Notion gives, which for a link is often the URL itself; else what the URL says."""
    return urls.own_name(encodable(word(holder, "name")), url)


def _is_playable(url: str) -> bool:
    return urls.last_segment(url).rpartition(".")[2].lower() in _PLAYABLE


def _line(runs: Any) -> str:
    """The words of a rich text, on one line."""
    return " ".join(plain_text(objects(runs)).split())
