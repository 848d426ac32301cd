"""What the verify command cannot read or compare, it says: nothing counts as good that nobody looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backups import Backup
from tests.support.looking import look

PICTURE = "wiki/cups/assets/1-a-cup.png"


@pytest.fixture
def unreadable(kitchen: Backup) -> Iterator[Backup]:
    """A backup with a picture that cannot be read. Root may read every file but what a disk refuses: here it
    is the memory of a process that has ended."""
    assert kitchen.run().code == 0
    at = kitchen.folder / PICTURE
    at.chmod(0)
    is_root = os.access(at, os.R_OK)
    command = ["mount", "--bind", "/proc/self/mem", at]
    if is_root and (not shutil.which("mount") or subprocess.run(command, check=False).returncode):
        pytest.skip("only root may mount a disk")
    yield kitchen
    if is_root:
        subprocess.run(["umount", at], check=True)


def flip(path: Path) -> None:
    """One bit of a byte in its middle is another one."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_picture_that_cannot_be_read_is_named(unreadable: Backup) -> None:
    seen = look(unreadable.folder, "verify", "--json")
    assert seen.code == 1 and seen.named == {PICTURE}
    assert "cannot be read" in seen.json["problems"][0]["what"]
    ran = unreadable.run("--verify")
    assert f"error: {PICTURE}: cannot be read" in ran.log
