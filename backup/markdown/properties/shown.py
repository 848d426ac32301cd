"""What a property value shows, and the table of the functions that find it: one a type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from backup.markdown.context import Context
from backup.markdown.runs import run
from backup.model import Json


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a reader sees it (`runs` in the API's shape, then `images` in Markdown), and as
    front matter has it (`native`: a YAML type)."""

    runs: tuple[Json, ...] = ()
    native: object = None
    images: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.images)


@dataclass(frozen=True, slots=True)
class At:
    """Where a value stands: its files' keys begin with `key` (see model.File)."""

    context: Context
    key: str


Show: TypeAlias = Callable[[Any, At], Shown]
NOTHING = Shown()

_table: dict[str, Show] = {}
VALUES: Mapping[str, Show] = MappingProxyType(_table)


def shows(*types: str) -> Callable[[Show], Show]:
    """Put the function below into the table for these property types.

    It is given what the API has under the type's key. Raises ValueError for a type that has one.
    """

    def register(show: Show) -> Show:
        for type_ in types:
            if type_ in _table:
                raise ValueError(f"two functions for the property type {type_!r}")
            _table[type_] = show
        return show

    return register


def shown(value: object, at: At) -> Shown:
    """Any property value object: {'type': t, t: …}; {} is not a value. An unknown type names itself."""
    if not value or not isinstance(value, dict):
        return NOTHING
    type_ = str(value.get("type") or "")
    show = VALUES.get(type_)
    return show(value.get(type_), at) if show else note(f"unsupported Notion property: {type_}")


def words(text: str) -> Shown:
    """A plain text; nothing for a blank one."""
    return Shown((run(text),), text) if text.strip() else NOTHING


def note(text: str) -> Shown:
    """Words of ours in place of a value that Notion does not give."""
    return Shown((run(f"⚠️ {text}", mark="italic"),))


def together(parts: Iterable[Shown]) -> Shown:
    """Several values as one: with commas for a reader, as a list in front matter."""
    found = [part for part in parts if part]
    runs: list[Json] = []
    for part in found:
        runs += [run(", "), *part.runs] if runs and part.runs else part.runs
    images = tuple(image for part in found for image in part.images)
    return Shown(tuple(runs), [part.native for part in found], images)
