"""The values of rows as requests have them: those that people set. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from backup.exact_json import Exact
from backup.json_values import as_object, mapping, objects, word
from backup.model import Json, bare_id, encodable, is_bare_id
from backup.restore import limits
from backup.restore.draft import Ref
from backup.restore.losses import Loss
from backup.restore.media import Files, file, named
from backup.restore.schema import Key, Schemas, StoredSource, can_be_option, options_of
from backup.restore.texts import Scope, address, date, short, user

_PLACE = ("name", "address", "aws_place_id", "google_place_id")


@dataclass
class Values:
    """Translates the values of one row. `crowded` are the rows that have more relations in a column than
    one request takes, each with that column."""

    scope: Scope
    files: Files
    schemas: Schemas
    crowded: Collection[tuple[Key, str]]
    owner: str  # the page's id, as its files are named by it
    column: Key = ("", "")  # the one that is translated

    def read(self, source: StoredSource, raw: Json) -> Json:
        """What is sent, by the names of the columns."""
        found: Json = {}
        for name, value in mapping(raw, "properties").items():
            column = source.columns.get(name, {})
            kind = word(value, "type")
            self.scope.at, self.column = name, (source.key, name)
            if kind == "unique_id":
                self.scope.lose(Loss.UNIQUE_NUMBER)
            make = _READ.get(kind)
            is_ours = word(column, "type") == kind and self.column in self.schemas.made
            if make and not is_ours and value.get(kind):
                self.scope.lose(Loss.RELATION_OUTSIDE if kind == "relation" else Loss.PROPERTY)
            if not make or not is_ours:
                continue
            made = make(self, as_object(value), column)
            if made not in (None, [], ""):
                found[name] = {kind: made}
        return found


def _number(values: Values, value: Json, column: Json) -> Any:
    found = value.get("number")
    is_number = isinstance(found, int | float | Exact) and not isinstance(found, bool)
    return found if is_number else None


def _choice(values: Values, value: Json, column: Json) -> Any:
    """An option. One that there is not comes by this, but for those of a status."""
    kind = word(value, "type")
    name = encodable(word(value.get(kind), "name"))
    known = [word(one, "name") for one in options_of(mapping(column, kind))]
    if can_be_option(name) and (kind != "status" or name in known):
        return {"name": name}
    if kind == "status" or name:
        values.scope.lose(Loss.DEFAULT_STATUS if kind == "status" else Loss.TOO_DEEP)
    return None


def _choices(values: Values, value: Json, column: Json) -> Any:
    names = [encodable(word(one, "name")) for one in objects(value.get("multi_select"))]
    found = [{"name": name} for name in names if can_be_option(name)]
    if len(found) < len(names):
        values.scope.lose(Loss.TOO_DEEP)
    return _fitting(found, values)


def _people(values: Values, value: Json, column: Json) -> Any:
    known = [user(one, values.scope) for one in objects(value.get("people"))]
    return _fitting([{"object": "user", **one} for one in known if one], values)


def _files(values: Values, value: Json, column: Json) -> Any:
    key = f"{values.owner}/{value.get('id', values.scope.at)}"
    found = []
    for number, one in enumerate(_fitting(objects(value.get("files")), values)):
        made = file(one, f"{key}/{number}", values.scope, values.files)
        if made:
            found.append({**made, **named(one, limits.NAME, values.scope)})
    return found


def _fitting(found: list[Json], values: Values) -> list[Json]:
    """As many of them as a request takes."""
    if len(found) > limits.IDS:
        values.scope.lose(Loss.TOO_DEEP)
    return found[: limits.IDS]


def _url(values: Values, value: Json, column: Json) -> Any:
    """Any text may stand in a column of addresses."""
    said = encodable(word(value, "url"))
    if not said or _is_too_long(said, limits.URL, values):
        return None
    if re.match(r"https?://|/", said):
        return address(said, values.scope)
    return said


def _contact(values: Values, value: Json, column: Json) -> Any:
    said = encodable(word(value, word(value, "type")))
    return None if _is_too_long(said, limits.CONTACT, values) else said


def _is_too_long(text: str, most: int, values: Values) -> bool:
    if limits.units(text) <= most:
        return False
    values.scope.lose(Loss.TOO_DEEP)
    return True


def related(value: Json) -> list[str]:
    """The ids of the rows that a relation holds, each once."""
    keys = (bare_id(word(one, "id")) for one in objects(value.get("relation")))
    return [*dict.fromkeys(key for key in keys if is_bare_id(key))]


def _relation(values: Values, value: Json, column: Json) -> Any:
    """Of a two-way relation one side is written; more than a request takes comes from the other one."""
    keys, schemas = related(value), values.schemas
    if values.column in schemas.outside:
        ours: list[Ref | str] = [*keys]
    else:
        inside = [key for key in keys if key in values.scope.pages]
        if len(inside) < len(keys):
            values.scope.lose(Loss.RELATION_OUTSIDE)
        ours = [Ref(key) for key in inside]
        if partner := schemas.partners.get(values.column):
            crowds = [key for key in inside if (partner, key) in values.crowded]
            if len(ours) > limits.IDS:
                ours = []
                if crowds:
                    values.scope.lose(Loss.RELATION_CUT)
            elif values.column in schemas.mirrored and not crowds:
                ours = []
    if len(ours) > limits.IDS:
        values.scope.lose(Loss.RELATION_CUT)
    return [{"id": key} for key in ours[: limits.IDS]]


def _place(values: Values, value: Json, column: Json) -> Any:
    given = mapping(value, "place")
    if not all(isinstance(given.get(key), int | float | Exact) for key in ("lat", "lon")):
        return None
    more = {key: given[key] for key in _PLACE if isinstance(given.get(key), str)}
    return {"lat": given["lat"], "lon": given["lon"], **more}


_READ: Mapping[str, Callable[[Values, Json, Json], Any]] = {
    "title": lambda values, value, column: short(value.get("title"), values.scope),
    "rich_text": lambda values, value, column: short(value.get("rich_text"), values.scope),
    "number": _number,
    "select": _choice,
    "status": _choice,
    "multi_select": _choices,
    "date": lambda values, value, column: date(mapping(value, "date")),
    "people": _people,
    "files": _files,
    "checkbox": lambda values, value, column: value.get("checkbox") is True or None,
    "url": _url,
    "email": _contact,
    "phone_number": _contact,
    "relation": _relation,
    "place": _place,
}
