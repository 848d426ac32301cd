"""Rich-text runs: taken out of JSON whose shape is not to be trusted, and made for our own words."""

from __future__ import annotations

import re

from backup.json_values import as_object, objects
from backup.markdown.links import notion_address
from backup.model import Json, bare_id
from backup.slug import visible
from backup.words import UNTITLED

BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def runs(data: object, key: str = "rich_text") -> list[Json]:
    """The rich-text array under `key`, without anything in it that is not an object; [] for none."""
    return objects(as_object(data).get(key))


def block_runs(data: Json) -> list[Json]:
    """A block's own text. API versions up to 2021-08-16 called the key `text`."""
    return runs(data) or runs(data, "text")


def run(text: str, link: str = "", *, mark: str = "") -> Json:
    """A run of our own, in the API's shape; `link` is a finished target, `mark` an annotation."""
    href = link or None
    return {
        "type": "text",
        "text": {"content": text, "link": {"url": link} if link else None},
        "annotations": {mark: True} if mark else {},
        "plain_text": text,
        "href": href,
        "own": bool(link),
    }


def foreign(text: str, address: str) -> Json:
    """A run of our own, with an address that somebody else wrote. What begins with '#' is none: only the
    number of an issue, say."""
    return {**run(text, "" if address.lstrip().startswith("#") else address), "own": False}


OUTSIDE = "a page in Notion"  # one that is not in the backup, and of which Notion gives no title


def page_mention(page_id: str, title: str = OUTSIDE) -> Json:
    """A mention of a page or database: shown under its own title when it is in the backup."""
    return {
        "type": "mention",
        "mention": {"type": "page", "page": {"id": page_id}},
        "annotations": {},
        "plain_text": title,
        "href": notion_address(bare_id(page_id)),
    }


def one_line(text: str) -> str:
    """The text with a space for each line break, as in a heading."""
    return BREAKS.sub(" ", text)


def titled(title: str) -> str:
    """The title of a page or database as it stands in a text, on one line; where nobody could see it, as
    Notion says it."""
    return one_line(title.strip()) if visible(title).strip() else UNTITLED


def joined(parts: list[list[Json]], between: str) -> list[Json]:
    """The arrays one after the other, with a text between them; empty ones are left out."""
    found: list[Json] = []
    for part in filter(None, parts):
        found.extend([run(between), *part] if found else part)
    return found
