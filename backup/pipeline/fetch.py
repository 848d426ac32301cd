"""Fetches pages in parallel: each is read, written and logged; a failure costs only that page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from itertools import chain
from queue import Empty, SimpleQueue

from backup.errors import BackupError, Unauthorized, WorkspaceError, is_disk_full, sentence
from backup.folder.writer import Writer
from backup.model import Problem, Row
from backup.notion.blocks import Shared
from backup.pipeline.page import Reader
from backup.pipeline.retry import retry
from backup.report.log import Log
from backup.stop import Stop
from backup.sync.plan import Action, Plan, Step
from backup.words import counted

_READINGS = 2  # of a page that changes under our eyes; then it is taken as it is, and not settled
_GLANCE = 0.2  # seconds between two looks at whether to stop


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the steps. `failed` are pages that were left as they are, `lost` are files
    that could not be had, `errors` is what else a page lacks, `files` counts the files that were
    written for each page id, `left` the steps that were not begun. `ended` is the error that ended
    the work early; what was done before holds."""

    done: tuple[Step, ...] = ()
    failed: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    files: Counter[str] = field(default_factory=Counter)
    left: int = 0
    ended: BackupError | None = None

    def __add__(self, other: Outcome) -> Outcome:
        return combined([self, other])


def combined(outcomes: Iterable[Outcome]) -> Outcome:
    """All of them as one. A page that was read again counts once, for the reason of the first time,
    and with what the last time left to be told."""
    each = tuple(outcomes)
    done: dict[str, Step] = {}
    told: tuple[_Told, ...] = tuple(defaultdict(list) for _ in range(4))
    for outcome in each:
        for step in outcome.done:
            done.setdefault(step.page_id, step)
            for found in told:
                found.pop(step.page_id, None)
        lists = (outcome.failed, outcome.lost, outcome.warnings, outcome.errors)
        for found, problems in zip(told, lists, strict=True):
            for problem in problems:
                found[problem.page_id].append(problem)
    failed, lost, warnings, errors = (tuple(chain.from_iterable(found.values())) for found in told)
    files = sum((outcome.files for outcome in each), Counter[str]())
    left = sum(outcome.left for outcome in each)
    ended = next((outcome.ended for outcome in each if outcome.ended), None)
    return Outcome(tuple(done.values()), failed, lost, warnings, errors, files, left, ended)


_Told = defaultdict[str, list[Problem]]


@dataclass(frozen=True)
class Fetching:
    """What the work needs: who reads, who writes, who tells, and the threads for whole pages.

    `edited_since` lists the rows of the run's databases that were edited since the run began;
    `between` is called now and then, and may publish what is finished.
    """

    reader: Reader
    writer: Writer
    log: Log
    pages: Executor
    stop: Stop
    edited_since: Callable[[Collection[str]], Collection[Row]]
    between: Callable[[], None] = lambda: None

    def all(self, decided: Plan) -> Outcome:
        """Every page that the plan wants; those that were edited meanwhile, once or twice more; then
        those whose blocks are linked to otherwise by now, and those with news of a missing file.

        Never raises: what ends the work is in the outcome, beside all that was done before.
        """
        outcomes: list[Outcome] = []
        try:
            for outcome in self._rounds(decided, outcomes):
                outcomes.append(outcome)
                if outcome.ended:
                    break
        except Exception as error:  # noqa: BLE001 - what is finished must be published
            outcomes.append(Outcome(ended=_end(error)))
        found = combined(outcomes)
        if found.ended and isinstance(found.ended, WorkspaceError):
            self.writer.tree.clear_staging()  # room for what is still to be written
        return found

    def _rounds(self, decided: Plan, before: Collection[Outcome]) -> Iterator[Outcome]:
        """One round after the other; `before` holds those that were given already."""
        moved = self._relocated(decided)
        yield moved
        stuck = {problem.page_id for problem in moved.failed}
        first = self.fetch([step for step in decided.of(Action.FETCH) if step.page_id not in stuck])
        yield first
        suspects: Collection[Step] = first.done
        for _ in range(_READINGS):
            suspects = self._edited_meanwhile(suspects)
            yield self._forgetful().fetch(suspects)
        self.writer.unsettle(step.page_id for step in suspects)
        failed = {problem.page_id for problem in combined(before).failed}
        yield self.fetch(_newly_anchored(decided, self.writer, failed))
        yield self._try_files_again(decided, combined(before))

    def _forgetful(self) -> Fetching:
        """The same work, with synced blocks read again: they may be what was edited."""
        return replace(self, reader=replace(self.reader, shared=Shared()))

    def fetch(self, steps: Collection[Step]) -> Outcome:
        """Read and write the steps' pages, as many as there is time for. When one shows that no other
        will come (see `_page`), those under way are finished, and no other is begun."""
        if self.stop.requested or not steps:
            return Outcome(left=len(steps))
        anchors = self.writer.anchors()
        outcomes: list[Outcome] = []
        with self.log.progress(len(steps)):
            futures = {
                self.pages.submit(self._page, step, anchors.get(step.page_id, set())): step
                for step in steps
            }
            try:
                for number, future in enumerate(self._finished(futures), start=1):
                    outcomes.append(future.result())
                    self._tell(f"{number}/{len(steps)}", futures[future], outcomes[-1])
                    if outcomes[-1].ended:
                        _cancel(futures)
            except Exception as error:  # noqa: BLE001 - what is finished must be published
                outcomes.append(Outcome(ended=_end(error)))
                _cancel(futures)
                self.writer.close()
        total = combined(outcomes)
        return replace(total, left=len(steps) - len(total.done) - len(total.failed))

    def _relocated(self, decided: Plan) -> Outcome:
        """What could not be put into its new folder, and stays where it is."""
        refused = self.writer.relocate(decided.steps)
        titles = {step.page_id: step.title for step in decided.steps}
        failed = [Problem(titles[id_] or "Untitled", why, id_) for id_, why in refused.items()]
        for problem in failed:
            self.log.error(problem)
        return Outcome(failed=tuple(failed))

    def _finished(self, futures: Collection[Future[Outcome]]) -> Iterator[Future[Outcome]]:
        """Each future when it is done. When told to stop: only those under way, for a short while."""
        done: SimpleQueue[Future[Outcome]] = SimpleQueue()
        for future in futures:
            future.add_done_callback(done.put)
        pending, is_stopping = len(futures), False
        while pending and not self.stop.overdue:
            if self.stop.requested and not is_stopping:
                is_stopping = True
                _cancel(futures)
            if not is_stopping:
                self.between()
            try:
                future = done.get(timeout=_GLANCE)
            except Empty:
                continue
            pending -= 1
            if not future.cancelled():
                yield future
        if pending:
            self.writer.close()

    def _edited_meanwhile(self, done: Collection[Step]) -> tuple[Step, ...]:
        """Pages that were read while somebody wrote in them: half of the one, half of the other.

        A page that was renamed or moved meanwhile is left to the next run.
        """
        if not done or self.stop.requested:
            return ()
        rows = {row.id: row for row in self.edited_since({step.page_id for step in done})}
        return tuple(
            replace(step, row=row, reason="edited while it was read", old_folder="")
            for step in done
            if (row := rows.get(step.page_id)) and step.row
            if row.edited != step.row.edited
            and (row.title, row.source) == (step.row.title, step.row.source)
        )

    def _try_files_again(self, decided: Plan, outcome: Outcome) -> Outcome:
        """The files that could not be had in an earlier run, of pages that nothing has touched."""
        if self.stop.requested:
            return Outcome()
        touched = {step.page_id for step in outcome.done}
        touched |= {problem.page_id for problem in outcome.failed}
        steps = [step for step in decided.steps if step.page_id not in touched]
        retried = retry(self.reader, self.log, steps, self.writer.records)
        for problem in retried.lost:
            self.log.error(problem)
        ready = replace(self, reader=replace(self.reader, tried=retried.tried))
        return Outcome(lost=retried.lost) + ready.fetch(retried.steps)

    def _page(self, step: Step, anchored: Collection[str]) -> Outcome:
        """One page, which is a bulkhead: whatever is raised for it costs this page. Only a refused
        token and a full disk also end the work."""
        before = self.writer.records.get(step.page_id)
        try:
            self.writer.check(step.page_id, step.folder)
            folder = self.writer.tree.root / step.folder
            written = self.reader.read(step, before, folder, anchored)
            self.writer.put(step.page_id, written.record, written.placed, written.text)
        except Unauthorized as error:
            return Outcome(ended=error)
        except Exception as error:  # noqa: BLE001 - see above
            what = sentence(error)
            if is_disk_full(error):
                return Outcome(ended=WorkspaceError("No space left on device.", hint=_ROOM))
            return Outcome(failed=(Problem(step.title or "Untitled", what, step.page_id),))
        files = Counter({step.page_id: written.new})
        return Outcome((step,), (), written.failed, written.problems, written.lacking, files)

    def _tell(self, number: str, step: Step, outcome: Outcome) -> None:
        count = outcome.files[step.page_id]
        files = counted(count, "file") if count else ""
        reason = "" if outcome.done else "not read" if outcome.ended else "failed"
        self.log.page(number, step.title or "Untitled", [reason or step.reason, files])
        for problem in outcome.warnings:
            self.log.warning(problem)
        for problem in (*outcome.failed, *outcome.lost, *outcome.errors):
            self.log.error(problem)


_ROOM = "Make room on the disk of the runner."


def _end(error: Exception) -> BackupError:
    """An error that ends the work, as one that can be told."""
    return error if isinstance(error, BackupError) else BackupError(sentence(error))


def _cancel(futures: Collection[Future[Outcome]]) -> None:
    for future in futures:
        future.cancel()


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
