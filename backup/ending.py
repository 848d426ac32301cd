"""The end of a run: lists of pages, and the state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from backup.markdown import index
from backup.model import Target
from backup.sync import journal, state
from backup.sync.plan import Listed, index_of
from backup.sync.state import Place, Record, State, join
from backup.tree import Tree
from backup.writing import Writer


def write_indexes(listed: Collection[Listed], writer: Writer, before: State) -> dict[str, Place]:
    """Write each database's list of pages, and return where every database lies now.

    A README.md that is not ours is left alone.
    """
    places = dict(before.databases)
    for database in listed:
        old = before.databases.get(database.id)
        place = Place(database.folder, database.title, database.icon, True, tuple(database.shapes))
        path = index_of(database.folder)
        if old and old.folder != database.folder:
            writer.drop_index(database.id, index_of(old.folder))
        shown = entries(writer.records, database.id)
        same = old == place and shown == entries(before.pages, database.id)
        if not (same and writer.tree.has(path)):
            text = index.render(database.title, database.icon, shown, path)
            place = replace(place, index=writer.write_index(database.id, path, text, index.is_ours))
        places[database.id] = replace(place, unknown=old.unknown if old else {})
    return places


def entries(pages: Mapping[str, Record], database_id: str) -> list[Target]:
    """The pages of a database by title; the folder tells two of one title apart."""
    records = [record for record in pages.values() if record.database == database_id]
    ordered = sorted(records, key=lambda record: (record.title.casefold(), record.folder))
    return [Target(join(each.folder, "index.md"), each.title, each.icon) for each in ordered]


def current(before: State, writer: Writer, places: Mapping[str, Place]) -> State:
    """The state as it is at this moment."""
    return replace(before, pages=dict(writer.records), databases=places)


def save(tree: Tree, now: State) -> None:
    """Write the state, unless the file says the same already; the journal has served then."""
    text = state.dumps(now)
    if text != tree.beginning(state.NAME, -1) and (now.pages or now.databases):
        tree.write(state.NAME, text.encode())
    tree.remove([journal.NAME])
    tree.clear_staging()
