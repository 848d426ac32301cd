"""The stand-in as a process of its own, with a token that may write."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import titled


def test_a_process_can_be_written_to() -> None:
    command = [sys.executable, "-m", "fakenotion", "--pages", "1", "--writer", "ntn_write"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stdout is not None
            author = Author(run.stdout.readline().strip())
            body = {"parent": {"workspace": True}, "properties": titled("Top")}
            assert author.send("POST", "pages", body).status_code == 403
            author.session.headers["Authorization"] = "Bearer ntn_write"
            page = author.made("POST", "pages", body)
            assert author.json(f"pages/{page['id']}")["parent"] == {
                "type": "workspace",
                "workspace": True,
            }
            author.close()
        finally:
            run.send_signal(signal.SIGTERM)
        run.communicate(timeout=120)
    assert run.returncode == 0
