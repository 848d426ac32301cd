"""Holds requests to what the API takes: an unknown key or a wrong type is refused, never ignored.

Wording: answers that users of the API have published. Assumed: the query string is held to its
names as strictly as a body, and the types of a query string's values are guessed from their text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backup.model import Json
from fakenotion.refusal import bad_body, bad_field

Check = Callable[[Any], bool]

_WORDS: Mapping[str, tuple[str, Check]] = {
    "text": ("a string", lambda sent: isinstance(sent, str)),
    "number": ("a number", lambda sent: isinstance(sent, int | float) and sent is not True),
    "object": ("an object", lambda sent: isinstance(sent, dict)),
    "list": ("an array", lambda sent: isinstance(sent, list)),
    "truth": ("a boolean", lambda sent: isinstance(sent, bool)),
}
_PAGED = {"start_cursor": "text", "page_size": "number"}
_QUERY = {
    **_PAGED,
    "filter": "object",
    "sorts": "list",
    "is_archived": "truth",
    "result_type": "text",
}
_SEARCH = {**_PAGED, "query": "text", "filter": "object", "sort": "object"}
_LIST = ("start_cursor", "page_size")
_NARROWED = ("filter_properties", "filter_properties[]")

# What each endpoint takes, by the name of its method in `routes.Api`.
BODIES: Mapping[str, Mapping[str, str]] = {"query": _QUERY, "search": _SEARCH}
STRINGS: Mapping[str, tuple[str, ...]] = {
    "query": _NARROWED,
    "page": _NARROWED,
    "users": _LIST,
    "children": _LIST,
    "property_item": _LIST,
    "templates": (*_LIST, "name"),
    "comments": (*_LIST, "block_id"),
    "views": (*_LIST, "database_id", "data_source_id"),
    "markdown": ("markdown_version", "include_transcript"),
    "emojis": (*_LIST, "name"),
}


def check(endpoint: str, body: Json, query: Mapping[str, list[str]]) -> None:
    """Raises Refusal for the first thing in a request that its endpoint does not take."""
    fields("body", body, BODIES.get(endpoint, {}))
    for name, values in query.items():
        if name not in STRINGS.get(endpoint, ()):
            raise bad_field("query", name, "not present", values[-1])


def fields(where: str, sent: Json, known: Mapping[str, str]) -> None:
    """Holds an object to the keys that it may have, each with its type (see _WORDS)."""
    for name, value in sent.items():
        if name not in known:
            raise bad_field(where, name, "not present", value)
        words, is_good = _WORDS[known[name]]
        if not is_good(value):
            raise bad_field(where, name, f"{words} or `undefined`", value)


def number(part: str, name: str, sent: Any, most: int) -> int:
    """A number between 1 and `most`; in a query string it is text."""
    if part == "query" and isinstance(sent, str) and sent.removeprefix("-").isdecimal():
        sent = int(sent)
    if not isinstance(sent, int) or isinstance(sent, bool):
        raise bad_field(part, name, "a number or `undefined`", sent)
    if not 1 <= sent <= most:
        bound = f"≥ `{1}`" if sent < 1 else f"≤ `{most}`"
        raise bad_field(part, name, bound, sent)
    return sent


def one_of(where: str, name: str, sent: Any, *words: str) -> str:
    """One of a few words; anything else is refused with all of them."""
    if isinstance(sent, str) and sent in words:
        return sent
    choice = ", ".join(f'`"{word}"`' for word in words[:-1])
    every = f'{choice}, or `"{words[-1]}"`' if choice else f'`"{words[-1]}"`'
    raise bad_field(where, name, every, sent)


def objects(where: str, sent: list[Any]) -> list[Json]:
    """A list of objects, or the refusal of the first thing in it that is none."""
    for place, one in enumerate(sent):
        if not isinstance(one, dict):
            raise bad_body(where.split(".")[0], f"{where}[{place}]", "an object", one)
    return sent
