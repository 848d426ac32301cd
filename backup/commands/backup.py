"""The backup command: one run, from top to bottom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor, wait
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from backup.commands import verify
from backup.errors import BackupError
from backup.files import pending
from backup.folder import adopt, indexes, load
from backup.folder.found import BackupFiles, completed
from backup.folder.handles import alone
from backup.folder.load import Local, Memory
from backup.folder.tables import Contents, Tables, nothing
from backup.folder.writer import Writer
from backup.markdown.context import Options
from backup.model import Problem
from backup.notion.pace import ALLOWED
from backup.pipeline import summary
from backup.pipeline.comments import Discussions, looked
from backup.pipeline.database_views import DatabaseViews
from backup.pipeline.databases import edited_since, in_order
from backup.pipeline.fetch import Fetching, render_keys
from backup.pipeline.files import PageFiles
from backup.pipeline.listing import Survey
from backup.pipeline.outcome import Outcome
from backup.pipeline.outside import Outside
from backup.pipeline.page import Reader
from backup.pipeline.people import People
from backup.publish.authors import Authors
from backup.publish.publications import Publications
from backup.report.log import Log
from backup.report.report import Report, Spent
from backup.services import Services
from backup.settings import Settings
from backup.sync import forecast, rotation, state
from backup.sync.base import Base
from backup.sync.layout import placed, roots_in
from backup.sync.plan import needed, plan
from backup.sync.state import Record, State, join
from backup.sync.steps import Action, Listing, Plan, Rules, Step
from backup.threads import threads
from backup.words import counted

_GLANCE = 0.2  # seconds between two looks at whether to stop


@dataclass(frozen=True)
class _Begun:
    """What a run begins with: the work tree, the published branch (None where nothing is published),
    what both say together, what Notion shows, and what decides. `stores` gives those of the backup."""

    here: Local
    base: Base | None
    memory: Memory
    survey: Survey
    listing: Listing
    stores: Contents
    rules: Rules = field(default_factory=Rules)
    left_alone: tuple[Problem, ...] = ()
    discussions: Discussions | None = None


def run(settings: Settings, services: Services) -> Report:
    """Back up every database of the settings and say what was done.

    Raises BackupError when nothing could be backed up at all.
    """
    started = services.stop.clock()
    claimed = nullcontext() if settings.dry_run else alone(services.tree.root)
    # Twice as many pages as requests: while one page is written, the others keep Notion busy.
    with claimed, threads(2 * settings.concurrency, services.stop) as pages:
        try:
            with services.log.group("Listing pages"):
                begun = _begun(settings, services, pages)
                begun = _judged(settings, services, begun)
                begun = _looked(settings, services, begun, pages)
                decided = plan(begun.listing, begun.memory.state, begun.rules)
                _log_plan(services.log, decided, begun)
            if settings.dry_run:
                outcome = summary.foreseen(decided)
                report = summary.report(decided, outcome, begun.listing, begun.memory)
                report = replace(report, dry_run=True, read=0, rendered=0)
            else:
                report = _carried_out(settings, services, begun, decided, pages)
        except BaseException:
            services.client.close()  # nobody waits for the rest of a long list
            raise
    discussions = begun.discussions.warnings if begun.discussions else ()
    services.log.problem("warnings", *begun.survey.listing().warnings, *discussions)
    report = services.log.recorded(report)
    seconds = services.stop.clock() - started
    asked = services.naming.taken() if services.naming else None
    spent = Spent(**{kind: services.client.spent[kind] for kind in Spent.__slots__})
    return replace(
        report, seconds=seconds, requests=services.client.requests, spent=spent, asked=asked
    )


def _begun(settings: Settings, services: Services, pages: Executor) -> _Begun:
    """Asks the remote for the published branch, and Notion for every database beside that."""
    here = load.local(services.tree, believed=not services.tracks_journal())
    with threads(1, services.stop) as beside:
        turn = rotation.turn_at(services.client.now()) if services.turn is None else services.turn
        survey = Survey(services.client, settings, pages, turn, services.stop.clock)
        answers = beside.submit(survey.begin, here.state)
        try:
            base = _published(settings, services)
            while wait([answers], _GLANCE).not_done:
                services.stop.check()
            answers.result()
        except BaseException:
            services.client.close()
            raise
    memory = load.of_branch(base, here, services.tree) if base else load.of_work_tree(here)
    present = _backup_files(services, base)
    listing = survey.further(memory.state)
    memory = adopt.still_at_the_top(memory, listing, present)
    listing = in_order(placed(listing, memory.state), memory.state, present.stores)
    roots = roots_in(listing, memory.state)
    memory = completed(memory, listing.lists, present, roots)
    survey.further(memory.state)  # of pages that were found again
    memory, notice = adopt.adopted(load.unproven(memory), listing, present)
    if notice:
        services.log.line(notice)
    if not settings.keep_json:
        memory = load.without_stores(memory, load.having(memory, base, services.tree))
    services.log.problem("errors", *summary.damage(memory))
    services.log.problem("warnings", *summary.left_out(memory), *summary.strays(memory))
    return _Begun(
        here, base, memory, survey, summary.worth_keeping(listing, memory), present.stores
    )


def _published(settings: Settings, services: Services) -> Base | None:
    publisher = services.publisher
    return publisher.base(only_read=settings.dry_run) if publisher else None


def _backup_files(services: Services, base: Base | None) -> BackupFiles:
    if (publisher := services.publisher) and base:
        files = base.files
        return BackupFiles(lambda: files, publisher.texts, publisher.stores, publisher.earlier)
    return BackupFiles(lambda: list(services.tree.files()), services.texts, services.stores)


def _carried_out(
    settings: Settings, services: Services, begun: _Begun, decided: Plan, pages: Executor
) -> Report:
    memory, listing = begun.memory, begun.listing
    if memory.problem and not begun.base:  # a run that is cut off must not lose it again
        indexes.save(services.tree, memory.state, is_known=False)
    _restore(services, begun, decided)
    writer = Writer(services.tree, memory.state, memory.claimed, memory.former)
    services.stop.working()
    services.client.kind, tables = "reading", _tables(settings, services, begun, decided, pages)
    with (
        services.log.group("Reading pages", lazy=True),
        threads(settings.concurrency, services.stop) as requests,
    ):
        reader = _reader(settings, services, begun, decided, requests, writer)
        publications = _publications(services, begun, writer, tables)
        work = Fetching(
            reader,
            writer,
            services.log,
            pages,
            services.stop,
            partial(edited_since, services.client),
            partial(_further, begun),
            partial(_bring, services, begun.base, writer),
            publications.between if publications else Fetching.between,
        )
        outcome = work.all(decided, listing, begun.rules)
    if services.naming:
        services.log.problem("warnings", *services.naming.problems())
    now = _ended(services, begun, writer, tables, outcome)
    report = summary.report(writer.plan, outcome, listing, memory, writer.changed)
    report = replace(report, given_up=summary.given_up(now, listing.began.date()))
    if settings.verify:
        verify.after_run(settings, services, now, begun.base, writer)
    if not publications:
        return report
    with services.log.group("Publishing"):
        return publications.end(now, report)


def _restore(services: Services, begun: _Begun, decided: Plan) -> None:
    """Bring back from the branch what the work tree lacks of the pages that are about to be written, and
    throw away what an earlier run downloaded."""
    services.tree.clear_staging()
    if services.publisher and begun.base:
        steps = [step for step in decided.steps if step.action in _WRITING]
        there = _missing_here(services, begun.base, begun.memory.state.pages, steps)
        if begun.memory.unpublished:  # where they lay on the branch, nothing of theirs lies by now
            owned = {state.NAME, *begun.memory.state.owned()}
            there = [path for path in there if path in owned]
        services.publisher.restore(there)


def _tables(
    settings: Settings, services: Services, begun: _Begun, decided: Plan, pages: Executor
) -> Tables:
    branch = services.publisher.stores if services.publisher else nothing
    views = DatabaseViews(services.client, pages, services.stop, services.log)
    before, turn = begun.memory.state, begun.survey.turn
    tables = Tables(services.stores, before, branch, views.ask, settings.full_sync, turn)
    views.begin(indexes.new(tables, decided, before))
    return tables


def _ended(
    services: Services, begun: _Begun, writer: Writer, tables: Tables, outcome: Outcome
) -> State:
    """The lists of pages and the state, written; what could not be written keeps no page from being
    published."""
    before = begun.memory.state
    now = indexes.current(before, writer, before.databases)
    try:
        has = load.having(begun.memory, begun.base, services.tree)
        places = indexes.write_indexes(tables, writer, before, has)
        now = indexes.current(before, writer, places)
        day = begun.listing.began.date()
        failed = summary.failing(before, writer.plan, outcome, begun.rules, day)
        since = begun.survey.unseen_since(is_whole=not (outcome.left or outcome.ended))
        now = replace(now, failed=failed, unseen_since=since)
        writer.sweep()
        base, here = begun.base, begun.here
        is_sound = not (begun.memory.problem or begun.memory.damage or here.problem)
        if is_known := base is not None and is_sound and state.NAME in base.files:
            is_known = now == base.state and (not base.checked_out or now == here.state)
        indexes.save(services.tree, now, is_known=is_known)
        if not services.publisher:
            indexes.forget(services.tree)
    except BackupError as error:
        services.log.problem("errors", Problem(state.NAME, str(error)))
    return now


_WRITING = (Action.FETCH, Action.RENDER, Action.RETRY)


def _bring(services: Services, base: Base | None, writer: Writer, steps: Collection[Step]) -> None:
    """Bring back what the work tree lacks of pages that are about to be written."""
    if services.publisher and base and not base.checked_out:
        services.publisher.restore(_missing_here(services, base, writer.records, steps))


def _missing_here(
    services: Services, base: Base, records: Mapping[str, Record], steps: Collection[Step]
) -> list[str]:
    """Files of the branch to bring back: all that were deleted here, when the work tree shows the
    branch; else the images and attachments of pages that are about to be read, the stores of those that
    are written from them, and the texts that prove that a store is right."""
    if base.checked_out:
        return services.tree.lacking(load.named(base.state))
    files = (
        join(records[step.page_id].folder, name)
        for step in steps
        if step.page_id in records
        for name in needed(step, records[step.page_id])
    )
    return services.tree.lacking(files)


def _publications(
    services: Services, begun: _Begun, writer: Writer, tables: Tables
) -> Publications | None:
    if not services.publisher:
        return None
    memory = begun.memory
    rows = {row.id: row for row in begun.listing.rows}
    credit = Authors(services.client, services.users, rows).credit
    services.publisher.begin(
        memory.state,
        credit,
        rebuilt=bool(memory.problem or memory.damage),
        unpublished=memory.unpublished,
    )
    return Publications(services.publisher, services.log, writer, memory.state, tables)


def _rules(settings: Settings, services: Services, begun: _Begun) -> Rules:
    memory = begun.memory
    has = load.having(memory, begun.base, services.tree)
    holes, options = load.missing(memory.state, has), Options.of(settings.rendering)
    return Rules(
        full_sync=settings.full_sync,
        keep_json=settings.keep_json,
        keep_deleted=settings.keep_deleted,
        allow_mass_delete=settings.allow_mass_delete,
        damaged=holes.damaged | memory.torn,
        textless=holes.textless,
        lost=holes.lost,
        rebuilt=memory.rebuilt,
        restored=memory.restored,
        due=pending.due(
            memory.state.pages, services.downloader.max_bytes, begun.listing.began.date()
        ),
        withheld=[
            id_
            for id_, record in memory.state.pages.items()
            if record.withheld and rotation.is_due(id_, begun.survey.turn)
        ],
        render_keys=render_keys(begun.listing.schemas, options),
        shard=settings.shard,
    )


def _further(begun: _Begun, now: State, read_by_now: Collection[str]) -> Listing:
    """What Notion shows once these pages were read, in the state by then."""
    client = begun.survey.client
    client.kind = "listing"  # nothing is read meanwhile
    try:
        begun.survey.further(now, read_by_now)
        found = begun.survey.judged(now, begun.rules.mine)
        return summary.worth_keeping(
            in_order(found, begun.memory.state, begun.stores), begun.memory
        )
    finally:
        client.kind = "reading"


def _judged(settings: Settings, services: Services, begun: _Begun) -> _Begun:
    """With the rules, and what Notion says of what it no longer lists."""
    rules = _rules(settings, services, begun)
    judged = begun.survey.judged(begun.memory.state, rules.mine)
    listing = in_order(placed(judged, begun.memory.state), begun.memory.state, begun.stores)
    listing = summary.worth_keeping(listing, begun.memory)
    known, whole = begun.memory.state, begun.survey.is_everything
    asked, inside = set(judged.verdicts), settings.child_pages
    left = summary.left(listing, known, asked, child_pages=inside, is_everything=whole)
    alone = summary.left_alone(left.difference(rules.lost), known)
    return replace(begun, listing=listing, rules=replace(rules, left=left), left_alone=alone)


def _looked(settings: Settings, services: Services, begun: _Begun, pool: Executor) -> _Begun:
    """With what is known of comments, when they are wanted."""
    if not settings.comments:
        return replace(begun, rules=replace(begun.rules, comments=False))
    decided = plan(begun.listing, begun.memory.state, begun.rules)
    state, turn, is_full = begun.memory.state, begun.survey.turn, settings.full_sync
    found = looked(services.client, decided, state, pool, turn, is_full=is_full)
    services.log.problem("errors", *found.problems)
    rules = replace(begun.rules, comments=found.may_read, discussed=frozenset(found.changed))
    return replace(begun, discussions=found, rules=rules)


def _log_plan(log: Log, decided: Plan, begun: _Begun) -> None:
    listing, before = begun.listing, begun.memory.state
    for database in (*listing.databases, *listing.empty):
        log.line(f"{database.title}: {counted(len(database.rows), 'page')} in {database.folder}/")
    log.problem("errors", *listing.problems, *decided.problems)
    log.problem("warnings", *summary.empty(listing.empty, before), *begun.left_alone)
    for step in decided.of(Action.KEEP):
        if step.row is None:
            what = f"kept in {step.folder}/: {step.reason}"
            log.mention("warnings", Problem(step.title, what, step.page_id))
    for line in forecast.lines(decided, before, ALLOWED):
        log.line(line)


def _reader(
    settings: Settings,
    services: Services,
    begun: _Begun,
    decided: Plan,
    requests: Executor,
    writer: Writer,
) -> Reader:
    naming, before = services.naming, begun.memory.state
    if begun.discussions:
        begun.discussions.submit = requests.submit
    return Reader(
        client=services.client,
        files=PageFiles(
            services.client,
            services.downloader,
            requests,
            services.tree.staging,
            begun.listing.began.date(),
            before.pages,
            naming.describer(before).describe if naming else None,
        ),
        requests=requests,
        options=Options.of(settings.rendering),
        targets=decided.targets,
        schemas=begun.listing.schemas,
        render_keys=begun.rules.render_keys,
        views=begun.listing.views,
        began=begun.listing.began,
        keep_json=settings.keep_json,
        discussions=begun.discussions,
        people=People(services.users, writer.people, settings.full_sync),
        outside=Outside(services.client, writer.outside, settings.full_sync),
    )
