"""Property values that nobody types in: worked out from the data whenever a page is sent.

A formula or rollup is worked out unless its row was given a value by hand, for tests of what only
Notion could work out. Nothing here counts as an edit of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import mean, median
from typing import Any

from backup.model import Json, bare_id
from fakenotion import formulas
from fakenotion.content import Content
from fakenotion.nodes import Node, minute_time

REFERENCES = 25  # related pages that Notion looks at for a page object ("Retrieve a page")
_LAYERS = 4  # of rollups over rollups. Assumed: Notion gives up further down
_UNSUPPORTED: Json = {"type": "unsupported", "unsupported": {}}


def values(content: Content, page: Node, most: int | None = REFERENCES) -> Json:
    """All property values of a page, whole; rollups and formulas over so many related pages."""
    columns = content.schema_of(page)
    return {
        name: _value(content, page, columns.get(name), value, most, 0)
        for name, value in page.data["properties"].items()
        if value["type"] != "relation" or not hidden(content, columns.get(name))
    }


def hidden(content: Content, column: Json | None) -> bool:
    """Whether a relation leads where the integration sees nothing: Notion leaves it out then, of the
    schema and of the rows ("Database properties", 2026)."""
    inside = (column or {}).get("relation")
    source = inside.get("data_source_id", "") if isinstance(inside, dict) else ""
    return bare_id(source) in content.nodes and content.visible(source) is None


def _value(
    content: Content, page: Node, column: Json | None, stored: Json, most: int | None, depth: int
) -> Json:
    type_ = stored["type"]
    if make := _FILLED.get(type_):
        return {**stored, type_: make(content, page)}
    if type_ == "people":
        return {**stored, type_: [person(content, one) for one in stored[type_]]}
    if column is None or type_ not in ("formula", "rollup") or not _is_empty(stored[type_]):
        return stored
    if depth > _LAYERS:
        return {**stored, type_: _UNSUPPORTED}
    if type_ == "rollup":
        return {**stored, type_: _rollup(content, page, column["rollup"], most, depth)}
    made = _formula(content, page, column["formula"]["expression"], most, depth)
    return {**stored, type_: made or stored[type_]}


_FILLED: Mapping[str, Callable[[Content, Node], Any]] = {
    "created_time": lambda content, page: minute_time(page.created),
    "last_edited_time": lambda content, page: minute_time(page.edited),
    "created_by": lambda content, page: person(content, {"object": "user", "id": page.author}),
    "last_edited_by": lambda content, page: person(content, {"object": "user", "id": page.editor}),
}


def person(content: Content, stored: Json) -> Json:
    """A user as he is now: under his present name, or as an id alone when he left."""
    id_ = stored.get("id", "")
    if id_ in content.left:
        return {"object": "user", "id": id_}
    return content.users.get(id_, stored)


def _is_empty(inside: Any) -> bool:
    """Whether a formula or rollup still has the value that a new row gets."""
    return (
        isinstance(inside, dict)
        and inside.get(inside.get("type", ""), 0) is None
        and (inside["type"] in ("string", "number"))
    )


# -- formulas ------------------------------------------------------------------------------------


def _formula(
    content: Content, page: Node, expression: str, most: int | None, depth: int
) -> Json | None:
    columns = content.schema_of(page)

    def ask(name: str) -> formulas.Value:
        stored = page.data["properties"].get(name)
        if stored is None:
            raise formulas.Unknown(name)
        return _plain(_value(content, page, columns.get(name), stored, most, depth + 1), most)

    try:
        kind, found = formulas.parsed(expression)(ask)
    except (formulas.Unknown, ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None  # as little as Notion gives for a formula that it cannot work out
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return {"type": kind, kind: found} if kind != "list" else {"type": "number", "number": found}


def _plain(value: Json, most: int | None) -> formulas.Value:
    """A property value as formulas see it."""
    type_ = value["type"]
    inside = value[type_]
    if type_ in ("formula", "rollup"):
        kind = inside["type"]
        return ("list", len(inside["array"])) if kind == "array" else (kind, inside[kind])
    if type_ in ("title", "rich_text"):
        return "string", "".join(run["plain_text"] for run in inside)
    if type_ in ("relation", "people", "files", "multi_select"):
        return "list", len(inside[:most])
    if type_ in ("created_time", "last_edited_time"):
        return "date", {"start": inside, "end": None, "time_zone": None}
    if type_ in ("select", "status"):
        return "string", inside["name"] if inside else ""
    if type_ == "unique_id":
        return "string", "-".join(str(part) for part in inside.values() if part is not None)
    kind = {"number": "number", "checkbox": "boolean", "date": "date"}.get(type_, "string")
    return kind, inside if inside is not None or kind != "string" else ""


# -- rollups -------------------------------------------------------------------------------------


def _rollup(content: Content, page: Node, config: Json, most: int | None, depth: int) -> Json:
    """The rollup of a row, from what its related rows hold now."""
    function = config["function"]
    relation = page.data["properties"].get(config["relation_property_name"], {})
    rows = [content.visible(one["id"]) for one in relation.get("relation", ())[:most]]
    found = []
    for row in rows:
        stored = row.data["properties"].get(config["rollup_property_name"]) if row else None
        if row and stored and not row.trashed:
            column = content.schema_of(row).get(config["rollup_property_name"])
            found.append(_value(content, row, column, stored, most, depth + 1))
    if function in ("show_original", "show_unique"):
        items = [{"type": one["type"], one["type"]: one[one["type"]]} for one in found]
        unique = [one for place, one in enumerate(items) if one not in items[:place]]
        shown = unique if function == "show_unique" else items
        return {"type": "array", "array": shown, "function": function}
    plain = [_plain(one, most) for one in found]
    if function in _DATES:
        return {"type": "date", "date": _date(function, plain), "function": function}
    return {"type": "number", "number": _number(function, plain), "function": function}


_DATES = ("earliest_date", "latest_date", "date_range")


def _date(function: str, plain: list[formulas.Value]) -> Json | None:
    dates = [inside for kind, inside in plain if kind == "date" and inside]
    if not dates:
        return None
    first = min(one["start"] for one in dates)
    last = max(one["end"] or one["start"] for one in dates)
    if function == "date_range":
        return {"start": first, "end": last, "time_zone": None}
    start = first if function == "earliest_date" else last
    return {"start": start, "end": None, "time_zone": None}


def _number(function: str, plain: list[formulas.Value]) -> float | None:
    filled = [inside for kind, inside in plain if inside or (inside == 0 and kind == "number")]
    numbers = [one for one in filled if isinstance(one, int | float) and not isinstance(one, bool)]
    if function.startswith("percent_"):
        part = _number(function.removeprefix("percent_"), plain)
        return part / len(plain) if plain and part is not None else None
    counted = {
        "count": len(plain),
        "count_values": len(filled),
        "not_empty": len(filled),
        "empty": len(plain) - len(filled),
        "unique": len({str(one) for one in filled}),
        "checked": sum(one is True for _, one in plain),
        "unchecked": sum(one is not True for _, one in plain),
        "sum": sum(numbers),
    }
    if function in counted:
        return counted[function]
    return _STATISTICS[function](numbers) if numbers and function in _STATISTICS else None


_STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "average": mean,
    "median": median,
    "min": min,
    "max": max,
    "range": lambda numbers: max(numbers) - min(numbers),
}


def items(value: Json) -> tuple[list[Json], Any]:
    """A value as its list of property items, and what stands beside them.

    The items of a rollup's array come flattened, and its own array is empty then.
    """
    type_ = value["type"]
    if type_ != "rollup":
        return [{type_: item} for item in value[type_]], {}
    inside = value[type_]
    if inside["type"] != "array":
        return [], inside
    found: list[Json] = []
    for one in inside["array"]:
        kind = one["type"]
        parts = one[kind] if kind in ("title", "rich_text", "relation", "people") else [one[kind]]
        found += [{"type": kind, kind: part} for part in parts]
    return found, {**inside, "array": []}
