"""The packages of the lock, installed once for all end-to-end tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def environment() -> Path:
    """The folder of the private environment, found or made as on a runner."""
    command = [sys.executable, ROOT / "entrypoint.py", "--environment", ROOT / "requirements.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()).parent.parent
