"""The account of a run: what was planned, and what became of it, as the report that everybody reads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from backup.fetching import Outcome
from backup.files.pending import Pending
from backup.listing import Seen
from backup.model import Problem
from backup.picture import Memory
from backup.report.report import Entry, Report, Section
from backup.sync.plan import Action, Listed, Plan, Step
from backup.sync.state import State


def foreseen(decided: Plan) -> Outcome:
    """What a run would do if nothing failed: for the report of a dry run."""
    return Outcome(done=decided.of(Action.FETCH))


def unchanged(steps: Collection[Step], read: Collection[str] = ()) -> int:
    """How many of the pages that Notion lists stay as they are: `read` has the ids of others."""
    staying = (step for step in steps if step.action is Action.KEEP and step.row is not None)
    return sum(step.page_id not in read for step in staying)


def given_up(now: State, today: date) -> int:
    """How many files outside Notion are not there any more, and only tried now and then."""
    lacking = (each for record in now.pages.values() for each in record.pending)
    return sum(Pending.from_json(each).is_given_up(today) for each in lacking)


def report(decided: Plan, outcome: Outcome, seen: Seen, memory: Memory) -> Report:
    """Every page with what happened to it, in the order of the plan."""
    order = {step.page_id: number for number, step in enumerate(decided.steps)}
    done = sorted(outcome.done, key=lambda step: order[step.page_id])
    new = [step for step in done if step.page_id not in memory.state.pages]
    moved = [step for step in done if step.old_folder]
    news = {step.page_id for step in (*new, *moved)}
    read = {step.page_id for step in done}
    kept = [step for step in decided.of(Action.KEEP) if step.row is None]

    def entry(step: Step, note: str) -> Entry:
        files = outcome.files[step.page_id]
        return Entry(step.title, step.folder, note, step.page_id, files)

    return Report(
        new=tuple(entry(step, "") for step in new),
        updated=tuple(entry(step, step.reason) for step in done if step.page_id not in news),
        renamed=tuple(entry(step, step.old_folder) for step in moved),
        removed=tuple(entry(step, step.reason) for step in decided.of(Action.REMOVE)),
        kept=tuple(entry(step, step.reason) for step in kept),
        failed=outcome.failed,
        lost=outcome.lost,
        warnings=outcome.warnings,
        errors=(*seen.problems, *decided.problems, *_unfinished(outcome)),
        sections=tuple(_section(each, decided, read, memory) for each in seen.listed),
        unchanged=unchanged(decided.steps, read),
        files=sum(outcome.files.values()),
    )


def _section(listed: Listed, decided: Plan, read: Collection[str], memory: Memory) -> Section:
    steps = [step for step in decided.steps if _database(step, memory) == listed.id]
    members = frozenset(step.page_id for step in steps)
    pages = len(listed.rows)
    return Section(listed.id, listed.title, listed.folder, pages, unchanged(steps, read), members)


def _database(step: Step, memory: Memory) -> str:
    record = memory.state.pages.get(step.page_id)
    return step.row.database if step.row else record.database if record else ""


def _unfinished(outcome: Outcome) -> tuple[Problem, ...]:
    if not outcome.left:
        return ()
    what = f"{outcome.left} pages were not read; what was finished is saved, the next run goes on."
    return (Problem("The run was told to stop", what),)
