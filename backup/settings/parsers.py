"""What is made of a setting's text. Each parser raises ValueError with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_SHOWN = 100  # characters
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?|[0-9a-fA-F]*:[0-9a-fA-F:.]+")
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
        raise ValueError(f"write true or false, not {shown(text)}.")
    return value


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        digits = text.lstrip("0") or "0"  # Python takes no number of thousands of digits
        is_number = text.isdecimal() and len(digits) <= len(str(high))
        if not is_number or not low <= int(digits) <= high:
            raise ValueError(f"write a whole number from {low} to {high}, not {shown(text)}.")
        return int(text)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """One of a few words, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"write {' or '.join(words)}, not {shown(text)}.")
        return text.lower()

    return parse


def hosts(text: str) -> tuple[str, ...]:
    """Names of hosts with or without a port, separated by spaces."""
    for host in text.split():
        if not _HOST.fullmatch(host):
            raise ValueError(f"write host names or host:port, without https://, not {shown(host)}.")
    return tuple(text.split())


def price(text: str) -> float | None:
    """An amount of money; None when it is not given."""
    if text and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(f"write a price like 0.80, not {text!r}.")
    return float(text) if text else None


def is_address(text: str) -> bool:
    """Whether it is a whole http or https address with a host, and a port that can exist."""
    try:
        address = urlsplit(text)
        is_usable = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:  # an IPv6 address without its end, a port above 65,535
        return False
    return bool(is_usable) and text.isprintable() and " " not in text


def shown(text: str) -> str:
    """Somebody's text in a message: quoted, and cut when it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def base_address(example: str) -> Callable[[str], str]:
    """The address of an API, without its version, and without the endpoint of the Messages API."""

    def parse(text: str) -> str:
        if not is_address(text) or urlsplit(text).query:
            raise ValueError(f"write an address like {example}, without a query.")
        return text.rstrip("/").removesuffix("/v1/messages").removesuffix("/v1")

    return parse


def in_header(text: str) -> str:
    """A secret that travels in a header, which takes no spaces and no line ends."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("contains spaces or unprintable characters: copy it again.")
    return text


def secret(text: str) -> Secret:
    """The same, as a value that no message shows."""
    return Secret(in_header(text))
