"""Builds the report of a run from the plan and its outcome."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from backup.files.pending import Pending
from backup.folder.load import Memory
from backup.model import STORE, Problem
from backup.pipeline.outcome import Outcome
from backup.report.report import Entry, Report, Section, Seen
from backup.sync import untrusted
from backup.sync.family import TOP, Family, root
from backup.sync.state import NAME, State
from backup.sync.steps import Action, Listed, Listing, Plan, Rules, Step
from backup.words import by_title, counted, first_few


def foreseen(decided: Plan) -> Outcome:
    """What a run would do if nothing failed: for the report of a dry run."""
    moved = tuple(step for step in decided.steps if step.old_folder)
    done = (*decided.of(Action.FETCH), *decided.of(Action.RENDER))
    return Outcome(done=done, moved=moved, removed=decided.of(Action.REMOVE))


def worth_keeping(listing: Listing, memory: Memory) -> Listing:
    """Without databases that list nothing and never had a page here: that is an integration which may
    not see them more often than an empty database, and no reason for a commit."""
    known = {record.parent for record in memory.state.pages.values()}
    known |= memory.state.databases.keys()
    empty = {
        each.id for each in listing.databases if not (each.rows or each.parent or each.id in known)
    }
    return replace(
        listing,
        databases=tuple(each for each in listing.databases if each.id not in empty),
        empty=tuple(each for each in listing.databases if each.id in empty),
    )


def empty(listed: Collection[Listed], before: State) -> tuple[Problem, ...]:
    """A warning for each database in which Notion shows no page, and of which the backup has none: an
    integration that may not see the pages gets the same answer as one that sees an empty database."""
    known = {record.parent for record in before.pages.values()}
    return tuple(
        Problem(database.title, _EMPTY)
        for database in listed
        if database.complete and not database.rows and database.id not in known
    )


_EMPTY = (
    "Notion shows no page of this database. If it has some, open it in Notion as a full page, "
    "⋯ → Connections → add the integration."
)


def left(
    shown: Listing,
    before: State,
    candidates: Collection[str],
    *,
    child_pages: bool,
    is_everything: bool,
) -> frozenset[str]:
    """What the backup has and no setting leads to any more; `candidates` are pages that Notion was asked
    about. Without child pages a setting leads to the rows of a database, also while that does not answer. Nobody
    knows it while a workspace cannot be listed."""
    if is_everything and not any(each.id == TOP and each.complete for each in shown.pages):
        return frozenset()
    family, nodes, found = Family(before), before.nodes, set[str]()
    listed = {row.id for row in shown.rows}
    listed |= {each.id for each in shown.databases} | set(candidates)
    for id_ in nodes.keys() - listed - shown.roots.keys():
        above = set(family.above(id_))
        if child_pages:
            is_led = not (above.isdisjoint(shown.roots) and above.isdisjoint(listed))
        else:
            parent = nodes[id_].parent
            is_led = parent in before.databases and parent in shown.roots
        if not is_led and above.isdisjoint(candidates):
            found.add(id_)
    return frozenset(found)


def left_alone(left: Collection[str], before: State) -> tuple[Problem, ...]:
    """A warning for the pages to which no setting leads any more."""
    family, nodes = Family(before), before.nodes
    lines = ([id_, *family.above(id_)] for id_ in left if id_ in before.pages)
    known = (line for line in lines if line[-1] in nodes)  # else this run finds what it lies in
    tops = {next((each for each in reversed(line) if each in left), line[0]) for line in known}
    folders = sorted(nodes[each].folder for each in tops)
    if not folders:
        return ()
    named = first_few(f"{each}/" for each in folders)
    what = f"No longer backed up, because no setting leads there: {named}. {_LEFT}"
    return (Problem("settings", what),)


_LEFT = "The files stay as they are; delete the folders if you do not need them."


def given_up(now: State, today: date) -> int:
    """How many files outside Notion are not there any more, and only tried now and then."""
    lacking = (each for record in now.pages.values() for each in record.pending)
    return sum(Pending.from_json(each).is_given_up(today) for each in lacking)


def report(
    decided: Plan,
    outcome: Outcome,
    shown: Listing,
    memory: Memory,
    changed: Collection[str] | None = None,
) -> Report:
    """Every page with what happened to it, by title; `decided` is the last plan of the run. A page that
    was read, and is not among the `changed`, stays as it is; None counts all of them, for a dry run."""
    done, new, moved = _changes(outcome, memory, changed)
    listed_apart = {step.page_id for step in (*new, *moved)}
    ways = Counter(step.action for step in outcome.done)
    kept = [step for step in decided.of(Action.KEEP) if step.row is None]

    def entry(step: Step, note: str) -> Entry:
        files = outcome.files.get(step.page_id, 0)
        return Entry(step.title, step.folder, note, step.page_id, files)

    staying = _staying(decided, outcome, done)
    return Report(
        new=tuple(entry(step, "") for step in new),
        updated=tuple(
            entry(step, step.reason) for step in done if step.page_id not in listed_apart
        ),
        renamed=tuple(entry(step, step.old_folder) for step in moved),
        removed=tuple(entry(step, step.reason) for step in outcome.removed),
        kept=tuple(entry(step, step.reason) for step in kept),
        failed=outcome.failed,
        lost=outcome.lost,
        warnings=outcome.warnings,
        errors=outcome.errors,
        sections=_sections(decided, outcome, shown, staying, memory),
        unchanged=len(staying),
        read=ways[Action.FETCH],
        rendered=ways[Action.RENDER],
        files=sum(outcome.files.values()),
        seen=_seen(decided),
        waiting=decided.waiting,
        broken=outcome.ended.exit_code if outcome.ended else 0,
    )


def failing(
    before: State, decided: Plan, outcome: Outcome, rules: Rules, day: date
) -> dict[str, Mapping[str, str]]:
    """The pages that are not as Notion shows them because something failed, each with the day of the first
    time. One that this run did not have to write, as a page of another shard, is as it was `before`."""
    steps = {step.page_id: step for step in decided.steps}
    well = {step.page_id for step in (*outcome.done, *outcome.removed, *decided.unchanged)}
    known = before.pages.keys() | steps.keys()
    found = {
        id_: each
        for id_, each in before.failed.items()
        if id_ not in well and (id_ in known or not rules.mine(id_))
    }
    for problem in outcome.failed:
        id_, step = problem.page_id, steps.get(problem.page_id)
        if step:
            since = before.failed.get(id_, {}).get("since") or day.isoformat()
            found[id_] = {"folder": step.folder, "since": since, "title": step.title}
    return found


def _changes(
    outcome: Outcome, memory: Memory, changed: Collection[str] | None
) -> tuple[list[Step], list[Step], list[Step]]:
    """The steps of all pages that are not as they were, and of those the new ones, and those that got
    another folder."""
    moved = {step.page_id for step in outcome.moved}
    steps = {step.page_id: step for step in (*outcome.done, *outcome.moved)}
    found = sorted(steps.values(), key=lambda step: (by_title(step.title), step.folder))
    done = [step for step in found if changed is None or step.page_id in changed]
    new = [step for step in done if step.page_id not in memory.state.pages]
    return done, new, [step for step in done if step.page_id in moved and step not in new]


def _seen(decided: Plan) -> Seen:
    """What Notion shows, as the last plan has it."""
    pages = sum(step.row is not None for step in decided.steps)
    return Seen(pages, len(decided.databases), len(decided.views))


def _staying(decided: Plan, outcome: Outcome, changed: Collection[Step]) -> set[str]:
    """The pages that Notion lists, and that are what they were: nobody read them, or what was read
    was the same."""
    kept = {step.page_id for step in decided.unchanged}
    read = {step.page_id for step in outcome.done}
    failed = {each.page_id for each in outcome.failed}
    return (kept | read) - {step.page_id for step in changed} - failed


def _sections(
    decided: Plan,
    outcome: Outcome,
    shown: Listing,
    staying: Collection[str],
    memory: Memory,
) -> tuple[Section, ...]:
    """Each root with everything in it."""
    parents = {id_: each.parent for id_, each in memory.state.nodes.items()}
    parents |= {each.id: each.parent for each in decided.databases}
    rows = {step.page_id: step.row for step in decided.steps if step.row}
    parents |= {id_: row.parent for id_, row in rows.items()}
    steps = {step.page_id: step for step in (*decided.steps, *outcome.removed)}
    members: defaultdict[str, set[str]] = defaultdict(set)
    for id_ in steps:
        members[root(id_, parents)].add(id_)
    listed = [ListedRoot(each.id, each.title, each.folder) for each in decided.databases]
    listed += [ListedRoot(each.id, each.title, each.folder) for each in shown.empty]
    listed += [
        ListedRoot(step.page_id, step.title, step.folder)
        for step in decided.steps
        if step.row and not step.row.parent
    ]
    return tuple(
        Section(
            each.id,
            each.title,
            each.folder,
            len(members[each.id] & rows.keys()),
            len(members[each.id] & set(staying)),
            frozenset(members[each.id]),
        )
        for each in listed
        if not parents.get(each.id)
    )


@dataclass(frozen=True, slots=True)
class ListedRoot:
    """A root by its title and folder."""

    id: str
    title: str
    folder: str


def strays(memory: Memory) -> tuple[Problem, ...]:
    """Copies of pages that a rebuilt state does not claim."""
    if not memory.strays:
        return ()
    shown = first_few(f"{folder}/" for folder in memory.strays)
    what = (
        f"Left alone, although they name a page of Notion: {shown}. The backup would not have put "
        "them there. Delete those that you do not need."
    )
    return (Problem(NAME, what),)


def damage(memory: Memory) -> tuple[Problem, ...]:
    """Why the state could not be used at all."""
    if not memory.problem:
        return ()
    pages = counted(len(memory.rebuilt | memory.restored), "page")
    what = (
        f"{memory.problem.removeprefix(f'{NAME} ')} Rebuilt from the {pages} of the backup ({len(memory.restored)} by their "
        f"{STORE}; the others are read again); nothing is deleted unless Notion reports it as trashed."
    )
    return (Problem(NAME, what),)


def left_out(memory: Memory) -> tuple[Problem, ...]:
    """What single entries of the state could not be used."""
    return tuple(Problem(name, what) for name, what in untrusted.described(memory.damage))
