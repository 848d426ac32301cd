"""The notification services. To add one: a module with these two functions, a line here, its settings.

    from_settings(given) -> Notifier | None    `given` maps the names of settings to their values
    Notifier.send(report, session) -> None     raises NotifyError

A notification that fails is a warning and never fails the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from backup.model import Problem
from backup.report import chats, discord, healthcheck, webhook
from backup.report.healthcheck import Healthcheck
from backup.report.log import Log
from backup.report.report import Report
from backup.report.sending import Sending, failures


class Notifier(Protocol):
    """A service that takes a message about a run."""

    def send(self, report: Report, session: Sending) -> None:
        """Send how the run ended. Raises NotifyError."""


NOTIFIERS: Mapping[str, Callable[[Mapping[str, str]], Notifier | None]] = {
    healthcheck.NAME: healthcheck.from_settings,
    discord.NAME: discord.from_settings,
    chats.NAME: chats.from_settings,
    webhook.NAME: webhook.from_settings,
}


class Notifiers:
    """The services that the settings name."""

    def __init__(self, given: Mapping[str, str], sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        made = {name: make(given) for name, make in NOTIFIERS.items()}
        self._found = {name: notifier for name, notifier in made.items() if notifier}

    def begin(self, log: Log) -> None:
        """Send that a run has started, to services that watch for it."""
        watching = {
            name: notifier.begin
            for name, notifier in self._found.items()
            if isinstance(notifier, Healthcheck)
        }
        self._send(watching, log)

    def send(self, report: Report, log: Log) -> None:
        """Send how the run ended. The report must be free of secrets."""
        sends = {name: partial(notifier.send, report) for name, notifier in self._found.items()}
        self._send(sends, log)

    def _send(self, calls: Mapping[str, Callable[[Sending], None]], log: Log) -> None:
        with Sending(self._sleep) as session:
            bound = {name: partial(call, session) for name, call in calls.items()}
            for name, why in failures(bound):
                where = f"{name[0].upper()}{name[1:]}"
                log.problem("warnings", Problem(where, f"notification failed: {why}."))
