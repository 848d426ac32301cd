"""A file that could not be downloaded, as the state remembers it: enough to try just it again; pure.

What Notion hosts is tried in each run, and each run that lacks it fails. What lies elsewhere may be
deleted for good, and nobody here can bring it back: it is reported once, then counted, and tried rarely.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from backup import urls
from backup.errors import FileError, Passing, TooLarge
from backup.files import names
from backup.json_values import word
from backup.model import File, Json
from backup.sync.state import Record

_TEXTS = ("key", "kind", "url", "name", "words")
_WEEK = 7  # days for which a file outside Notion is tried in each run
_ROUND = (
    29  # days in which each is tried once after that; a prime number, so that no rhythm misses it
)


@dataclass(frozen=True, slots=True)
class Pending:
    """`file` has the URL '' when that one may not be kept, or will not be good for long: what it
    hangs on has to be read for another. `limit` is 0 for a failure, and for a file that was left
    out the size in bytes that it passed. `since` is the day (ISO 8601) on which a file outside Notion
    was not there for the first time, '' for what Notion hosts; `gone` says that its host answered,
    and that there is no such file. `reason` is what the page's text says."""

    identity: str
    file: File
    limit: int = 0
    since: str = ""
    gone: bool = False
    reason: str = ""

    @classmethod
    def of(
        cls, file: File, error: FileError, today: date, before: Pending | None = None
    ) -> Pending:
        """`file` after `error`; `before` is what was known of it. No signature, password or token is
        kept of its URL."""
        shown = "" if file.hosted else urls.public(file.url)
        kept = shown if shown == file.url.partition("#")[0] else ""
        limit = error.limit if isinstance(error, TooLarge) else 0
        words = "" if file.name else file.words
        bare = File(file.key, file.kind, kept, False, file.name, words)
        if limit or _is_notions(file):
            return cls(names.identity(file), bare, limit, reason=error.message)
        since = (before.since if before else "") or today.isoformat()
        is_gone = not isinstance(error, Passing) or bool(before and before.gone)
        return cls(names.identity(file), bare, 0, since, is_gone, error.message)

    def is_given_up(self, today: date) -> bool:
        """Whether the file is only counted: it lies outside Notion, and is deleted or could not be downloaded
        for a week."""
        return bool(self.since) and (self.gone or self._days(today) >= _WEEK)

    def is_due(self, max_bytes: int, today: date) -> bool:
        """Whether another try may end otherwise, now that files may have `max_bytes`."""
        if self.limit:
            return max_bytes > self.limit
        if not self.since or self._days(today) < _WEEK:
            return True
        return (today.toordinal() + zlib.crc32(self.identity.encode())) % _ROUND == 0

    def changes_page(self, error: FileError) -> bool:
        """Whether the text of the page has to change, or its record to remember something, after
        another try ended with `error`."""
        is_gone = bool(self.since) and not self.gone and not isinstance(error, Passing)
        return isinstance(error, TooLarge) or is_gone

    def _days(self, today: date) -> int:
        return (today - date.fromisoformat(self.since)).days

    def to_json(self) -> Json:
        """For the state; what is empty is left out."""
        texts = {key: getattr(self.file, key) for key in _TEXTS}
        own = {each: getattr(self, each) for each in ("limit", "since", "gone", "reason")}
        values = {"identity": self.identity, **texts, **own}
        return {key: value for key, value in values.items() if value}

    @classmethod
    def from_json(cls, raw: Json) -> Pending:
        """Read `to_json` back; what is missing or of another type counts as empty."""
        key, kind, url, name, words = (word(raw, each) for each in _TEXTS)
        limit = raw["limit"] if type(raw.get("limit")) is int else 0
        bare = File(key, kind, url, False, name, words)
        identity, since = str(raw.get("identity", "")), _day(raw.get("since"))
        gone = bool(since) and raw.get("gone") is True
        return cls(identity, bare, limit, since, gone, word(raw, "reason"))


class NotTried(FileError):
    """The file is as `pending` says: nobody tried it again."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.reason)
        self.pending = pending


def due(pages: Mapping[str, Record], max_bytes: int, today: date) -> frozenset[str]:
    """The ids of pages with a file for which another try is due."""
    return frozenset(
        id_
        for id_, record in pages.items()
        if any(Pending.from_json(raw).is_due(max_bytes, today) for raw in record.pending)
    )


def _is_notions(file: File) -> bool:
    """Whether only Notion has the file. The addresses of custom emoji are not signed (see find)."""
    return file.hosted or file.key.startswith("emoji/")


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return ""


def sentence(file: File, error: FileError) -> str:
    """'plan.pdf is not backed up: the server answered 404 (Not Found).'"""
    return f"{names.display(file)} is not backed up: {error.message}. {error.hint}".rstrip()


def last_sentence(file: File, error: FileError) -> str:
    """The same of a file outside Notion that is given up."""
    return f"{sentence(file, error)} The file is outside Notion: later runs only count it."
