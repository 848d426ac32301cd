"""What several tests of notifiers share."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.support.inbox import Inbox, receiving


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A server that takes messages."""
    with receiving() as box:
        yield box


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections: it is held, so that nobody else can listen on it meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
