"""The sync against random histories, others each time: whatever happens in Notion, in the repository and
to our runs, the backup is whole, the owner's files are as they were, and the next run that comes
through makes it what a fresh one would be. `make soak` lives more."""

from __future__ import annotations

import os
import random

import pytest

from tests.histories.soak import soak

_SEEDS = random.SystemRandom()  # what others draw from may be seeded


@pytest.mark.parametrize("part", range(2))
def test_every_history_ends_in_what_a_fresh_backup_says(part: int) -> None:
    given = os.environ.get("SEED")
    counts = soak(4, int(given) + part if given else _SEEDS.randrange(1_000_000))
    assert counts["comparisons with a fresh backup"] >= 4
    assert counts["quiet runs"] >= 4
