"""Options of select, multi-select and status properties: made, replaced, chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backup.model import Json
from fakenotion import validation
from fakenotion.nodes import counted_id
from fakenotion.properties import COLORS
from fakenotion.refusal import UNDEFINED, Refusal, bad_field
from fakenotion.writing import limits, shape

GROUPS = {"To-do": "gray", "In progress": "blue", "Complete": "green"}
_OPTION = {"id": "text", "name": "text", "color": "text", "description": "text?"}
_STATUS = tuple(  # what a status gets without options
    {"name": name, "group": group}
    for name, group in zip(("Not started", "In progress", "Done"), GROUPS, strict=True)
)


def listed(where: str, sent: Any, before: Sequence[Json], grouped: bool) -> list[Json]:
    """The options of a property after a request: what the list leaves out is gone, what it names by
    id or name stays, everything else is new. Raises Refusal."""
    made: list[Json] = []
    for place, one in enumerate(shape.items(where, sent, limits.OPTIONS)):
        at = f"{where}[{place}]"
        shape.held(at, one, {**_OPTION, **({"group": "text"} if grouped else {})})
        known = _known(before, one)
        if known is None and "name" not in one:
            raise bad_field(at, "name", "defined", UNDEFINED)
        if "color" in one:
            validation.one_of(at, "color", one["color"], *COLORS)
            if known and known["color"] != one["color"]:
                raise Refusal(400, f"Cannot update color of select with name: {known['name']}.")
        name = _name(at, one["name"]) if "name" in one else known["name"] if known else ""
        made.append(known or _option(name, one))
    names = [one["name"].casefold() for one in made]
    if len(set(names)) < len(names):
        raise Refusal(400, f"{where} should have unique names, whatever their case.")
    return made


def _option(name: str, sent: Json) -> Json:
    id_ = counted_id("option", name, str(sent), version=4, newest=False)
    color, description = sent.get("color", "default"), sent.get("description")
    return {"id": id_, "name": name, "color": color, "description": description}


def _name(where: str, sent: str) -> str:
    if "," in sent:
        raise Refusal(400, f"Invalid select option, commas not allowed: {sent}")
    if not sent:
        raise bad_field(where, "name", "a string that is not empty", sent)
    return shape.text(f"{where}.name", sent, limits.NAMES)


def _known(options: Sequence[Json], sent: Json) -> Json | None:
    """The option that is meant: by its id, else by its name. Assumed: without regard to case."""
    if "id" in sent:
        return next((one for one in options if one["id"] == sent["id"]), None)
    name = sent.get("name", "").casefold()
    return next((one for one in options if one["name"].casefold() == name), None)


def status(where: str, sent: Json, before: Json | None) -> Json:
    """The configuration of a status. The groups are Notion's own three; a new option says which it
    belongs to, by default the first. Raises Refusal."""
    given: list[Json] = sent.get("options") or []
    kept: list[Json] = before["options"] if before else []
    asked = given if "options" in sent and (given or before) else kept or list(_STATUS)
    options = listed(f"{where}.options", asked, kept, True)
    members: dict[str, list[str]] = {name: [] for name in GROUPS}
    for place, (option, one) in enumerate(zip(options, asked, strict=True)):
        group = one.get("group") or _group_of(before, option["id"]) or "To-do"
        validation.one_of(f"{where}.options[{place}]", "group", group, *GROUPS)
        members[group].append(option["id"])
    groups = [
        {
            "id": counted_id("group", name, version=4, newest=False),
            "name": name,
            "color": color,
            "option_ids": members[name],
        }
        for name, color in GROUPS.items()
    ]
    return {"options": options, "groups": groups}


def _group_of(before: Json | None, option: str) -> str:
    groups = before["groups"] if before else []
    return next((str(one["name"]) for one in groups if option in one["option_ids"]), "")


def chosen(where: str, column: Json, sent: Any) -> Json:
    """An option as a row holds it, by id or name. A name that there is not yet becomes an option,
    but of a status, which refuses it. Raises Refusal."""
    shape.held(where, sent, {"id": "text", "name": "text", "color": "text", "description": "text?"})
    config = column[column["type"]]
    found = _known(config["options"], sent)
    if found is None and column["type"] == "status":
        raise Refusal(400, f'Status option "{sent.get("name", sent.get("id"))}" does not exist".')
    if found is None:
        if "name" not in sent:
            raise bad_field(where, "name", "defined", UNDEFINED)
        found = _option(_name(where, sent["name"]), sent)
        config["options"].append(found)
    elif sent.get("color", found["color"]) != found["color"]:
        raise Refusal(400, f"Cannot update color of select with name: {found['name']}.")
    return {key: found[key] for key in ("id", "name", "color")}
