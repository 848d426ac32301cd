"""Notifies the chats in NOTIFY_URLS through apprise: Slack, ntfy, Telegram, Matrix, Teams and many more.

apprise is loaded when a message is sent, and never without such a setting: it takes a second. What it logs
may hold an address, which is a secret: only the status that a server answered with is taken from it.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from backup import http
from backup.errors import may_pass
from backup.report import summary
from backup.report.fitting import cut, units, within
from backup.report.literal import one_line, quiet
from backup.report.report import Report
from backup.report.sending import NotifyError, Sending, failures

NAME = "chat"
_LIMIT = 1_800  # characters: what the smallest of the well-known chats takes is 2,000
_TITLE, _LINE = 200, 300
_TRIES, _PAUSE = 2, 1.0  # and the seconds between two
_STATUS = re.compile(r"\berror=(\d{3})\b")  # apprise's own words about an answer that says no


@dataclass(frozen=True)
class Chats:
    """`addresses` are those of apprise, by where they were set. `level` is 'errors' or 'always'."""

    addresses: Mapping[str, str] = field(repr=False)
    level: str = "always"

    def send(self, report: Report, session: Sending) -> None:
        """Send the message to all at the same time, when the level wants it. Raises NotifyError."""
        if self.level == "errors" and not report.exit_code:
            return
        with _Listener() as listener:
            sent = {
                where: partial(_send, address, report, listener, session.sleep)
                for where, address in self.addresses.items()
            }
            failed = [f"{where}: {why}" for where, why in failures(sent)]
        if failed:
            raise NotifyError("; ".join(failed))


def from_settings(given: Mapping[str, str]) -> Chats | None:
    """None when no chat is set, and with NOTIFY_LEVEL=never."""
    lines = given.get("NOTIFY_URLS", "").splitlines()
    addresses = {f"line {number} of NOTIFY_URLS": each for number, each in enumerate(lines, 1)}
    addresses |= {"SLACK_WEBHOOK_URL": given.get("SLACK_WEBHOOK_URL", "")}  # apprise knows the form
    addresses |= {"NTFY_URL": _ntfy(given.get("NTFY_URL", ""), given.get("NTFY_TOKEN", ""))}
    found = {where: address for where, address in addresses.items() if address}
    level = given.get("NOTIFY_LEVEL", "always")
    return Chats(found, level) if found and level != "never" else None


def _ntfy(url: str, token: str) -> str:
    """The address of a topic as apprise wants it; '' for none (apprise, "Ntfy Notifications")."""
    if not url:
        return ""
    address = urlsplit(url)
    scheme = "ntfys" if address.scheme == "https" else "ntfy"
    shown = f"&auth=token&token={quote(token, safe='')}" if token else ""
    return f"{scheme}://{address.netloc}{address.path}?mode=private{shown}"


def body(report: Report) -> str:
    """The text of the message: plain, never empty, and nobody is mentioned in it."""
    said = [cut(quiet(line), _LINE) for line in (report.job.repository, *summary.lines(report))]
    lines = [line for line in said if line.strip()]
    end = f"\n{report.job.run}" if report.job.run else ""
    return within(lines, _LIMIT - len(end), _size) + end


def _size(text: str) -> int:
    """Characters; or a quarter of the bytes as JSON, where that is more: apprise's own limit for ntfy, above
    which a message becomes an attachment."""
    return max(units(text), len(json.dumps(text)) // 4)


def _send(
    address: str, report: Report, listener: _Listener, sleep: Callable[[float], None]
) -> None:
    import apprise  # most runs do without

    asset = apprise.AppriseAsset(async_mode=False, http_redirects=False)
    if not (chat := apprise.Apprise.instantiate(address, asset=asset)):
        raise NotifyError("apprise does not understand this address")
    if "overflow=" not in address:  # what is too long for a chat is cut, not refused
        chat.overflow_mode = apprise.OverflowMode.TRUNCATE
    title = cut(quiet(one_line(report.heading())), _TITLE)
    kinds = apprise.NotifyType
    kind = kinds.FAILURE if report.exit_code else kinds.WARNING if report.warnings else kinds.INFO
    given = {"title": title, "notify_type": kind, "body_format": apprise.NotifyFormat.TEXT}
    for left in reversed(range(_TRIES)):
        listener.forget()  # what an earlier message said in this thread, or this one's earlier try
        if chat.notify(body=body(report), **given):
            return
        if not (left and listener.passes()):
            raise NotifyError(listener.reason())
        sleep(_PAUSE)


class _Listener(logging.Handler):
    """Keeps what apprise would print, while messages are sent."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: dict[int | None, list[str]] = {}
        self._logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        """Remember it for the thread that sends."""
        self._said.setdefault(record.thread, []).append(record.getMessage())

    def forget(self) -> None:
        """Start over for the thread that sends: a pool gives the same thread to several messages."""
        self._said.pop(threading.get_ident(), None)

    def reason(self) -> str:
        """Why this thread's message was not delivered, in words without any address."""
        if status := self._status():
            return f"the server {http.answered(status)}"
        return "the connection failed" if self._is_cut() else "it was not accepted"

    def passes(self) -> bool:
        """Whether another try may help."""
        status = self._status()
        return may_pass(status) if status else self._is_cut()

    def _status(self) -> int:
        found = _STATUS.findall(self._told())
        return int(found[-1]) if found else 0

    def _is_cut(self) -> bool:
        return "onnection error" in self._told()

    def _told(self) -> str:
        return "\n".join(self._said.get(threading.get_ident(), []))

    def __enter__(self) -> _Listener:
        self._before = self._logger.propagate, self._logger.level
        self._logger.propagate = False
        self._logger.setLevel(logging.WARNING)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: Any) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate, level = self._before
        self._logger.setLevel(level)
