"""Commits on top of the remote's current tip, and pushes.

Commits are built from objects, without the work tree, the user's index or .gitignore, so the checkout may be
behind its remote.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TypeVar

from backup import ci
from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git
from backup.model import Identity
from backup.publish import following, objects, refusals, signing
from backup.publish.branches import Destination
from backup.publish.commits import REFERENCE, Commit, effective, stream
from backup.publish.refusals import Attempt

T = TypeVar("T")
_TRIES = 8  # six jobs that push at once need about five
_ASIDE = (
    "The checked-out branch {0} was not moved: it differs from the remote. To bring this clone up to "
    "date: git stash --include-untracked, then git pull --rebase, then git stash drop for what the "
    "backup wrote here."
)
_LATER = "The files are written; the next run publishes them."
_DEPTH = 100  # commits of history in which a lost state is looked for


@dataclass(frozen=True, slots=True)
class Tip:
    """What the branch holds: `commit` is '' when there is no branch and nothing to begin with.

    `files` maps all its paths to their objects; `links` are those of them that are symbolic links or
    submodules. `replaces` is the commit that the branch has, when it is to be started again from `commit`;
    `head` is the one that is checked out, and `there` the one that the branch has on the remote.
    """

    commit: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    links: Collection[str] = ()
    replaces: str | None = None
    head: str = ""
    there: str = ""

    def regular(self, prefix: str) -> dict[str, str]:
        """Its regular files below the folder `prefix`, '' or with a slash at its end, by their paths there."""
        return {
            path.removeprefix(prefix): object_
            for path, object_ in self.files.items()
            if path.startswith(prefix) and path not in self.links
        }


def listed(git: Git, commit: str) -> tuple[dict[str, str], set[str]]:
    """Every path of a commit with its object, and those that are not regular files. Raises GitError."""
    answer = git.run("ls-tree", "-r", "-z", "--full-tree", commit) if commit else ""
    found: dict[str, str] = {}
    links: set[str] = set()
    for entry in filter(None, answer.split("\0")):
        about, _, path = entry.partition("\t")
        mode, _, found[path] = about.split()
        if not mode.startswith("100"):
            links.add(path)
    return found, links


@dataclass(frozen=True, slots=True)
class Published:
    """`commit` is '' when there was nothing to commit. `behind` says why the clone does not show it yet."""

    commit: str = ""
    pushed: bool = False
    behind: str = ""


@dataclass(frozen=True)
class Pushing:
    """How to publish with `git`, whose folder is the root of the work tree.

    `base` is the branch from which a branch of our own is started again, '' to go on with what it has.
    `replaces` is the commit that the branch had when the run looked, None when it did not. `lacking` says that
    the remote lacks what is committed here: it is pushed, also when there is nothing new.
    `lfs` says that some files are in Git LFS.
    """

    git: Git
    to: Destination
    committer: Identity
    base: str = ""
    lfs: bool = False
    sleep: Callable[[float], None] = time.sleep
    replaces: str | None = None
    lacking: bool = False

    def publish(self, compose: Callable[[Tip], Collection[Commit]]) -> Published:
        """Commit what `compose` wants on a tip, and push it; others may push meanwhile.

        Raises GitError when git or the remote refuses, or when others were faster every time.
        """
        bases = chain([self.base], repeat(""))  # whoever was faster has begun the branch
        beaten = f"Could not push to {self.to.branch}, {_TRIES} times in a row:"
        return self._patiently(lambda: self._try(compose, next(bases)), beaten)

    def _try(self, compose: Callable[[Tip], Collection[Commit]], base: str) -> Published:
        tip = self._tip(base)
        commits = effective(compose(tip), tip.files)
        if not commits:
            if self.lacking:
                self._push(tip.commit, tip)
            behind = following.caught_up(self.git, self.to.reference, tip.commit)
            return Published(tip.commit if self.lacking else "", self.lacking, behind)
        commit, alone = self._written(commits, tip), not self.to.remote
        follow = (self.git, self.to.reference)
        old = following.intended(*follow, tip.commit, commit)
        if not alone:
            self._push(commit, tip)
        behind = following.follow(*follow, old, tip.commit, commit, alone=alone)
        return Published(commit, not alone, behind or self._aside(commit))

    def tip(self) -> Tip:
        """What the branch has now, or what it will be begun from.

        Raises GitError when the remote cannot be asked.
        """
        return self._patiently(lambda: self._tip(self.base))

    def knock(self, tip: Tip) -> None:
        """Ask the remote for leave to push, and send nothing: hosts check the token then, and rules and
        hooks only when something arrives.

        Raises GitError when the remote says no, or cannot be asked.
        """
        if not (self.to.remote and tip.commit):
            return
        options = (
            "--dry-run",
            "--force",
            "--no-recurse-submodules",
            "--no-follow-tags",
            "--no-signed",
        )
        what = (self.to.remote, f"{tip.commit}:{self.to.reference}")
        self._patiently(
            lambda: self.git.run("push", "-q", *options, *what, seconds=NETWORK_SECONDS)
        )

    def _patiently(self, ask: Callable[[], T], beaten: str = "") -> T:
        """What `ask` gives, also where others are faster or a host is busy for a moment; `beaten` begins the
        error when that does not end."""
        for number in range(1, _TRIES + 1):
            try:
                return ask()
            except GitError as error:
                told = self._explained(error)
                if not refusals.passing(error.message):
                    raise told from None
                if number == _TRIES:
                    raise (
                        GitError(f"{beaten} {told.message}", hint=_LATER) if beaten else told
                    ) from None
            self.sleep(random.uniform(0.2, 1.0) * number)
        raise AssertionError  # the last try returns or raises

    def _explained(self, error: GitError) -> GitError:
        to, is_job = self.to, bool(ci.product(self.git.environ))
        repository = ci.repository_of(to.url)
        return refusals.explained(
            error, Attempt(to.branch, ci.host_of(to.url), repository, to.token, is_job)
        )

    def other(self, branch: str, path: str) -> str:
        """The object of a file on another branch of the remote; '' where there is none."""
        commit = self._fetched(f"refs/heads/{branch}")
        return self._local(f"{commit}:{path}") if commit else ""

    def deepen(self) -> bool:
        """Have some more of the history of a shallow clone; False when the remote gives none."""
        if not (self.to.remote and self._is_shallow()):
            return False
        options = ("--no-tags", "--no-recurse-submodules", f"--deepen={_DEPTH}")
        return self.git.succeeds("fetch", "-q", *options, self.to.remote, self.to.reference)

    def _tip(self, base: str) -> Tip:
        """What to build on: the branch of the remote, or what is checked out, where that continues from
        it; `base` of the remote, if that is given; what is checked out, when the branch is new."""
        there = remote = self._fetched(self.to.reference)
        if self.replaces is not None and there != self.replaces:
            base = ""  # another job has begun the branch since this run looked
        begun = self._fetched(f"refs/heads/{base}") if base else ""
        if not self.to.remote:
            there = self._local(self.to.reference)
        head = self._local("HEAD")
        commit = begun or (head if self._goes_on(head, there) else there) or head
        files, links = listed(self.git, commit)
        return Tip(commit, files, links, there if begun else None, head, remote)

    def _goes_on(self, head: str, there: str) -> bool:
        """Whether what is checked out is the branch with commits that were never pushed. Those that
        the remote once had and no longer has were taken back by somebody."""
        if not there or head == there or not self._is_checked_out():
            return False
        if not self._is_ancestor(there, head):
            return False
        seen = self._local(f"refs/remotes/{self.to.remote}/{self.to.branch}")
        return not seen or self._is_ancestor(seen, there)

    def _is_ancestor(self, commit: str, of: str) -> bool:
        return self.git.succeeds("merge-base", "--is-ancestor", commit, of)

    def _is_checked_out(self) -> bool:
        return self.git.ask("symbolic-ref", "-q", "HEAD") == self.to.reference

    def _is_shallow(self) -> bool:
        return self.git.ask("rev-parse", "--is-shallow-repository") == "true"

    def _local(self, reference: str) -> str:
        """The commit that a name stands for in this clone; '' when there is none."""
        return self.git.ask("rev-parse", "-q", "--verify", reference)

    def _fetched(self, reference: str) -> str:
        """The commit that a branch of the remote has, and it is here; '' when there is no branch."""
        remote = self.to.remote
        command = ("ls-remote", remote, reference)
        answer = self.git.run(*command, seconds=NETWORK_SECONDS) if remote else ""
        found = (line.split("\t") for line in answer.splitlines())
        commit = next((id_ for id_, name in found if name == reference), "")
        if not commit or self.git.ask("cat-file", "-t", commit) == "commit":
            return commit
        # Only a clone that is shallow stays so: fetching less would cut off its history. It is a
        # runner's, and can do without the contents of all pages and images: git fetches those that
        # are needed.
        less = ("--depth=1", "--filter=blob:none") if self._is_shallow() else ()
        options = ("--no-tags", "--no-recurse-submodules", *less)
        self.git.run("fetch", "-q", *options, remote, reference, seconds=NETWORK_SECONDS)
        return self.git.run("rev-parse", "FETCH_HEAD").strip()

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

    def _aside(self, commit: str) -> str:
        """What a person with a diverged clone must do; a runner's clone is discarded anyway."""
        if not self._is_checked_out() or self._local("HEAD") == commit:
            return ""
        return "" if ci.product(self.git.environ) else _ASIDE.format(self.to.branch)
