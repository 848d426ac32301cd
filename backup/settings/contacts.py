"""Whom to tell about a run, and what never to tell: known before any other setting is judged.

A run whose settings are wrong must still ring the watchdog, so these are read by themselves first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backup.settings.parsers import Secret, in_header, one_of, switch
from backup.settings.setting import Reader, Setting

_LEVELS = {"0": "never", "1": "errors", "2": "always"}


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        address = urlsplit(text)
        usable = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text:
        raise ValueError("write a whole address, beginning with https://.")
    return text


def _level(text: str) -> str:
    level = one_of(*_LEVELS.values(), *_LEVELS)(text)
    return _LEVELS.get(level, level)


SETTINGS = (
    Setting(
        "SERVER_URL",
        "The address at which people reach your Gitea or Forgejo, for links in summaries and "
        "messages, when runners reach it by another. Default: what the runner says.",
        _address,
    ),
    Setting(
        "DISCORD_WEBHOOK_URL", "A webhook of a Discord channel that is told.", _address, secret=True
    ),
    Setting(
        "DISCORD_LEVEL",
        "When Discord is told: `always` (2), only of `errors` (1), or `never` (0).",
        _level,
        default="always",
    ),
    Setting(
        "SLACK_WEBHOOK_URL",
        "An incoming webhook of a Slack channel that is told of every run.",
        _address,
        secret=True,
    ),
    Setting(
        "NTFY_URL",
        "The address of an ntfy topic (https://ntfy.sh/…) that is told of every run.",
        _address,
        secret=True,
    ),
    Setting(
        "NTFY_TOKEN", "An access token, if that ntfy server wants one.", in_header, secret=True
    ),
    Setting(
        "WEBHOOK_URL",
        "An address that gets the report of every run as JSON, by POST.",
        _address,
        secret=True,
    ),
    Setting(
        "HEALTHCHECK_URL",
        "A healthchecks.io address, or one like it: pinged at the start (`/start`), at success and "
        "at failure (`/fail`), so that somebody notices when the backup stops.",
        _address,
        secret=True,
    ),
)
DRY_RUN = Setting("DRY_RUN", "Say what would be done, and write nothing.", switch, default="false")


@dataclass(frozen=True, slots=True)
class Contacts:
    """`given` maps the settings of tellers, and SERVER_URL, to their values; '' where one is not set
    or cannot be used. `secrets` are all that the settings hold."""

    given: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...]
    dry_run: bool

    @classmethod
    def of(cls, reader: Reader, secrets: tuple[Secret, ...]) -> Contacts:
        """Read them; what is wrong goes to the reader's problems, without a word of any address."""
        given = {each.name: reader.value(each) for each in SETTINGS}
        return cls(given, secrets, reader.value(DRY_RUN))
