"""Which remote is published to, and at which address, from what real git says of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from backup.git import Git
from backup.publish.branches import Destination, destination, remote_of

HERE = "https://git.example.com/acme/wiki.git"
ADDRESSES = {
    "one": ([("remote.origin.url", HERE)], "origin", HERE),
    "the only one, of another name": ([("remote.home.url", HERE)], "home", HERE),
    "origin of two": ([("remote.a.url", "/a"), ("remote.origin.url", HERE)], "origin", HERE),
    "none of two": ([("remote.a.url", "/a"), ("remote.b.url", HERE)], "", ""),
    "no remote": ([], "", ""),
    "a folder with a space": ([("remote.origin.url", "/a b (fetch)")], "origin", "/a b (fetch)"),
    "the first of two to push to": (
        [
            ("remote.origin.url", "/a"),
            ("remote.origin.pushurl", HERE),
            ("remote.origin.pushurl", "/b"),
        ],
        "origin",
        HERE,
    ),
    "rewritten for pushing": (
        [("remote.origin.url", "/a/wiki"), ("url.https://x/.pushInsteadOf", "/a/")],
        "origin",
        "https://x/wiki",
    ),
    "of a partial clone": (
        [
            ("remote.origin.url", HERE),
            ("remote.origin.promisor", "true"),
            ("remote.origin.partialclonefilter", "blob:none"),
        ],
        "origin",
        HERE,
    ),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_what_is_pushed_to_is_the_remotes_first_address_for_pushing(
    tmp_path: Path, case: str
) -> None:
    settings, remote, url = ADDRESSES[case]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    begin = ["git", "init", "-q", "--initial-branch=main"]
    subprocess.run(begin, cwd=tmp_path, env=environ, check=True)
    with (tmp_path / ".git/config").open("a") as file:
        for key, value in settings:
            section, name = key.split(".", 1)[0], key.rpartition(".")[2]
            middle = key.removeprefix(f"{section}.").removesuffix(f".{name}")
            file.write(f'[{section} "{middle}"]\n\t{name} = "{value}"\n')
    git = Git(tmp_path, environ)
    assert destination(git, remote_of(git)) == Destination("main", remote, url)


def test_a_remote_that_has_no_address_is_still_the_one_to_push_to(tmp_path: Path) -> None:
    """So that git refuses, and nobody believes that the commits stay here on purpose."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=environ, check=True)
    with (tmp_path / ".git/config").open("a") as file:
        file.write('[remote "origin"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')
    git = Git(tmp_path, environ)
    assert destination(git, remote_of(git)).remote == "origin"
