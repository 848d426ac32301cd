"""Files on their way to Notion: each content once, whole or in parts, before the write that needs it."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field

from backup.errors import NotionError
from backup.model import Json
from backup.restore import limits
from backup.restore.media import Planned
from backup.restore.saved import Saved
from backup.restore.writer import Unsettled, Writer

_TRIES = 5
_UNKNOWN = "application/octet-stream"


class Vanished(NotionError):
    """A file that the plan found is no longer there."""


@dataclass
class Uploads:
    """Sends files when they are first asked for; the ids of those that were sent, by their SHA-256."""

    writer: Writer
    saved: Saved
    planned: Mapping[str, Planned]
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, sha256: str) -> None:
        """The file is with Notion from then on. One whose answer is lost is sent anew: what was never
        attached is gone after an hour."""
        if sha256 in self.ids:
            return
        one = self.planned[sha256]
        content = self.saved.open(self.saved.nodes[one.node], one.path)
        if content is None:
            raise Vanished(f"{one.name} is no longer what the backup has; run the restore again.")
        failed = 0
        while True:
            try:
                self.ids[sha256] = self._sent(one, content)
                return
            except Unsettled:
                failed += 1
                if failed == _TRIES:
                    raise
                self.writer.pause(failed)

    def _sent(self, one: Planned, content: bytes) -> str:
        type_ = mimetypes.guess_type(one.name, strict=False)[0] or _UNKNOWN
        told: Json = {"filename": one.name, "content_type": type_}
        if one.parts > 1:
            told |= {"mode": "multi_part", "number_of_parts": one.parts}
        id_ = str(self.writer.make("file_uploads", told)["id"])
        if one.parts == 1:
            self._part(id_, one.name, type_, content, 0)
        else:
            for part in range(one.parts):
                piece = content[part * limits.PART : (part + 1) * limits.PART]
                self._part(id_, one.name, type_, piece, part + 1)
            self.writer.complete_file(id_)
        return id_

    def _part(self, id_: str, name: str, type_: str, content: bytes, part: int) -> None:
        """One part. A send right after the making may be refused once, as people reported."""
        try:
            self.writer.send_file(id_, name, type_, content, part)
        except NotionError as error:
            if error.status != 400:
                raise
            self.writer.pause(1)
            self.writer.send_file(id_, name, type_, content, part)
