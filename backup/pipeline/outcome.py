"""What became of the steps of a plan, as one value: each round of a run has one, and all together give the
report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from backup.errors import BackupError
from backup.model import Problem
from backup.sync.steps import Step
from backup.words import counted

_Problems = defaultdict[str, list[Problem]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the steps. `moved` are those of pages that got another folder, `removed` those of
    pages that were removed. `failed` are pages that were left as they are, `lost` are files that could not be
    downloaded, `errors` is what else is lacking, `files` counts the files that
    were written for each page id, `left` the steps that were not begun. `retried` says of each page whose
    missing files alone were tried whether it has to be read now. `ended` is the error that ended the
    work early; what was done before holds."""

    done: tuple[Step, ...] = ()
    failed: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)
    left: int = 0
    retried: Mapping[str, bool] = field(default_factory=dict)
    ended: BackupError | None = None
    moved: tuple[Step, ...] = ()
    removed: tuple[Step, ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        return combined([self, other])


def unfinished(outcome: Outcome) -> tuple[Problem, ...]:
    """That the work did not come to its own end, and what is left of it."""
    left = f"{counted(outcome.left, 'page')} {'was' if outcome.left == 1 else 'were'} not read"
    what = f"{left}; everything finished is saved, and the next run continues."
    if outcome.ended:
        return (Problem("The run ended early", f"{outcome.ended} {what}"),)
    return (Problem("The run was stopped", what),) if outcome.left else ()


def combined(outcomes: Iterable[Outcome]) -> Outcome:
    """All of them as one. A page that was read again counts once, for the reason of the first time,
    and with the problems of the last time."""
    each = tuple(outcomes)
    done: dict[str, Step] = {}
    kinds: tuple[_Problems, ...] = tuple(defaultdict(list) for _ in range(4))
    for outcome in each:
        for step in outcome.done:
            done.setdefault(step.page_id, step)
            for found in kinds:
                found.pop(step.page_id, None)
        lists = (outcome.failed, outcome.lost, outcome.warnings, outcome.errors)
        for found, problems in zip(kinds, lists, strict=True):
            for problem in problems:
                found[problem.page_id].append(problem)
    failed, lost, warnings, errors = (tuple(chain.from_iterable(found.values())) for found in kinds)
    files = Counter[str]()
    for outcome in each:
        for id_, count in outcome.files.items():
            files[id_] += count
    left = sum(outcome.left for outcome in each)
    ended = next((outcome.ended for outcome in each if outcome.ended), None)
    moved = {step.page_id: step for outcome in reversed(each) for step in outcome.moved}
    removed = tuple(step for outcome in each for step in outcome.removed)
    return Outcome(
        done=tuple(done.values()),
        failed=failed,
        lost=lost,
        warnings=warnings,
        errors=errors,
        files=files,
        left=left,
        ended=ended,
        moved=tuple(moved.values()),
        removed=removed,
    )
