"""Publishes what is finished while other pages are being read, and the rest at the end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from backup.errors import BackupError, WorkspaceError
from backup.folder import indexes
from backup.folder.tables import Tables
from backup.folder.writer import Writer
from backup.model import Problem
from backup.publish import account
from backup.publish.publisher import Done, Issued, Publisher
from backup.report.log import Log
from backup.report.report import Report
from backup.sync.state import State

_WHERE = "publishing"


@dataclass(frozen=True)
class Publications:
    """What one run publishes, and when. `before` is the state it began with, `tables` makes the lists of pages."""

    publisher: Publisher
    log: Log
    writer: Writer
    before: State
    tables: Tables

    def between(self) -> None:
        """Publish what is finished, when it is time; tables come at the end. When that is refused, the end
        tries again."""
        if not self.publisher.is_due(self.writer.size):
            return
        try:
            with self.writer.still():
                places = indexes.placed(self.writer.plan, self.before)
                now = indexes.current(self.before, self.writer, places)
                [snapshot] = self.publisher.hold(now, self._done())
            if snapshot.held.objects:
                self.log.line(_words(self.publisher.publish(snapshot), self.publisher))
        except BackupError as error:
            self.log.problem("warnings", Problem(_WHERE, f"{error} The run tries again."))
        self.publisher.rest(self.writer.size)

    def end(self, now: State, report: Report) -> Report:
        """Publish everything, and say in the report what was published."""
        issued = self.publisher.issued
        is_refused = False
        try:
            for snapshot in self.publisher.hold(now, self._done(), self.tables):
                issued = self.publisher.publish(snapshot, len(report.failed))
                self.log.line(_words(issued, self.publisher))
        except BackupError as error:
            is_refused = True
            self.log.problem("errors", Problem(_WHERE, str(error)))
        else:
            with suppress(WorkspaceError):  # nothing is lost but a reading
                indexes.forget(self.writer.tree)
            self.publisher.pack()
        self.log.problem("errors", *issued.errors)
        self.log.problem("failed", *issued.left)
        self.log.problem("warnings", *issued.behind)
        if not is_refused:
            earlier = self.publisher.unpublished
            report = account.published(report, issued.changes, issued.left, earlier)
        return replace(
            report,
            unpublished=is_refused,
            commit=issued.commit,
            branch=self.publisher.to.branch,
            pushed=issued.pushed,
            pull_request=issued.pull_request,
        )

    def _done(self) -> Done:
        writer = self.writer
        removed = writer.removed | writer.plan.forgotten
        return Done(frozenset(writer.touched), frozenset(writer.written), frozenset(removed))


def _words(issued: Issued, publisher: Publisher) -> str:
    if not issued.commit:
        return "nothing to commit"
    where = f"pushed to {publisher.to.branch}" if issued.pushed else f"on {publisher.to.branch}"
    offered = f" · {issued.pull_request}" if issued.pull_request else ""
    return f"commit {issued.commit[:10]} {where}{offered}"
