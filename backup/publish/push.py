"""Commits what is to be published on top of what the remote has now, and pushes it.

The commits are built from objects: the workspace, the user's index and .gitignore are neither asked nor
touched, and a checkout that is behind its remote is no obstacle.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git, Identity
from backup.publish import following, objects, refusals, signing
from backup.publish.branches import Destination
from backup.publish.commits import REFERENCE, Commit, effective, stream

_TRIES = 8  # six jobs that push at once need about five


@dataclass(frozen=True, slots=True)
class Tip:
    """What the branch holds: `commit` is '' when there is no branch and nothing to begin with.

    `files` maps all its paths to their objects. `replaces` is the commit that the branch has, when
    it is to be begun anew from `commit`.
    """

    commit: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """`commit` is '' when there was nothing to commit. `behind` says why the clone does not show it yet."""

    commit: str = ""
    pushed: bool = False
    behind: str = ""


@dataclass(frozen=True)
class Pushing:
    """How to publish with `git`, whose folder is the root of the work tree.

    `base` is the branch from which a branch of our own is begun anew, '' to go on with what it has.
    `lfs` says that some files are in Git LFS.
    """

    git: Git
    to: Destination
    committer: Identity
    base: str = ""
    lfs: bool = False
    sleep: Callable[[float], None] = time.sleep

    def publish(self, compose: Callable[[Tip], Collection[Commit]]) -> Published:
        """Commit what `compose` wants on a tip, and push it; others may push meanwhile.

        Raises GitError when git or the remote refuses, or when others were faster every time.
        """
        base, said = self.base, ""
        for number in range(_TRIES):
            try:
                return self._try(compose, base)
            except GitError as error:
                if not refusals.passing(error.message):
                    hint = error.hint or refusals.hint(error.message)
                    raise GitError(error.message, hint=hint) from None
                said = error.message
            base = ""  # whoever was faster has begun the branch
            if number + 1 < _TRIES:
                self.sleep(random.uniform(0.2, 1.0) * (number + 1))
        raise GitError(
            f"{self.to.branch} could not be pushed to, {_TRIES} times in a row: {said}",
            hint="The files are written; the next run publishes them.",
        )

    def _try(self, compose: Callable[[Tip], Collection[Commit]], base: str) -> Published:
        tip = self._tip(base)
        commits = effective(compose(tip), tip.files)
        if not commits:
            return Published(behind=following.caught_up(self.git, self.to.reference))
        commit = self._written(commits, tip)
        if self.to.remote:
            self._push(commit, tip)
        return Published(commit, bool(self.to.remote), self._follow(commit, tip))

    def _tip(self, base: str) -> Tip:
        """What to build on: the branch of the remote; `base` of the remote, if that is given; what
        is checked out, when the branch is new."""
        there = self._fetched(self.to.reference)
        begun = self._fetched(f"refs/heads/{base}") if base else ""
        if not self.to.remote:
            there = self.git.ask("rev-parse", "-q", "--verify", self.to.reference)
        head = self.git.ask("rev-parse", "-q", "--verify", "HEAD")
        commit = begun or there or head
        return Tip(commit, self._files(commit), there if begun else None)

    def _fetched(self, reference: str) -> str:
        """The commit that a branch of the remote has, and it is here; '' when there is no branch."""
        remote = self.to.remote
        command = ("ls-remote", remote, reference)
        listed = self.git.run(*command, seconds=NETWORK_SECONDS) if remote else ""
        found = (line.split("\t") for line in listed.splitlines())
        commit = next((id_ for id_, name in found if name == reference), "")
        if not commit or self.git.ask("cat-file", "-t", commit) == "commit":
            return commit
        # Only a clone that is shallow stays so: fetching less would cut off its history.
        shallow = self.git.ask("rev-parse", "--is-shallow-repository") == "true"
        options = ("--no-tags", "--no-recurse-submodules", *(("--depth=1",) if shallow else ()))
        self.git.run("fetch", "-q", *options, remote, reference, seconds=NETWORK_SECONDS)
        return self.git.run("rev-parse", "FETCH_HEAD").strip()

    def _files(self, commit: str) -> dict[str, str]:
        listed = self.git.run("ls-tree", "-r", "-z", "--full-tree", commit) if commit else ""
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return {path: about.split()[2] for about, _, path in entries}

    def _written(self, commits: Collection[Commit], tip: Tip) -> str:
        objects.agree(self.git, tip.files, {path for each in commits for path in each.put})
        given = stream(commits, tip.commit, self.committer, int(time.time()))
        # git would take names for equal that differ in case, where the file system does.
        command = ("-c", "core.ignoreCase=false", "fast-import", "--quiet", "--force")
        commit = self.git.run(*command, given=given).strip()
        self.git.ask("update-ref", "-d", REFERENCE)  # which waits for no lock, and does no harm
        return signing.signed(self.git, commit, tip.commit)

    def _push(self, commit: str, tip: Tip) -> None:
        to = self.to
        if self.lfs:
            objects.upload(self.git, to.remote, to.url, commit, tip.commit, to.reference)
        options = ["--no-recurse-submodules", "--no-follow-tags", "--no-signed"]
        if tip.replaces is not None:
            options.append(f"--force-with-lease={to.reference}:{tip.replaces}")
        command = ("push", "-q", "--porcelain", *options, to.remote, f"{commit}:{to.reference}")
        self.git.run(*command, seconds=NETWORK_SECONDS)

    def _follow(self, commit: str, tip: Tip) -> str:
        """Let the clone know; what to say when it cannot."""
        alone = not self.to.remote
        return following.follow(self.git, self.to.reference, tip.commit, commit, alone=alone)
