"""Writes what belongs to databases, and the state, at the end of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from backup import store
from backup.folder.tree import Tree
from backup.folder.writer import Writer
from backup.markdown import index
from backup.model import STORE, Target
from backup.sync import journal, state
from backup.sync.plan import Listed, index_of
from backup.sync.state import Place, Record, State, join
from backup.words import by_title


def write_indexes(writer: Writer, before: State, has: Callable[[str], bool]) -> dict[str, Place]:
    """Write the list of pages of each database that the writer's plan knows, and its store, and return
    where every database lies now.

    A README.md or store that is not ours is left alone. `has` tells whether the backup had a file when the
    run began.
    """
    places = dict(before.databases)
    for id_ in writer.plan.forgotten & places.keys():
        folder = places.pop(id_).folder
        for path in (index_of(folder), join(folder, STORE)):
            writer.drop_index(id_, path)
    kept = (each for each in writer.plan.kept if _differs(each, places.get(each.id), writer))
    for database in (*writer.plan.databases, *kept):
        old = before.databases.get(database.id)
        if old and old.folder != database.folder:
            for path in (index_of(old.folder), join(old.folder, STORE)):
                writer.drop_index(database.id, path)
        places[database.id] = _placed(database, old, writer, has)
    return places


def _differs(database: Listed, old: Place | None, writer: Writer) -> bool:
    """Whether a database that nobody lists got another folder, or lost a page: else it is left alone."""
    pages = entries(writer.records, database.id)
    return old is not None and old.index and old.index_digest != _digest(database, pages)


def _placed(
    database: Listed, old: Place | None, writer: Writer, has: Callable[[str], bool]
) -> Place:
    """Where a database lies, with its list of pages as it should be. To render a long one takes a
    while, so one that shows just this is left as it is."""
    path = index_of(database.folder)
    pages = entries(writer.records, database.id)
    digest = _digest(database, pages)
    ours = bool(old and old.index and old.index_digest == digest)
    is_newer = writer.after_interruption or path in writer.touched
    if is_newer or not (ours and has(path)):
        text = index.render(database.title, database.icon, pages, path)
        ours = writer.write_index(database.id, path, text, index.is_ours)
    return Place(
        folder=database.folder,
        title=database.title,
        icon=database.icon,
        index=ours,
        index_digest=digest,
        sources=database.sources,
        parent=database.parent,
        store=_stored(database, old, writer, has),
        unknown=old.unknown if old else {},
    )


def _stored(database: Listed, old: Place | None, writer: Writer, has: Callable[[str], bool]) -> str:
    """The digest of the database's store, which lies there afterwards; '' when it has none."""
    path = join(database.folder, STORE)
    before = old.store if old and old.folder == database.folder else ""
    if database.stored is None:
        return before
    if not database.stored:
        writer.drop_index(database.id, path)
        return ""
    digest = hashlib.sha256(database.stored).hexdigest()
    is_newer = writer.after_interruption or path in writer.touched
    if digest == before and has(path) and not is_newer:
        return digest
    is_written = writer.write_store(
        database.id, path, database.stored, lambda there: store.subject(there) == database.id
    )
    return digest if is_written else ""


def _digest(database: Listed, pages: Collection[Target]) -> str:
    """A short name for all that a list of pages shows."""
    listed = [[page.path, page.title, page.icon] for page in pages]
    text = json.dumps([database.folder, database.title, database.icon, listed])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def entries(pages: Mapping[str, Record], database_id: str) -> list[Target]:
    """The pages of a database by title; the folder tells two of one title apart."""
    records = [record for record in pages.values() if record.parent == database_id]
    ordered = sorted(records, key=lambda record: (by_title(record.title), record.folder))
    return [Target(join(each.folder, "index.md"), each.title, each.icon) for each in ordered]


def current(before: State, writer: Writer, places: Mapping[str, Place]) -> State:
    """The state as it is at this moment."""
    return replace(before, pages=dict(writer.records), databases=places, people=dict(writer.people))


def save(tree: Tree, now: State, *, is_known: bool) -> None:
    """Write the state, unless the file says the same already, or the branch does (`is_known`)."""
    if (now.pages or now.databases) and not is_known:
        text, there = state.dumps(now), tree.beginning(state.NAME, -1)
        if text != there and not state.says_in_version_1(there, now):
            tree.write(state.NAME, text.encode())
    tree.clear_staging()


def forget(tree: Tree) -> None:
    """The journal has served: what it says is in the state, and that lies where it counts."""
    tree.remove([journal.NAME])
