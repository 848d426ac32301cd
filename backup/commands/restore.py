"""The restore command: brings a page or database of the backup back to Notion. The repository stays as it
is: it is only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backup.publish import earlier
from backup.report.answer import Answer
from backup.restore import original
from backup.restore.choice import chosen
from backup.services import Means
from backup.settings import Restore
from backup.sync import state
from backup.sync.state import Place, Record, State
from backup.words import counted


@dataclass(frozen=True)
class _Backup:
    """What lies in the backup: its state, and the bytes of its files by their path below the output
    folder, none for one that is not there."""

    state: State
    content: Callable[[str], bytes]


def run(settings: Restore, services: Means) -> Answer:
    """Plan a restore, or carry it out. Raises ConfigError for whatever the settings have wrong, before
    anything is written; StateError when there is no backup."""
    backup = _backup(settings, services)
    id_ = chosen(backup.state, settings.restoring.path, settings.output_dir)
    return _original(settings, services, id_, backup.state.nodes[id_])


def _backup(settings: Restore, services: Means) -> _Backup:
    if not settings.restoring.at:
        return _Backup(services.load().state, services.tree.content)
    there = earlier.at(services.git, settings.restoring.at)
    text = there.content(state.NAME).decode("utf-8", "replace")
    return _Backup(state.loads(text), there.content)


def _original(settings: Restore, services: Means, id_: str, node: Record | Place) -> Answer:
    """Out of the trash, or the sentence that it is not there."""
    kind = "page" if isinstance(node, Record) else "database"
    name, link = f"“{node.title or 'Untitled'}”", address(id_)
    if settings.dry_run:
        number = len(original.trashed(services.reader, kind, id_)[-1:])
        heading = f"{name} would be taken out of Notion's trash: {link}"
    else:
        services.stop.working()
        number = original.take_out(services.reader, services.writer, kind, id_, services.log.line)
        heading = f"{name} is out of Notion's trash: {link}"
    data = {"restored": link if number and not settings.dry_run else None, "link": link}
    if not number:
        heading = f"{name} is not in Notion's trash: nothing was sent. {link}"
        note = "To make a copy, write the link of a page into RESTORE_INTO."
        return Answer(heading, notes=(note,), data=data)
    more = (
        f"{counted(number, 'page or database', 'pages and databases')} had to be taken out for it."
    )
    return Answer(heading, notes=(more,) if number > 1 else (), data=data)


def address(id_: str) -> str:
    """Where people find a page."""
    return f"https://www.notion.so/{id_}"
