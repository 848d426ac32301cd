"""Takes values out of JSON whose shape is not to be trusted: what is not as it should be counts as absent."""

from __future__ import annotations

from backup.model import Json


def as_object(value: object) -> Json:
    """`value`; {} when it is not an object."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The objects of a list, without anything else in it; [] for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(data: object, key: str) -> Json:
    """The object under `key`; {} when there is none."""
    return as_object(as_object(data).get(key))


def word(data: object, key: str) -> str:
    """The string under `key`; '' for anything else."""
    value = as_object(data).get(key)
    return value if isinstance(value, str) else ""
