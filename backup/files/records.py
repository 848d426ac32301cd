"""What the state remembers of a page's files, and what a page shows of them by that; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from backup import urls
from backup.files import find, names
from backup.files.pending import Pending
from backup.model import File, Files, Json, LocalFile, MissingFile, Page

_FOUND = "found "  # no identity begins so: it begins with an id (see names.identity)
_TEXTS = ("identity", "path", "sha256", "name", "description")
_NUMBERS = ("size", "width", "height")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the state remembers of one file: `path` is relative to the page's folder, `size` in
    bytes, `sha256` in hex, `width` and `height` in pixels, `name` what people call it. `description` is '' when
    there was no answer to what it shows, None when nobody asked."""

    identity: str
    path: str
    size: int
    sha256: str
    name: str = ""
    width: int | None = None
    height: int | None = None
    description: str | None = None

    @classmethod
    def found(cls, path: str, size: int, sha256: str) -> FileRecord:
        """A file of a page that lies there from an earlier backup: nobody knows where it hangs."""
        return cls(f"{_FOUND}{path}", path, size, sha256)

    @property
    def is_found(self) -> bool:
        """See `found`."""
        return self.identity.startswith(_FOUND)

    def to_json(self) -> Json:
        """For the state; what is as by default is left out."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        return {field.name: value for field, value in values if value != field.default}

    @classmethod
    def from_json(cls, raw: Json) -> FileRecord:
        """Read `to_json` back, taking no notice of keys from a newer version; never raises.

        What is missing or of another type counts as empty: no copy fits such a record, and the
        file is downloaded again.
        """
        texts = {key: raw[key] for key in _TEXTS if isinstance(raw.get(key), str)}
        numbers = {key: raw[key] for key in _NUMBERS if type(raw.get(key)) is int}
        return cls(**{"identity": "", "path": "", "size": -1, "sha256": "", **texts, **numbers})


def remembered(page: Page, records: Iterable[Json], pending: Iterable[Json]) -> Files:
    """Every file that `page` refers to, as the records of an earlier run say, without looking for it; one
    of which they do not know is left out."""
    known = {each.identity: each for each in map(FileRecord.from_json, records)}
    lacking = {each.identity: each.reason for each in map(Pending.from_json, pending)}
    return {
        file.key: shown(file, known, lacking)
        for file in find.files(page)
        if names.identity(file) in known.keys() | lacking.keys()
    }


def shown(
    file: File, records: Mapping[str, FileRecord], lacking: Mapping[str, str]
) -> LocalFile | MissingFile:
    """What the renderer learns of `file`, and of one that is lacking why; two entries with one file may
    call it differently."""
    name, identity = names.display(file), names.identity(file)
    if record := records.get(identity):
        description = record.description or ""
        return LocalFile(record.path, name, record.size, record.width, record.height, description)
    url = "" if file.hosted else urls.written(file.url)
    return MissingFile(name, lacking.get(identity, ""), url)


def as_downloaded(content: bytes, sha256: str) -> bytes | None:
    """The content of a file with this SHA-256, also from a clone that converts line ends (core.autocrlf);
    None when it is another one."""
    versions = (content, *([content.replace(b"\r\n", b"\n")] if b"\r\n" in content else ()))
    return next((each for each in versions if hashlib.sha256(each).hexdigest() == sha256), None)
