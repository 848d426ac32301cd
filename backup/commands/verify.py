"""The verify command: whether what is backed up is what was backed up. It asks no server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from backup.errors import sentence
from backup.folder.tree import Tree
from backup.folder.writer import Writer
from backup.markdown.context import Options
from backup.model import Problem
from backup.pipeline.check import SHEETS, STORES, TEXTS, Checked, Inventory, check, names
from backup.report.answer import Answer
from backup.services import ReadingServices, Services
from backup.settings import ReadingSettings, Settings
from backup.sync import untrusted
from backup.sync.base import Base
from backup.sync.state import State
from backup.words import counted

_AT_ONCE = 200  # stores of the branch in memory


def run(settings: ReadingSettings, services: ReadingServices) -> Answer:
    """Compare the state, the files and the Markdown in the output folder with each other, and name each
    file that does not fit. Raises StateError when there is no backup."""
    here = services.load()
    found = check(
        here.state, inventory(services.tree), Options.of(settings.rendering), here.claimed
    )
    damage = tuple(Problem(name, what) for name, what in untrusted.described(here.state.damage))
    problems = (*damage, *found.problems)
    return Answer(
        heading=heading(found, problems),
        head=("", "checked", "wrong"),
        rows=tuple(_row(kind, found) for kind in found.counts),
        notes=(*found.notes, *services.at_work()),
        problems=problems,
        data={
            "pages": len(here.state.pages),
            "databases": len(here.state.databases),
            "checked": dict(found.counts),
        },
    )


def after_run(
    settings: Settings, services: Services, now: State, base: Base | None, writer: Writer
) -> None:
    """Check the backup as a run leaves it: what its `writer` wrote, and what the branch has; log and
    record what does not fit. What the run leaves to other shards is not finished. Never raises: a backup that
    cannot be checked is recorded as that, and published."""
    try:
        found = _found(settings, services, now, base, writer)
    except Exception as error:  # noqa: BLE001 - what is finished must be published
        services.log.problem("errors", Problem("verifying", sentence(error)))
        return
    services.log.problem("errors", *found.problems)
    for line in (*found.notes, heading(found, found.problems)):
        services.log.line(line)


def _found(
    settings: Settings, services: Services, now: State, base: Base | None, writer: Writer
) -> Checked:
    there = inventory(services.tree)
    if base and services.publisher:
        there = published(services.tree, now, base, services.publisher.contents, writer.touched)
    options, others = Options.of(settings.rendering), writer.plan.others
    return check(now, there, options, unfinished=others)


def inventory(tree: Tree) -> Inventory:
    """The backup as it lies in the work tree."""
    return Inventory(frozenset(tree.files()), tree.content, tree.digest, tree.is_blocked)


def published(
    tree: Tree,
    now: State,
    base: Base,
    contents: Callable[[Collection[str]], Mapping[str, bytes]],
    touched: Set[str],
) -> Inventory:
    """The backup as a run leaves it that publishes: the files it `touched`, and of all others those of
    the branch. Where the work tree does not show the branch, its other files say nothing."""
    elsewhere = base.files.keys() - touched
    files = {*elsewhere, *filter(tree.has, touched)}
    files |= set(tree.files()) if base.checked_out else set()
    written = (*names(now, TEXTS), *names(now, SHEETS))
    texts = contents([path for path in written if path in elsewhere])
    stores = _InBatches([path for path in names(now, STORES) if path in elsewhere], contents)

    def content(path: str) -> bytes:
        found = texts[path] if path in texts else stores.get(path)
        return tree.content(path) if found is None else found

    def digest(path: str) -> str | None:
        is_shown = base.checked_out or path in touched
        return tree.digest(path) if is_shown and tree.has(path) else None

    return Inventory(files, content, digest)


@dataclass
class _InBatches:
    """Files that are asked for in the order of `paths`, read a few at a time: all stores together are
    too large for the memory."""

    paths: Sequence[str]
    contents: Callable[[Collection[str]], Mapping[str, bytes]]
    _held: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self.paths)}

    def get(self, path: str) -> bytes | None:
        """One of them; None when it is none of them."""
        number = self._numbers.get(path)
        if number is not None and path not in self._held:
            self._held = self.contents(self.paths[number : number + _AT_ONCE])
        return self._held.get(path)


def heading(found: Checked, problems: Sequence[Problem]) -> str:
    """What was checked, and how much is wrong, in one line."""
    checked = counted(sum(found.counts.values()), "file")
    return f"Verified {checked}: {counted(len(problems), 'problem')}"


def _row(kind: str, found: Checked) -> tuple[str, ...]:
    wrong = len(found.wrong[kind])
    return (kind, f"{found.counts[kind]:,}", f"{wrong:,}" if wrong else "")
