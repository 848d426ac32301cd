"""Updates the clone to what was published: its branch and its index, so that `git status` is clean.

A push counts as published even if the clone cannot be updated, because a killed git left a lock, or the run
was killed itself. The next run then updates it: two references of this work tree remember from where, and to
where.
"""

from __future__ import annotations

import re
from contextlib import suppress

from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git

# What diff-tree says of a file, of which the index needs the new mode and object, and the path.
_CHANGE = re.compile(rb":[0-7]+ ([0-7]+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\0([^\0]+)\0")
_LOOSE = "6700"  # objects: git's own default
_FROM, _TO = "refs/worktree/notion-backup-from", "refs/worktree/notion-backup-to"


def intended(git: Git, reference: str, tip: str, new: str) -> str | None:
    """Note that the clone is to follow to `new`, before that is published; which commit it shows now, '' before
    the first one. None where it will not follow: the branch `reference` is not checked out, or the clone does
    not show its `tip`, from which `new` continues."""
    old, shown = _shown(git, reference, tip)
    if shown != tip or not _is_out(git, reference):
        return None
    _remember(git, _FROM, old)
    _remember(git, _TO, new)
    return old


def follow(git: Git, reference: str, old: str | None, tip: str, new: str, *, alone: bool) -> str:
    """Take the clone from the commit `old`, as it was `intended`, to `new`. Where the clone is `alone`, without
    a remote, the branch in any case: then it is the only place that has the commit.

    What to say when the clone cannot follow now, else ''. Raises GitError when a commit without a remote
    cannot be kept.
    """
    if alone:
        git.run("update-ref", reference, new, tip if _at(git, reference) == tip else "")
    return "" if old is None else _moved(git, reference, old, new)


def caught_up(git: Git, reference: str, tip: str) -> str:
    """Let the clone follow what an earlier run published, if the branch's `tip` has that; what `follow` says."""
    old, shown = _shown(git, reference, tip)
    return _moved(git, reference, old, shown) if old != shown and _is_out(git, reference) else ""


def pack(git: Git) -> None:
    """Let git pack the clone when that is due, as its commands do at their end: each run adds loose objects.
    The owner's gc.auto counts, behind which stands ours, that no other command of a run packs. Where git (2.42
    and later) would run a program for that, the owner packs: git adds settings of this name, and takes none back."""
    if git.ask("config", "--get-all", "gc.recentObjectsHook"):
        return
    *owners, _ = git.ask("config", "--get-all", "gc.auto").splitlines() or [""]
    often = (("gc.auto", owners[-1] if owners else _LOOSE), ("gc.autoDetach", "false"))
    with suppress(GitError):  # it is tried again
        git.using(*often).run("gc", "--auto", "--quiet", seconds=NETWORK_SECONDS)


def _shown(git: Git, reference: str, tip: str) -> tuple[str, str]:
    """Which commit the clone shows, and which it should show by now; where somebody has moved the branch
    meanwhile, or what was noted was never published, both are the branch's."""
    now, to = _at(git, reference), _at(git, _TO)
    old = _at(git, _FROM) if to else ""
    is_due = to and now in (old, to) and git.succeeds("merge-base", "--is-ancestor", to, tip)
    return (old, to) if is_due else (now, now)


def _moved(git: Git, reference: str, old: str, new: str) -> str:
    try:
        _index(git, old, new)
        if (now := _at(git, reference)) != new:
            git.run("update-ref", reference, new, now)
    except GitError as error:
        _remember(git, _FROM, old)
        _remember(git, _TO, new)
        said = error.message.partition("\n")[0]
        return (
            f"The clone could not be updated to what was published: {said} The next run tries again. "
            "If no git process is running, delete the lock."
        )
    if _at(git, _TO):
        _remember(git, _FROM, "")
        _remember(git, _TO, "")
    return ""


def _index(git: Git, old: str, new: str) -> None:
    """Put what differs between two commits into the index, and touch nothing else there: what a person
    has staged stays so. Neither the work tree nor any filter takes part."""
    before = old or git.run("hash-object", "-t", "tree", "--stdin").strip()  # the empty tree
    listed = git.data("diff-tree", "-r", "-z", before, new)
    git.run("update-index", "-z", "--index-info", given=_CHANGE.sub(rb"\1 \2\t\3\0", listed))


def _is_out(git: Git, reference: str) -> bool:
    return git.ask("symbolic-ref", "-q", "HEAD") == reference


def _at(git: Git, reference: str) -> str:
    return git.ask("rev-parse", "-q", "--verify", reference)


def _remember(git: Git, reference: str, commit: str) -> None:
    """As far as that goes: for a clone that can note nothing, it is too late anyway."""
    git.ask("update-ref", *((reference, commit) if commit else ("-d", reference)))
