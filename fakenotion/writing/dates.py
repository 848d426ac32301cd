"""Dates on their way in. Assumed: a time is read back with milliseconds and its own offset."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from backup.model import Json
from fakenotion.refusal import bad_field
from fakenotion.writing import shape

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def span(where: str, sent: Any) -> Json:
    """A date object with start, end and time zone, as it is read back. Raises Refusal."""
    known = {"start": "text", "end": "text?", "time_zone": "text?"}
    shape.held(where, sent, known, "start")
    zone = sent.get("time_zone")
    if zone is not None and not _is_zone(zone):
        raise bad_field(where, "time_zone", "a valid IANA time zone", zone)
    start, end = (_moment(where, name, sent.get(name)) for name in ("start", "end"))
    return {"start": start, "end": end, "time_zone": zone}


def _moment(where: str, name: str, sent: str | None) -> str | None:
    if sent is None:
        return None
    try:
        if _DAY.fullmatch(sent):
            return date.fromisoformat(sent).isoformat()
        time = datetime.fromisoformat(sent.replace("Z", "+00:00"))
    except ValueError:
        raise bad_field(where, name, "a valid ISO 8601 date string", sent) from None
    return time.isoformat(timespec="milliseconds")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
