"""What a server has sent: written to disk while it is weighed, then judged by its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backup import urls
from backup.errors import FileError, TooLarge
from backup.files import kinds
from backup.model import File

MEGABYTE = 1024 * 1024
_HINT = "See MAX_FILE_MB."


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A downloaded file: `path` is a temporary one, `file` may have a fresher URL than the
    one asked for, `size` is in bytes, `sha256` in hex, `extension` without dot."""

    file: File
    path: Path
    size: int
    sha256: str
    extension: str
    width: int | None = None  # pixels
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Content on disk: its `size` in bytes, its `sha256` in hex, and how it begins."""

    size: int
    sha256: str
    head: bytes


def weigh(size: int, limit: int, *, is_all: bool = True) -> None:
    """Raise TooLarge when `size` is over `limit` (bytes); without `is_all` there may be more to come."""
    if size <= limit:
        return
    most = _megabytes(limit)
    measured = _megabytes(size) if is_all else f"more than {most}"
    raise TooLarge(
        f"it has {measured}, and files over {most} are left out", hint=_HINT, limit=limit
    )


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f}".removesuffix(".0") + " MB"


def save(chunks: Iterable[bytes], path: Path, limit: int) -> Content:
    """Write `chunks` to `path`, which must not exist; raises TooLarge at the first byte too many."""
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("xb") as out:
        for chunk in chunks:
            size += len(chunk)
            weigh(size, limit, is_all=False)
            digest.update(chunk)
            head += chunk[: kinds.HEAD - len(head)]
            out.write(chunk)
    return Content(size, digest.hexdigest(), head)


def judge(file: File, path: Path, content_type: str, saved: Content) -> Downloaded:
    """`saved` as what the page meant; raises FileError when it cannot be that."""
    name = file.name or urls.last_segment(file.url)
    reason = ""
    if file.hosted:  # Notion's own storage has what was uploaded, however odd
        is_none = file.kind == "image" and (not saved.head or kinds.is_html(saved.head))
        reason = kinds.why_not_image(saved.head, content_type) if is_none else ""
    elif file.kind == "image":
        reason = kinds.why_not_image(saved.head, content_type)
    else:
        reason = kinds.why_not_file(saved.head, name)
    if reason:
        raise FileError(reason)
    extension = _extension(file, saved.head, content_type, name)
    with path.open("rb") as content:
        width, height = kinds.image_size(content) or (None, None)
    return Downloaded(file, path, saved.size, saved.sha256, extension, width, height)


def _extension(file: File, head: bytes, content_type: str, name: str) -> str:
    """An attachment keeps its name, also one without an extension. What its bytes prove counts when that
    says nothing, and for images, which pages show. One that was renamed in Notion may have lost what its
    address still has."""
    is_named = file.kind != "image" and bool(file.name)
    if is_named and (own := kinds.kept(file.name)):
        return own
    address = urls.last_segment(file.url) if file.hosted else ""
    given = address if kinds.kept(address) and not kinds.suffix(name) else name
    found = kinds.extension(head, content_type, given)
    is_guess = found in ("txt", "bin") and found != kinds.suffix(given)
    return "" if is_named and is_guess else found
