"""A file that could not be had, as the state remembers it: enough to try just it again; pure."""

from __future__ import annotations

from dataclasses import dataclass

from backup.errors import FileError
from backup.files import names, urls
from backup.files.received import TooLarge
from backup.model import File, Json

_TEXTS = ("key", "kind", "url", "name", "words")


@dataclass(frozen=True, slots=True)
class Pending:
    """`file` has the URL '' when that one may not be kept, or will not be good for long: what it
    hangs on has to be read for another. `limit` is 0 for a failure, and for a file that was left
    out the size in bytes that it passed."""

    identity: str
    file: File
    limit: int = 0

    @classmethod
    def of(cls, file: File, error: FileError) -> Pending:
        """`file` after `error`; no signature, password or token is kept of its URL."""
        shown = "" if file.hosted else urls.public(file.url)
        kept = shown if shown == file.url.partition("#")[0] else ""
        limit = error.limit if isinstance(error, TooLarge) else 0
        words = "" if file.name else file.words
        bare = File(file.key, file.kind, kept, False, file.name, words)
        return cls(names.identity(file), bare, limit)

    def is_due(self, max_bytes: int) -> bool:
        """Whether another try may end otherwise, now that files may have `max_bytes`."""
        return not self.limit or max_bytes > self.limit

    def to_json(self) -> Json:
        """For the state; what is empty is left out."""
        texts = {key: getattr(self.file, key) for key in _TEXTS}
        values = {"identity": self.identity, **texts, "limit": self.limit}
        return {key: value for key, value in values.items() if value}

    @classmethod
    def from_json(cls, raw: Json) -> Pending:
        """Read `to_json` back; what is missing or of another type counts as empty."""
        key, kind, url, name, words = (
            raw[each] if isinstance(raw.get(each), str) else "" for each in _TEXTS
        )
        limit = raw["limit"] if type(raw.get("limit")) is int else 0
        return cls(str(raw.get("identity", "")), File(key, kind, url, False, name, words), limit)


def sentence(file: File, error: FileError) -> str:
    """'plan.pdf is not backed up: the server answered 404 (Not Found).'"""
    return f"{names.display(file)} is not backed up: {error.message}. {error.hint}".rstrip()
