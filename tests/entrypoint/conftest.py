"""Action folders of their own, each with an entrypoint.py to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.house import House, without_ensurepip


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.build(tmp_path)


@pytest.fixture
def furnished(tmp_path: Path) -> House:
    """In which the environment has been made."""
    return House.furnished(tmp_path)


@pytest.fixture
def bare_house(tmp_path: Path) -> House:
    """Without uv, and with a Python that has neither ensurepip nor pip."""
    house = House.build(tmp_path / "house", uv=False)
    house.python = without_ensurepip(tmp_path / "bare")
    if not house.python:
        pytest.skip("this Python cannot be copied without its ensurepip")
    return house
