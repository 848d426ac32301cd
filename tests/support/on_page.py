"""Rich text put where it stands in a page, and looked at on both hosts."""

from __future__ import annotations

from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from tests.support.arrays import differences
from tests.support.rich import Run

BLOCK, ITEM, HEADING, CELL, SUMMARY = Where


def write(*runs: Run, where: Where = BLOCK, marks: str = "") -> str:
    """The Markdown of the runs, with nothing backed up around them."""
    return inline(runs, Context(), where, marks)


def is_read_as_meant(
    *runs: Run, places: str = "paragraph, heading, cell, quote, list item"
) -> bool:
    """Whether text, marks and links are what was written, at each place, on both hosts."""
    found = {place: differences(list(runs), place) for place in places.split(", ")}
    assert not any(found.values()), found
    return True
