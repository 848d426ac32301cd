"""Notification settings and secrets, read first so that a run with invalid settings can still notify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backup.settings.reader import Reader, Secret

_ADDRESSES = (
    "SERVER_URL",
    "DISCORD_WEBHOOK_URL",
    "SLACK_WEBHOOK_URL",
    "NTFY_URL",
    "WEBHOOK_URL",
    "HEALTHCHECK_URL",
)
_LEVELS = {"0": "never", "1": "errors", "2": "always"}


@dataclass(frozen=True, slots=True)
class Contacts:
    """`given` maps the notification settings, and SERVER_URL, to their values; '' where one is not set
    or cannot be used. `secrets` are all that the settings hold."""

    given: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...]
    dry_run: bool

    @classmethod
    def of(cls, reader: Reader) -> Contacts:
        """Read them; what is wrong goes to the reader's problems, without a word of any address."""
        given = {name: reader.parsed(name, _address) for name in _ADDRESSES}
        given["NTFY_TOKEN"] = reader.parsed("NTFY_TOKEN", _token)
        level = reader.one_of("DISCORD_LEVEL", *_LEVELS.values(), *_LEVELS)
        given["DISCORD_LEVEL"] = _LEVELS.get(level, level)
        return cls(given, reader.secrets(), reader.switch("DRY_RUN"))


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        address = urlsplit(text)
        usable = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text:
        raise ValueError("write a full URL, beginning with https://.")
    return text


def _token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("contains spaces or unprintable characters: copy it again.")
    return text
