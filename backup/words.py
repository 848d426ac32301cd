"""Numbers and titles as people write and sort them, the same in every message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

_DIGITS = re.compile(r"([0-9]+)")
_DAY = 24 * 60  # minutes
UNTITLED = "Untitled"  # in place of a title, as Notion shows it


def counted(number: int, word: str, several: str = "") -> str:
    """'1 page', '2 pages'; `several` is the plural where it is not the word with an s."""
    return f"{number} {word if number == 1 else several or f'{word}s'}"


def first_few(names: Iterable[str], most: int = 5) -> str:
    """'a, b, c', or the first of them: 'a, b and 7 more'."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return f"{', '.join(every[:most])}{more}"


def shortened(text: str, most: int) -> str:
    """The text, or as much of its beginning as fits with '…' into `most` characters."""
    return text if len(text) <= most else f"{text[: max(most - 1, 0)].rstrip()}…"


def by_title(title: str) -> tuple[bool, list[tuple[int, str]]]:
    """A key to sort titles by: numbers in them by their value, so that 'How to 2' comes before 'How
    to 10'; a page without a title comes last."""
    parts = _DIGITS.split(title.casefold())
    key = [_by_value(part) if at % 2 else (0, part) for at, part in enumerate(parts)]
    return (not title.strip(), key)


def _by_value(digits: str) -> tuple[int, str]:
    """Of two numbers the longer one is larger; there is no limit to how many digits a title has."""
    kept = digits.lstrip("0")
    return (len(kept), kept)


def ago(age: timedelta) -> str:
    """'just now', '5 minutes ago', '3 days ago'; what lies ahead by a clock that is wrong is just now."""
    minutes = int(age.total_seconds() // 60)
    for size, word in ((_DAY, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"{counted(minutes // size, word)} ago"
    return "just now"
