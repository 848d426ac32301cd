"""database.csv: every row of a database with all its properties, for spreadsheets and programs.

RFC 4180, with line feeds. Values are as they are, also those that begin with '=': see
docs/decisions/table.md. It stands apart because nothing that holds for Markdown holds in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from backup.markdown.database.rows import Rows
from backup.markdown.database.values import line
from backup.model import bare_id, dashed_id

_FIXED = ("id", "path")
_SOURCE = "source"


def spreadsheet(rows: Rows) -> str:
    """The text of the file: id, path (from the file's own folder), with several sources the source's
    name, then all properties. Rows stand in the order of their making, so that a new one is one more
    line."""
    head = line([*_FIXED, *([_SOURCE] if rows.is_several else []), *rows.names])
    return "".join([head, *(each.record for each in rows.by_age())])


def is_our_csv(text: str, ids: Collection[str] | None) -> bool:
    """Whether `spreadsheet` wrote this text about rows of which some have these bare ids, None for any. One
    without rows has nothing that anybody could miss."""
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        if next(lines, [])[:2] != [*_FIXED]:
            return False
        named = [bare_id(each[0]) for each in lines if each]
    except csv.Error:
        return False
    if ids is None:
        return all(dashed_id(id_) != id_ for id_ in named)
    return not named or any(id_ in ids for id_ in named)
