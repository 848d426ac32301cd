"""The end of a run: lists of pages, the state, the commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from backup.git import Git, Identity
from backup.markdown import index
from backup.model import Target
from backup.publish import Change, Published, committed_text, publish
from backup.sync import journal, state
from backup.sync.plan import Listed, index_of
from backup.sync.state import Place, State, join
from backup.tree import Tree
from backup.writing import Writer


def write_indexes(listed: Collection[Listed], writer: Writer, before: State) -> dict[str, Place]:
    """Write each database's list of pages, and return where every database lies now.

    A README.md that is not ours is left alone.
    """
    places = dict(before.databases)
    for database in listed:
        path = index_of(database.folder)
        old = before.databases.get(database.id)
        if old and old.folder != database.folder:
            writer.drop_index(database.id, index_of(old.folder))
        text = index.render(database.title, database.icon, _entries(database, writer), path)
        ours = writer.write_index(database.id, path, text, index.is_ours)
        places[database.id] = Place(
            database.folder, database.title, database.icon, ours, tuple(database.shapes)
        )
    return places


def _entries(database: Listed, writer: Writer) -> list[Target]:
    """The pages of a database by title; the folder tells two of one title apart."""
    records = [record for record in writer.records.values() if record.database == database.id]
    ordered = sorted(records, key=lambda record: (record.title.casefold(), record.folder))
    return [Target(join(each.folder, "index.md"), each.title, each.icon) for each in ordered]


def save(tree: Tree, before: State, writer: Writer, places: Mapping[str, Place]) -> State:
    """Write the state, unless the file says the same already; the journal has served then."""
    now = replace(before, pages=writer.records, databases=places)
    text = state.dumps(now)
    if text != tree.read(state.NAME) and (now.pages or now.databases):
        tree.write(state.NAME, text.encode())
    tree.remove([journal.NAME])
    tree.clear_staging()
    return now


def commit(
    git: Git, ours: State, touched: Collection[str], headline: str, identity: Identity
) -> Published:
    """Commit and push what differs from the checked-out commit, and what this run touched."""
    base = state.readable(committed_text(git, state.NAME))
    owned = ours.owned()
    changed = {id_ for id_, record in ours.pages.items() if base.pages.get(id_) != record}
    change = Change(
        put={
            path
            for path, id_ in owned.items()
            if path in touched or id_ in changed or id_ in ours.databases
        },
        drop=(base.owned().keys() | set(touched)) - owned.keys(),
        texts={
            state.NAME: lambda theirs: state.dumps(state.merged(base, ours, state.readable(theirs)))
        },
    )
    return publish(git, change, f"Back up Notion: {headline}\n", identity)
