"""A person whose git signs commits gets signed ones from us too, or one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backups import Backup
from tests.support.publishing import PAGES, at_remote, remote_commits, remote_files, write


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path: the socket of gpg's agent lies below."""
    folder = Path(tempfile.mkdtemp(prefix="h", dir="/tmp"))
    (folder / ".gnupg").mkdir(mode=0o700)
    yield folder
    if shutil.which("gpgconf"):
        subprocess.run(["gpgconf", "--kill", "all"], env=environ(folder), check=False)
    shutil.rmtree(folder)


def environ(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


def settings(home: Path, **values: str) -> None:
    for name, value in values.items():
        command = ["git", "config", "--global", name.replace("_", "."), value]
        subprocess.run(command, env=environ(home), check=True)


@pytest.fixture(params=["ssh-keygen", "gpg"])
def signer(home: Path, request: pytest.FixtureRequest) -> str:
    """Its program; the key is Ada's, and git knows it."""
    program: str = request.param
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    settings(home, user_name="Ada", user_email="ada@example.com", commit_gpgsign="true")
    if program == "gpg":
        new = [
            "gpg",
            "-q",
            "--batch",
            "--passphrase",
            "",
            "--quick-gen-key",
            "Ada <ada@example.com>",
        ]
        subprocess.run(new, env=environ(home), check=True, capture_output=True)
        return program
    new = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "key")]
    subprocess.run(new, check=True)
    (home / "allowed").write_text(f"ada@example.com {(home / 'key.pub').read_text()}")
    settings(home, gpg_format="ssh", user_signingkey=f"{home}/key.pub")
    settings(home, gpg_ssh_allowedSignersFile=f"{home}/allowed")
    return program


@pytest.mark.parametrize("commits", ["run", "page"])
def test_every_commit_is_signed(target: Backup, home: Path, signer: str, commits: str) -> None:
    assert signer
    for words in ("News.", "More news."):
        write(target, "Tea", words)
        ran = target.run(HOME=str(home), COMMIT=commits)
        assert ran.code == 0, ran.log
    assert set(PAGES) <= set(remote_files(target))
    assert target.git("status", "--porcelain", "--branch") == "## main...origin/main"
    said = subprocess.run(
        ["git", "log", "--format=%G? %ae|%ce %s", "-3" if commits == "page" else "-2"],
        cwd=target.folder,
        env=environ(home),
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()
    assert [each[:2] for each in said] == ["G "] * len(said)
    assert all("|ada@example.com " in each for each in said)
    assert commits != "page" or "Update “Tea”" in said[1]
    assert remote_commits(target) == (3 if commits == "run" else 6)
    assert "nothing to commit" in target.run(HOME=str(home), COMMIT=commits).log


def test_a_key_that_is_not_there_ends_in_a_sentence_that_names_the_setting(
    target: Backup, home: Path
) -> None:
    target.git("config", "commit.gpgsign", "true")
    target.git("config", "gpg.program", "false")
    ran = target.run(HOME=str(home))
    assert ran.code == 1
    assert "could not be signed, as commit.gpgsign asks for" in ran.log
    assert "git config commit.gpgsign false" in ran.log
    assert remote_files(target) == ["code.py"]
    target.git("config", "commit.gpgsign", "false")
    assert target.run(HOME=str(home)).code == 0
    assert "gpgsig" not in at_remote(target, "cat-file", "commit", "main")
