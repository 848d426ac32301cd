"""The restore command: brings a page or database of the backup back to Notion. The repository stays as it
is: it is only read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from backup.errors import BackupError, BrokenState, ConfigError, Forbidden, NotionError, StateError
from backup.markdown.links import notion_address
from backup.model import Problem
from backup.publish import earlier
from backup.report.answer import Answer
from backup.restore import people, summary, target, trash
from backup.restore.choice import chosen
from backup.restore.plan import RestorePlan, plan
from backup.restore.proof import Proof, proof
from backup.restore.read_back import Reading, of_backup
from backup.restore.saved import Saved, saved
from backup.restore.send import Foreign, Sent, send
from backup.restore.steps import Say
from backup.restore.translation import workspace_of
from backup.services import RestoreServices
from backup.settings import RestoreSettings
from backup.settings.restoring import ORIGINAL
from backup.stop import Interrupted
from backup.sync import state
from backup.sync.state import Place, Record, State
from backup.threads import threads
from backup.words import UNTITLED, counted

_MOST = 50  # differences that are shown
_UNREAD = "NOTION_TOKEN may not read comments: those of the copy are not compared."
_NOT_FINISHED = 3
_REFUSED = 400
_FOR_GOOD = (
    "Another run ends here, too, unless what is refused can be changed in Notion. Please report this, and move "
    "what is unfinished into Notion's trash."
)


@dataclass(frozen=True)
class _Backup:
    """What lies in the backup: its state, and the bytes of its files by their path below the output
    folder, none for one that is not there."""

    state: State
    content: Callable[[str], bytes]


def run(settings: RestoreSettings, services: RestoreServices) -> Answer:
    """Plan a restore, or carry it out. Raises ConfigError for whatever the settings have wrong, and when there
    is no backup, before anything is written."""
    backup, into = _backup(settings, services), settings.restoring.into
    id_ = _chosen(settings, services, backup.state)
    if into == ORIGINAL:
        return _original(settings, services, id_, backup.state.nodes[id_])
    found = saved(backup.state, id_, backup.content)
    planned = _planned(services, found, into)
    if settings.plans_only:
        return _foreseen(found, planned)
    return _copied(settings, services, found, planned)


def _backup(settings: RestoreSettings, services: RestoreServices) -> _Backup:
    if not settings.restoring.at:
        try:
            return _Backup(services.load().state, services.tree.content)
        except StateError as error:
            raise ConfigError(error.message, hint=error.hint) from None
    there = earlier.at(services.git, settings.restoring.at)
    text = there.content(state.NAME)
    if not text.strip():
        raise ConfigError(
            f"RESTORE_AT: the commit {there.commit[:12]} has no backup in this folder.",
            hint="Write a later one, or name the folder with OUTPUT_DIR.",
        )
    try:
        return _Backup(state.loads(text), there.content)
    except BrokenState as error:
        raise ConfigError(f"RESTORE_AT: {error.message}", hint="Write another commit.") from None


def _chosen(settings: RestoreSettings, services: RestoreServices, then: State) -> str:
    """The page that is meant, by its folder or title of `then`, else by that of today: it was renamed."""
    asked, folder = settings.restoring.path, settings.output_dir
    try:
        return chosen(then, asked, folder)
    except ConfigError:
        if not settings.restoring.at:
            raise
        with suppress(ConfigError, StateError):
            if (id_ := chosen(services.load().state, asked, folder)) in then.nodes:
                return id_
        raise


def _original(
    settings: RestoreSettings, services: RestoreServices, id_: str, node: Record | Place
) -> Answer:
    """Out of the trash, or the sentence that it is not there."""
    kind = "page" if isinstance(node, Record) else "database"
    name, link = f"“{node.title or UNTITLED}”", notion_address(id_)
    if settings.dry_run:
        number = len(trash.trashed(services.reader, kind, id_)[-1:])
        heading = f"{name} would be taken out of Notion's trash."
    else:
        services.stop.working()
        number = trash.take_out(services.reader, services.writer, kind, id_, services.log.line)
        heading = f"{name} is out of Notion's trash."
    data = {"restored": link if number and not settings.dry_run else None, "link": link}
    if not number:
        heading = f"{name} is not in Notion's trash: nothing was sent."
        note = "To make a copy, write the link of a page into RESTORE_INTO."
        return Answer(heading, notes=(note,), data=data, links=((node.folder, link),))
    more = (
        f"{counted(number, 'page or database', 'pages and databases')} had to be taken out for it."
    )
    notes = (more,) if number > 1 else ()
    return Answer(heading, notes=notes, data=data, links=((node.folder, link),))


def _planned(services: RestoreServices, found: Saved, into: str) -> RestorePlan:
    """What would be written. Where nothing is to be written, Notion is not asked."""
    if not into:
        return plan(found, "", workspace_of({}))
    me = services.writer.me()
    target.check(services.reader, found, into)
    target.check_writer(services.reader, me, services.writing_reader, into)
    there = people.present(services.reader, people.named(found))
    sources = people.sources(services.writing_reader, found)
    emojis = people.emojis(services.reader, found)
    return plan(found, into, workspace_of(me, there, sources, emojis))


def _foreseen(found: Saved, planned: RestorePlan) -> Answer:
    numbers = summary.contents(found)
    rows = [(name, f"{number:,}") for name, number in numbers.items() if number]
    rows += [("requests", f"{planned.requests:,}"), ("minutes", f"{planned.minutes:,.0f}")]
    data = summary.data(found, planned.losses, {})
    how = "" if planned.losses else " Nothing of it is lost."
    return Answer(
        f"Plan: {found.top.path} can be restored; nothing was written.{how}",
        ("to make", "number"),
        tuple(rows),
        tuple(summary.losses(planned.losses)),
        data={**data, "requests": planned.requests, "minutes": planned.minutes},
    )


def _copied(
    settings: RestoreSettings, services: RestoreServices, found: Saved, planned: RestorePlan
) -> Answer:
    services.stop.working()
    others: dict[str, Proof] = {}
    if there := _copy_there(services, found, planned, others):
        return _there(found, planned, *there)
    beside = [_beside(id_, shown) for id_, shown in others.items()]
    for line in beside:
        services.log.line(line)
    services.log.line(f"Restoring {summary.words(summary.contents(found))}.")
    asked = services.writer.requests
    try:
        sent = send(planned, found, services.writer, services.reader, _progress(services))
    except Interrupted:
        return _unfinished("The restore was stopped.", 128 + services.stop.signal)
    except BackupError as error:
        if error.exit_code == ConfigError.exit_code:  # a token that is refused, say
            raise
        if isinstance(error, Forbidden) and not services.writer.done:
            raise ConfigError(error.message, hint=error.hint) from None
        return _broken_off(error)
    if not sent.finished:
        return _unfinished(sent.problem, _NOT_FINISHED)
    answer = _done(found, planned, sent, services.writer.requests - asked)
    answer = replace(answer, notes=(*beside, *answer.notes))
    if not settings.restoring.proof:
        return replace(answer, notes=(*answer.notes, "The copy was not compared (RESTORE_PROOF)."))
    try:
        said = {sent.ids[step.on] for step in planned.steps if isinstance(step, Say)}
        shown = _compared(services, found, planned, sent, said)
        unread = () if shown.has_comments else (_UNREAD,)
        return _proven(replace(answer, notes=(*answer.notes, *unread)), shown)
    except NotionError as error:
        what = f"The copy is complete, but it could not be read back: {error} Run it again to compare it."
        problems = (*answer.problems, Problem("restore", what))
        return replace(answer, problems=problems, failed=_NOT_FINISHED)


def _copy_there(
    services: RestoreServices, found: Saved, planned: RestorePlan, others: dict[str, Proof]
) -> tuple[str, Proof] | None:
    """A finished copy, if there is one; `others` gets all of that title, each with what differs."""

    def compared(id_: str) -> Proof:
        services.log.line("A page of this title is there: comparing it with the backup.")
        others[id_] = _compared(services, found, planned, Sent({found.top.id: id_}), None)
        return others[id_]

    return target.copy_there(services.reader, found, planned, compared)


def _beside(id_: str, shown: Proof) -> str:
    """That a page of the same title stays, which is not a copy, an edited one, or one that never was equal."""
    places = counted(len(shown.differences), "place")
    return (
        f"A page of this title is there already, and differs from the backup in {places}: it stays, and a copy is "
        f"made beside it. {notion_address(id_)}"
    )


def _there(found: Saved, planned: RestorePlan, id_: str, shown: Proof) -> Answer:
    """A copy is where it should be: a second one would be a surprise."""
    made = _done(found, planned, Sent({found.top.id: id_}), 0)
    note = "To get one more, give the one that is there another title."
    heading = f"{found.top.path} is there already, and as in the backup: nothing was written"
    return _proven(replace(made, heading=heading, notes=(note, *made.notes)), shown)


def _progress(services: RestoreServices) -> Callable[[str], None]:
    """Logs what is done, and ends the restore when it was asked to stop."""

    def log(line: str) -> None:
        services.log.line(line)
        services.stop.check()

    return log


def _broken_off(error: BackupError) -> Answer:
    """What ended a restore: another run continues it, unless Notion would refuse the same again."""
    is_refused = isinstance(error, NotionError) and error.status == _REFUSED
    if not is_refused and not isinstance(error, Foreign):
        return _unfinished(str(error), _NOT_FINISHED)
    what = str(BackupError(str(error), hint=_FOR_GOOD)) if is_refused else str(error)
    failed = BackupError.exit_code if is_refused else _NOT_FINISHED
    return Answer("Not finished.", problems=(Problem("restore", what),), failed=failed)


def _unfinished(why: str, code: int) -> Answer:
    what = f"{why} The copy is unfinished; another run with the same settings continues where this one ended."
    return Answer("Not finished.", problems=(Problem("restore", what),), failed=code)


def _done(found: Saved, planned: RestorePlan, sent: Sent, requests: int) -> Answer:
    link = notion_address(sent.ids[found.top.id])
    data = summary.data(found, planned.losses, sent.ids)
    return Answer(
        f"Restored {found.top.path}: {summary.words(summary.contents(found))}",
        notes=tuple(summary.losses(planned.losses)),
        problems=sent.refused,
        data={**data, "restored": link, "requests": requests},
        links=summary.links(found, sent.ids),
    )


def _compared(
    services: RestoreServices, found: Saved, planned: RestorePlan, sent: Sent, said: set[str] | None
) -> Proof:
    """What differs between the backup and the copy, read back; `said` are the ids of what was commented,
    None where no comments are looked at."""
    with (
        services.log.group("Reading the copy back"),
        TemporaryDirectory(prefix="notion-restore-") as folder,
        threads(services.settings.concurrency, services.stop) as requests,
    ):
        means = (services.reader, services.downloader, requests, Path(folder), services.log.line)
        copy = Reading(*means, said).tree(found.top.kind, sent.ids[found.top.id])
    return proof(of_backup(found), copy, sent.ids, [*planned.losses, *sent.lost])


def _proven(answer: Answer, shown: Proof) -> Answer:
    unforeseen = [
        Problem(each.path, f"block {each.where}: {each.what}" if each.where else each.what)
        for each in shown.differences[:_MOST]
    ]
    if len(shown.differences) > _MOST:
        unforeseen.append(
            Problem("restore", f"and {len(shown.differences) - _MOST} more differences")
        )
    if shown.unfounded:
        kinds = "; ".join(summary.kinds(shown.unfounded))
        unforeseen.append(
            Problem("restore", f"The plan named losses that did not happen: {kinds}.")
        )
    proven = (
        f"{counted(len(shown.differences), 'difference')} that the plan did not foresee."
        if shown.differences
        else f"Proven: {counted(shown.compared, 'page, database or block', 'pages, databases and blocks')} "
        "compared, all as in the backup but for what is listed."
    )
    data = {**answer.data, "differences": len(shown.differences), "compared": shown.compared}
    again = ("Another run makes another copy: move this one into the trash first.",)
    notes = (*answer.notes, *(again if shown.differences else ()))
    heading, problems = f"{answer.heading}. {proven}", (*answer.problems, *unforeseen)
    return replace(answer, heading=heading, notes=notes, problems=problems, data=data)
