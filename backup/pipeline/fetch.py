"""Writes pages in parallel, from Notion or from their stores: each is written and logged; a failure costs
only that page.

The plan says which pages, and why. After each round it is made again, from what is known by then.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from backup.errors import (
    BackupError,
    FileError,
    Unauthorized,
    WorkspaceError,
    is_disk_full,
    sentence,
)
from backup.files.pending import sentence as sentence_of
from backup.folder.writer import Writer
from backup.markdown.context import Options, render_key
from backup.model import Json, Problem, Row
from backup.notion.blocks import Shared
from backup.notion.pace import ALLOWED
from backup.pipeline.outcome import Outcome, combined, unfinished
from backup.pipeline.page import Reader
from backup.report.log import Log
from backup.stop import Stop
from backup.sync.plan import ANCHORS, LINKS, is_watched, learned, plan
from backup.sync.state import Place, State
from backup.sync.steps import Action, Listing, Plan, Rules, Step
from backup.threads import threads
from backup.words import UNTITLED, counted

_MOST = (
    5  # readings of a page: what was planned; what was edited meanwhile, twice; what it links to
)
_MINUTE = 60.0  # seconds between two lines about how far the work is
_GLANCE = 0.2  # seconds between two looks at whether to stop


@dataclass(frozen=True)
class Fetching:
    """What the work needs: who reads, who writes, who logs, and the threads for whole pages.

    `edited_since` gives the rows of a listing that were edited since it began; `further` what is seen
    once these pages were read, with the state by then. `bring` brings what the work tree lacks of the
    steps' pages, as far as the branch has it; `between` is called now and then, and may publish what is
    finished. `logged` is when it was last said how far the work is.
    """

    reader: Reader
    writer: Writer
    log: Log
    pages: Executor
    stop: Stop
    edited_since: Callable[[Listing, Collection[str]], Collection[Row]]
    further: Callable[[State, Collection[str]], Listing]
    bring: Callable[[Collection[Step]], None] = lambda steps: None
    between: Callable[[], None] = lambda: None
    logged: list[float] = field(default_factory=list)

    def all(self, decided: Plan, listing: Listing, rules: Rules) -> Outcome:
        """Carry out what was decided from the listing and the rules, then what the plan says next.

        Never raises: what ends the work is in the outcome, beside all that was done before.
        """
        outcomes: list[Outcome] = []
        self.logged[:] = [self.stop.clock()]
        try:
            for outcome in self._rounds(decided, listing, rules):
                outcomes.append(self._mentioned(outcome))
        except Exception as error:  # noqa: BLE001 - what is finished must be published
            outcomes.append(Outcome(ended=_end(error)))
        found = combined(outcomes)
        found = self._mentioned(replace(found, errors=(*found.errors, *unfinished(found))))
        if found.ended and isinstance(found.ended, WorkspaceError):
            self.writer.tree.clear_staging()  # room for what is still to be written
        return found

    def _rounds(self, todo: Plan, listing: Listing, rules: Rules) -> Iterator[Outcome]:
        """One round after the other, until the plan wants nothing more, or nothing more can be done."""
        work, readings, newer = self, Counter[str](), dict[str, Row]()
        while True:
            forgotten = todo.forgotten | self.writer.plan.forgotten
            self.writer.plan = replace(todo, forgotten=forgotten)
            self.writer.forget(todo.forgotten)
            self.log.problem("errors", *todo.problems)
            yield (moved := work._put_in_place(todo, rules))
            rules = learned(rules, (), moved.failed, {})
            steps = _next(todo, rules, readings)
            due = () if self.stop.requested else todo.of(Action.RETRY)
            self.bring(steps)
            yield (read := work.fetch(steps))
            if read.ended or read.left:
                return
            yield (tried := work._tried(due))
            readings.update(step.page_id for step in read.done)
            edited = work._edited_meanwhile(read.done, listing)
            newer |= {row.id: row for row in edited}
            rules = learned(rules, read.done, read.failed, tried.retried)
            before, found = listing, self._found_in(read.done)
            if found is None:
                yield Outcome(errors=(_NOT_LISTED,))
                return
            self.log.problem("errors", *found.problems)
            listing = found.with_(newer.values())
            is_over = not steps and not due and _ids(listing) == _ids(before)
            if is_over and not work._titled(todo):
                return
            rules = replace(rules, render_keys=render_keys(listing.schemas, work.reader.options))
            todo = plan(listing, self._now(), rules)
            if not is_over and not _finding(_next(todo, rules, readings)) and work._titled(todo):
                todo = plan(listing, self._now(), rules)
            work = work._renewed(todo, listing, rules, edited=bool(edited))

    def _found_in(self, read: Collection[Step]) -> Listing | None:
        """What Notion shows now that these were read; None when the run is stopped meanwhile. In a large tree that
        takes a request for each of thousands of pages: what is finished is published meanwhile."""
        listed = [step.page_id for step in read if step.row]
        with threads(1, self.stop) as beside:
            answer = beside.submit(self.further, self._now(), listed)
            while wait([answer], _GLANCE).not_done:
                if self.stop.requested:
                    return None
                self.between()
                self._pace(0)
        return answer.result()

    def _titled(self, todo: Plan) -> bool:
        """Ask for titles of what pages link to outside of the backup; whether there is a new one."""
        outside = self.reader.outside
        if not outside or self.stop.requested:
            return False
        return outside.learn(todo.targets, self.reader.requests)

    def _renewed(self, todo: Plan, listing: Listing, rules: Rules, *, edited: bool) -> Fetching:
        """The same for the next round; `edited`: pages were, and so may be synced blocks."""
        reader = replace(
            self.reader,
            targets=todo.targets,
            schemas=listing.schemas,
            render_keys=rules.render_keys,
            views=listing.views,
            shared=Shared() if edited else self.reader.shared,
        )
        return replace(self, reader=reader)

    def _now(self) -> State:
        """The state by now: the pages as they are, the databases as the plan has placed them."""
        before, plan_ = self.writer.before, self.writer.plan
        places = {
            each.id: replace(
                before.databases.get(each.id, Place(each.folder, each.title, each.icon)),
                folder=each.folder,
                parent=each.parent,
            )
            for each in (*plan_.databases, *plan_.kept)
        }
        return replace(
            before,
            pages=dict(self.writer.records),
            databases=places,
            outside=dict(self.writer.outside),
        )

    def fetch(self, steps: Collection[Step]) -> Outcome:
        """Write the steps' pages, as many as there is time for. When one shows that no other
        will come (see `_page`), those under way are finished, and no other is begun."""
        if self.stop.requested or not steps:
            return Outcome(left=len(steps))
        outcomes: list[Outcome] = []
        with self.log.progress(len(steps)):
            futures = {self.pages.submit(self._page, step): step for step in steps}
            try:
                for number, future in enumerate(self._finished(futures), start=1):
                    outcomes.append(future.result())
                    self._log_page(f"{number}/{len(steps)}", futures[future], outcomes[-1])
                    if outcomes[-1].ended:
                        _cancel(futures)
            except Exception as error:  # noqa: BLE001 - what is finished must be published
                outcomes.append(Outcome(ended=_end(error)))
                _cancel(futures)
                self.writer.close()
        total = combined(outcomes)
        return replace(total, left=len(steps) - len(total.done) - len(total.failed))

    def _put_in_place(self, decided: Plan, rules: Rules) -> Outcome:
        """Pages are removed, and moved to their folders. What cannot be put there stays where it is."""
        removed = [
            each for each in decided.of(Action.REMOVE) if each.page_id in self.writer.records
        ]
        for step in removed:
            self.writer.remove(step.page_id)
            self.log.line(f"removed {step.folder}/ · {step.reason}")
        steps = [step for step in decided.steps if step.page_id not in rules.failed]
        refused = self.writer.relocate(steps, (*decided.databases, *decided.kept))
        titles = {step.page_id: step.title for step in steps}
        failed = (Problem(titles[id_] or UNTITLED, why, id_) for id_, why in refused.items())
        moved = (each for each in steps if each.old_folder and each.page_id not in refused)
        return Outcome(failed=tuple(failed), moved=tuple(moved), removed=tuple(removed))

    def _finished(self, futures: Collection[Future[Outcome]]) -> Iterator[Future[Outcome]]:
        """Each future when it is done. When the run is stopped: only those under way, for a short while."""
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
            self._pace(pending)
            try:
                future = done.get(timeout=_GLANCE)
            except Empty:
                continue
            pending -= 1
            if not future.cancelled():
                yield future
        if pending:
            self.writer.close()

    def _pace(self, pending: int) -> None:
        """Say how far the work is, and what is left by what is known so far."""
        is_due = self.stop.clock() - self.logged[-1] >= _MINUTE
        if not (is_due or self.log.has_bar):
            return
        self.logged[:] = [self.stop.clock()] if is_due else self.logged
        known, client = len(self.writer.plan.steps), self.reader.client
        each = client.spent["reading"] / max(1, len(self.writer.written))
        minutes = counted(math.ceil(pending * each / ALLOWED), "minute")
        doing = f"{pending} to go in this round (about {minutes})" if pending else _LISTING
        left = counted(client.left(), "request")
        self.log.pace(
            f"{known - pending} of {known} pages known so far are done, {doing}; {left} left in this minute",
            is_due=is_due,
        )

    def _edited_meanwhile(self, done: Collection[Step], listing: Listing) -> tuple[Row, ...]:
        """The newer rows of pages that were read while somebody wrote in them."""
        before = {step.page_id: step.row for step in done if is_watched(step)}
        if not before or self.stop.requested:
            return ()
        rows = self.edited_since(listing, before)
        return tuple(
            row for row in rows if (old := before.get(row.id)) and row.edited != old.edited
        )

    def _tried(self, steps: Collection[Step]) -> Outcome:
        """Try the missing files of pages that stay as they are, and report those that still fail, but
        for those that are given up (see files.pending)."""
        files = self.reader.files
        wanted = [
            (step, pending)
            for step in steps
            for pending in files.due(self.writer.records[step.page_id])
        ]
        if not wanted:
            return Outcome()
        self.log.line(f"Retrying files that could not be downloaded last time: {len(wanted)}")
        retried = dict.fromkeys((step.page_id for step, _ in wanted), False)
        lost = []
        outcomes = files.try_again(wanted)
        for (step, pending), outcome in zip(wanted, outcomes, strict=True):
            if not isinstance(outcome, FileError) or pending.changes_page(outcome):
                retried[step.page_id] = True
            elif not pending.is_given_up(files.today):
                lost.append(Problem(step.title, sentence_of(pending.file, outcome), step.page_id))
        lost = [problem for problem in lost if not retried[problem.page_id]]
        return Outcome(lost=tuple(lost), retried=retried)

    def _page(self, step: Step) -> Outcome:
        """One page, which is a bulkhead: whatever is raised for it costs this page. Only a refused
        token and a full disk also end the work."""
        before = self.writer.records.get(step.page_id)
        try:
            self.writer.check(step.page_id, step.folder)
            folder = self.writer.tree.root / step.folder
            written = self.reader.page(step, before, folder)
            done = replace(step, action=written.action)
            self.writer.put(
                step.page_id, written.record, written.placed, written.text, written.stored
            )
        except Unauthorized as error:
            return Outcome(ended=error)
        except Exception as error:  # noqa: BLE001 - one page fails, no other one
            what = sentence(error)
            if is_disk_full(error):
                return Outcome(ended=WorkspaceError("No space left on device.", hint=_ROOM))
            return Outcome(failed=(Problem(step.title or UNTITLED, what, step.page_id),))
        files = {step.page_id: written.new}
        return Outcome((done,), (), written.failed, written.problems, written.lacking, files)

    def _log_page(self, number: str, step: Step, outcome: Outcome) -> None:
        count = outcome.files.get(step.page_id)
        files = counted(count, "file") if count else ""
        reason = "" if outcome.done else "not read" if outcome.ended else "failed"
        is_rendered = any(done.action is Action.RENDER for done in outcome.done)
        way = "from its store" if is_rendered else ""
        self.log.page(number, step.title or UNTITLED, [reason or step.reason, way, files])
        self._mentioned(outcome)

    def _mentioned(self, outcome: Outcome) -> Outcome:
        """The outcome, which brings its problems into the report, once the log has them."""
        self.log.mention("warnings", *outcome.warnings)
        self.log.mention("errors", *outcome.failed, *outcome.lost, *outcome.errors)
        return outcome


def _next(todo: Plan, rules: Rules, readings: Mapping[str, int]) -> list[Step]:
    """What to write in this round: first what is there to be found, so that pages are written again for
    their links alone once all of those are known."""
    steps = [
        step
        for step in (*todo.of(Action.FETCH), *todo.of(Action.RENDER))
        if step.page_id not in rules.failed and readings.get(step.page_id, 0) < _MOST
    ]
    return _finding(steps) or steps


def _finding(steps: Collection[Step]) -> list[Step]:
    """Those that may show pages which nobody knows yet."""
    return [step for step in steps if step.reason not in (ANCHORS, LINKS)]


def _ids(listing: Listing) -> set[str]:
    """What is listed."""
    return {id_ for each in listing.lists for id_ in (each.id, *(row.id for row in each.rows))}


def render_keys(schemas: Mapping[str, Json], options: Options) -> dict[str, str]:
    """For each data source the render key of its pages; '' stands for pages that are not rows."""
    return {id_: render_key(each, options) for id_, each in {"": {}, **schemas}.items()}


_ROOM = "Make room on the disk of the runner."
_LISTING = "and what lies in them is being listed"
_NOT_LISTED = Problem(
    "The run was stopped",
    "The pages and databases inside those that were read were not all listed; everything finished is saved, and the "
    "next run continues.",
)


def _end(error: Exception) -> BackupError:
    """An error that ends the work, as one that can be reported."""
    return error if isinstance(error, BackupError) else BackupError(sentence(error))


def _cancel(futures: Collection[Future[Outcome]]) -> None:
    for future in futures:
        future.cancel()
