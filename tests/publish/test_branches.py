"""Which remote is published to, and at which address, from what real git says of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backup.errors import ConfigError, GitError
from backup.git import Git
from backup.publish.branches import Destination, Remote, destination, remote_of

HERE = "https://git.example.com/acme/wiki.git"
ADDRESSES = {
    "one": ([("remote.origin.url", HERE)], "origin", HERE),
    "the only one, of another name": ([("remote.home.url", HERE)], "home", HERE),
    "origin of two": ([("remote.a.url", "/a"), ("remote.origin.url", HERE)], "origin", HERE),
    "the branch's own of two": (
        [("remote.a.url", "/a"), ("remote.b.url", HERE), ("branch.main.remote", "b")],
        "b",
        HERE,
    ),
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


def repository(folder: Path, *commands: str) -> Git:
    """A new one, in which these commands of git have run."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    git = Git(folder, environ)
    for command in ("init -q -b main", *commands):
        git.run(*command.split())
    return git


@pytest.mark.parametrize("case", ADDRESSES)
def test_what_is_pushed_to_is_the_remotes_first_address_for_pushing(
    tmp_path: Path, case: str
) -> None:
    settings, remote, url = ADDRESSES[case]
    git = repository(tmp_path)
    with (tmp_path / ".git/config").open("a") as file:
        for key, value in settings:
            section, name = key.split(".", 1)[0], key.rpartition(".")[2]
            middle = key.removeprefix(f"{section}.").removesuffix(f".{name}")
            file.write(f'[{section} "{middle}"]\n\t{name} = "{value}"\n')
    assert destination(git, remote_of(git)) == Destination("main", remote, url)


def test_of_several_remotes_one_is_named_or_the_run_ends(tmp_path: Path) -> None:
    git = repository(tmp_path, "remote add gitea /a", "remote add github /b")
    with pytest.raises(ConfigError, match="which of the remotes to push to: gitea, github"):
        remote_of(git)
    git.run("config", "remote.pushDefault", "github")
    assert remote_of(git).push == "/b"


def test_a_branch_is_not_moved_under_another_work_tree(tmp_path: Path) -> None:
    """There all that the backup brings would be staged for deletion."""
    empty = "-c user.name=a -c user.email=a commit -q --allow-empty -m x"
    git = repository(tmp_path, empty, "worktree add -q -b side side")
    with pytest.raises(GitError, match=f"main is checked out in {tmp_path}: there"):
        destination(git.at(tmp_path / "side"), Remote(), "main")
    for folder, branch in ((tmp_path / "side", ""), (tmp_path, "main"), (tmp_path, "new")):
        destination(git.at(folder), Remote(), branch)


def test_a_remote_that_has_no_address_is_still_the_one_to_push_to(tmp_path: Path) -> None:
    """So that git refuses, and nobody believes that the commits stay here on purpose."""
    git = repository(tmp_path)
    with (tmp_path / ".git/config").open("a") as file:
        file.write('[remote "origin"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')
    assert destination(git, remote_of(git)).remote == "origin"
