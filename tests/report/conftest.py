"""What several tests of notifiers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.report.inbox import Inbox, receiving


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A server that takes messages."""
    with receiving() as box:
        yield box
