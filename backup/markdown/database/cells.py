"""What stands in the cells of README.md's table: values on one line, and not too long.

It stands apart because it knows of one value, while `rows` gathers those of a whole database.
"""

from __future__ import annotations

from collections.abc import Sequence

from backup.json_values import mapping, word
from backup.markdown.context import Context, Where
from backup.markdown.database.sources import Column, TableRow
from backup.markdown.icons import PAGE
from backup.markdown.inline import inline, seen
from backup.markdown.links import file_target
from backup.markdown.properties.shown import At, shown
from backup.markdown.runs import one_line, run, titled
from backup.model import Json
from backup.words import shortened

_LONGEST = 120  # characters of a cell


def cell(entry: TableRow, column: Column, context: Context) -> str:
    """A value of a row in Markdown; `context` has the row's files."""
    if column.type == "title":
        return inline(_named(entry, context), context, Where.CELL)
    value = entry.value(column)
    found = shown(value, At(context, f"{entry.id}/{value.get('id', '')}"))
    return inline(_cut(found.runs, context), context, Where.CELL)


def _named(entry: TableRow, context: Context) -> list[Json]:
    """The link to a row's page; an archived one says that it is."""
    target = entry.target
    title = titled(" ".join(target.title.split()))
    named = [
        run(f"{target.icon or PAGE} "),
        run(shortened(title, _LONGEST), file_target(target.path, context)),
    ]
    return [*named, run(" (archived)", mark="italic")] if entry.is_archived else named


def _cut(found: Sequence[Json], context: Context) -> list[Json]:
    """The beginning of a long text, on one line."""
    kept: list[Json] = []
    room = _LONGEST
    for each in found:
        text = seen([each], context)
        if len(text) > room:
            return [*kept, _with_text(each, shortened(text, room))]
        kept.append(_with_text(each, text))
        room -= len(text)
    return kept


def _with_text(each: Json, text: str) -> Json:
    """The run with these words, on one line; what is not text stays whole, or becomes '…'."""
    if word(each, "type") != "text":
        return run("…") if text.endswith("…") else each
    text = one_line(text)
    return {**each, "plain_text": text, "text": {**mapping(each, "text"), "content": text}}
