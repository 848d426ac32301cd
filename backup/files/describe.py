"""What new images show, in a few words for their names: asked once for each content, and bounded.

The words come from a model that looked at a stranger's image: they are taken for noise that may
hold a name, and nothing of them but letters, digits and spaces is kept. An image is made fit to be
sent with Pillow where Python has it; else it is sent as it is, or not at all.
"""

from __future__ import annotations

import importlib
import io
import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

from backup.errors import FileError
from backup.files import kinds
from backup.files.received import Downloaded
from backup.files.vision import Model
from backup.model import Problem
from backup.slug import slug
from backup.words import counted

# Anthropic API reference, "Vision": media types, 8000 pixels, and 5 MB, which bounds the base64 text.
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
MOST_BYTES = 5 * 1024 * 1024 * 3 // 4
MOST_PX = 8_000
_MOST_PIXELS = 50_000_000  # in all: what is larger is not unpacked, it takes 4 bytes for each
_QUALITY = 80
LONGEST = 60  # bytes, and so at most as many characters
_ENOUGH = 5  # failures in a row
_REFUSAL = re.compile(
    r"\W*(?:none\b|n/a\b|sorry\b|i(?:[’']| a)m (?:sorry|unable|not able)\b|i apologi[sz]e\b"
    r"|i (?:can|could|do|will|wo) ?(?:not|n?[’']t)\b|unable to\b|as an ai\b"
    r"|(?:there is )?no (?:image|picture)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the answers of a run took, in tokens."""

    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out)


class Describer:
    """Describes images, from several threads at once; equal contents are asked for once.

    `known` are descriptions that earlier runs have got, by the content's SHA-256 in hex. `max_px`
    is the longest edge that is sent. After five failures in a row nothing more is asked for, and
    `problem` says so.
    """

    def __init__(self, model: Model, known: Mapping[str, str], max_px: int) -> None:
        self.usage = Usage()
        self.problem: Problem | None = None
        self._model, self._max_px = model, max_px
        self._scaler = pillow()
        self._answers: dict[str, str | None] = dict(known)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._failures = 0
        self._lock = threading.Lock()

    def describe(self, got: Downloaded) -> str | None:
        """'proxmox cluster dashboard'; '' when the model has no name for the image, None when it
        could not be asked."""
        with self._lock:
            turn = self._turns[got.sha256]
        with turn:
            if got.sha256 not in self._answers:
                self._answers[got.sha256] = self._ask(got)
            return self._answers[got.sha256]

    def _ask(self, got: Downloaded) -> str | None:
        image = None if self.problem else fit(got, self._max_px, self._scaler)
        if image is None:
            return None
        try:
            answer = self._model.name_image(*image)
        except FileError as error:
            self._failed(error)
            return None
        with self._lock:
            self._failures = 0
            self.usage += Usage(answer.tokens_in, answer.tokens_out)
        return words(answer.text)

    def _failed(self, error: FileError) -> None:
        with self._lock:
            self._failures += 1
            if self._failures == _ENOUGH and not self.problem:
                self.problem = Problem(
                    "AI naming", _GIVEN_UP.format(counted(_ENOUGH, "image"), error.message)
                )


_GIVEN_UP = (
    "{} in a row could not be described ({}), so new ones get their usual names for the "
    "rest of this run. See AI_API_URL, AI_API_KEY and AI_MODEL."
)


def words(answer: str) -> str:
    """What of a model's answer may become part of a name: lower-case words with spaces between.

    '' for an empty answer, and for one that says that there is none.
    """
    line = next((line.strip() for line in answer.splitlines() if line.strip()), "")
    if _REFUSAL.match(line):
        return ""
    if kinds.suffix(line) in kinds.IMAGE_EXTENSIONS:
        line = PurePosixPath(line).stem
    name = slug(line, 10 * LONGEST)
    while len(name.encode()) > LONGEST and "-" in name:
        name = name.rpartition("-")[0]
    return slug(name, LONGEST).replace("-", " ")


def pillow() -> ModuleType | None:
    """Pillow's main module, None when it is not installed."""
    try:
        return importlib.import_module("PIL.Image")
    except ImportError:
        return None


def fit(got: Downloaded, max_px: int, scaler: ModuleType | None) -> tuple[str, bytes] | None:
    """The image as the API takes it: its media type and content; None when it would be refused.

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
    """The image on white, as a JPEG; None when Pillow cannot read it."""
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
