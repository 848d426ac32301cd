"""Holds the fast tests to what makes them fast: none starts a process or a server."""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

OUTSIDE = {"subprocess.Popen", "os.fork", "os.posix_spawn", "socket.bind"}


class HeldPure:
    """A plugin of pytest: a test that starts a process or opens a port fails where it does so."""

    def __init__(self) -> None:
        self._running = False
        sys.addaudithook(self._heard)

    def _heard(self, event: str, _: object) -> None:
        """Python is about to do something; an error raised here stops it."""
        if self._running and event in OUTSIDE:
            raise AssertionError(
                f"{event} in a test of `make quick`: take it from the Makefile's list"
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """A test runs, with its fixtures."""
        self._running = True
        try:
            return (yield)
        finally:
            self._running = False
