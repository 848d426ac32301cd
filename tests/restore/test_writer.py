"""The client that writes: what it sends again, what it does not, and what it says when it must stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backup.errors import Busy, ConfigError, Unauthorized
from backup.notion.client import Gate
from backup.restore.writer import BlockLimit, NotionWriter, Unsettled
from fakenotion import faults
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from fakenotion.writing import trouble

_DIVIDER = {"children": [{"type": "divider", "divider": {}}]}


@pytest.fixture
def stand_in() -> StandIn:
    made = StandIn(Workspace(now=Clock(2026, 10, 1)))
    made.writes.allow("ntn_write")
    return made


@pytest.fixture
def home(stand_in: StandIn) -> str:
    return str(stand_in.workspace.add_page("", "Home"))


@pytest.fixture
def writer(stand_in: StandIn) -> Iterator[NotionWriter]:
    with stand_in.serving() as url:
        yield NotionWriter("ntn_write", url, gate=Gate(sleep=lambda seconds: None))


def test_a_conflict_is_sent_again(stand_in: StandIn, home: str, writer: NotionWriter) -> None:
    stand_in.writes.spoil(trouble.conflict(), at=1)
    assert len(writer.append(home, _DIVIDER)) == 1
    assert len(stand_in.workspace.listed(home)) == 1


def test_conflicts_without_end_end(stand_in: StandIn, home: str, writer: NotionWriter) -> None:
    stand_in.writes.spoil(trouble.conflict(), every=1)
    with pytest.raises(Busy, match="met a conflict 8 times"):
        writer.append(home, _DIVIDER)


@pytest.mark.parametrize("what", [trouble.lost(), trouble.timed_out()])
def test_what_may_have_been_done_is_not_sent_again(
    what: trouble.Trouble, stand_in: StandIn, home: str, writer: NotionWriter
) -> None:
    stand_in.writes.spoil(what, at=1)
    with pytest.raises(Unsettled):
        writer.append(home, _DIVIDER)
    assert len(stand_in.workspace.listed(home)) == 1


def test_an_unsettled_write_says_what_was_done(
    stand_in: StandIn, home: str, writer: NotionWriter
) -> None:
    stand_in.writes.spoil(trouble.unavailable(keep=1), at=1)
    with pytest.raises(Unsettled) as error:
        writer.append(home, {"children": _DIVIDER["children"] * 3})
    assert error.value.resource == home
    assert list(error.value.children) == stand_in.workspace.listed(home)


def test_what_sets_a_value_is_sent_again(
    stand_in: StandIn, home: str, writer: NotionWriter
) -> None:
    stand_in.writes.spoil(trouble.lost(), at=1)
    assert writer.page(home, {"is_locked": True})["is_locked"] is True


def test_the_limit_of_blocks_is_said_as_such(
    stand_in: StandIn, home: str, writer: NotionWriter
) -> None:
    stand_in.writes.knobs.block_limit = 0
    with pytest.raises(BlockLimit, match="no more than 0 blocks"):
        writer.append(home, _DIVIDER)


def test_a_refused_token_is_named(stand_in: StandIn, writer: NotionWriter) -> None:
    stand_in.fail_next(faults.error(401))
    with pytest.raises(Unauthorized, match="Check NOTION_RESTORE_TOKEN"):
        writer.me()


def test_a_token_that_cannot_be_one_is_not_sent() -> None:
    with pytest.raises(ConfigError, match="NOTION_RESTORE_TOKEN"):
        NotionWriter("ntn write")
