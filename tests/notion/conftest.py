"""Fixtures of the tests of what asks Notion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from fakenotion.workspace import Workspace
from tests.notion.service import Service, Time, serving


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """`serve(workspace, **knobs)`: the workspace behind a port until the test ends."""
    with ExitStack() as stack:

        def start(workspace: Workspace, **knobs: Any) -> Service:
            return stack.enter_context(serving(workspace, **knobs))

        yield start


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests, as a run has them."""
    with ThreadPoolExecutor(4) as pool:
        yield pool
