"""Makes a picture fit to be sent to a model: with Pillow where Python has it, else as it is or not
at all."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from types import ModuleType
from typing import Any

from backup.files.received import Downloaded

# Anthropic API reference, "Vision": media types, 8000 pixels, and 5 MB, which bounds the base64 text.
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
MOST_BYTES = 5 * 1024 * 1024 * 3 // 4
MOST_PX = 8_000
_MOST_PIXELS = 50_000_000  # in all: what is larger is not unpacked, it takes 4 bytes for each
_QUALITY = 80


def pillow() -> ModuleType | None:
    """Pillow's main module, None when it is not installed."""
    try:
        return importlib.import_module("PIL.Image")
    except ImportError:
        return None


def fit(got: Downloaded, max_px: int, scaler: ModuleType | None) -> tuple[str, bytes] | None:
    """The picture as the API takes it: its media type and content; None when it would be refused.

    `max_px` is the longest edge in pixels to which `scaler` (Pillow) reduces it.
    """
    if not (media_type := TYPES.get(got.extension)):
        return None
    width, height = got.width or 0, got.height or 0
    is_heavy = got.size > MOST_BYTES
    if scaler and width * height <= _MOST_PIXELS and (is_heavy or max(width, height) > max_px):
        return _scaled(got.path, max_px, scaler)
    if is_heavy or max(width, height) > MOST_PX:
        return None
    return media_type, got.path.read_bytes()


def _scaled(path: Path, max_px: int, scaler: Any) -> tuple[str, bytes] | None:
    """The picture on white, as a JPEG; None when Pillow cannot read it."""
    try:
        with scaler.open(path) as image:
            image.draft("RGB", (max_px, max_px))  # a JPEG is unpacked at a fraction of its size
            whole = image.convert("RGBA")
        whole.thumbnail((max_px, max_px))
        small = scaler.new("RGB", whole.size, "white")
        small.paste(whole, mask=whole)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=_QUALITY)
    except (OSError, ValueError, SyntaxError, scaler.DecompressionBombError):
        return None
    return "image/jpeg", out.getvalue()
