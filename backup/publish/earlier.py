"""Reads a backup as a commit has it, by git's objects alone: the work tree and the index stay as they are.

It stands apart because nothing else in this room serves `restore`, and this needs nothing of a run that publishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backup.errors import ConfigError, GitError
from backup.git import Git
from backup.publish.objects import Output
from backup.publish.push import Tip, listed


@dataclass(frozen=True)
class Earlier:
    """The files of a commit below the output folder: `files` are their objects, `prefix` is where the
    folder lies in the repository, '' or with a slash at its end. `git` works at its root."""

    git: Git
    commit: str
    prefix: str
    files: Mapping[str, str]

    def content(self, path: str) -> bytes:
        """The bytes of a file, as a checkout would write them; none when there is no such file.

        Raises GitError when they cannot be read here.
        """
        return dict(Output(self.git, self.prefix).contents(self.files, [path])).get(path, b"")


def at(git: Git, name: str) -> Earlier:
    """What the commit, tag or branch `name` has; `git` works in the output folder.

    Raises ConfigError when the clone has no such commit, and GitError where there is no repository.
    """
    root = git.run("rev-parse", "--show-toplevel").rstrip("\n")
    prefix = git.run("rev-parse", "--show-prefix").rstrip("\n")
    commit = git.ask("rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}")
    if not commit:
        raise ConfigError(
            f"RESTORE_AT: this clone has no commit, tag or branch {name[:60]!r}.",
            hint="Check its spelling; a shallow clone lacks the history (actions/checkout with "
            "`fetch-depth: 0`).",
        )
    from_root = git.at(Path(root))
    try:
        tip = Tip(commit, *listed(from_root, commit))
    except GitError as error:
        raise ConfigError(f"RESTORE_AT: {error.message}", hint="Fetch its history first.") from None
    return Earlier(from_root, commit, prefix, tip.regular(prefix))
