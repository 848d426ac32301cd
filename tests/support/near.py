"""Keeps tests on this machine: recorded pages name hosts of the world, which no test may ask or wait for."""

from __future__ import annotations

import socket
from typing import Any

import pytest

_real = socket.getaddrinfo


def _near(
    host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> Any:
    """What the system makes of an address, or knows of this machine: no other name exists."""
    is_name = host not in (None, "", "localhost", b"localhost")
    return _real(
        host, port, family, type, proto, flags | socket.AI_NUMERICHOST if is_name else flags
    )


def keep_near() -> None:
    """From now on no name of the world is found in this process."""
    pytest.MonkeyPatch().setattr(socket, "getaddrinfo", _near)
