"""What is taken from a backup to be restored, and what of a repository that others changed is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.errors import ConfigError
from backup.restore.losses import Loss, Lost, counted_by_kind
from backup.restore.saved import Saved, saved
from backup.sync import state
from fakenotion.nodes import Clock
from fakenotion.trees import tree
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, wiki


@pytest.fixture
def backed_up(tmp_path: Path) -> Iterator[Backup]:
    """The backup of a wiki with three pages, of which the second was made first."""
    with backing_up(tmp_path / "repository", wiki("Tea", "Cups", "Pots"), git=False) as backup:
        backup.run()
        yield backup
