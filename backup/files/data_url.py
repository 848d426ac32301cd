"""Files that a URL holds in itself ('data:image/png;base64,…', RFC 2397)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from backup.errors import FileError
from backup.files.received import weigh


def read(url: str, limit: int) -> tuple[str, bytes]:
    """Media type and content of a data URL; raises FileError when it is broken, and TooLarge
    when it is over `limit` bytes."""
    head, comma, payload = url.lstrip()[len("data:") :].partition(",")
    if not comma:
        raise FileError("its data URL is broken")
    weigh(len(payload) // 3, limit)  # a byte takes three letters at most ('%41')
    content = unquote_to_bytes(payload)
    type_, _, encoding = head.rpartition(";")
    if encoding.strip().lower() == "base64":
        content, head = _base64(content), type_
    weigh(len(content), limit)
    return head, content


def _base64(content: bytes) -> bytes:
    letters = b"".join(content.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        raise FileError("its data URL is broken") from None
