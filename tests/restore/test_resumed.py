"""A restore that is cut off at any write goes on where it was: nothing twice, nothing missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.errors import NotionError
from backup.restore.send import Foreign
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.writing import trouble
from tests.restore.kills import killed_at_every_write
from tests.support.copying import Copying, copying, ground
from tests.support.gardens import Garden

TROUBLES = {
    "lost": trouble.lost(),
    "lost before it was done": trouble.lost(commits=False),
    "timed out": trouble.timed_out(),
    "unavailable": trouble.unavailable(),
    "unavailable after one": trouble.unavailable(keep=1),
    "unavailable, nothing done": trouble.unavailable(commits=False),
    "conflict": trouble.conflict(),
}


def equal(copy: Copying) -> None:
    """The last run ended well, and the copy is there once."""
    sent = copy.send()
    assert sent.finished, sent.problem
    assert copy.proof(sent).differences == ()
    assert copy.copies == [copy.top.title]
    assert copy.touched() == set()


@pytest.mark.parametrize("seed", (0, 1, 177, 195))  # the last: rows that differ in little
def test_a_run_that_dies_at_any_write_is_continued(seed: int, tmp_path: Path) -> None:
    assert killed_at_every_write(seed, tmp_path / "repository") > 5


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("every", [2])
def test_what_was_not_answered_is_neither_lost_nor_twice(
    name: str, every: int, tmp_path: Path
) -> None:
    with copying(tmp_path / "repository", Garden(31, 12).top) as copy:
        copy.backup.server.writes.spoil(TROUBLES[name], every=every)
        equal(copy)


def test_the_limit_of_blocks_stops_a_run_and_the_next_goes_on(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", Garden(33, 12).top) as copy:
        knobs = copy.backup.server.writes.knobs
        knobs.block_limit = 20
        sent = copy.send()
        assert not sent.finished
        assert "no more than 20 blocks" in sent.problem
        knobs.block_limit = None
        equal(copy)


def test_an_unfinished_copy_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top", "One")
    top.page("Sub", "Two")
    top.block(blocks.columns([build.block("paragraph", "L")], [build.block("paragraph", "R")]))
    with copying(tmp_path / "repository", top) as copy:
        assert copy.killed(2)
        copy.notion.append(copy.notion.listed(copy.goal.id)[0], [build.block("divider")])
        with pytest.raises(Foreign, match="was changed by somebody"):
            copy.send()


def test_a_refused_write_is_an_error_that_says_why(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", Branch.root(ground(), "Top", "One")) as copy:
        copy.notion.trash(copy.goal.id)
        with pytest.raises(NotionError):
            copy.send()
