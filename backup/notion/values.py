"""Completes property values: Notion cuts long ones in pages and rows, and gives them whole elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backup.errors import NotionError
from backup.json_values import as_object, mapping, objects
from backup.model import Json
from backup.notion.client import Client
from backup.notion.paging import restarted

_MOST_REFERENCES = 25  # "Retrieve a page" returns at most this many references of a property
_LISTS = ("title", "rich_text", "relation", "people")


def truncated(raw: Json, schema: Json) -> Json:
    """The values of a page object that Notion may have cut, by the names of their properties.

    `schema` is the `properties` object of the page's data source.
    """
    properties = mapping(raw, "properties")
    return {
        name: value
        for name, value in properties.items()
        if isinstance(value, dict) and _is_cut(value, properties, mapping(schema, name))
    }


def _is_cut(value: Json, properties: Json, config: Json) -> bool:
    """Only relations say so themselves. A rollup over a cut relation is worked out from the rest."""
    kind = value.get("type")
    if kind == "relation":
        return bool(value.get("has_more"))
    if kind == "rollup":
        relation = mapping(config, "rollup").get("relation_property_name")
        return bool(mapping(properties, str(relation)).get("has_more"))
    items = objects(value.get(str(kind)))
    if kind == "people":
        return len(items) >= _MOST_REFERENCES
    if kind in ("title", "rich_text"):
        mentions = [run for run in items if run.get("type") == "mention"]
        return len(mentions) >= _MOST_REFERENCES
    return False


def whole(client: Client, page_id: str, value: Json) -> Json:
    """A value as the page object should have given it.

    Raises NotionError when it cannot be read whole: half a value would be taken for the value.
    """
    kind, id_ = str(value["type"]), value.get("id")
    if not isinstance(id_, str) or not id_:
        raise NotionError(
            f"Notion truncated a property ({kind}) of page {page_id}, without its id."
        )
    answers = restarted(lambda: list(client.property_items(page_id, id_)))
    last = answers[-1]
    if last["object"] != "list":
        found = last.get(kind)
    elif kind == "rollup":
        found = _rollup(mapping(last, "property_item").get(kind), answers)
    else:
        found = [as_object(item).get(kind) for item in _items(answers)]
    if found is None or (isinstance(found, list) and None in found):
        raise NotionError(f"Notion gave no whole value of property {id_} of page {page_id}.")
    return {**value, kind: found, **({"has_more": False} if kind == "relation" else {})}


def _rollup(result: Any, answers: Sequence[Json]) -> Any:
    """The aggregate of the last answer; `show_original` gives its items one by one instead."""
    if not isinstance(result, dict) or result.get("type") != "array":
        return result
    return {**result, "array": [_listed(as_object(item)) for item in _items(answers)]}


def _listed(item: Json) -> Json:
    """An item as it stands in the array of a page's rollup: lists hold it as their only element."""
    kind = str(item.get("type", ""))
    value = item.get(kind)
    return {"type": kind, kind: [value] if kind in _LISTS and isinstance(value, dict) else value}


def _items(answers: Sequence[Json]) -> list[Any]:
    return [item for answer in answers for item in answer.get("results", ())]
