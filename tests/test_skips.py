"""A test that skips and is not on the list fails the checks, in one process and on workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.publishing import ROOT
from tests.support.skips import LIST

CONFTEST = """
from tests.support.skips import HeldSkips

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(HeldSkips("# why\\ntest_some.py::test_one | no tool\\n"))
"""
TESTS = """
import pytest

def test_one():
    pytest.skip("{one}")

def test_two():
    {two}
"""


def checked(folder: Path, *options: str, one: str, two: str) -> subprocess.CompletedProcess[str]:
    """Two tests in a process of their own, of which the first skips."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_some.py").write_text(TESTS.format(one=one, two=two))
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["here", "worker"])
def test_a_skip_that_nobody_expects_fails_and_is_named(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = checked(tmp_path, *options, one="no tool here", two='pytest.skip("no luck")')
    assert done.returncode == 1
    assert "test_some.py::test_two | no luck" in done.stdout
    assert "test_some.py::test_one |" not in done.stdout


def test_expected_skips_pass_and_only_for_the_reason_that_is_listed(tmp_path: Path) -> None:
    assert checked(tmp_path, one="no tool here", two="pass").returncode == 0
    assert checked(tmp_path, one="another reason", two="pass").returncode == 1


def test_every_line_of_the_list_names_tests_and_has_a_reason_above_it() -> None:
    blocks = LIST.read_text("utf-8").split("\n\n")
    for block in blocks[1:]:
        remarks = [line for line in block.splitlines() if line.startswith("#")]
        entries = [line for line in block.splitlines() if not line.startswith("#")]
        assert remarks and entries
        for entry in entries:
            name, _, _ = entry.partition(" | ")[0].partition("::")
            assert (ROOT / name).is_file(), entry
