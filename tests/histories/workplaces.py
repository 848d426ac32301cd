"""Where runs work: a fresh clone for each, as runners have it, or a folder that somebody keeps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.histories.comparison import STATE, files_of
from tests.histories.land import FOREIGN, LOOSE, Branch, Folder, Shown, write
from tests.histories.repository import Repository

TREES = ("whole", "full", "bare", "sparse", "stale", "untidy")
_CONFIG = """\
[branch "main"]
	remote = origin
	merge = refs/heads/main
[remote "origin"]
	url = {url}
	fetch = +refs/heads/*:refs/remotes/origin/*
"""


class Workplace:
    """One who runs the backup. `kept` says that the folder is the same each time; `folder` is that of
    the last run."""

    kept = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, tree: str) -> None:
        """Make it ready for a run. `tree` is what it looks like (one of TREES):

        whole: as it should; full: with the whole history; bare: nothing of the backup is there; sparse:
        a half is not there; stale: of an earlier commit; untidy: somebody has changed a page.
        """
        gone = {"bare": 1, "sparse": 2}.get(tree)
        paths = list(self._ours()) if gone or tree == "untidy" else []
        write(self.folder, {}, paths[::gone] if gone else ())
        if tree == "untidy" and (pages := [path for path in paths if path.endswith("/index.md")]):
            write(self.folder, {pages[0]: b"Somebody was here.\n"})
        if not (self.folder / LOOSE).exists():
            write(self.folder, {LOOSE: b"not ours"})

    def remembers(self, published: Shown) -> list[Shown]:
        """What its state says, if that is another than the published one."""
        path = self.folder / STATE
        found = path.read_bytes() if self.kept and path.is_file() else b""
        return [Shown({STATE: found}, {})] if found != published.files.get(STATE, b"") else []

    def checked_out(self) -> Shown:
        """The commit that it has checked out."""
        return Shown({}, {})

    def _ours(self) -> Iterator[str]:
        """What was not begun with, in its order; the state comes first."""
        paths = sorted(files_of(self.folder), key=lambda path: (path != STATE, path))
        return (path for path in paths if path not in (FOREIGN, LOOSE) and path[:4] != "src/")


class Desk(Workplace):
    """The folder itself is what is published."""

    def __init__(self, land: Folder) -> None:
        super().__init__(land.folder)
        land.change({LOOSE: b"not ours"}, own=True)

    def open(self, tree: str) -> None:
        """As it is: what is missing here is missing in the backup."""


class Home(Workplace):
    """A repository without a remote; the owner works in it, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.repository = Repository.create(folder / ".git", bare=False)

    def checked_out(self) -> Shown:
        return Shown(self.repository.files(self.repository.tip()), {})

    def catch_up(self, before: str = "") -> None:
        """The work tree showed the commit `before`, and shows what the owner has committed."""
        _check_out(self.folder, self.repository, before, self.repository.tip())


class Runner(Workplace):
    """Makes a new clone for each run, with the latest commit alone, as actions/checkout does."""

    kept = False

    def __init__(self, folder: Path, land: Branch, url: str) -> None:
        super().__init__(folder)
        self.land, self.url = land, url

    def open(self, tree: str) -> None:
        """The default branch is checked out; stale: as it was some commits ago."""
        shutil.rmtree(self.folder, ignore_errors=True)
        there = self.land.repository
        commits = list(there.first_parents(there.tip()))
        commit = commits[min(2, len(commits) - 1)] if tree == "stale" else commits[0]
        _clone(self.folder, there, commit, self.url, whole=tree == "full")
        super().open(tree)


class Laptop(Workplace):
    """Cloned once, and then kept."""

    def __init__(self, folder: Path, land: Branch, url: str) -> None:
        super().__init__(folder)
        self.land = land
        commit = land.repository.tip()
        self.repository = _clone(folder, land.repository, commit, url, whole=True)

    def checked_out(self) -> Shown:
        return Shown(self.repository.files(self.repository.tip()), {})

    def open(self, tree: str) -> None:
        """Pulled, if it can be without a merge; stale: not pulled."""
        here, there = self.repository, self.land.repository
        old, new = here.tip(), there.tip()
        if tree != "stale" and old != new and old in there.ancestors(new):
            there.give(here, new, whole=True)
            here.point("main", new)
            here.point("origin/main", new, "remotes")
            _check_out(self.folder, here, old, new)
        super().open(tree)


def _clone(folder: Path, there: Repository, commit: str, url: str, *, whole: bool) -> Repository:
    here = Repository.create(folder / ".git", bare=False, more=_CONFIG.format(url=url))
    there.give(here, commit, whole=whole)
    here.point("main", commit)
    here.point("origin/main", commit, "remotes")
    _check_out(folder, here, "", commit)
    return here


def _check_out(folder: Path, repository: Repository, old: str, new: str) -> None:
    before, now, content = repository.tree(old), repository.tree(new), repository.files(new)
    changed = {path: content[path] for path, id_ in now.items() if before.get(path) != id_}
    write(folder, changed, before.keys() - now.keys())
    repository.index(new)
