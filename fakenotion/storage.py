"""The files of a workspace: those that Notion would keep, and some that lie elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from fakenotion.nodes import counted_id

HOSTED = "hosted://"  # replaced by a signed URL in each answer
OUTSIDE = "outside://"  # replaced by the stand-in's own address, without a signature
PNG = bytes.fromhex(  # the smallest image; more bytes at its end make another one of it
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TYPES = {  # of our own: what the machine knows differs from one to the next
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".html": "text/html",
    ".txt": "text/plain",
    ".json": "application/json",
    ".wav": "audio/x-wav",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Download:
    """What a download gives."""

    body: bytes
    type: str


class Storage:
    """Files by the path at which they are served, not percent-encoded."""

    def __init__(self, space: str) -> None:
        self.space = space
        self.contents: dict[str, Download] = {}

    def keep(self, name: str, body: bytes, type_: str = "", key: str = "") -> str:
        """A file in Notion's keeping: the address to give to `build.hosted`.

        The same name again is a new file with a new id, as after a replacement in Notion, unless
        a `key` of its own says which file it is.
        """
        key = key or f"number {len(self.contents)}"
        id_ = counted_id(self.space, "file", key, version=4, newest=False)
        return HOSTED + self.put(f"{self.space}/{id_}/{quote(name)}", body, type_)

    def outside(self, name: str, body: bytes, type_: str = "") -> str:
        """A file on some other server: the address to give to `build.external`."""
        return OUTSIDE + self.put(f"outside/{quote(name)}", body, type_)

    def put(self, path: str, body: bytes, type_: str = "") -> str:
        """A file at a path, percent-encoded or not; the same path."""
        guessed = TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")
        self.contents[unquote(path)] = Download(body, type_ or guessed)
        return path

    def address(self, path: str) -> str:
        """The address that `keep` gave for a file which is served at this path."""
        return HOSTED + quote(path)
