"""Notification settings and secrets, read first so that a run with invalid settings can still notify."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from backup.settings.parsers import Secret, in_header, is_address, one_of, switch
from backup.settings.setting import Setting, SettingReader

_LEVELS = {"0": "never", "1": "errors", "2": "always"}


def _address(text: str) -> str:
    if text and not is_address(text):
        raise ValueError("write a full URL, beginning with https://.")
    return text


_CHAT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/]\S*")


def _chats(text: str) -> str:
    """The addresses, a line each; a wrong one is named by its line, for it may be a secret."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        if not (_CHAT.fullmatch(line) and line.isprintable()):
            raise ValueError(
                f"line {number} is not an address like ntfys://ntfy.sh/your-topic; write one per line."
            )
    return "\n".join(lines)


def _level(text: str) -> str:
    level = one_of(*_LEVELS.values(), *_LEVELS)(text)
    return _LEVELS.get(level, level)


SETTINGS = (
    Setting(
        "SERVER_URL",
        "",
        "The public address of your Gitea or Forgejo, for links in summaries and "
        "notifications, if runners use another one. Default: the runner's.",
        _address,
    ),
    Setting(
        "DISCORD_WEBHOOK_URL",
        "",
        "Discord webhook URL to notify.",
        _address,
        secret=True,
    ),
    Setting(
        "DISCORD_LEVEL",
        "always",
        "When to notify Discord: `always` (2), only on `errors` (1), or `never` (0).",
        _level,
    ),
    Setting(
        "NOTIFY_URLS",
        "",
        "Chats to notify, one per line, as addresses of apprise: `slack://…`, `ntfys://…`, "
        "`tgram://…`, `matrixs://…` and more than a hundred others (appriseit.com/services).",
        _chats,
        secret=True,
    ),
    Setting(
        "NOTIFY_LEVEL",
        "always",
        "When to notify these chats: `always` (2), only on `errors` (1), or `never` (0).",
        _level,
    ),
    Setting(
        "SLACK_WEBHOOK_URL",
        "",
        "Slack incoming webhook URL; the same as a line in NOTIFY_URLS.",
        _address,
        secret=True,
    ),
    Setting(
        "NTFY_URL",
        "",
        "ntfy topic URL (https://ntfy.sh/…); the same as a line in NOTIFY_URLS.",
        _address,
        secret=True,
    ),
    Setting(
        "NTFY_TOKEN",
        "",
        "Access token for the ntfy server, if it needs one.",
        in_header,
        secret=True,
    ),
    Setting(
        "WEBHOOK_URL",
        "",
        "URL that receives the report of every run as JSON (POST).",
        _address,
        secret=True,
    ),
    Setting(
        "HEALTHCHECK_URL",
        "",
        "A healthchecks.io URL, or a compatible one: pinged at the start (`/start`), on "
        "success and on failure (`/fail`), to alert you when backups stop.",
        _address,
        secret=True,
    ),
)
DRY_RUN = Setting("DRY_RUN", "false", "Show what would be done, and write nothing.", switch)


@dataclass(frozen=True, slots=True)
class Contacts:
    """`given` maps the notification settings, and SERVER_URL, to their values; '' where one is not set
    or cannot be used. `secrets` are all that the settings hold."""

    given: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...]
    dry_run: bool

    @classmethod
    def of(cls, reader: SettingReader, secrets: tuple[Secret, ...]) -> Contacts:
        """Read them; what is wrong goes to the reader's problems, without a word of any address."""
        given = {each.name: reader.value(each) for each in SETTINGS}
        return cls(given, secrets, reader.value(DRY_RUN))
