"""Writes what belongs to databases, and the state, at the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from backup import store
from backup.folder.tables import Holdings, Tables, Views
from backup.folder.tree import Tree
from backup.folder.writer import Writer
from backup.markdown.database import is_our_list
from backup.model import CSV, README, STORE
from backup.store import StoredDatabase
from backup.sync import journal, rotation, state
from backup.sync.state import Place, Record, State, join
from backup.sync.steps import Listed, Plan


def placed(decided: Plan, before: State) -> dict[str, Place]:
    """Where every database lies now, with the files that it has there: none yet, if it is new there."""
    places = dict(before.databases)
    for id_ in decided.forgotten & places.keys():
        del places[id_]
    for database in (*decided.databases, *decided.kept):
        old = before.databases.get(database.id)
        place = old or Place(database.folder, "")
        if place.folder != database.folder:
            place = replace(place, index=False, lists=(), index_digest="", store="")
        places[database.id] = replace(
            place,
            folder=database.folder,
            title=database.title,
            icon=database.icon,
            sources=database.sources,
            parent=database.parent,
        )
    return places


def new(tables: Tables, decided: Plan, before: State) -> list[StoredDatabase]:
    """The databases of which the views are to be asked for, as far as the listing shows."""
    return [
        stored
        for each in decided.databases
        if each.stored
        and _is_news(tables, each, before.databases.get(each.id))
        and (stored := store.as_database(each.stored))
    ]


def _is_news(tables: Tables, listed: Listed, place: Place | None) -> bool:
    """Whether the views of a database are to be asked for: it is another one, or not all were shown last
    time. What was refused twice is asked for in some runs."""
    known, digest = place.listing_digest if place else "", store.digest(listed.stored or b"")
    is_lacking = known.startswith("?") and (
        not known.startswith("??") or rotation.is_due(listed.id, tables.turn)
    )
    return is_lacking or tables.full_sync or known.lstrip("?") != digest


def write_indexes(
    tables: Tables, writer: Writer, before: State, has: Callable[[str], bool]
) -> dict[str, Place]:
    """Write README.md, database.csv and the store of each database that the writer's plan knows, and return
    where every database lies now.

    A file that is not ours is left alone. `has` says whether the backup had a file when the run began.
    """
    work = _Work(tables, writer, before, has)
    places = placed(writer.plan, before)
    moved = {
        id_: old
        for id_, old in writer.places.items()
        if id_ not in places or places[id_].folder != old.folder
    }
    found = work.stores(places)
    for id_, old in moved.items():
        for path in old.paths():
            writer.drop_index(id_, path)
    places |= {id_: work.put(id_, *each) for id_, each in found.items()}
    holdings = Holdings(current(before, writer, places))
    for database in writer.plan.databases:
        places[database.id] = work.shown(database.id, holdings)
    for database in writer.plan.kept:
        if work.differs(database.id, holdings):
            places[database.id] = work.shown(database.id, holdings)
    return places


# A place, and what its store is to hold: None leaves the one that is there, b"" stands for none.
_Stored: TypeAlias = "tuple[Place, bytes | None]"


@dataclass(frozen=True)
class _Work:
    tables: Tables
    writer: Writer
    before: State
    has: Callable[[str], bool]

    def stores(self, places: Mapping[str, Place]) -> dict[str, _Stored]:
        """For each database its place and its store. Notion is asked for the views of those of which the
        listing says something new: rows come and go without that."""
        found: dict[str, _Stored] = {}
        new: dict[str, StoredDatabase] = {}
        holdings = Holdings(current(self.before, self.writer, places))
        for each in (*self.writer.plan.databases, *self.writer.plan.kept):
            if (known := self._known(each, holdings)) is not None:
                found[each.id] = known
            elif stored := store.as_database(each.stored or b""):
                new[each.id] = stored
        views = self.tables.ask([*new.values()]) if new else {}
        for id_, database in new.items():
            found[id_] = self._new(places[id_], database, views.get(id_))
        return found

    def _known(self, listed: Listed, holdings: Holdings) -> _Stored | None:
        """The store that a database has already, wherever that lies; None when there is to be another. One
        that is not needed is not read."""
        place, old = holdings.now.databases[listed.id], self.writer.places.get(listed.id)
        path = join(listed.folder, STORE)
        if listed.stored == b"":
            return replace(place, store="", listing_digest=""), b""
        if listed.stored and _is_news(self.tables, listed, place):
            return None
        is_newer = self.writer.after_interruption or path in self.writer.touched
        is_there = place.store and not is_newer and (self.has(path) or listed.stored is None)
        if is_there and (listed.stored is None or self._is_shown(listed.id, holdings)):
            return place, None
        content = self.tables.store_of(listed.id, old) if old else b""
        return None if listed.stored and not content else (place, content)

    def _new(self, place: Place, database: StoredDatabase, views: Views | None) -> _Stored:
        """A new store. Views that Notion did not show are as they were, and the next run asks again."""
        digest, shown = store.digest(store.dumps(database)), views.shown if views else ()
        if not views or not views.is_whole:
            old = self.writer.places.get(database.id)
            earlier = store.as_database(self.tables.store_of(database.id, old)) if old else None
            ids = [each.get("id") for each in shown]
            left = [
                each for each in (earlier.views if earlier else ()) if each.get("id") not in ids
            ]
            shown = (*shown, *left)
            is_known = old is not None and old.listing_digest in (f"?{digest}", f"??{digest}")
            digest = f"{'??' if is_known else '?'}{digest}" if views else ""
        return replace(place, listing_digest=digest), store.dumps(replace(database, views=shown))

    def put(self, database_id: str, place: Place, content: bytes | None) -> Place:
        """The place with the store that lies there afterwards; b"" stands for none."""
        path = place.store_path
        if content is None:
            return place
        if not content:
            self.writer.drop_index(database_id, path)
        is_ours = content and self.writer.write_store(
            database_id, path, content, partial(self._is_ours, database_id, path)
        )
        return replace(place, store=store.digest(content) if is_ours else "")

    def _is_ours(self, database_id: str, path: str, there: bytes) -> bool:
        """Whether a store lies there that this program wrote: the database's own, or one that the branch
        does not have there, and whose page or database lies elsewhere by now."""
        subject = store.subject(there)
        is_left = not self.has(path) and subject in (*self.writer.known, *self.writer.places)
        return subject == database_id or is_left

    def differs(self, database_id: str, holdings: Holdings) -> bool:
        """Whether a database that nobody lists got another folder, or lost a page: else it is left alone."""
        old = self.before.databases[database_id]
        return old.index and old.index_digest != holdings.digest(database_id)

    def shown(self, database_id: str, holdings: Holdings) -> Place:
        """The place of a database with the files that show its pages. To make them takes a while, so those
        that show just this are left as they are, and no store is read."""
        place = holdings.now.databases[database_id]
        if self._is_shown(database_id, holdings):
            return place
        made = self.tables.made(database_id, holdings)
        written = self._write(database_id, place, made.texts)
        return place.showing(written, holdings.digest(database_id) if made.is_whole else "")

    def _is_shown(self, database_id: str, holdings: Holdings) -> bool:
        """Whether the files that show the pages of a database are as they should be."""
        place = holdings.now.databases[database_id]
        wanted = (README, CSV) if place.store else (README,)
        paths = {*place.paths(), *(join(place.folder, name) for name in wanted)}
        is_newer = self.writer.after_interruption or not self.writer.touched.isdisjoint(paths)
        is_newer = is_newer or self._was_lacking(holdings.rows(database_id).keys())
        is_fitting = place.index_digest == holdings.digest(database_id)
        return is_fitting and not is_newer and all(map(self.has, paths))

    def _was_lacking(self, rows: Set[str]) -> bool:
        """Whether the store of a row was missing when the run began, and was written again: the files may
        have been made without it."""
        known = self.before.pages
        again = (known[id_] for id_ in rows & self.writer.written if id_ in known)
        return any(each.store and not self.has(each.store_path) for each in again)

    def _write(self, database_id: str, place: Place, texts: Mapping[str, str]) -> list[str]:
        """The names of the files that are ours afterwards. Where README.md is somebody else's, nothing
        would lead to its further parts."""
        written: list[str] = []
        for name, text in texts.items():
            path = join(place.folder, name)
            is_wanted = name in (README, CSV) or README in written
            is_ours = partial(
                is_our_list, path, ids=None if README in written else self.writer.known
            )
            if is_wanted and self.writer.write_index(database_id, path, text, is_ours):
                written.append(name)
        there = self.writer.places.get(database_id, place)  # it may have moved with a page above
        for name in {*place.lists, *there.lists} - {*written}:
            self.writer.drop_index(database_id, join(place.folder, name))
        return written


def current(before: State, writer: Writer, places: Mapping[str, Place]) -> State:
    """The state as it is at this moment."""
    views, people = writer.plan.views, dict(writer.people)
    pages = dict(writer.records)
    is_told = any(views.values())
    for id_ in pages if is_told else writer.written & pages.keys():
        pages[id_] = pages[id_].doubting(views, is_new=id_ in writer.written)
    outside = _outside(writer, pages, places) if writer.outside else {}
    return replace(before, pages=pages, databases=places, people=people, outside=outside)


def _outside(
    writer: Writer, pages: Mapping[str, Record], places: Mapping[str, Place]
) -> dict[str, str | None]:
    """The titles that are still needed: of what some page links to. Those that are known come first."""
    linked = {id_ for record in pages.values() for id_ in record.links}
    needed = linked - pages.keys() - places.keys()
    found = ((id_, title) for id_, title in list(writer.outside.items()) if id_ in needed)
    return dict(sorted(found, key=lambda each: each[1] is None)[: state.MOST])


def save(tree: Tree, now: State, *, is_known: bool) -> None:
    """Write the state, unless the file says the same already, or the branch does (`is_known`)."""
    if (now.pages or now.databases) and not is_known:
        text, there = state.dumps(now), tree.content(state.NAME)
        if text != there and not state.says_in_version_1(there, now):
            tree.write(state.NAME, text)
    tree.clear_staging()


def forget(tree: Tree) -> None:
    """The journal has served: what it says is in the state, and that lies where it counts."""
    tree.remove([journal.NAME])
