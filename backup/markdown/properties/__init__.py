"""A row's properties: as a table below the title, and as native YAML in the front matter.

One function a type, in the families named here; `shown` holds the table of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backup.json_values import mapping, word
from backup.markdown.blocks.markup import details, pipe_table, stacked
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.markdown.properties import linked, plain
from backup.markdown.properties.shown import VALUES, At, Shown, shown
from backup.markdown.runs import run
from backup.model import Json, Page
from backup.words import counted

__all__ = ["VALUES", "linked", "native", "ordered", "plain", "table"]


def table(page: Page, context: Context) -> str:
    """'| Property | Value |' and a line for each value that is not empty; '' when all are. Of many, those
    that say most stand first, and the others below them can be unfolded. When and by whom a page was
    edited last stands in its last line."""
    rows = {
        name: [inline([run(name)], context, Where.CELL), _cell(value, context)]
        for name, value in _listed(page, context)
        if not _is_repeated(page, name)
    }
    if len(rows) <= _MOST:
        return _table(rows.values())
    first = set(sorted(rows, key=lambda name: _rank(_kind(page, name)))[:_FIRST])
    others = [row for name, row in rows.items() if name not in first]
    return stacked(
        _table(row for name, row in rows.items() if name in first),
        details(counted(len(others), "more property", "more properties"), _table(others)),
    )


_MOST, _FIRST = 8, 5  # more properties than that many are folded, but for the first ones
_TELLING = [
    "status",
    "select",
    "multi_select",
    "date",
    "people",
    "checkbox",
    "url",
    "number",
    "rich_text",
    "relation",
    "files",
    "email",
    "phone_number",
    "place",
    "formula",
    "rollup",
]


def _is_repeated(page: Page, name: str) -> bool:
    """Whether a property says what the page's last line says."""
    value = mapping(mapping(page.raw, "properties"), name)
    kind = word(value, "type")
    if kind == "last_edited_time":
        return value.get(kind) == page.edited
    who = mapping(page.raw, "last_edited_by").get("id")
    return kind == "last_edited_by" and who is not None and mapping(value, kind).get("id") == who


def _rank(kind: str) -> int:
    """How much a property of this type says: what people choose, then what they write, then the rest."""
    return _TELLING.index(kind) if kind in _TELLING else len(_TELLING)


def _kind(page: Page, name: str) -> str:
    return word(mapping(page.raw, "properties").get(name), "type")


def _table(rows: Iterable[list[str]]) -> str:
    lines = list(rows)
    return pipe_table([["Property", "Value"], *lines]) if lines else ""


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
    return " ".join(filter(None, (text, *value.images)))
