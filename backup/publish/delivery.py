"""Hands over what the run has: what is finished, while other pages are being read, and all at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from backup.errors import BackupError, WorkspaceError
from backup.folder import indexes
from backup.folder.writer import Writer
from backup.model import Problem
from backup.publish import account
from backup.publish.publisher import Done, Issued, Publisher
from backup.report.log import Log
from backup.report.report import Report
from backup.sync.plan import Listed
from backup.sync.state import State

_WHERE = "publishing"


@dataclass(frozen=True)
class Delivery:
    """One run's publications. `listed` are its databases, `before` is the state it began with, and
    `has` tells whether the backup had a file then."""

    publisher: Publisher
    log: Log
    writer: Writer
    listed: Collection[Listed]
    before: State
    has: Callable[[str], bool]

    def between(self) -> None:
        """Publish what is finished, when it is time. When that is refused, the end tries again."""
        if not self.publisher.is_due():
            return
        try:
            with self.writer.still():
                places = indexes.write_indexes(self.listed, self.writer, self.before, self.has)
                now = indexes.current(self.before, self.writer, places)
                snapshot = self.publisher.hold(now, self._done())
            if snapshot.held.objects:
                self.log.line(_words(self.publisher.publish(snapshot), self.publisher))
        except BackupError as error:
            self.log.warning(Problem(_WHERE, f"{error} It is tried again."))
        self.publisher.rest()

    def end(self, now: State, report: Report) -> Report:
        """Publish all that the run has, and tell in the report what became of it."""
        issued = self.publisher.issued
        refused: tuple[Problem, ...] = ()
        try:
            snapshot = self.publisher.hold(now, self._done())
            issued = self.publisher.publish(snapshot, len(report.failed))
            self.log.line(_words(issued, self.publisher))
        except BackupError as error:
            refused = (Problem(_WHERE, str(error)),)
        else:
            with suppress(WorkspaceError):  # nothing is lost but a reading
                indexes.forget(self.writer.tree)
        errors = (*refused, *issued.errors)
        for problem in errors:
            self.log.error(problem)
        for problem in issued.left:
            self.log.error(problem)
        for problem in issued.behind:
            self.log.warning(problem)
        done = report if refused else account.published(report, issued.parts, issued.left)
        return replace(
            done,
            unpublished=bool(refused),
            commit=issued.commit,
            branch=self.publisher.to.branch,
            pushed=issued.pushed,
            pull_request=issued.pull_request,
            errors=(*report.errors, *errors),
            failed=(*report.failed, *issued.left),
            warnings=(*report.warnings, *issued.behind),
        )

    def _done(self) -> Done:
        writer = self.writer
        return Done(frozenset(writer.touched), frozenset(writer.written), frozenset(writer.removed))


def _words(issued: Issued, publisher: Publisher) -> str:
    if not issued.commit:
        return "nothing to commit"
    where = f"pushed to {publisher.to.branch}" if issued.pushed else f"on {publisher.to.branch}"
    offered = f" · {issued.pull_request}" if issued.pull_request else ""
    return f"commit {issued.commit[:10]} {where}{offered}"
