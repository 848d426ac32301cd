"""Commits what the run wrote, on top of what the remote has now, and pushes it.

The commit is built from objects and an index of its own: the workspace, the user's index and
.gitignore are neither asked nor touched, and a checkout that is behind its remote is no obstacle.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from backup.errors import GitError
from backup.git import Git, Identity

_TRIES = 8  # six jobs that push at once need about five
_TIP = "refs/notion-backup/tip"
_BEHIND = ("fetch first", "non-fast-forward", "cannot lock ref", "reference already exists")
_NOBODY = "0" * 40


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit holds: paths below the output folder to take from the disk or to drop.

    `texts` are files whose content depends on what others pushed in between: from what the remote
    has ('' for nothing) to what the commit shall have.
    """

    put: Collection[str]
    drop: Collection[str]
    texts: Mapping[str, Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class Published:
    """`commit` is '' when nothing had to be committed."""

    commit: str = ""
    pushed: bool = False
    branch: str = ""


def publish(
    git: Git,
    change: Change,
    message: str,
    identity: Identity,
    *,
    branch: str = "",
    sleep: Callable[[float], None] = time.sleep,
) -> Published:
    """Commit `change` and push it when there is a remote called origin.

    `git.folder` is the output folder. Raises GitError when git or the remote refuses, or when others
    pushed in between at every one of the tries.
    """
    branch = branch or _branch(git)
    remote = "origin" if "origin" in git.run("remote").split() else ""
    for number in range(_TRIES):
        tip = _tip(git, remote, branch)
        commit = _commit(git, change, message, identity, tip)
        if not commit:
            return Published(branch=branch)
        if not remote or _push(git, commit, branch):
            _follow(git, commit, tip, branch, change)
            return Published(commit, bool(remote), branch)
        sleep(random.uniform(0.2, 1.0) * (number + 1))
    raise GitError(
        f"Others pushed to {branch} in between, {_TRIES} times in a row.",
        hint="The files are written; the next run publishes them.",
    )


def committed_text(git: Git, path: str) -> str:
    """The text of a file as the checked-out commit has it; '' when it has none."""
    return git.ask("show", f"HEAD:./{path}") + "\n" if git.ask("ls-tree", "HEAD", path) else ""


def is_repository(git: Git) -> bool:
    """Whether the output folder lies in a git work tree."""
    return git.ask("rev-parse", "--is-inside-work-tree") == "true"


def _branch(git: Git) -> str:
    """The branch to publish to: the one that is checked out, else the one the runner names."""
    reference = git.environ.get("GITHUB_REF", "")
    named = git.environ.get("GITHUB_REF_NAME", "")
    by_runner = named if reference.startswith("refs/heads/") or "/" not in reference else ""
    branch = git.ask("symbolic-ref", "-q", "--short", "HEAD") or by_runner
    if not branch:
        raise GitError(
            "No branch is checked out, so it is not clear where to publish.",
            hint="Check out a branch first (actions/checkout with ref: main).",
        )
    return branch


def _tip(git: Git, remote: str, branch: str) -> str:
    """The commit to build on; '' when there is none yet."""
    if remote and git.run("ls-remote", remote, f"refs/heads/{branch}"):
        reference = f"+refs/heads/{branch}:{_TIP}"
        depth = ("--depth=1",) if git.ask("rev-parse", "--is-shallow-repository") == "true" else ()
        git.run("fetch", "-q", "--no-tags", *depth, remote, reference)
        return git.run("rev-parse", _TIP).strip()
    if remote and git.ask("rev-parse", "-q", "--verify", "HEAD"):
        return git.run("rev-parse", "HEAD").strip()
    return git.ask("rev-parse", "-q", "--verify", "HEAD")


def _commit(git: Git, change: Change, message: str, identity: Identity, tip: str) -> str:
    """The new commit on `tip`; '' when its tree would be the same."""
    with tempfile.TemporaryDirectory(prefix="notion-backup-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", tip or "--empty", extra=index)
        git.run(
            "update-index", "-z", "--index-info", given=_index_info(git, change, tip), extra=index
        )
        tree = git.run("write-tree", extra=index).strip()
    if tip and tree == git.run("rev-parse", f"{tip}^{{tree}}").strip():
        return ""
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", identity.name), ("EMAIL", identity.email))
    }
    parents = ("-p", tip) if tip else ()
    return git.run("commit-tree", tree, *parents, given=message.encode(), extra=who).strip()


def _index_info(git: Git, change: Change, tip: str) -> bytes:
    """The lines for update-index: what to put with its object, what to drop."""
    prefix = git.run("rev-parse", "--show-prefix").rstrip("\n")
    paths = [path for path in sorted(change.put) if (git.folder / path).is_file()]
    hashes = _hashes(git, paths)
    texts = {path: make(_text(git, tip, path)) for path, make in change.texts.items()}
    lines = [f"0 {_NOBODY}\t{prefix}{path}" for path in sorted(change.drop)]
    lines += [f"100644 {hash_}\t{prefix}{path}" for path, hash_ in zip(paths, hashes, strict=True)]
    for path, text in texts.items():
        hash_ = git.run("hash-object", "-w", "--stdin", given=text.encode()).strip()
        lines.append(f"100644 {hash_}\t{prefix}{path}")
    return "".join(f"{line}\0" for line in lines).encode()


def _hashes(git: Git, paths: list[str]) -> list[str]:
    """The objects of files on the disk, byte for byte: no filter and no line-end setting applies."""
    # Whole paths: from a folder inside the work tree, git takes short ones for the root's.
    given = "".join(f"{git.folder.absolute() / path}\n" for path in paths).encode()
    return git.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=given).split()


def _text(git: Git, tip: str, path: str) -> str:
    listed = git.ask("ls-tree", tip, path) if tip else ""
    return git.run("cat-file", "blob", listed.split()[2]) if listed else ""


def _push(git: Git, commit: str, branch: str) -> bool:
    """Whether the remote took it; False when others were faster."""
    try:
        git.run("push", "-q", "--porcelain", "origin", f"{commit}:refs/heads/{branch}")
    except GitError as error:
        if any(words in error.message for words in _BEHIND):
            return False
        raise
    return True


def _follow(git: Git, commit: str, tip: str, branch: str, change: Change) -> None:
    """Let the checked-out branch and the index know, when the commit continues just what they show."""
    checked_out = git.ask("symbolic-ref", "-q", "--short", "HEAD") == branch
    if not checked_out or git.ask("rev-parse", "-q", "--verify", "HEAD") != tip:
        return
    git.run("update-ref", f"refs/heads/{branch}", commit)
    ours = [*change.put, *change.drop, *change.texts]
    given = "".join(f"{path}\0" for path in ours).encode()
    git.run("reset", "-q", "--pathspec-from-file=-", "--pathspec-file-nul", given=given)
