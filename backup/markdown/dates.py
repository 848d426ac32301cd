"""Dates as text: as given, without a locale, so that the same date is the same text in every run."""

from __future__ import annotations

import re

from backup.json_values import word

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:T(?P<time>\d\d:\d\d)(?P<seconds>:\d\d)?(?:\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?)?"
)


def moment(text: str) -> str:
    """'2026-07-25' or '2026-07-25 16:57 +02:00'; what has another form comes back unchanged."""
    found = _MOMENT.fullmatch(text)
    if not found or not found["time"]:
        return text
    seconds = found["seconds"] or ""
    zone = found["zone"] or ""
    time = found["time"] + ("" if seconds == ":00" else seconds)
    return " ".join(filter(None, (found["day"], time, "UTC" if zone == "Z" else zone)))


def span(date: object) -> str:
    """A date object of the API: start, end and time zone; '' when there is no date."""
    start, end, zone = (word(date, key) for key in ("start", "end", "time_zone"))
    text = " → ".join(map(moment, filter(None, (start, end))))
    return f"{text} ({zone})" if text and zone else text
