"""What a command other than the backup found or did: one value for the terminal, the job summary and programs."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backup.model import Json, Problem
from backup.report.fitting import cut
from backup.report.literal import one_line
from backup.report.redaction import without

_WIDEST = 48  # columns of a terminal that one cell may take
_MARKS = ("Mn", "Me", "Cf")  # take no column of their own


@dataclass(frozen=True, slots=True)
class Answer:
    """`heading` is the sentence that says it all, `head` and `rows` are a table (all but its first
    column are numbers or short words), `notes` are sentences about what is right, or is not an error.
    `problems` are what is wrong. `data` is the same for programs: one JSON object, `lines` are to be
    copied as they are. `failed` is an exit code that says more than that there are problems. `links` are names with the
    addresses where people find them."""

    heading: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    data: Json = field(default_factory=dict)
    failed: int = 0
    links: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: no problems. 1: problems. Else `failed`."""
        return self.failed or int(bool(self.problems))

    def table(self) -> Iterator[str]:
        """The table for a terminal, line by line."""
        return _aligned([self.head, *self.rows]) if self.rows else iter(())

    def json(self, secrets: Iterable[str], **more: str) -> str:
        """The one object for programs, on one line, free of `secrets`; `more` are further keys."""
        problems = [{"where": each.where, "what": each.what} for each in self.problems]
        whole = {**more, **self.data, "ok": not problems, "notes": self.notes, "problems": problems}
        return json.dumps(without(whole, tuple(secrets)))


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """The rows below each other: the first column to the left, numbers to the right."""
    cells = [[cut(one_line(cell), _WIDEST) for cell in row] for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        first, *others = (
            _padded(cell, width, left=not at)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "   ".join([first, *others]).rstrip()
        if not number:
            yield "   ".join("─" * width for width in widths)


def _padded(cell: str, width: int, *, left: bool) -> str:
    spaces = " " * (width - _columns(cell))
    return cell + spaces if left else spaces + cell


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: a wide letter takes two (Unicode, UAX #11)."""
    return sum(
        0
        if unicodedata.category(each) in _MARKS
        else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )
