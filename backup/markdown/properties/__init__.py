"""A row's properties: as a table below the title, and as native YAML in the front matter.

One function a type, in the families named here; `shown` holds the table of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from backup.json_values import mapping
from backup.markdown.blocks.shapes import pipe_table
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.properties import linked, plain
from backup.markdown.properties.shown import VALUES, At, Shown, shown
from backup.markdown.runs import run
from backup.model import Json, Page

__all__ = ["VALUES", "linked", "native", "ordered", "plain", "table"]


def table(page: Page, context: Context) -> str:
    """'| Property | Value |' and a line for each value that is not empty; '' when all are."""
    rows = [
        [inline([run(name)], context, Where.CELL), _cell(value, context)]
        for name, value in _listed(page, context)
    ]
    return pipe_table([["Property", "Value"], *rows]) if rows else ""


def native(page: Page, context: Context) -> dict[str, object]:
    """The same values by name, as YAML has them: numbers, booleans, dates, lists, strings."""
    return {name: value.native for name, value in _listed(page, context)}


def ordered(page: Page) -> Iterator[tuple[str, Json]]:
    """The page's property values without its title: in the schema's order, then the others."""
    properties = mapping(page.raw, "properties")
    for name in dict.fromkeys([*page.schema, *properties]):
        value = properties.get(name)
        if isinstance(value, dict) and value.get("type") != "title":
            yield name, value


def _listed(page: Page, context: Context) -> Iterator[tuple[str, Shown]]:
    for name, value in ordered(page):
        found = shown(value, At(context, f"{page.id}/{value.get('id', name)}"))
        if found:
            yield name, found


def _cell(value: Shown, context: Context) -> str:
    text = inline(list(value.runs), context, Where.CELL)
    return " ".join(filter(None, (text, *value.pictures)))
