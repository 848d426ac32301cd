"""How much a write may hold, each limit once ("Request limits", 2026-08; restore notes of 2026-11)."""

from __future__ import annotations

from typing import Any

from backup.model import Json
from fakenotion.refusal import Refusal, bad_body

CHILDREN = 100  # blocks in one list
TIERS = 3  # blocks, their children and grandchildren in one request
BLOCKS = 1_000  # in one request, of every tier
BYTES = 500_000  # of one request. Assumed: a KB is a thousand bytes, the stricter reading
TEXT = 2_000  # characters of one text. Assumed: UTF-16 units, the stricter reading
TEXTS = 100  # in one rich text
URL = 2_000
EXPRESSION = 1_000  # of an equation
CONTACT = 200  # of an e-mail address or a phone number
NAMES = 100  # of a file, and of an option. Assumed for options
IDS = 100  # rows, people or options of one value
OPTIONS = 100  # in the list of a property
PROPERTIES = 500  # of one data source
ATTACHMENTS = 3  # of one comment


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def at_most(where: str, length: int, most: int) -> None:
    """Raises Refusal for a text or list at `where` that is longer than it may be."""
    if length > most:
        raise bad_body("body", f"{where}.length", f"≤ `{most}`", length)


def at_least(where: str, length: int, least: int) -> None:
    """Raises Refusal for a list at `where` that is shorter than it must be."""
    if length < least:
        raise bad_body("body", f"{where}.length", f"≥ `{least}`", length)


def total(children: Any) -> int:
    """How many blocks a request's `children` hold, on all tiers; what is no block counts as none."""
    found = 0
    for block in children if isinstance(children, list) else ():
        inside: Json = block if isinstance(block, dict) else {}
        payloads = [one for one in inside.values() if isinstance(one, dict)]
        found += 1 + sum(total(one.get("children")) for one in payloads)
    return found


def check_size(raw: bytes) -> None:
    """Raises Refusal for a body that is too large. Assumed: in these words."""
    if len(raw) > BYTES:
        raise Refusal(400, f"body failed validation: body.size should be ≤ `{BYTES}` bytes.")


def check_total(children: Any) -> int:
    """The number of blocks of a request, or the Refusal of too many. Assumed: in these words."""
    if (found := total(children)) > BLOCKS:
        raise bad_body("body", "body.children total number of blocks", f"≤ `{BLOCKS}`", found)
    return found
