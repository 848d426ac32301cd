"""The files of a workspace: those that Notion would keep, and some that lie elsewhere."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from urllib.parse import quote

from backup.demo.nodes import counted_id

HOSTED = "hosted://"  # replaced by a signed URL in each answer
OUTSIDE = "outside://"  # replaced by the stand-in's own address, without a signature


@dataclass(frozen=True, slots=True)
class Content:
    """What a download gives."""

    body: bytes
    type: str


class Storage:
    """Files by the path below which they are served."""

    def __init__(self, space: str) -> None:
        self.space = space
        self.contents: dict[str, Content] = {}

    def keep(self, name: str, body: bytes, type_: str = "") -> str:
        """A file in Notion's keeping: the address to give to `build.hosted`.

        The same name again is a new file with a new id, as after a replacement in Notion.
        """
        id_ = counted_id(self.space, "file", str(len(self.contents)), version=4, newest=False)
        return self._put(HOSTED, f"{self.space}/{id_}/{quote(name)}", body, type_)

    def outside(self, name: str, body: bytes, type_: str = "") -> str:
        """A file on some other server: the address to give to `build.external`."""
        return self._put(OUTSIDE, f"outside/{quote(name)}", body, type_)

    def _put(self, scheme: str, path: str, body: bytes, type_: str) -> str:
        guessed = type_ or mimetypes.guess_type(path)[0] or "application/octet-stream"
        self.contents[path] = Content(body, guessed)
        return scheme + path
