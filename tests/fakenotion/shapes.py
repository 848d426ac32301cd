"""The shapes of API objects: which keys an object of a kind has, and what JSON types they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.support.recordings import answers

Json = dict[str, Any]
NAMES = {bool: "bool", int: "number", float: "number", str: "string", list: "list", dict: "object"}


@dataclass
class Shape:
    """What was seen of one kind: how often, each key how often, and with which types."""

    seen: int = 0
    keys: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    order: list[str] = field(default_factory=list)

    def add(self, value: Json) -> None:
        self.seen += 1
        self.order = list(value)
        for key, item in value.items():
            self.keys[key] += 1
            self.types[key].add(NAMES.get(type(item), "null"))

    @property
    def always(self) -> set[str]:
        return {key for key, count in self.keys.items() if count == self.seen}


Shapes = dict[str, Shape]


def shapes(answers: list[Any]) -> Shapes:
    """The shapes of everything in some answers, by kind: 'block', 'paragraph of block' …"""
    found: Shapes = defaultdict(Shape)
    for answer in answers:
        for kind, value in kinds(answer):
            found[kind].add(value)
    return found


def kinds(value: Any) -> Iterator[tuple[str, Json]]:
    """Every object in an answer with the name of its kind."""
    if isinstance(value, list):
        for item in value:
            yield from kinds(item)
    elif isinstance(value, dict):
        yield from _named(value)
        for item in value.values():
            yield from kinds(item)


def _named(value: Json) -> Iterator[tuple[str, Json]]:
    bare = {key: item for key, item in value.items() if key != "request_id"}
    type_ = bare.get("type")
    match bare.get("object"):
        case "block" if "type" in bare:
            yield "block", {key: item for key, item in bare.items() if key != type_}
            yield f"payload of {type_}", _without_choice(bare[type_])
        case "page" | "data_source" as kind:
            yield kind, bare
            for column in (bare.get("properties") or {}).values():
                yield from _property(kind, column)
        case "user" | "list" | "property_item" | "view" as kind:
            yield (
                f"{kind} {type_ or 'partial'}"
                if kind != "view" or "name" in bare
                else "view reference",
                bare,
            )
        case str() as kind:
            yield kind, bare
    if "plain_text" in bare:
        yield from _run(bare)
    for key in ("parent", "icon", "cover"):
        if isinstance(part := bare.get(key), dict) and "type" in part:
            yield f"{key} {part['type']}", part
    if "expiry_time" in bare and "url" in bare:
        yield "hosted file", bare


def _without_choice(payload: Json) -> Json:
    """A payload without the key that its own `type` names: a file, or the target of a link."""
    return {key: item for key, item in payload.items() if key != payload.get("type")}


def _property(kind: str, column: Json) -> Iterator[tuple[str, Json]]:
    name = "value" if kind == "page" else "schema"
    type_ = column["type"]
    inside = column[type_]
    yield f"{name} {type_}", column
    if isinstance(inside, dict):
        inner = f" {inside.get('type')}" if type_ in ("formula", "rollup", "relation") else ""
        yield f"inside {name} {type_}{inner}", inside
        for option in inside.get("options", []):
            yield "option", option
        for group in inside.get("groups", []):
            yield "group", group


def _run(run: Json) -> Iterator[tuple[str, Json]]:
    type_ = run["type"]
    yield f"run {type_}", {key: item for key, item in run.items() if key != type_}
    yield "annotations", run["annotations"]
    inside = run[type_]
    yield f"inside run {type_}", inside if type_ != "mention" else {"type": inside["type"]}
    if type_ == "mention":
        yield f"mention {inside['type']}", inside[inside["type"]]


def differences(ours: Shapes, theirs: Shapes) -> set[str]:
    """Where objects of ours differ from recorded ones of the same kind, one sentence each."""
    found = set()
    for kind, shape in ours.items():
        known = theirs.get(kind)
        if known is None:
            found.add(f"{kind}: never recorded")
            continue
        found |= {f"{kind}.{key}: not recorded" for key in shape.keys.keys() - known.keys.keys()}
        found |= {f"{kind}.{key}: missing" for key in known.always - shape.always}
        for key in shape.keys.keys() & known.keys.keys():
            new = shape.types[key] - known.types[key]
            found |= {f"{kind}.{key}: {type_} was never recorded" for type_ in new}
    return found | {f"{kind}: never answered" for kind in theirs.keys() - ours.keys()}


@lru_cache
def recorded_shapes(folder: Path, *versions: str) -> Shapes:
    """The shapes of all recorded answers of some API versions."""
    return shapes(list(answers(folder, *versions)))
