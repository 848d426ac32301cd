"""entrypoint.py of a release, which carries its packages: it starts at once, and installs nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.house import House, without_ensurepip

RUNNER = ("-I", "-B", "-u", "-X", "utf8")  # how action.yml starts Python


@pytest.fixture
def carrying(tmp_path: Path) -> House:
    return House.carrying(tmp_path / "house")


def everything(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.name != "__pycache__"}


def test_it_starts_without_installing_and_without_a_word(carrying: House) -> None:
    before = everything(carrying.root)
    start = carrying.start("--dry-run", EXIT_CODE="3")
    assert (start.code, start.said["word"], start.words) == (3, "carried", "")
    assert start.said["arguments"] == ["--dry-run"]
    assert carrying.environments() == []
    assert {path for path in everything(carrying.root) - before if path.suffix != ".pyc"} == set()


def test_it_starts_on_a_python_that_could_install_nothing(carrying: House, tmp_path: Path) -> None:
    """As on a plain Debian: neither pip nor ensurepip, a home that cannot be written."""
    carrying.python = without_ensurepip(tmp_path / "bare")
    if not carrying.python:
        pytest.skip("this Python cannot be copied without its ensurepip")
    start = carrying.start(HOME="/dev/null", TMPDIR="/dev/null")
    assert (start.code, start.said["word"], start.words) == (0, "carried", "")


def test_on_a_runner_no_second_process_starts_and_nothing_is_written(carrying: House) -> None:
    before = set(carrying.root.rglob("*"))
    command = [carrying.python, *RUNNER, str(carrying.action / "entrypoint.py")]
    environ = carrying.environ | {"GITHUB_ACTIONS": "true"}
    done = subprocess.run(command, env=environ, cwd=carrying.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert str(RUNNER[1]) in done.stdout, "the one that was started is the one that runs"
    assert set(carrying.root.rglob("*")) == before


def test_it_is_isolated_from_the_workspace_and_from_packages_of_the_machine(
    carrying: House,
) -> None:
    (carrying.root / "json.py").write_text("raise SystemExit('of the workspace')\n")
    start = carrying.start(PYTHONPATH=str(carrying.root))
    assert (start.code, start.said["isolated"], start.said["utf8"]) == (0, 1, 1)
    (carrying.action / "backup/__main__.py").write_text("import pytest\n")
    assert "No module named 'pytest'" in carrying.start().words, "though this Python has it"


def test_without_them_it_installs_as_any_checkout(tmp_path: Path) -> None:
    house = House.build(tmp_path / "house")
    assert house.start().said["word"] == "one"
    carrying = House.carrying(tmp_path / "other")
    shutil.rmtree(carrying.action / "vendor")
    start = carrying.start()
    assert (start.code, start.words.startswith("Installing the packages into ")) == (2, True)


def test_asked_for_an_environment_it_makes_one_although_it_needs_none(carrying: House) -> None:
    start = carrying.start("--environment", str(carrying.action / "requirements.txt"))
    assert (start.code, start.words.startswith("Installing the packages into ")) == (2, True)
