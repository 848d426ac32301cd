"""What runs publish to, unless a module has a target of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backups import Backup
from tests.support.publishing import later, published_to


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    """A clone of a bare remote with one commit; the pages in Notion were not edited just now."""
    with published_to(tmp_path) as target:
        later(target)
        yield target
