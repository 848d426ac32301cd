"""The schema of a data source on its way in: properties made, changed, renamed, taken away."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from backup.model import Json, bare_id
from fakenotion import properties
from fakenotion.nodes import Node
from fakenotion.refusal import UNDEFINED, Refusal, bad_body, bad_field, not_found
from fakenotion.workspace import Workspace
from fakenotion.writing import limits, options, shape

SIMPLE = (
    *("title", "rich_text", "date", "people", "files", "checkbox", "url", "email"),
    *("phone_number", "created_time", "created_by", "last_edited_time", "last_edited_by", "place"),
)
FUNCTIONS = [
    "count",
    "count_values",
    "empty",
    "not_empty",
    "unique",
    "show_unique",
    "percent_empty",
    "percent_not_empty",
    "sum",
    "average",
    "median",
    "min",
    "max",
    "range",
    "earliest_date",
    "latest_date",
    "date_range",
    "checked",
    "unchecked",
    "percent_checked",
    "percent_unchecked",
    "count_per_group",
    "percent_per_group",
    "show_original",
]
_CHOICES = {"options": "list"}
_TOKEN = re.compile(r"\{\{notion:block_property:([^:}]+)[^}]*\}\}")


def create(workspace: Workspace, source: Node, sent: Json) -> None:
    """The first schema of a new data source, whose title is already there. Raises Refusal before
    anything is changed, but for the data source itself."""
    titles = [name for name, one in sent.items() if isinstance(one, dict) and _type(one) == "title"]
    if len(titles) != 1:
        raise Refusal(400, "Title is not provided")
    _check_number(sent, len(sent))
    columns = source.data["properties"]
    old = next(name for name, one in columns.items() if one["type"] == "title")
    if titles[0] != old:
        workspace.rename_property(source.id, old, titles[0])
    rest = {name: one for name, one in sent.items() if name != titles[0]}
    change(workspace, source, rest)


def change(workspace: Workspace, source: Node, sent: Json) -> None:
    """A PATCH of a schema: each name or id with its new configuration, {name} or null. Raises
    Refusal, and then nothing has changed.

    What others need comes first, whatever the order; what is taken away goes last. Formulas keep
    their order: one that uses another is refused until that exists, as reported.
    """
    found = source.data["properties"]
    _check_number(sent, len(found) + sum(_named(found, name) is None for name in sent))
    ranked = sorted(sent.items(), key=lambda item: _rank(item[1]))
    steps = [_step(workspace, source, name, one) for name, one in ranked]
    sources = [one for one in workspace.nodes.values() if one.kind == "data_source"]
    before = [(one, copy.deepcopy(one.data["properties"]), one.edited) for one in sources]
    try:
        for step in steps:
            step()
    except Refusal:
        for one, columns, edited in before:
            _back(workspace, one, columns)
            one.edited = edited
        raise


def _rank(sent: Any) -> int:
    if not isinstance(sent, dict):
        return 9
    return {"relation": 1, "rollup": 2, "formula": 3}.get(_type(sent), 0)


def _back(workspace: Workspace, source: Node, columns: Json) -> None:
    """The schema that there was; values of what was new are gone."""
    for name in source.data["properties"].keys() - columns.keys():
        for row in source.children:
            workspace.node(row).data["properties"].pop(name, None)
    source.data["properties"] = columns


def _check_number(sent: Json, number: int) -> None:
    if number > limits.PROPERTIES:
        largest = max(sent, key=lambda name: len(str(sent[name])), default="")
        raise Refusal(
            400,
            f"body failed validation: body.properties should have ≤ `{limits.PROPERTIES}` properties,"
            f" instead had `{number}`. The largest is {largest}.",
        )


def _named(columns: Json, asked: str) -> str | None:
    """The property that a name or an id means."""
    if asked in columns:
        return asked
    ids = {unquote(column["id"]): name for name, column in columns.items()}
    return ids.get(unquote(asked))


def _type(sent: Json) -> str:
    known = (*SIMPLE, *_CONFIGS, "button", "verification")
    return str(sent.get("type") or next((key for key in sent if key in known), ""))


def _step(workspace: Workspace, source: Node, asked: str, sent: Any) -> Callable[[], None]:
    where, name = f"body.properties.{asked}", _named(source.data["properties"], asked)
    if sent is None:
        return _removal(workspace, source, where, name)
    if not isinstance(sent, dict):
        raise bad_body("body", where, "an object", sent)
    type_ = _type(sent)
    known = {"id": "text", "name": "text", "type": "text", "description": "text?"}
    shape.held(where, sent, {**known, **({type_: "object"} if type_ else {})})
    if type_ == "button" and name is None:
        return lambda: None
    if type_ and type_ not in (*SIMPLE, *_CONFIGS):
        raise bad_field(where, "type", "a type of property that can be made", type_)
    if name is None and not type_:
        raise bad_field(where, "type", "defined", UNDEFINED)
    return _making(workspace, source, asked, name, type_, sent)


def _removal(
    workspace: Workspace, source: Node, where: str, name: str | None
) -> Callable[[], None]:
    if name is None:
        raise bad_body("body", where, "a property that exists", None)
    if source.data["properties"][name]["type"] == "title":
        raise Refusal(400, "Cannot delete the title property.")
    return lambda: workspace.remove_property(source.id, name)


def _making(
    workspace: Workspace, source: Node, asked: str, name: str | None, type_: str, sent: Json
) -> Callable[[], None]:
    """What sets a property: a new one, another configuration, another name."""
    columns, new = source.data["properties"], sent.get("name", "")
    if new and new != name and new in columns:
        raise Refusal(400, f"There is a property with the name {new} already.")
    before = columns[name] if name else None
    if type_ and before and (before["type"] == "title") != (type_ == "title"):
        raise Refusal(400, "The title property keeps its type.")
    if type_ == "title" and not before:
        raise Refusal(400, "A data source has one title property.")
    kept = before if before and before["type"] == type_ else None
    where = f"body.properties.{asked}.{type_}"

    def step() -> None:
        if type_ and not (kept and type_ in SIMPLE):
            config = _config(workspace, source, where, type_, sent.get(type_, {}), kept)
            _put(workspace, source, name or asked, type_, config, kept)
        if "description" in sent:
            source.data["properties"][name or asked]["description"] = sent["description"]
        if name and new and new != name:
            workspace.rename_property(source.id, name, new)

    if type_ not in ("relation", "rollup", "formula"):  # these may need one of the same request
        _config(workspace, source, where, type_, sent.get(type_, {}), kept) if type_ else None
    return step


def _config(
    workspace: Workspace, source: Node, where: str, type_: str, sent: Json, before: Json | None
) -> Json:
    if type_ in SIMPLE:
        return shape.held(where, sent, {})
    return _CONFIGS[type_](workspace, source, where, sent, before[type_] if before else None)


def _put(
    workspace: Workspace, source: Node, name: str, type_: str, config: Json, kept: Json | None
) -> None:
    """Sets a property of a data source, and gives its rows what a new one has."""
    if kept:
        workspace.change_property(source.id, name, **config)
        if type_ in ("select", "multi_select", "status"):
            _forget_options(workspace, source, name, config["options"])
        return
    if name in source.data["properties"]:
        workspace.remove_property(source.id, name)
    dual = config.get("type") == "dual_property"
    column = properties.of(type_, **({**config, "dual_property": {}} if dual else config))
    made = properties.named({name: column})
    made[name]["id"] = new_id(source, name)
    if dual:
        _pair(workspace, source, name, made[name])
    workspace.put_property(source.id, made)


def _forget_options(workspace: Workspace, source: Node, name: str, kept: list[Json]) -> None:
    """Rows lose the options that are gone."""
    ids = {one["id"] for one in kept}
    column = source.data["properties"][name]
    for row in map(workspace.node, source.children):
        value = row.data["properties"][name]
        chosen = value[value["type"]]
        if isinstance(chosen, list):
            value[value["type"]] = [one for one in chosen if one["id"] in ids]
        elif chosen and chosen["id"] not in ids:
            value[value["type"]] = properties.value(column, None)[value["type"]]


def new_id(source: Node, name: str) -> str:
    """The id of a new property; a renamed one may hold the id that its name would give."""
    taken, salt = {one["id"] for one in source.data["properties"].values()}, name
    while (made := properties.sent_id(salt, "rich_text")) in taken:
        salt += "'"
    return made


def _pair(workspace: Workspace, source: Node, name: str, column: Json) -> None:
    """The other side of a two-way relation, under a name that Notion generates (recorded)."""
    other = workspace.node(column["relation"]["data_source_id"])
    back = base = f"Related to {workspace.title(source)} ({name})"
    number = 0
    while back in other.data["properties"]:
        number += 1
        back = f"{base} {number}"
    id_ = new_id(other, back)
    both = {"synced_property_name": back, "synced_property_id": id_}
    column["relation"]["dual_property"] = both
    here = (name, column["id"])
    made = properties.named({back: properties.relation(source.parent, source.id, here)})
    made[back]["id"] = id_
    workspace.put_property(other.id, made)


def _number(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    shape.held(where, sent, {"format": "text"})
    return {"format": sent.get("format", "number")}


def _choices(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    shape.held(where, sent, _CHOICES)
    known = before["options"] if before else []
    found = options.listed(f"{where}.options", sent.get("options", known), known, False)
    return {"options": copy.deepcopy(found)}


def _status(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    shape.held(where, sent, _CHOICES)
    return options.status(where, sent, before)


def _unique_id(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    """The prefix of the rows' numbers. Assumed: it may be that no two data sources share one, so the
    workspace can be set to refuse that (clients that were recorded send one of their own each time)."""
    prefix = shape.held(where, sent, {"prefix": "text?"}).get("prefix")
    others = [
        one["unique_id"]["prefix"]
        for each in workspace.nodes.values()
        if each.kind == "data_source" and each is not source
        for one in each.data["properties"].values()
        if one["type"] == "unique_id"
    ]
    if prefix and workspace.unique_prefixes and prefix in others:
        raise bad_field(where, "prefix", "a prefix that no other data source has", prefix)
    return {"prefix": prefix}


def _relation(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    """A relation of one way or two. Assumed: the wanted name of the other side is not heeded."""
    known = {"data_source_id": "text", "database_id": "text", "type": "text"}
    kinds = {"single_property": "object", "dual_property": "object"}
    shape.held(where, sent, {**known, **kinds}, "data_source_id")
    id_ = shape.uuid(where, "data_source_id", sent["data_source_id"])
    other = workspace.visible(id_)
    if other is None or other.kind != "data_source":
        raise not_found("data_source", id_, workspace.bot)
    kind = shape.kind_of(where, sent, *kinds)
    if before and (kind != before["type"] or bare_id(before["data_source_id"]) != bare_id(id_)):
        raise Refusal(400, "A relation cannot be changed into another one.")
    ids = {"database_id": other.parent, "data_source_id": other.id}
    return dict(before) if before else {**ids, "type": kind, kind: {}}


def _rollup(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    known = dict.fromkeys(
        ("relation_property_name", "relation_property_id"), "text"
    ) | dict.fromkeys(("rollup_property_name", "rollup_property_id", "function"), "text")
    shape.held(where, sent, known, "function")
    if sent["function"] not in FUNCTIONS:
        raise bad_field(where, "function", "a function of rollups", sent["function"])
    columns = source.data["properties"]
    relation = _meant(where, "relation_property", sent, columns)
    if columns[relation]["type"] != "relation":
        raise bad_field(where, "relation_property_name", "a relation", relation)
    other = workspace.node(columns[relation]["relation"]["data_source_id"]).data["properties"]
    rolled = _meant(where, "rollup_property", sent, other)
    return {
        "rollup_property_name": rolled,
        "relation_property_name": relation,
        "rollup_property_id": unquote(other[rolled]["id"]),
        "relation_property_id": unquote(columns[relation]["id"]),
        "function": sent["function"],
    }


def _meant(where: str, key: str, sent: Json, columns: Json) -> str:
    """A property of a schema that a rollup names, by its name or its id."""
    asked = sent.get(f"{key}_name", sent.get(f"{key}_id", UNDEFINED))
    if asked is UNDEFINED:
        raise bad_field(where, f"{key}_name", "defined", UNDEFINED)
    name = _named(columns, str(asked))
    if name is None:
        raise bad_field(where, f"{key}_name", "a property that exists", asked)
    return name


def _formula(workspace: Workspace, source: Node, where: str, sent: Json, before: Any) -> Json:
    """An expression with the names of properties; the stored form with ids is understood, too."""
    shape.held(where, sent, {"expression": "text"}, "expression")
    ids = {unquote(one["id"]): name for name, one in source.data["properties"].items()}

    def named(found: re.Match[str]) -> str:
        name = ids.get(unquote(found[1]))
        if name is None:
            raise Refusal(400, f"Type error with formula: undefined property {found[0]}")
        return f'prop("{name}")'

    text = _TOKEN.sub(named, sent["expression"])
    for name in re.findall(r'prop\("((?:[^"\\]|\\.)*)"\)', text):
        if name.replace('\\"', '"') not in source.data["properties"]:
            raise Refusal(400, f'Type error with formula: undefined property "{name}"')
    return {"expression": text}


Config = Callable[[Workspace, Node, str, Json, Any], Json]
_CONFIGS: Mapping[str, Config] = {
    "number": _number,
    "select": _choices,
    "multi_select": _choices,
    "status": _status,
    "unique_id": _unique_id,
    "relation": _relation,
    "rollup": _rollup,
    "formula": _formula,
}
