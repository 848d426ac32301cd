"""The commands: one module each, readable from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backup.commands import backup
from backup.report.report import Report
from backup.services import Services
from backup.settings import Settings

COMMANDS: Mapping[str, Callable[[Settings, Services], Report]] = {"backup": backup.run}
