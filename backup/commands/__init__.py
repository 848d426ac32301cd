"""The commands: one module each, readable from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from backup.commands import backup, status, verify
from backup.errors import ConfigError
from backup.report.answer import Answer
from backup.report.report import Report
from backup.services import ReadingServices, RestoreServices, Services
from backup.settings import ReadingSettings, RestoreSettings, Settings
from backup.settings.nearest import nearest

Given = TypeVar("Given")
Using = TypeVar("Using")
Done = TypeVar("Done")


@dataclass(frozen=True)
class _Command(Generic[Given, Using, Done]):
    """`meaning` says what it does, for --help. `argument` is the setting that the word behind the
    command's name gives; '' when none may stand there."""

    meaning: str
    run: Callable[[Given, Using], Done]
    argument: str = ""


class BackupCommand(_Command[Settings, Services, Report]):
    """Asks Notion, and changes the backup."""


class ReadingCommand(_Command[ReadingSettings, ReadingServices, Answer]):
    """Looks at what is backed up, and neither asks anybody nor writes."""


class RestoreCommand(_Command[RestoreSettings, RestoreServices, Answer]):
    """Reads the backup and writes to Notion, with a token of its own."""


def _restore(settings: RestoreSettings, services: RestoreServices) -> Answer:
    from backup.commands import restore  # a fifth of every start, and seldom wanted

    return restore.run(settings, services)


Command: TypeAlias = BackupCommand | ReadingCommand | RestoreCommand
COMMANDS: Mapping[str, Command] = {
    "backup": BackupCommand("back up what changed in Notion", backup.run),
    "verify": ReadingCommand("check every file of the backup, without Notion", verify.run),
    "restore": RestoreCommand(
        "bring a page of the backup back to Notion", _restore, "RESTORE_PATH"
    ),
    "status": ReadingCommand("show what is backed up, and what is missing", status.run),
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
