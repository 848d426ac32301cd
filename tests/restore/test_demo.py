"""The demonstration as it is started: `make demo-restore` shows a restore with its proof, without an account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def command(folder: Path, *words: str, stream: str = "") -> subprocess.Popen[str]:
    """Starts one of the program's modules in `folder`; `stream` is a redirection of the shell."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        ["sh", "-c", f'exec "$@" {stream}', "sh", sys.executable, "-m", *words],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_page_of_the_demonstration_is_restored_and_proven(tmp_path: Path) -> None:
    process = command(tmp_path, "demo", "--restore")
    said, errors = process.communicate()
    assert process.returncode == 0, said + errors
    assert "Proven: 17 pages, databases and blocks compared" in said


def test_streams_that_are_closed_hinder_no_run(tmp_path: Path) -> None:
    process = command(tmp_path, "demo", stream=">&-")
    assert (*process.communicate(), process.returncode) == ("", "", 0)
    process = command(tmp_path / "notion-demo", "backup", "status", "--json", stream="2>&-")
    assert json.loads(process.communicate()[0])["databases"]
    assert process.returncode == 0


def test_a_reader_of_the_log_who_goes_ends_the_demonstration(tmp_path: Path) -> None:
    with command(tmp_path, "demo") as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == "Listing pages\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 128 + 13
