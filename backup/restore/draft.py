"""What is going to be written: blocks as a request has them, with marks where an id is not known yet. Pure.

Everything that is made has a key: the bare id of what it is made of, or that with an ending where one
thing is made of several. The ids of new things are known once they are made, so a draft holds marks, and
`resolved` puts in what is known by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backup import exact_json
from backup.model import CHILD_BLOCKS, ID_IN_ANY_CASE, Json, bare_id, dashed_id

PLACEHOLDER = "[…]"  # the text of a block that holds a place and is taken away again


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of what is made for a key."""

    key: str


@dataclass(frozen=True, slots=True)
class Link:
    """Stands for an address inside Notion: the ids in it become those of what is made. `page` and
    `block` are the keys that it means, '' for what is not restored."""

    url: str
    page: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Stands for the id of an uploaded file: `name` is a key of the plan's uploads."""

    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A block to be made. `child_page` and `child_database` stand for what has a request of its own."""

    key: str
    type: str
    data: Json
    children: tuple[Draft, ...] = ()

    @property
    def has_request(self) -> bool:
        """Whether it is a page or database, which is not sent among blocks."""
        return self.type in CHILD_BLOCKS

    def walk(self) -> Iterator[Draft]:
        """Itself, then all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


def placeholder(key: str) -> Draft:
    """Holds the place of a draft, or the only place in a column, until it is taken away."""
    run = {"type": "text", "text": {"content": PLACEHOLDER}}
    return Draft(f"{key}?", "paragraph", {"rich_text": [run]})


def marks(value: Any) -> Iterator[Ref | Link | Upload]:
    """The marks anywhere in a value."""
    if isinstance(value, Ref | Link | Upload):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from marks(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from marks(each)


def pages_of(value: Any) -> Iterator[str]:
    """The keys of pages and databases that must be made before a value can be written."""
    for mark in marks(value):
        if isinstance(mark, Ref):
            yield mark.key
        elif isinstance(mark, Link) and mark.page:
            yield mark.page


def blocks_of(value: Any) -> Iterator[str]:
    """The keys of the blocks that the links in a value mean."""
    for mark in marks(value):
        if isinstance(mark, Link) and mark.block:
            yield mark.block


def resolved(value: Any, ids: Mapping[str, str], uploads: Mapping[str, str]) -> Any:
    """The value with what is known by now: ids by key, those of uploads by name. A link to a block that
    is not made yet leads to its page. Raises KeyError for anything else that is not known."""
    if isinstance(value, Ref):
        return dashed_id(ids[value.key])
    if isinstance(value, Upload):
        return uploads[value.name]
    if isinstance(value, Link):
        return _address(value, ids)
    if isinstance(value, dict):
        return {key: resolved(each, ids, uploads) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(each, ids, uploads) for each in value]
    return value


def _address(link: Link, ids: Mapping[str, str]) -> str:
    url = link.url
    if link.block and link.block not in ids:
        url = url.partition("#")[0]
        if not url and link.page in ids:
            url = f"/{ids[link.page]}"

    def new(found: re.Match[str]) -> str:
        made = ids.get(bare_id(found[0]))
        if made is None:
            return found[0]
        return dashed_id(made) if "-" in found[0] else bare_id(made)

    return ID_IN_ANY_CASE.sub(new, url)


def size(draft: Draft) -> int:
    """About how many bytes its own part of a request has, without its children."""
    text = exact_json.dumps(_plain(draft.data))
    return len(text.encode("utf-8", "replace")) + len(draft.type) * 2 + 60


def _plain(value: Any) -> Any:
    """The value with something of the same length for each mark."""
    if isinstance(value, Ref | Upload):
        return "0" * 36
    if isinstance(value, Link):
        return value.url + "0" * 33
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def body(draft: Draft) -> Json:
    """The block as a request has it, with its marks."""
    data = dict(draft.data)
    if draft.children:
        data["children"] = [body(child) for child in draft.children]
    return {"type": draft.type, draft.type: data}
