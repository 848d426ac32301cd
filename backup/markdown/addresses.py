"""Bare addresses in text: both hosts make links of them, and GitHub does so from the raw source.

A backslash or a mark right behind an address would become part of it, so an address is left alone,
put into angle brackets, or broken up.
"""

from __future__ import annotations

import re

from backup.markdown.links import starts_entity

BREAKER = "<span></span>"  # shows nothing; splits text where a host's filter would act on it
ADDRESS = re.compile(r"(?i:(?:https?|ftp)://|(?<![^\W_])www\.)[^\s<>]*")
# A superset of the emoji names that both hosts know: they all hold a letter, but for four.
ALIAS = re.compile(r":(?=(?:\+1|-1|100|1234|(?=[0-9_+-]*[a-z])[a-z0-9_+-]{1,80}):)")
_SENTENCE_MARKS = "?!.,:*_~'\";"
_PLAIN = re.compile(r"[A-Za-z0-9:/.\-?=#%+,;@&_]+")
_OUTER_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_FREE_BEHIND = re.compile(r"[?!.,:;)]?(?:[ \t]|$)")  # no other blank ends an address on GitHub
_ANGLES = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>|\\`\[\]$\x00-\x20\x7f]*")


def in_angles(address: str) -> bool:
    """Whether `<address>` shows exactly this address on both hosts."""
    return bool(_ANGLES.fullmatch(address)) and not is_changed(address)


def stays_bare(address: str, behind: str) -> bool:
    """Whether an address can stand as it is; `behind` is what follows it, '' at the block's end."""
    plain = _PLAIN.fullmatch(address) and not _OUTER_UNDERSCORE.search(address)
    return bool(plain and _FREE_BEHIND.match(behind))


def is_changed(address: str) -> bool:
    """Whether a parser or a host's filter would show something else for a part of `address`."""
    entities = (starts_entity(address, found.start()) for found in re.finditer("&", address))
    return bool(ALIAS.search(address)) or any(entities)


def without_sentence_marks(address: str) -> str:
    """The address without what follows it in a sentence: 'https://e.co/a).' ends before the ')'."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while end:
        if address[end - 1] == ")" and unopened > 0:
            unopened -= 1
        elif address[end - 1] not in _SENTENCE_MARKS:
            break
        end -= 1
    return address[:end]


def broken_at(address: str) -> int:
    """Where the breaker goes, so that no host takes the rest for an address."""
    return 3 if address[:4].lower() == "www." else address.index(":") + 1
