"""What the tests of whole runs share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backups import Backup, backing_up
from tests.support.kitchen import stocked


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Backup]:
    """A small wiki and its backup, which has not run yet; without commits, unless one calls `init`."""
    with backing_up(tmp_path / "repository", stocked(), git=False) as backup:
        yield backup
