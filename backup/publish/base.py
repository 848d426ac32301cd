"""Reads what a run starts from: the published branch as it is now, its state and its tree.

The work tree may be shallow, sparse, outdated, on another branch, or emptied by an earlier step. Only the
branch says what the backup contains.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from backup.errors import BrokenState, GitError
from backup.git import Git
from backup.model import STORE, TEXT
from backup.publish import objects
from backup.publish.push import Pushing, Tip, listed
from backup.sync import state
from backup.sync.base import Base
from backup.sync.state import Place, Record, State, join

_VERSIONS = 20  # of the state file that are tried, when the last one is lost, damaged or put back
_LOOKED_AT = 100  # commits that changed it, of which some may put an earlier one back


def read(git: Git, prefix: str, pushing: Pushing, tip: Tip) -> Base:
    """What the branch that is published to has at `tip`. `prefix` is the path of the output folder
    below the root of the work tree, with a slash at its end, or ''.

    Raises GitError when git cannot read it, StateError when a later version of this program wrote the
    state.
    """
    found, problem = _state(git, f"{prefix}{state.NAME}", tip, pushing)
    same = tip.head == tip.commit
    before = found if same and not problem else _at(git, "HEAD", f"{prefix}{state.NAME}")
    is_whole = same and _is_whole(git, pushing)
    return Base(tip.commit, found, tip.regular(prefix), problem, is_whole, before)


def _state(git: Git, path: str, tip: Tip, pushing: Pushing) -> tuple[State, str]:
    """The state on the branch, or the last good one in its history with what is wrong with this one."""
    if not tip.commit:
        return State(), ""
    object_ = "" if path in tip.links else tip.files.get(path, "")
    text = objects.text(git, path, object_) if object_ else b""
    problem = f"{state.NAME} is {'empty' if object_ else 'missing'}."
    try:
        if text.strip():
            return state.loads(text), ""
    except BrokenState as error:
        problem = error.message
    found = _earlier(git, path, tip.commit)
    if not found.pages and any(each.endswith(f"/{TEXT}") for each in tip.files):
        pushing.deepen()
        found = _earlier(git, path, tip.commit)
    return found, problem


def _earlier(git: Git, path: str, commit: str) -> State:
    """The last state in the history of `commit` that can be read and has a page. What the files of its
    databases show by now, it does not know."""
    states = (_at(git, each, path) for each in _versions(git, path, commit))
    found = next((each for each in states if each.pages), State())
    places = found.databases.items()
    unproven = {id_: replace(each, index_digest="", listing_digest="") for id_, each in places}
    return replace(found, databases=unproven)


def _versions(git: Git, path: str, commit: str) -> list[str]:
    """The commits in the history of `commit` that gave the state another content, the last one first:
    but for those that put an earlier one back, which say nothing of what lies beside it."""
    options = ("--format=%H", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM")
    count = f"--max-count={_LOOKED_AT}"
    said = git.ask("log", *options, count, commit, "--", f":(top,literal){path}")
    first: dict[str, str] = {}
    at = ""
    for line in said.splitlines():
        if line.startswith(":"):
            object_ = line.split()[3]
            first.pop(object_, None)
            first[object_] = at
        elif line:
            at = line
    return list(first.values())[:_VERSIONS]


def earlier(
    git: Git, prefix: str, base: Base, texts: Set[str], pushing: Pushing
) -> dict[str, Record]:
    """Pages that lie on the branch, as the last commit with that very text of them knew them, or without a
    text that very store, or of a page that the state has elsewhere just a file: what somebody has changed
    since is nobody's that we know of. `texts` should be among theirs: else more of the history is
    fetched."""
    if len(_versions(git, f"{prefix}{state.NAME}", base.commit)) < 2:
        pushing.deepen()  # else the state of the tip is compared with the tip
    found = _known_earlier(git, prefix, base)
    known = {each.text_path for each in found.values()}
    if texts - known and pushing.deepen():
        found = _known_earlier(git, prefix, base)
    return found


def _known_earlier(git: Git, prefix: str, base: Base) -> dict[str, Record]:
    found: dict[str, Record] = {}
    path = f"{prefix}{state.NAME}"
    for commit in _versions(git, path, base.commit):
        files = Tip(commit, *listed(git, commit)).regular(prefix)
        for id_, record in _at(git, commit, path).pages.items():
            moved = record.names() if id_ in base.state.pages else ()
            own = (join(record.folder, name) for name in (TEXT, STORE, *moved))
            there = next((each for each in own if each in base.files), "")
            if there and id_ not in found and files.get(there) == base.files[there]:
                found[id_] = record
    return found


def databases(base: Base, remembered: State) -> dict[str, Place]:
    """The databases of the branch's state, and those of which the store was found there besides."""
    found = {
        id_: place
        for id_, place in remembered.databases.items()
        if place.store and all(path in base.files for path in place.paths())
    }
    return {**base.state.databases, **found}


def _at(git: Git, commit: str, path: str) -> State:
    """The state that a commit has; an empty one, when it cannot be read."""
    object_ = git.ask("rev-parse", "-q", "--verify", f"{commit}:{path}")
    try:
        return state.readable(objects.text(git, path, object_)) if object_ else State()
    except GitError:
        return State()


def _is_whole(git: Git, pushing: Pushing) -> bool:
    """Whether the work tree shows every file of the branch."""
    checked_out = git.ask("symbolic-ref", "-q", "HEAD") == pushing.to.reference
    return checked_out and git.ask("config", "--bool", "core.sparseCheckout") != "true"


def restore(git: Git, prefix: str, commit: str, paths: list[str]) -> None:
    """Bring files of a commit back into the work tree, where they are missing, as far as git can.
    `paths` are below the output folder; the index stays as it is."""
    if not paths:
        return
    given = "".join(f"{prefix}{path}\0" for path in paths).encode()
    options = ("--worktree", "--ignore-skip-worktree-bits", f"--source={commit}")
    command = ("restore", *options, "--pathspec-from-file=-", "--pathspec-file-nul")
    git.succeeds(*command, given=given, extra={"GIT_LITERAL_PATHSPECS": "1"})
