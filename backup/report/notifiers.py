"""Who outside is told about a run. To add one: a module with these two functions, a line here, its
settings.

    from_settings(given) -> Teller | None      `given` maps the names of settings to their values
    Teller.send(report, session) -> None       raises NotTold

A teller never fails a run: what goes wrong with it is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from backup.http import Session
from backup.model import Problem
from backup.report import discord, healthcheck, ntfy, slack, webhook
from backup.report.healthcheck import Healthcheck
from backup.report.log import Log
from backup.report.report import Report
from backup.report.sending import NotTold


class Teller(Protocol):
    """Somebody who can be told."""

    def send(self, report: Report, session: Session) -> None:
        """Tell how the run ended. Raises NotTold."""


TELLERS: Mapping[str, Callable[[Mapping[str, str]], Teller | None]] = {
    healthcheck.NAME: healthcheck.from_settings,
    discord.NAME: discord.from_settings,
    slack.NAME: slack.from_settings,
    ntfy.NAME: ntfy.from_settings,
    webhook.NAME: webhook.from_settings,
}


class Tellers:
    """Those whom the settings name."""

    def __init__(self, given: Mapping[str, str]) -> None:
        made = {name: make(given) for name, make in TELLERS.items()}
        self._found = {name: teller for name, teller in made.items() if teller}

    def begin(self, log: Log) -> None:
        """Say that a run has started, to those who listen to that."""
        watching = {
            name: teller for name, teller in self._found.items() if isinstance(teller, Healthcheck)
        }
        _at_once({name: teller.begin for name, teller in watching.items()}, log)

    def send(self, report: Report, log: Log) -> None:
        """Say how the run ended. The report must be free of secrets."""

        def telling(teller: Teller) -> Callable[[Session], None]:
            return lambda session: teller.send(report, session)

        _at_once({name: telling(teller) for name, teller in self._found.items()}, log)


def _at_once(calls: Mapping[str, Callable[[Session], None]], log: Log) -> None:
    """Everything at the same time: five silent servers shall not take five times as long."""
    if not calls:
        return
    with Session() as session, ThreadPoolExecutor(len(calls)) as pool:
        futures = {name: pool.submit(call, session) for name, call in calls.items()}
    for name, future in futures.items():
        if reason := _why_not(future):
            log.warning(Problem(f"{name[0].upper()}{name[1:]}", f"was not told: {reason}."))


def _why_not(future: Future[None]) -> str:
    """Why a teller failed; '' when it did not. Of a bug only its kind: its words may hold a key."""
    error = future.exception()
    if error is None:
        return ""
    return str(error) if isinstance(error, NotTold) else type(error).__name__
