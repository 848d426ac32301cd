"""Fetches pages, several at once: each is read, put in its place and told; one that fails is told."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace

from backup.errors import BackupError, Unauthorized
from backup.model import Problem
from backup.reading import Reader
from backup.report.log import Log
from backup.sync.plan import Action, Plan, Step
from backup.writing import Writer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the steps. `failed` are pages that were left as they are, `lost` are files
    that could not be had, `files` counts those that were written."""

    done: tuple[Step, ...] = ()
    failed: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    files: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            tuple({step.page_id: step for step in (*other.done, *self.done)}.values()),
            self.failed + other.failed,
            self.lost + other.lost,
            self.warnings + other.warnings,
            self.files + other.files,
        )


@dataclass(frozen=True)
class Fetching:
    """What the work needs: who reads, who writes, who tells, and the threads for whole pages."""

    reader: Reader
    writer: Writer
    log: Log
    pages: Executor

    def all(self, decided: Plan) -> Outcome:
        """Every page that the plan wants, then those whose blocks are linked to otherwise by now."""
        outcome = self.fetch(decided.of(Action.FETCH))
        failed = {problem.page_id for problem in outcome.failed}
        return outcome + self.fetch(_newly_anchored(decided, self.writer, failed))

    def fetch(self, steps: Collection[Step]) -> Outcome:
        """Read and write the steps' pages.

        Raises Unauthorized: when Notion shuts the door, no other page will come.
        """
        self.writer.lift(steps)
        anchors = self.writer.anchors()
        total = Outcome()
        with self.log.progress(len(steps)):
            futures = {
                self.pages.submit(self._page, step, anchors.get(step.page_id, set())): step
                for step in steps
            }
            for number, future in enumerate(as_completed(futures), start=1):
                outcome = future.result()
                self._tell(f"{number}/{len(steps)}", futures[future], outcome)
                total += outcome
        for step in steps:
            self.writer.settle(step)
        return total

    def _page(self, step: Step, anchored: Collection[str]) -> Outcome:
        before = self.writer.records.get(step.page_id)
        folder = self.writer.lifted_folder(step)
        try:
            written = self.reader.read(step, before, folder, anchored)
            self.writer.put(step.page_id, written.record, written.placed, written.text)
        except Unauthorized:
            raise
        except BackupError as error:
            return Outcome(failed=(Problem(step.title or "Untitled", str(error), step.page_id),))
        return Outcome((step,), (), written.failed, written.problems, written.new)

    def _tell(self, number: str, step: Step, outcome: Outcome) -> None:
        files = f"{outcome.files} file{'' if outcome.files == 1 else 's'}" if outcome.files else ""
        reason = "" if outcome.done else "failed"
        self.log.page(number, step.title or "Untitled", [reason or step.reason, files])
        for problem in outcome.warnings:
            self.log.warning(problem)
        for problem in (*outcome.failed, *outcome.lost):
            self.log.error(problem)


def _newly_anchored(decided: Plan, writer: Writer, failed: Collection[str]) -> tuple[Step, ...]:
    """Pages whose blocks are linked to otherwise than they were when they were written."""
    wanted = writer.anchors()
    return tuple(
        replace(step, action=Action.FETCH, reason="links to its blocks changed", old_folder="")
        for step in decided.steps
        if step.row
        and step.page_id not in failed
        and (record := writer.records.get(step.page_id))
        and set(record.anchors) != wanted.get(step.page_id, set())
    )
