"""An empty workspace behind a port, and a client that asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


@pytest.fixture
def clock() -> Clock:
    """The workspace's clock; it stands still at 08:00."""
    return Clock(2026, 10, 1)


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(now=clock)


@pytest.fixture
def stand_in(workspace: Workspace) -> StandIn:
    return StandIn(workspace)


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[Client]:
    with stand_in.serving() as url:
        made = Client(url)
        yield made
        made.close()
