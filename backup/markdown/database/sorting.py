"""Sorts rows as a view of Notion does, without asking Notion: empty values last, whatever the direction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import unquote

from backup.exact_json import Exact
from backup.json_values import as_list, as_object, mapping, objects, word
from backup.markdown.context import Context
from backup.markdown.database.sources import TableRow, TableSource
from backup.markdown.inline import seen
from backup.markdown.properties.shown import At, shown
from backup.model import Json, moment

Key: TypeAlias = "tuple[Any, ...]"
KeyOf: TypeAlias = Callable[[TableRow], Key]
_NUMBER, _TEXT, _OPTION = range(3)  # a formula gives numbers here, words there: numbers come first
_TIMES = ("created_time", "last_edited_time")


def keys_of(source: TableSource, context: Context) -> list[tuple[KeyOf, bool]]:
    """What gives a row its place, the first one first, each with whether it goes down. An empty key means
    an empty value."""
    found = ((_key_of(sort, source, context), sort) for sort in source.sorts)
    return [(key_of, word(sort, "direction") == "descending") for key_of, sort in found if key_of]


def _key_of(sort: Json, source: TableSource, context: Context) -> KeyOf | None:
    """None for a sort that means no column of ours.

    Assumed: a view names a property by its name or by its id.
    """
    if (time := word(sort, "timestamp")) in _TIMES:
        return lambda entry: _moment(word(entry.raw, time))
    wanted = unquote(word(sort, "property"))
    known = {key: column for column in source.columns for key in (column.id, column.name)}
    if not (column := known.get(word(sort, "property"), known.get(wanted))):
        return None
    return lambda entry: _key(entry.value(column), column.config, entry, context)


def _key(value: Json, config: Json, entry: TableRow, context: Context) -> Key:
    type_ = word(value, "type")
    inside = value.get(type_)
    if type_ in ("select", "status", "multi_select"):
        chosen = objects(inside) if isinstance(inside, list) else [as_object(inside)]
        return _of_options(chosen, mapping(config, type_))
    if type_ in ("formula", "rollup"):
        result = word(inside, "type")
        type_, inside = _RESULTS.get(result, ""), as_object(inside).get(result)
    return _of_value(type_, inside) or _of_words(value, entry, context)


# What else a formula or rollup gives is sorted by its words.
_RESULTS = {"number": "number", "boolean": "checkbox", "date": "date"}


def _of_value(type_: str, inside: Any) -> Key:
    if type_ == "unique_id":
        inside = as_object(inside).get("number")
    if type_ in ("number", "unique_id", "checkbox"):
        return _number(inside)
    if type_ == "date":
        return (*_moment(word(inside, "start")), *_moment(word(inside, "end")))
    return _moment(inside) if type_ in _TIMES and isinstance(inside, str) else ()


def _number(value: Any) -> Key:
    if not isinstance(value, (int, float, Exact)):
        return ()
    try:
        return (_NUMBER, float(value))
    except OverflowError:
        return (_NUMBER, -math.inf if str(value).startswith("-") else math.inf)


def _of_words(value: Json, entry: TableRow, context: Context) -> Key:
    """By the words that the value shows."""
    found = shown(value, At(context, f"{entry.id}/{value.get('id', '')}"))
    text = seen(found.runs, context).casefold()
    return (_TEXT, text) if text.strip() else ()


def _of_options(chosen: Iterable[Json], config: Json) -> Key:
    """By the order of the options in the schema, which is the one in which Notion shows them; those of a
    status are in groups."""
    ids = [str(each.get("id")) for each in objects(config.get("options"))]
    groups = objects(config.get("groups"))
    grouped = [id_ for group in groups for id_ in as_list(group.get("option_ids"))]
    places = {id_: place for place, id_ in enumerate(dict.fromkeys([*map(str, grouped), *ids]))}
    # Assumed: an option that the schema does not have any more comes last.
    found = (
        (places.get(str(each.get("id")), len(places)), word(each, "name"))
        for each in chosen
        if each
    )
    flat = tuple(part for option in found for part in option)
    return (_OPTION, *flat) if flat else ()


def _moment(text: str) -> Key:
    """A date counts as its midnight in UTC, as does what names no zone."""
    if found := moment(text):
        return _NUMBER, found.timestamp()
    return (_TEXT, text) if text else ()
