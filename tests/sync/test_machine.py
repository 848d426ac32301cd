"""The sync against random histories: whatever happens in Notion and to our runs, the backup is whole,
and the next run that comes through makes it what a fresh one would be. `make soak` lives more."""

from __future__ import annotations

import pytest

from tests.sync.soak import soak


@pytest.mark.parametrize("part", range(2))
def test_every_history_ends_in_what_a_fresh_backup_says(part: int) -> None:
    counts = soak(4, part)
    assert counts["comparisons with a fresh backup"] >= 4
