"""Takes values out of JSON whose shape is not to be trusted: what is not as it should be counts as absent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any


def as_object(value: object) -> dict[str, Any]:
    """`value`; {} when it is not an object."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """`value`; [] when it is not a list."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list, without anything else in it; [] for anything else."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def objects_within(value: object) -> Iterator[dict[str, Any]]:
    """Every object anywhere in a value, itself included, in reading order, at any depth."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left += reversed(each.values())
        elif isinstance(each, list):
            left += reversed(each)


def mapping(data: object, key: str) -> dict[str, Any]:
    """The object under `key`; {} when there is none."""
    return as_object(as_object(data).get(key))


def word(data: object, key: str) -> str:
    """The string under `key`; '' for anything else."""
    value = as_object(data).get(key)
    return value if isinstance(value, str) else ""


def is_shallow(value: object, levels: int) -> bool:
    """Whether a value has no more than so many levels of lists and objects."""
    if isinstance(value, dict):
        value = [*value.values()]
    if not isinstance(value, list):
        return True
    return levels > 0 and all(is_shallow(each, levels - 1) for each in value)


def short_digest(value: object) -> str:
    """A short name for a value of JSON: equal ones have the same. A number may be an Exact."""
    text = json.dumps(value, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
