"""Many cases in one test: they cost less than a test each, and a failure says which one it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def case(name: object) -> Iterator[None]:
    """Whatever fails inside fails with the case's name before it."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{name}: {error!r}") from error
