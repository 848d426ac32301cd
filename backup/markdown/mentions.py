"""Mentions: people, pages, dates, links and emoji inside a text, as pieces."""

from __future__ import annotations

from html import escape

from backup.json_values import mapping, word
from backup.markdown.context import Context
from backup.markdown.links import (
    address_of,
    link_target,
    mentioned_id,
    notion_address,
    page_target,
    percent_encoded,
    resolved,
)
from backup.markdown.pieces import Kind, Piece, whole
from backup.model import Json, Stored


def mention(run: Json, context: Context) -> Piece:
    """A run of type `mention`; of a kind that is not known, its plain text with its link."""
    value = mapping(run, "mention")
    kind = word(value, "type")
    inner = mapping(value, kind)
    if kind in ("page", "database"):
        return _page(run, context)
    if kind == "custom_emoji":
        return _emoji(run, inner, context)
    if kind in ("link_mention", "link_preview"):
        url = word(inner, "href") or word(inner, "url") or address_of(run)
        return _linked(word(inner, "title") or url or word(run, "plain_text"), url, context)
    return _linked(word(run, "plain_text") or _words(kind, inner), address_of(run), context)


def _linked(text: str, url: str, context: Context) -> Piece:
    return Piece(Kind.TEXT, text, "", resolved(url, context) if url else "")


def _page(run: Json, context: Context) -> Piece:
    page = mentioned_id(run.get("mention"))
    target = context.targets.get(page) if page else None
    title = (target.title if target else "") or word(run, "plain_text") or "Untitled"
    if not page:
        return _linked(title, address_of(run), context)
    address = page_target(page, context) or link_target(notion_address(page))
    return Piece(Kind.TEXT, title, "", address)


def _emoji(run: Json, emoji: Json, context: Context) -> Piece:
    name = word(emoji, "name") or word(run, "plain_text").strip(":") or "emoji"
    stored = context.files.get(f"emoji/{word(emoji, 'id')}")
    if not isinstance(stored, Stored):
        return Piece(Kind.TEXT, f":{name}:")
    source, shown = percent_encoded(stored.path), _attribute(f":{name}:")
    return Piece(Kind.IMAGE, f'<img src="{source}" alt="{shown}" width="20" height="20">')


def _attribute(text: str) -> str:
    """Text for an HTML attribute inside Markdown: nothing in it may end a cell or begin math."""
    plain = escape(" ".join(whole(text).split()))
    return plain.replace("|", "&#124;").replace("$", "&#36;").replace("`", "&#96;")


def _words(kind: str, value: Json) -> str:
    """Words for a mention that came without plain_text."""
    if kind == "user":
        return f"@{word(value, 'name') or 'Anonymous'}"
    if kind == "date":
        return " → ".join(filter(None, (word(value, "start"), word(value, "end"))))
    return word(value, word(value, "type"))
