"""Property values as database.csv has them: words without marks, numbers with all their digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from backup.exact_json import Exact
from backup.json_values import word
from backup.markdown.context import Context
from backup.markdown.database.sources import Column, TableRow, TableSource
from backup.markdown.links import relative
from backup.markdown.properties.plain import number_text
from backup.markdown.properties.shown import At, shown
from backup.model import dashed_id


def record(
    entry: TableRow, source: TableSource, names: Sequence[str], context: Context, *, is_named: bool
) -> str:
    """A row's line: id, path from README.md's folder, the source's name if there are several, then
    the values of all columns."""
    columns = {column.name: column for column in source.columns}
    named = [source.title] if is_named else []
    values = (_value(entry, columns[name], context) if name in columns else "" for name in names)
    return line([dashed_id(entry.id), relative(context.path, entry.target.path), *named, *values])


def line(values: Sequence[str]) -> str:
    """A record as RFC 4180 has it, with a line feed at its end. In a cell only line feeds break lines, so
    that every reader takes it for one."""
    file = io.StringIO()
    plain = (text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") for text in values)
    csv.writer(file, lineterminator="\n").writerow(plain)
    return file.getvalue()


def _value(entry: TableRow, column: Column, context: Context) -> str:
    if column.type == "title":
        return entry.target.title
    value = entry.value(column)
    number = value.get("number") if word(value, "type") == "number" else None
    if isinstance(number, Exact):
        return number.text
    found = shown(value, At(context, f"{entry.id}/{value.get('id', '')}"))
    return "".join(_words(found.native))


def _words(native: Any) -> Iterator[str]:
    """A value of the front matter in words."""
    if isinstance(native, bool):
        yield "true" if native else "false"
    elif isinstance(native, (int, float)):
        yield number_text(native)
    elif isinstance(native, date):
        yield native.isoformat()
    elif isinstance(native, dict):  # a span of time
        yield "/".join(
            word for key in ("start", "end") if (word := "".join(_words(native.get(key))))
        )
    elif isinstance(native, list):
        yield ", ".join("".join(_words(each)) for each in native)
    elif native is not None:
        yield str(native)
