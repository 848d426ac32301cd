"""Properties of a data source and of its rows: the schema, and values from plain Python values."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from backup.model import Json, dashed_id
from fakenotion.build import Rich, runs

COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red", "default")
REFERENCES = 25  # a page holds no more references in one value (Notion API, "Retrieve a page")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:;<=>?@[]^_`{|}~"


def of(type_: str, **config: Any) -> Json:
    """A property of any type with its configuration, still without id and name."""
    return {"description": None, "type": type_, type_: config}


def number(format_: str = "number") -> Json:
    """A number; `format_` as Notion names it: dollar, percent …"""
    return of("number", format=format_)


def select(*names: str) -> Json:
    """A choice of one."""
    return of("select", options=_options(names))


def multi_select(*names: str) -> Json:
    """A choice of several."""
    return of("multi_select", options=_options(names))


def status(**groups: list[str]) -> Json:
    """A status; its groups, Notion's three or others, with the names of their options."""
    options = _options([name for names in groups.values() for name in names])
    ids = {option["name"]: option["id"] for option in options}
    made = [
        {
            "id": _uuid("group", group),
            "name": group.replace("_", " "),
            "color": color,
            "option_ids": [ids[name] for name in names],
        }
        for color, (group, names) in zip(("gray", "blue", "green"), groups.items(), strict=False)
    ]
    return of("status", options=options, groups=made)


def formula(expression: str) -> Json:
    """A formula; rows have the value that it gives (see `formulas`), or the one they are given."""
    return of("formula", expression=expression)


def relation(database: str, data_source: str, synced: tuple[str, str] | None = None) -> Json:
    """References to rows; `synced`: name and id of the property on the other side."""
    if synced is None:
        config: Json = {"type": "single_property", "single_property": {}}
    else:
        both = {"synced_property_name": synced[0], "synced_property_id": synced[1]}
        config = {"type": "dual_property", "dual_property": both}
    ids = {"database_id": dashed_id(database), "data_source_id": dashed_id(data_source)}
    return of("relation", **ids, **config)


def rollup(relation_name: str, name: str, function: str) -> Json:
    """A rollup of the property `name` over a relation; rows have what it gives, or are given."""
    return of(
        "rollup",
        rollup_property_name=name,
        relation_property_name=relation_name,
        rollup_property_id=_property_id(name),
        relation_property_id=_property_id(relation_name),
        function=function,
    )


def unique_id(prefix: str | None = None) -> Json:
    """A running number of the rows."""
    return of("unique_id", prefix=prefix)


def schema(properties: Mapping[str, Json]) -> Json:
    """The `properties` object of a data source: with ids and names; a title is added when missing."""
    columns = dict(properties)
    if not any(column["type"] == "title" for column in columns.values()):
        columns = {"Name": of("title"), **columns}
    return named(columns)


def named(columns: Mapping[str, Json]) -> Json:
    """The properties with their ids and names."""
    return {
        name: {"id": sent_id(name, column["type"]), "name": name, **copy.deepcopy(column)}
        for name, column in columns.items()
    }


def shuffled(columns: Json, seed: str = "") -> Json:
    """The same schema in the order of its ids, or of another `seed`; the title comes last."""
    places = {
        name: (
            column["type"] == "title",
            hashlib.sha256(f"{seed}{column['id']}".encode()).digest() if seed else column["id"],
        )
        for name, column in columns.items()
    }
    return {name: columns[name] for name in sorted(columns, key=places.__getitem__)}


def sent_id(name: str, type_: str) -> str:
    """A property's id as it is sent: in values and schemas ids come percent-encoded,
    in a rollup's configuration they do not."""
    if type_ in ("title", "verification"):
        return type_
    return quote(_property_id(name), safe="")


def _property_id(name: str) -> str:
    digest = hashlib.sha256(name.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:4])


def _options(names: list[str] | tuple[str, ...]) -> list[Json]:
    return [
        {
            "id": _uuid("option", name),
            "name": name,
            "color": COLORS[place % len(COLORS)],
            "description": None,
        }
        for place, name in enumerate(names)
    ]


def _uuid(*words: str) -> str:
    hex_ = hashlib.sha256("/".join(words).encode()).hexdigest()
    return f"{hex_[:8]}-{hex_[8:12]}-4{hex_[13:16]}-8{hex_[17:20]}-{hex_[20:32]}"


def value(column: Json, plain: Any) -> Json:
    """A row's value of the property `column` (of a schema), as GET /v1/pages sends it.

    `plain` is what one would write by hand: text, a number, the name of an option, a list of ids
    of rows, (start, end) of dates. None is the empty value; a dict is taken as it is.
    """
    type_ = column["type"]
    made = _MADE.get(type_, _as_it_is)(plain, column[type_])
    head = {"id": column["id"], "type": type_, type_: made}
    return {**head, "has_more": False} if type_ == "relation" else head


def _as_it_is(plain: Any, config: Json) -> Any:
    return plain


def _rich(plain: Rich | None, config: Json) -> list[Json]:
    return runs(plain or ())


def _choice(plain: str | Json | None, config: Json) -> Json | None:
    if plain is None or isinstance(plain, dict):
        return plain
    found = next(option for option in config["options"] if option["name"] == plain)
    return {key: found[key] for key in ("id", "name", "color")}


def _state(plain: str | Json | None, config: Json) -> Json | None:
    """A status; a new row has the first."""
    return _choice(config["options"][0]["name"] if plain is None else plain, config)


def _choices(plain: list[str] | None, config: Json) -> list[Json | None]:
    return [_choice(name, config) for name in plain or ()]


def _date(plain: Any, config: Json) -> Json | None:
    if plain is None or isinstance(plain, dict):
        return plain
    start, end = plain if isinstance(plain, tuple) else (plain, None)
    return {"start": start, "end": end, "time_zone": None}


def _rows(plain: list[str] | None, config: Json) -> list[Json]:
    return [{"id": dashed_id(row)} for row in plain or ()]


def _result(plain: Any, config: Json) -> Json:
    if isinstance(plain, dict):
        return plain
    if isinstance(plain, bool):
        return {"type": "boolean", "boolean": plain}
    if isinstance(plain, int | float):
        return {"type": "number", "number": plain}
    return {"type": "string", "string": plain}


def _rolled_up(plain: Any, config: Json) -> Json:
    made: Json = {"type": "array", "array": plain} if isinstance(plain, list) else {}
    made = made or (plain if isinstance(plain, dict) else {"type": "number", "number": plain})
    return {**made, "function": config["function"]}


def _count(plain: int | None, config: Json) -> Json:
    return {"prefix": config["prefix"], "number": plain}


def _verification(plain: Json | None, config: Json) -> Json:
    return plain or {"state": "unverified", "date": None, "verified_by": None}


_MADE: Mapping[str, Callable[[Any, Json], Any]] = {
    "title": _rich,
    "rich_text": _rich,
    "select": _choice,
    "status": _state,
    "multi_select": _choices,
    "date": _date,
    "relation": _rows,
    "formula": _result,
    "rollup": _rolled_up,
    "unique_id": _count,
    "verification": _verification,
    "people": lambda plain, config: list(plain or ()),
    "files": lambda plain, config: list(plain or ()),
    "checkbox": lambda plain, config: bool(plain),
    "button": lambda plain, config: {},
}


def truncated(value_: Json) -> Json:
    """A value as a page object holds it: at most 25 references.

    Assumed: a text is cut behind its 25th mention; recorded is only the relation, which says so in
    `has_more`.
    """
    type_ = value_["type"]
    items = value_[type_]
    if type_ == "relation" and len(items) > REFERENCES:
        return {**value_, "relation": items[:REFERENCES], "has_more": True}
    if type_ == "people" and len(items) > REFERENCES:
        return {**value_, "people": items[:REFERENCES]}
    if type_ in ("title", "rich_text"):
        return {**value_, type_: _first_references(items)}
    return value_


def _first_references(items: list[Json]) -> list[Json]:
    places = [place for place, run in enumerate(items) if run.get("type") == "mention"]
    return items[: places[REFERENCES - 1] + 1] if len(places) > REFERENCES else items
