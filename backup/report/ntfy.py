"""Notifies an ntfy topic, at ntfy.sh or on a server of one's own.

Source: ntfy docs, "Publishing": a message of more than 4,096 bytes would become an attachment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backup.http import Session
from backup.report import summary
from backup.report.fitting import cut, octets, within
from backup.report.literal import one_line
from backup.report.report import Report
from backup.report.sending import post

NAME = "ntfy"
_LIMIT = 4_000  # bytes
_LINE = 300  # characters


@dataclass(frozen=True)
class Ntfy:
    """A topic's address, and an access token where the server asks for one."""

    url: str = field(repr=False)
    token: str = field(default="", repr=False)

    def send(self, report: Report, session: Session) -> None:
        """Send the message; how loud it is says whether somebody must look. Raises NotifyError."""
        headers = {
            "Title": _ascii(report.heading()),
            "Priority": "high" if report.exit_code else "default" if report.changed else "low",
            "Tags": "warning" if report.exit_code else "white_check_mark",
            "Click": _ascii(report.job.run),
            "Authorization": f"Bearer {self.token}" if self.token else "",
        }
        given = {name: value for name, value in headers.items() if value}
        post(session, self.url, body(report).encode("utf-8", "replace"), given)


def from_settings(given: Mapping[str, str]) -> Ntfy | None:
    """None without NTFY_URL."""
    url = given.get("NTFY_URL", "")
    return Ntfy(url, given.get("NTFY_TOKEN", "")) if url else None


def body(report: Report) -> str:
    """The text of the message: plain, and never empty."""
    said = [cut(one_line(line), _LINE) for line in summary.lines(report)]
    return within([*filter(None, (report.job.repository,)), *said], _LIMIT, octets)


def _ascii(text: str) -> str:
    """For a header: they carry no other characters, and no line break."""
    return one_line(text).encode("ascii", "replace").decode()
