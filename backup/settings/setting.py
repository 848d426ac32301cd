"""A setting is declared once, where its value is kept: its name, default, meaning and parser.

    verify: bool = setting("VERIFY", "false", "Check the whole backup after the run.", switch)

The parser must return what the field's annotation says. From these fields come the values, the flags,
and the lists in action.yml, docs/settings.md and .env.example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from backup.settings.parsers import switch

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Fields = TypeVar("Fields", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Setting:
    """`default` is what a user would write, `meaning` is in a user's words. `parse` makes the value,
    and may raise ValueError with what to write instead. `required` says where to get a value without
    which nothing works."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any] = str
    required: str = ""
    secret: bool = False

    @property
    def input(self) -> str:
        """The name as an action input and as a flag (kebab-case); '' where there is none, because
        there is one variable for each n."""
        return "" if self.name.startswith("DBn_") else self.name.lower().replace("_", "-")

    @property
    def switch(self) -> bool:
        """Whether it is true or false."""
        return self.parse is switch


class SettingReader:
    """Reads settings from texts by name, and remembers everything that is wrong. `repository` is the
    one that the run is for ('owner/repo'), '' when unknown."""

    def __init__(self, texts: Mapping[str, str], repository: str = "") -> None:
        self.texts = texts
        self.repository = repository
        self.problems: list[str] = []

    def value(self, of: Setting) -> Any:
        """The value as written, or the default; the default too where what is written is wrong."""
        text = self.texts.get(of.name) or of.default
        if of.required and not text:
            self.problems.append(f"{of.name} is missing: {of.required}")
        try:
            return of.parse(text)
        except ValueError as error:
            self.problems.append(f"{of.name}: {error}")
            return of.parse(of.default)

    def values(self, kind: type[Fields], **more: Any) -> Fields:
        """A value of `kind`, with every field that is declared as a setting; `more` are the others."""
        declared_ = ((each.name, each.metadata.get("read")) for each in fields(kind))
        return kind(**{name: read(self) for name, read in declared_ if read}, **more)


def setting(
    name: str,
    default: str,
    meaning: str,
    parse: Callable[[str], T],
    *,
    required: str = "",
    secret: bool = False,
) -> T:
    """Declares the field of a dataclass as a setting."""
    found: T = one(Setting(name, default, meaning, parse, required, secret))
    return found


def one(setting: Setting) -> Any:
    """Declares the field of a dataclass as a setting that several of them have."""
    return several(setting, read=lambda reader: reader.value(setting))


def several(*settings: Setting, read: Callable[[SettingReader], T]) -> T:
    """Declares a field that is made of several settings, or of one that is read in more than one place."""
    found: T = field(metadata={"settings": settings, "read": read})
    return found


def declared(kind: type[DataclassInstance]) -> tuple[Setting, ...]:
    """The settings of a dataclass's fields, in their order."""
    return tuple(one for each in fields(kind) for one in each.metadata.get("settings", ()))
