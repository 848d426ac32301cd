"""Cuts text and lists to the sizes that others accept, and says what was left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

ELLIPSIS = "…"


def units(text: str) -> int:
    """The length in UTF-16 units: never less than what a service counts as characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """The length in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, limit: int) -> str:
    """`text`, or as much of its beginning as fits with an ellipsis into `limit` units."""
    if units(text) <= limit:
        return text
    room = max(limit - 1, 0)
    if units(text[:room]) == room:  # no character counts twice: nothing to search for
        return text[:room] + ELLIPSIS if room else ""
    low, high = 0, room
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        fits = units(text[:middle]) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low] + ELLIPSIS if low else ""


def within(
    lines: Sequence[str],
    limit: int,
    measure: Callable[[str], int] = units,
    *,
    count: int = 0,
    glue: str = "\n",
    left_out: Callable[[int], str] = lambda number: f"{ELLIPSIS} and {number} more",
) -> str:
    """As many of the first `lines` as fit, whole ones only, then how many were left out of all.

    `count` is how many there are in all, when `lines` are only the first of them.
    """
    count = max(count, len(lines))
    kept = _kept(lines, limit, measure, glue)
    if kept == count:
        return glue.join(lines)
    kept = _kept(lines, limit - measure(glue + left_out(count)), measure, glue)
    said = glue.join([*lines[:kept], left_out(count - kept)])
    return said if measure(said) <= limit else ""


def _kept(lines: Sequence[str], limit: int, measure: Callable[[str], int], glue: str) -> int:
    """How many lines fit from the first on."""
    used = 0
    for number, line in enumerate(lines):
        used += measure(line) + (measure(glue) if number else 0)
        if used > limit:
            return number
    return len(lines)
