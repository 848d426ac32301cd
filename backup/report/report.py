"""What a run did, as one frozen value: the log, the summary, the outputs and the commit read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backup.model import Problem


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the report. `note` says why, or where it was before."""

    title: str
    folder: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What AI naming took: requests sent, tokens, and their cost when the prices are known."""

    requests: int
    tokens_in: int
    tokens_out: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`failed`: pages whose last good copy was left as it is. `lost`: files that could not be had.
    `errors`: something else that is not saved. `warnings`: all is saved, but somebody should look.

    `unchanged`, `files` (images and attachments written) and `requests` (to Notion) are counts.
    `asked` is None when AI naming is off.
    """

    new: tuple[Entry, ...] = ()
    updated: tuple[Entry, ...] = ()
    renamed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    kept: tuple[Entry, ...] = ()
    failed: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    unchanged: int = 0
    files: int = 0
    requests: int = 0
    seconds: float = 0.0
    commit: str = ""
    branch: str = ""
    pushed: bool = False
    dry_run: bool = False
    asked: Asked | None = None

    @property
    def written(self) -> int:
        """How many pages were written: new, updated and renamed ones."""
        return len(self.new) + len(self.updated) + len(self.renamed)

    @property
    def changed(self) -> bool:
        """Whether the run committed something, or wrote or removed a page."""
        return bool(self.commit or self.written or self.removed)

    @property
    def exit_code(self) -> int:
        """0: all well. 1: something failed, and the rest is saved."""
        return 1 if self.failed or self.lost or self.errors else 0

    def headline(self) -> str:
        """The counts in one line: '3 new, 1 renamed, 196 unchanged'; 'nothing changed'."""
        counts = {
            "new": len(self.new),
            "updated": len(self.updated),
            "renamed": len(self.renamed),
            "removed": len(self.removed),
            "failed": len(self.failed),
        }
        said = [f"{count} {word}" for word, count in counts.items() if count]
        return ", ".join(said or ["nothing changed"])

    def details(self) -> Iterable[tuple[str, Entry]]:
        """Every page that is not as it was, with the word for what happened to it."""
        for word, entries in (
            ("new", self.new),
            ("updated", self.updated),
            ("renamed", self.renamed),
            ("removed", self.removed),
            ("kept", self.kept),
        ):
            for entry in entries:
                yield word, entry
