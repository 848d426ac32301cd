"""Builders for JSON in the shape Notion's API sends it, so that samples and tests read like pages.

A rich text is given as a string, one run, or a list that mixes both (`Rich`). Shapes: answers
recorded with version 2026-03-11.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from backup.model import Block, Json, bare_id, dashed_id

Rich: TypeAlias = "str | Json | Sequence[str | Json]"

MARKS = ("bold", "italic", "strikethrough", "underline", "code")
EPOCH = "2026-09-01T08:00:00.000Z"
NOBODY = {"object": "user", "id": "00000000-0000-4000-8000-000000000000"}

_RICH: Json = {"rich_text": []}
_COLORED: Json = {"rich_text": [], "color": "default"}
_HEADING: Json = {"rich_text": [], "is_toggleable": False, "color": "default"}
PAYLOADS: Mapping[str, Json] = {
    "paragraph": {"rich_text": [], "icon": None, "color": "default"},
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "bulleted_list_item": _COLORED,
    "numbered_list_item": _COLORED,
    "quote": _COLORED,
    "to_do": {"rich_text": [], "checked": False, "color": "default"},
    "toggle": _COLORED,
    "template": _RICH,
    "synced_block": {"synced_from": None},
    "child_page": {"title": ""},
    "child_database": {"title": ""},
    "equation": {"expression": ""},
    "code": {"caption": [], "rich_text": [], "language": "plain text"},
    "callout": {"rich_text": [], "icon": None, "color": "default"},
    "divider": {},
    "breadcrumb": {},
    "table_of_contents": {"color": "default"},
    "tab": {},
    "column_list": {},
    "column": {},
    "link_to_page": {},
    "table": {"table_width": 0, "has_column_header": False, "has_row_header": False},
    "table_row": {"cells": []},
    "embed": {"caption": [], "url": ""},
    "bookmark": {"caption": [], "url": ""},
    "image": {"caption": []},
    "video": {"caption": []},
    "pdf": {"caption": []},
    "audio": {"caption": []},
    "file": {"caption": []},
    "link_preview": {"url": ""},
    "meeting_notes": {},
    "unsupported": {"block_type": "button"},
}


def look(color: str = "default", **marks: bool) -> Json:
    """The full annotations object; `marks` are names of MARKS."""
    if unknown := set(marks) - set(MARKS):
        raise TypeError(f"no such mark: {', '.join(sorted(unknown))}")
    return {**{mark: marks.get(mark, False) for mark in MARKS}, "color": color}


def _run(type_: str, value: Json, plain: str, href: str | None, style: Mapping[str, Any]) -> Json:
    shown = look(**style)
    return {
        "type": type_,
        type_: value,
        "annotations": shown,
        "plain_text": plain,
        "href": href,
    }


def text(content: str, *, link: str | None = None, **style: Any) -> Json:
    """A text run; `style`: bold=True, color="red_background" and so on."""
    target = {"url": link} if link else None
    return _run("text", {"content": content, "link": target}, content, link, style)


def equation(expression: str, **style: Any) -> Json:
    """An inline equation."""
    return _run("equation", {"expression": expression}, expression, None, style)


def mention(type_: str, value: Json, plain: str, href: str | None = None, **style: Any) -> Json:
    """Any mention; the functions below build those that Notion has."""
    return _run("mention", {"type": type_, type_: value}, plain, href, style)


def mention_page(id_: str, title: str, **style: Any) -> Json:
    """A mention of a page; Notion sends the page's present title as its text."""
    return mention("page", {"id": dashed_id(id_)}, title, url(id_), **style)


def mention_database(id_: str, title: str, **style: Any) -> Json:
    """A mention of a database, by the database's id (never the data source's)."""
    return mention("database", {"id": dashed_id(id_)}, title, url(id_), **style)


def mention_user(who: Json, **style: Any) -> Json:
    """A mention of a person or bot; a partial user ({object, id}) reads '@Anonymous'."""
    return mention("user", who, f"@{who.get('name', 'Anonymous')}", **style)


def mention_date(
    start: str, end: str | None = None, time_zone: str | None = None, **style: Any
) -> Json:
    """A date or a range of dates (ISO 8601)."""
    plain = f"{start} → {end}" if end else start
    return mention("date", {"start": start, "end": end, "time_zone": time_zone}, plain, **style)


def mention_link(href: str, **details: str) -> Json:
    """A link shown as a mention; `details`: title, description, link_provider, icon_url …"""
    return mention("link_mention", {"href": href, **details}, href, href)


def mention_preview(href: str) -> Json:
    """A preview of a link, as for GitHub or Slack."""
    return mention("link_preview", {"url": href}, href, href)


def mention_template(value: str) -> Json:
    """'today' or 'now' for a date, 'me' for a person: filled in when a template is used."""
    key = "template_mention_user" if value == "me" else "template_mention_date"
    return mention("template_mention", {"type": key, key: value}, f"@{value}")


def mention_emoji(id_: str, name: str, image: str) -> Json:
    """A custom emoji in the text; `image` is its URL."""
    return mention("custom_emoji", {"id": dashed_id(id_), "name": name, "url": image}, f":{name}:")


def runs(rich: Rich = ()) -> list[Json]:
    """A rich-text array from a string ('' gives none), a run, or a list of both."""
    if isinstance(rich, str):
        return [text(rich)] if rich else []
    if isinstance(rich, dict):
        return [rich]
    return [text(part) if isinstance(part, str) else part for part in rich]


def url(id_: str, slug: str = "") -> str:
    """A page's address as the API has sent it since June 2026."""
    return f"https://app.notion.com/p/{slug + '-' if slug else ''}{bare_id(id_)}"


def view_url(database: str, id_: str) -> str:
    """The address of a view, which is its database's."""
    return f"{url(database)}?v={bare_id(id_)}"


def external(address: str) -> Json:
    """A file that lies outside Notion, without a type's frame: {'type': 'external', …}."""
    return {"type": "external", "external": {"url": address}}


def hosted(address: str, expiry_time: str = "2026-09-01T09:00:00.000Z") -> Json:
    """A file that Notion keeps; a workspace's own address is signed again in each answer."""
    return {"type": "file", "file": {"url": address, "expiry_time": expiry_time}}


def emoji(character: str) -> Json:
    """An emoji as icon."""
    return {"type": "emoji", "emoji": character}


def icon(name: str, color: str = "gray") -> Json:
    """One of Notion's own icons."""
    return {"type": "icon", "icon": {"name": name, "color": color}}


def custom_emoji(id_: str, name: str, image: str) -> Json:
    """A workspace's own emoji as icon; `image` is its URL."""
    emoji_ = {"id": dashed_id(id_), "name": name, "url": image}
    return {"type": "custom_emoji", "custom_emoji": emoji_}


def person(id_: str, name: str, email: str = "") -> Json:
    """A full user object of a person; without an e-mail as when the capability is missing."""
    details = {"email": email} if email else {}
    return _user(id_, name, "person", details)


def bot(id_: str, name: str, details: Json | None = None) -> Json:
    """A full user object of an integration."""
    return _user(id_, name, "bot", details or {})


def _user(id_: str, name: str, type_: str, details: Json) -> Json:
    head = {"object": "user", "id": dashed_id(id_), "name": name, "avatar_url": None}
    return {**head, "type": type_, type_: details}


def block(
    type_: str,
    rich: Rich | None = None,
    *,
    children: Iterable[Json] = (),
    id: str = "",
    **data: Any,
) -> Json:
    """A block as GET /v1/blocks sends it, with one key more: `children`, a list of such blocks.

    `data` is what stands under the type's key, on top of its defaults. Without `id` it gets a
    placeholder made from its content, which a Workspace replaces.
    """
    payload = {**copy.deepcopy(PAYLOADS.get(type_, {})), **data}
    if rich is not None:
        payload["rich_text"] = runs(rich)
    if "caption" in payload:
        payload["caption"] = runs(payload["caption"])
    below = list(children)
    return {
        "object": "block",
        "id": dashed_id(id) if id else _placeholder([type_, payload, below]),
        "parent": {"type": "page_id", "page_id": NOBODY["id"]},
        "created_time": EPOCH,
        "last_edited_time": EPOCH,
        "created_by": dict(NOBODY),
        "last_edited_by": dict(NOBODY),
        "has_children": bool(below),
        "in_trash": False,
        "type": type_,
        type_: payload,
        "children": below,
    }


def _placeholder(content: Any) -> str:
    hex_ = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"00000000-0000-8{hex_[:3]}-8{hex_[3:6]}-{hex_[6:18]}"


def is_placeholder(id_: str) -> bool:
    """Whether `block` made this id up."""
    return id_.startswith("00000000-0000-8")


def tree(raw: Json) -> Block:
    """A built block with its children as the frozen value that the rooms work on."""
    return Block.from_api(raw, tuple(tree(child) for child in raw.get("children", ())))


def page(
    id_: str,
    title: Rich = (),
    *,
    properties: Mapping[str, Json] | None = None,
    title_name: str = "title",
    **fields: Any,
) -> Json:
    """A page object; `properties` are further values by name, `fields` replaces any other key."""
    name = {"id": "title", "type": "title", "title": runs(title)}
    raw: Json = {
        "object": "page",
        "id": dashed_id(id_),
        "created_time": EPOCH,
        "last_edited_time": EPOCH,
        "created_by": dict(NOBODY),
        "last_edited_by": dict(NOBODY),
        "cover": None,
        "icon": None,
        "parent": {"type": "workspace", "workspace": True},
        "in_trash": False,
        "is_archived": False,
        "is_locked": False,
        "properties": {title_name: name, **(properties or {})},
        "url": url(id_),
        "public_url": None,
    }
    return {**raw, **fields}
