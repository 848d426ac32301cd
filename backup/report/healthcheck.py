"""Pings a watchdog in the style of healthchecks.io: at the start, at success, at failure.

The real danger is a backup that stops silently; a watchdog notices missing pings.
Source: healthchecks.io docs, "Pinging API". It stands apart as every notifier does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from backup.report import summary
from backup.report.fitting import cut, octets, within
from backup.report.literal import one_line
from backup.report.report import Report
from backup.report.sending import Sending, post

NAME = "health check"
_LIMIT = 10_000  # bytes of a body: what servers of one's own keep, by default
_LINE = 500  # characters


@dataclass(frozen=True)
class Healthcheck:
    """The address to ping at success."""

    url: str = field(repr=False)

    def begin(self, session: Sending) -> None:
        """Say that the run has started. Raises NotifyError."""
        post(session, self._at("/start"), b"")

    def send(self, report: Report, session: Sending) -> None:
        """Say how the run ended, with the last lines of its log. Raises NotifyError."""
        said = [cut(one_line(line), _LINE) for line in summary.lines(report)]
        body = within(said, _LIMIT, octets).encode("utf-8", "replace")
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        post(session, self._at("/fail" if report.exit_code else ""), body, headers)

    def _at(self, suffix: str) -> str:
        """The address with something behind its path: it may have a query (`?create=1`)."""
        address = urlsplit(self.url)
        return urlunsplit(address._replace(path=address.path.rstrip("/") + suffix))


def from_settings(given: Mapping[str, str]) -> Healthcheck | None:
    """None without HEALTHCHECK_URL."""
    url = given.get("HEALTHCHECK_URL", "")
    return Healthcheck(url) if url else None
