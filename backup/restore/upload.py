"""Files on their way to Notion: each content once, whole or in parts, before the write that needs it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from backup.errors import NotionError
from backup.model import Json
from backup.restore import limits
from backup.restore.media import Planned
from backup.restore.saved import Saved
from backup.restore.writer import NotionWriter, Unsettled

_TRIES = 5
_UNKNOWN = "application/octet-stream"


class Vanished(NotionError):
    """A file that the plan found is no longer there."""


@dataclass
class Uploads:
    """Sends files when they are first asked for; the ids of those that were sent, by their SHA-256."""

    writer: NotionWriter
    saved: Saved
    planned: Mapping[str, Planned]
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, sha256: str) -> None:
        """The file is with Notion from then on. An upload whose answer is lost is started again: what was never
        attached expires after an hour."""
        if sha256 in self.ids:
            return
        one = self.planned[sha256]
        content = self.saved.open(one.node, one.path)
        if content is None:
            raise Vanished(f"{one.name} is no longer what the backup has; run the restore again.")
        self.ids[sha256] = self._sent(one, content)

    def _sent(self, one: Planned, content: bytes) -> str:
        type_ = mimetypes.guess_type(one.name, strict=False)[0] or _UNKNOWN
        request: Json = {"filename": one.name, "content_type": type_}
        if one.parts > 1:
            request |= {"mode": "multi_part", "number_of_parts": one.parts}
        made = self._settled(lambda: self.writer.make("file_uploads", request))
        id_ = str((made or {})["id"])
        for part in range(one.parts):
            number = part + 1 if one.parts > 1 else 0
            piece = content[part * limits.PART : (part + 1) * limits.PART] if number else content
            self._settled(partial(self.writer.send_file, id_, one.name, type_, piece, number))
        if one.parts > 1:
            self._settled(lambda: self.writer.complete_file(id_))
        return id_

    def _settled(self, send: Callable[[], Json]) -> Json | None:
        """What is answered, in the end; None when an answer was lost and the next one refuses what was done
        already. The first send after the making may be refused once, as people reported."""
        is_doubtful = False
        for failed in range(1, _TRIES + 1):
            try:
                return send()
            except Unsettled:
                is_doubtful = True
                if failed == _TRIES:
                    raise
            except NotionError as error:
                if error.status == 400 and is_doubtful:
                    return None
                if error.status != 400 or failed > 1:
                    raise
            self.writer.pause(failed)
        return None
