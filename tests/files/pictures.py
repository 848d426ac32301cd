"""Pictures as they come from a download."""

from __future__ import annotations

import hashlib
from pathlib import Path

from backup.files.received import Downloaded
from backup.model import File
from tests.files.site import PNG


def picture(
    folder: Path, content: bytes = PNG, extension: str = "png", edge: int | None = 1
) -> Downloaded:
    """A picture in `folder`, said to be `edge` pixels wide and high."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.part"
    path.write_bytes(content)
    file = File("1", "image", "https://example.com/a", False)
    return Downloaded(file, path, len(content), digest, extension, edge, edge)
