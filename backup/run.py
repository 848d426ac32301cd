"""The run, told once, from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from dataclasses import replace

from backup import accounting, ending, listing, picture
from backup.ahead import Ahead, threads
from backup.authors import Authors
from backup.delivery import Delivery
from backup.fetching import Fetching, Outcome
from backup.listing import Seen
from backup.markdown import verify
from backup.model import Problem, Row
from backup.picture import Holes, Memory
from backup.reading import Reader
from backup.report.log import Log
from backup.report.report import Report
from backup.settings import Settings
from backup.sync import forecast
from backup.sync.plan import Action, Plan, Rules, Verdict, plan
from backup.sync.state import State
from backup.world import World
from backup.writing import Writer


def run(settings: Settings, world: World, ahead: Ahead) -> Report:
    """Back up every database of the settings and say what was done.

    Raises BackupError when nothing could be backed up at all.
    """
    memory, pages = ahead.memory, ahead.pages
    if world.publisher:
        world.publisher.look(pages)
    if memory.rebuilt:
        world.log.warning(_begun_anew(memory))
    with world.log.group(f"Listing {picture.present(settings.databases)}"):
        seen = ahead.seen.result()
        memory = picture.assigned(memory, seen)
        decided = _decided(settings, world, memory, seen, ahead.holes.result(), pages)
        _tell(world.log, decided, seen, forecast.requests(decided, memory.state))
    if settings.dry_run:
        foreseen = accounting.foreseen(decided)
        report = replace(accounting.report(decided, foreseen, seen, memory), dry_run=True)
    else:
        report = _carried_out(settings, world, memory, seen, decided, pages)
    seconds = time.monotonic() - ahead.started
    asked = world.naming.taken() if world.naming else None
    return replace(report, seconds=seconds, requests=world.client.requests, asked=asked)


def _carried_out(
    settings: Settings, world: World, memory: Memory, seen: Seen, decided: Plan, pages: Executor
) -> Report:
    world.tree.clear_staging()
    writer = Writer(world.tree, memory.state, memory.claimed)
    world.stop.working()
    with world.log.group("Reading pages"), threads(settings.concurrency, world.stop) as requests:
        reader = _reader(settings, world, memory, seen, decided, requests)

        def edited_since(page_ids: Collection[str]) -> Collection[Row]:
            return picture.edited_since(world.client, seen, page_ids)

        delivery = _delivery(world, memory, seen, writer)
        between = delivery.between if delivery else Fetching.between
        work = Fetching(reader, writer, world.log, pages, world.stop, edited_since, between)
        for step in decided.of(Action.REMOVE):
            writer.remove(step.page_id)
            world.log.line(f"removed {step.folder}/ · {step.reason}")
        outcome = work.all(decided) + _usual_names(world)
    places = ending.write_indexes(seen.listed, writer, memory.state)
    writer.sweep()
    now = ending.current(memory.state, writer, places)
    ending.save(world.tree, now)
    report = accounting.report(decided, outcome, seen, memory)
    report = replace(report, given_up=accounting.given_up(now, seen.began.date()))
    if settings.verify:
        report = replace(report, errors=(*report.errors, *_verified(world, now)))
    if not delivery:
        return report
    with world.log.group("Publishing"):
        return delivery.end(now, report)


def _delivery(world: World, memory: Memory, seen: Seen, writer: Writer) -> Delivery | None:
    if not world.publisher:
        return None
    rows = {row.id: row for each in seen.listed for row in each.rows}
    credit = Authors(world.client, rows).credit
    world.publisher.begin(memory.state, credit, rebuilt=bool(memory.rebuilt))
    return Delivery(world.publisher, world.log, writer, seen.listed, memory.state)


def _begun_anew(memory: Memory) -> Problem:
    what = (
        f"{memory.rebuilt} It is made anew from the {len(memory.state.pages)} pages in the folder: each "
        "is read again, and none is deleted unless Notion says that it is in the trash."
    )
    return Problem(".notion-sync.json", what)


def _verified(world: World, now: State) -> tuple[Problem, ...]:
    """What is wrong with the backup as it lies on the disk."""
    texts = {path: world.tree.read(path) for path in now.owned() if path.endswith(".md")}
    found = tuple(verify.problems(texts, set(world.tree.files())))
    for problem in found:
        world.log.error(problem)
    world.log.line(f"Verified {len(texts)} files: {len(found)} problems")
    return found


def _decided(
    settings: Settings, world: World, memory: Memory, seen: Seen, holes: Holes, pages: Executor
) -> Plan:
    def ask(function: Callable[[str], Verdict], ids: Collection[str]) -> list[Verdict]:
        return list(pages.map(function, ids))

    rules = Rules(
        full_sync=settings.full_sync,
        keep_deleted=settings.keep_deleted,
        allow_mass_delete=settings.allow_mass_delete,
        damaged=holes.damaged,
        lost=holes.lost,
        shard=settings.shard,
    )
    missing = [id_ for id_ in picture.candidates(seen, memory) if rules.mine(id_)]
    verdicts = picture.verdicts(world.client, missing, settings, ask)
    return plan(seen.listed, memory.state, verdicts, rules)


def _tell(log: Log, decided: Plan, seen: Seen, cost: int) -> None:
    for database in seen.listed:
        log.line(f"{database.title}: {len(database.rows)} pages in {database.folder}/")
    for problem in (*seen.problems, *decided.problems):
        log.error(problem)
    for step in decided.of(Action.KEEP):
        if step.row is None:
            log.warning(Problem(step.title, f"kept in {step.folder}/: {step.reason}", step.page_id))
    fetch, remove = len(decided.of(Action.FETCH)), len(decided.of(Action.REMOVE))
    unchanged = accounting.unchanged(decided.steps)
    log.line(f"{fetch} to read (about {cost} requests), {remove} to remove, {unchanged} unchanged")


def _usual_names(world: World) -> Outcome:
    problems = world.naming.problems() if world.naming else ()
    for problem in problems:
        world.log.warning(problem)
    return Outcome(warnings=problems)


def _reader(
    settings: Settings,
    world: World,
    memory: Memory,
    seen: Seen,
    decided: Plan,
    requests: Executor,
) -> Reader:
    naming = world.naming
    return Reader(
        client=world.client,
        downloader=world.downloader,
        requests=requests,
        staging=world.tree.staging,
        options=listing.options(settings),
        targets=decided.targets,
        schemas=seen.schemas,
        shapes={id_: shape for each in seen.listed for id_, shape in each.shapes.items()},
        began=seen.began,
        describe=naming.describer(memory.state).describe if naming else None,
        records=memory.state.pages,
    )
