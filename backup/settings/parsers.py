"""What is made of a setting's text. Each parser raises ValueError with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

YES_OR_NO = {"true": True, "yes": True, "1": True, "on": True} | {
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


def switch(text: str) -> bool:
    """true or false, in the words people use for them."""
    if (value := YES_OR_NO.get(text.lower())) is None:
        raise ValueError(f"write true or false, not {text!r}.")
    return value


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"write a whole number from {low} to {high}, not {text!r}.")
        return int(text)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """One of a few words, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"write {' or '.join(words)}, not {text!r}.")
        return text.lower()

    return parse


def words(text: str) -> tuple[str, ...]:
    """What stands between blanks."""
    return tuple(text.split())


def price(text: str) -> float | None:
    """An amount of money; None when it is not given."""
    if text and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(f"write a price like 0.80, not {text!r}.")
    return float(text) if text else None


def base_address(example: str) -> Callable[[str], str]:
    """The address of an API, without its version."""

    def parse(text: str) -> str:
        address = urlsplit(text)
        if address.scheme not in ("http", "https") or not address.hostname or address.query:
            raise ValueError(f"write an address like {example}, without a query.")
        return text.rstrip("/").removesuffix("/v1")

    return parse


def in_header(text: str) -> str:
    """A secret that travels in a header, which takes no blanks and no line ends."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("contains spaces or unprintable characters: copy it again.")
    return text


def secret(text: str) -> Secret:
    """The same, as a value that no message shows."""
    return Secret(in_header(text))
