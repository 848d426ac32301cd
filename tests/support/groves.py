"""Workspaces of pages in pages, and their backups."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

from fakenotion.branches import Branch
from tests.support.backups import Backup, Ran, backing_up, clock

Grown = Callable[..., "Grove"]


class Grove:
    """A workspace of pages in pages and its backup, which runs in a fresh clone each time."""

    def __init__(self, backup: Backup, root: str) -> None:
        self.backup, self.roots = backup, root
        self.notion = backup.notion
        self._clones = self._requests = self._answers = 0

    def run(self, code: int = 0, **environ: str) -> Ran:
        """Back up, in a new clone of what was published, and what was asked for is known by `asked`."""
        if (self.backup.folder / ".git").exists() and self._clones:
            self._renew()
        self._clones += 1
        clock(self.notion).forward(minutes=5)
        self._requests = len(self.backup.server.requests)
        self._answers = self.backup.server.answered
        ran = self.backup.run(**{"DATABASES": self.roots, **environ})
        assert ran.code == code, ran.log
        return ran

    def _renew(self) -> None:
        """The work tree as a new checkout has it: nothing but what is committed."""
        folder = self.backup.folder
        for path in folder.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.backup.git("checkout", "-q", "-f", "HEAD", "--", ".")

    @property
    def asked(self) -> int:
        """How many requests the last run made."""
        return len(self.backup.server.requests) - self._requests

    @property
    def endpoints(self) -> Counter[str]:
        """Its requests by endpoint, as the stand-in names them."""
        return self.backup.server.endpoints(self._answers)

    def text(self, page: str) -> str:
        """What a page says."""
        return self.backup.text(f"{page}/index.md")

    @property
    def pages(self) -> list[str]:
        return sorted(self.backup.pages())

    @property
    def changed(self) -> list[str]:
        """What the last commit changed, with renames."""
        shown = self.backup.git("show", "--name-status", "-M", "--format=", "-z")
        return [part for part in shown.split("\0") if part]

    @property
    def files(self) -> dict[str, bytes]:
        """All but the state."""
        files = self.backup.files()
        return {path: each for path, each in files.items() if not path.startswith(".notion-sync")}

    def from_scratch(self, **environ: str) -> dict[str, bytes]:
        """What a first backup of the same would have, of that."""
        other = self.backup.folder.parent / "other"
        with backing_up(other, self.notion, git=False) as fresh:
            ran = fresh.run(**{"DATABASES": self.roots, **environ})
            assert ran.code == 0, ran.log
            return Grove(fresh, "").files

    def root(self, title: str, *words: Any) -> Branch:
        """A new page at the top."""
        return Branch.root(self.notion, title, *words)
