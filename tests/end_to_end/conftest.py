"""The packages of the lock, installed once for all end-to-end tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the private environment, found or made as on a runner. It lasts, so what it
    keeps of the actions that lay in temporary folders is removed at the end."""
    command = [sys.executable, ROOT / "entrypoint.py", "--environment", ROOT / "requirements.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip()).parent.parent
    yield folder
    compiled = tmp_path_factory.getbasetemp().resolve().relative_to("/")
    shutil.rmtree(folder / "__pycache__" / compiled, ignore_errors=True)
