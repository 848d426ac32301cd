"""The commands: one module each, readable from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from backup.commands import backup, status, verify
from backup.errors import ConfigError
from backup.report.answer import Answer
from backup.report.report import Report
from backup.services import Looks, Means, Services
from backup.settings import Looking, Restore, Settings
from backup.settings.nearest import nearest


@dataclass(frozen=True)
class Acting:
    """A command that asks Notion and changes something: `meaning` says what, for --help. `argument` is
    the setting that the word behind the command's name gives; '' when none may stand there."""

    meaning: str
    run: Callable[[Settings, Services], Report]
    argument: str = ""


@dataclass(frozen=True)
class LookingOn:
    """A command that looks at what is backed up, and neither asks anybody nor writes."""

    meaning: str
    run: Callable[[Looking, Looks], Answer]
    argument: str = ""


@dataclass(frozen=True)
class BringingBack:
    """A command that reads the backup and writes to Notion, with a token of its own."""

    meaning: str
    run: Callable[[Restore, Means], Answer]
    argument: str = ""


def _restore(settings: Restore, services: Means) -> Answer:
    from backup.commands import restore  # a fifth of every start, and seldom wanted

    return restore.run(settings, services)


Command: TypeAlias = Acting | LookingOn | BringingBack
COMMANDS: Mapping[str, Command] = {
    "backup": Acting("back up what changed in Notion", backup.run),
    "verify": LookingOn("check every file of the backup, without Notion", verify.run),
    "restore": BringingBack("bring a page of the backup back to Notion", _restore, "RESTORE_PATH"),
    "status": LookingOn("show what is backed up, and what is missing", status.run),
}


def named(name: str) -> Command:
    """The command of that name; raises ConfigError, with the nearest name, when there is none."""
    if found := COMMANDS.get(name):
        return found
    *others, last = COMMANDS
    wanted = (
        nearest(name, [each.upper() for each in COMMANDS]).lower()
        or f"{', '.join(others)} or {last}"
    )
    raise ConfigError(f"COMMAND: there is no command {name[:40]!r}; write {wanted}.")
