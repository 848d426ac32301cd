"""Files that a URL holds in itself ('data:image/png;base64,…', RFC 2397)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from backup.errors import FileError


def read(url: str, limit: int) -> tuple[str, bytes]:
    """Media type and content of a data URL; raises FileError when it is broken or over `limit` bytes."""
    head, comma, payload = url.lstrip()[len("data:") :].partition(",")
    if not comma:
        raise FileError("its data URL is broken")
    if len(payload) // 4 * 3 > limit * 3:  # every byte may be written as '%41'
        raise FileError("the picture inside the page's text is too large")
    content = unquote_to_bytes(payload)
    type_, _, encoding = head.rpartition(";")
    if encoding.strip().lower() == "base64":
        content, head = _base64(content), type_
    if len(content) > limit:
        raise FileError("the picture inside the page's text is too large")
    return head, content


def _base64(content: bytes) -> bytes:
    letters = b"".join(content.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        raise FileError("its data URL is broken") from None
