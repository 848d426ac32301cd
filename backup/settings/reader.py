"""Reads values by their setting's name, and remembers everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from backup.model import Database
from backup.settings.databases import Entries, databases
from backup.settings.table import SETTINGS

T = TypeVar("T")

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_WORDS = {"true": True, "yes": True, "1": True, "on": True} | {
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


class Secret:
    """A value that no message shows: str() and repr() hide it, `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __bool__(self) -> bool:
        return bool(self._value)


class Reader:
    """Reads values by their setting's name and remembers everything that is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The value as written, or the setting's default."""
        return self.values.get(name) or _BY_NAME[name].default

    def parsed(self, name: str, parse: Callable[[str], T]) -> T:
        """`parse` may raise ValueError with what to write instead; the default then stands in."""
        try:
            return parse(self.text(name))
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return parse(_BY_NAME[name].default)

    def switch(self, name: str) -> bool:
        """true or false, in the words people use for them."""
        return self.parsed(name, _switch)

    def whole_number(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return self.parsed(name, lambda text: _whole_number(text, low, high))

    def one_of(self, name: str, *words: str) -> str:
        """One of a few words, in any case."""
        return self.parsed(name, lambda text: _one_of(text, words))

    def price(self, name: str) -> float | None:
        """An amount of money; None when it is not given."""
        return self.parsed(name, _price)

    def base_address(self, name: str) -> str:
        """The address of an API, without its version."""
        return self.parsed(name, lambda text: _base_address(text, _BY_NAME[name].default))

    def required_secret(self, name: str, how: str) -> Secret:
        """A secret without which nothing works; `how` says where to get it."""
        if not self.text(name):
            self.problems.append(f"{name} is missing: {how}")
        return self.secret(name)

    def secret(self, name: str) -> Secret:
        """A secret that travels in a header, which takes no blanks and no line ends."""
        value = self.text(name)
        if not value.isascii() or not value.isprintable() or " " in value:
            self.problems.append(
                f"{name} contains spaces or unprintable characters: copy it again."
            )
        return Secret(value)

    def databases(self, repository: str) -> tuple[Database, ...]:
        """The databases for this repository, from DATABASES and the DBn_… family."""
        entries: Entries = databases(self.values, repository)
        self.problems.extend(entries.problems)
        return entries.found

    def secrets(self) -> tuple[Secret, ...]:
        """Every value that must never be shown: the secret settings that are set.

        CONFIG is shown nowhere as a whole; the secrets in it are among the values already.
        """
        named = [
            setting.name for setting in SETTINGS if setting.secret and setting.name != "CONFIG"
        ]
        return tuple(Secret(self.values[name]) for name in named if self.values.get(name))


def _switch(text: str) -> bool:
    if (value := _WORDS.get(text.lower())) is None:
        raise ValueError(f"write true or false, not {text!r}.")
    return value


def _one_of(text: str, words: tuple[str, ...]) -> str:
    if text.lower() not in words:
        raise ValueError(f"write {' or '.join(words)}, not {text!r}.")
    return text.lower()


def _price(text: str) -> float | None:
    if text and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(f"write a price like 0.80, not {text!r}.")
    return float(text) if text else None


def _base_address(text: str, example: str) -> str:
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.hostname or address.query:
        raise ValueError(f"write an address like {example}, without a query.")
    return text.rstrip("/").removesuffix("/v1")


def _whole_number(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"write a whole number from {low} to {high}, not {text!r}.")
    return int(text)
