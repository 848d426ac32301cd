"""Makes README.md and database.csv of databases out of the stores of their pages. Pure: it is given who reads.

What today's listing says is not used: a formula with now() changes with every listing. A digest names all
that the files depend on, and is made of the state alone, so that a run without changes reads no store.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from backup import store
from backup.errors import GitError
from backup.files.records import remembered
from backup.json_values import objects, word
from backup.markdown import database as shown
from backup.markdown.context import Context
from backup.markdown.database import Overview, Rows, TableRow, TableSource, views_used
from backup.model import CSV, README, STORE, Json, LocalFile, Page, Target, bare_id, row_source
from backup.store import StoredDatabase, StoreError
from backup.sync.state import Place, Record, State, join
from backup.sync.steps import index_of
from backup.sync.targets import known_targets
from backup.words import by_title

_TABLE = "2"  # raised when the same rows give other files: they are written again then

# The bytes of files, by their paths below the output folder; what is not there is left out.
Contents: TypeAlias = Callable[[Collection[str]], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Views:
    """The views of a database that Notion shows; `is_whole`: there are some, and it did not refuse one."""

    shown: tuple[Json, ...]
    is_whole: bool = True


# The views of those databases for which Notion answered, by their ids.
Ask: TypeAlias = Callable[[Collection[StoredDatabase]], Mapping[str, Views]]


def nothing(_paths: Collection[str]) -> Iterable[tuple[str, bytes]]:
    """Contents of a place where no file lies."""
    return ()


class Holdings:
    """What each database of a state holds: its rows, and other databases."""

    def __init__(self, now: State) -> None:
        self.now = now
        self._digests: dict[str, str] = {}
        self._rows: defaultdict[str, dict[str, Record]] = defaultdict(dict)
        self._inside: defaultdict[str, dict[str, Place]] = defaultdict(dict)
        for id_, record in now.pages.items():
            self._rows[record.parent][id_] = record
        for id_, place in now.databases.items():
            self._inside[place.parent][id_] = place

    def rows(self, database_id: str) -> Mapping[str, Record]:
        """The rows of a database by their ids."""
        return self._rows.get(database_id, {})

    def pages(self, database_id: str) -> list[Target]:
        """The same as targets, by title; the folder distinguishes two of one title."""
        ordered = sorted(self.rows(database_id).values(), key=_by_title)
        return [Target(each.text_path, each.title, each.icon) for each in ordered]

    def inside(self, database_id: str) -> list[Target]:
        """The databases that lie directly in one, by title."""
        ordered = sorted(self._inside.get(database_id, {}).values(), key=_by_title)
        return [Target(index_of(each.folder), each.title, each.icon) for each in ordered]

    @cached_property
    def targets(self) -> Mapping[str, Target]:
        """Where links may lead."""
        return known_targets(self.now)

    def digest(self, database_id: str) -> str:
        """A short name for all that the files of a database depend on."""
        if database_id not in self._digests:
            found = hashlib.sha256()
            for piece in self._about(database_id):
                found.update(piece.encode())
            self._digests[database_id] = found.hexdigest()[:12]
        return self._digests[database_id]

    def _about(self, database_id: str) -> Iterator[str]:
        """The same as one JSON list, row by row: of a large database that is a long text."""
        place = self.now.databases[database_id]
        inside = [[each.path, each.title, each.icon] for each in self.inside(database_id)]
        yield json.dumps([place.folder, place.title, place.icon]).removesuffix("]")
        if not place.store:
            pages = [[each.path, each.title, each.icon] for each in self.pages(database_id)]
            yield ", " + json.dumps([pages, inside] if inside else [pages])[1:]
            return
        between = ", ["
        for id_, each in sorted(self.rows(database_id).items(), key=_first):
            said = [id_, each.folder, each.title, each.icon, each.store, each.links_digest]
            unknown = self._unknown(each.links) if each.links else []
            yield between + json.dumps([*said, unknown] if unknown else said)
            between = ", "
        yield "" if between == ", " else between
        yield "], " + json.dumps([inside, place.store, _TABLE])[1:]

    def _unknown(self, links: Iterable[str]) -> list[str]:
        """Where a row leads that the state does not have: a page of another shard has its place already,
        and its title only once that shard has read it."""
        ids = (link.partition("#")[0] for link in links)
        return [id_ for id_ in ids if id_ not in self.now.pages and id_ not in self.now.databases]


class Sheet:
    """The files of one database, gathered from the stores of its rows, one by one; `about` is its own, if it
    has one. Of a row without a store only the title is shown; a database without one has a list of its
    pages, as nothing says what its columns are."""

    def __init__(self, database_id: str, holdings: Holdings, about: StoredDatabase | None) -> None:
        self._place = holdings.now.databases[database_id]
        self._left = dict(holdings.rows(database_id))
        self._pages = () if about else holdings.pages(database_id)
        self._about = about
        raws = about.sources if about else ()
        views = views_used(about.views if about else (), raws)
        sources = [TableSource(raw, views.get(bare_id(word(raw, "id")), {})) for raw in raws]
        path = index_of(self._place.folder)
        self._rows = Rows(sources, Context(path=path, targets=holdings.targets))
        self._overview = Overview(
            self._place.title,
            self._place.icon,
            objects(about.raw.get("description")) if about else (),
            holdings.inside(database_id),
        )

    def add(self, page_id: str, page: Json) -> None:
        """Take the page object of a row."""
        record = self._left.pop(page_id)
        home = row_source(page)
        self._rows.add(home, _entry(page_id, record, page, self._place.folder))

    def texts(self) -> dict[str, str]:
        """The text of each file by its name, README.md first."""
        if not self._about:
            return {README: shown.listed(self._overview, self._pages, self._rows.context)}
        for page_id in [*self._left]:
            self.add(page_id, {})
        table = shown.spreadsheet(self._rows)
        return {**shown.render(self._overview, self._rows), CSV: table}


@dataclass(frozen=True, slots=True)
class Made:
    """The text of each file of a database by its name; `is_whole` says that all stores could be read."""

    texts: Mapping[str, str]
    is_whole: bool


@dataclass
class Tables:
    """Makes the files of databases in one run. `here` reads the work tree, `branch` the published branch
    as it was when the run began, with the state `before`. `ask` gets the views of databases, `full_sync`
    says to do that for all; `turn` is the number of the run (see sync.rotation)."""

    here: Contents
    before: State
    branch: Contents = nothing
    ask: Ask = lambda databases: {}
    full_sync: bool = False
    turn: int = 0
    _made: dict[str, tuple[str, Made]] = field(default_factory=dict)

    def made(self, database_id: str, holdings: Holdings, tip: Contents = nothing) -> Made:
        """The files of a database; `tip` reads the branch as another run has left it."""
        digest = holdings.digest(database_id)
        known = self._made.get(database_id)
        if known and known[0] == digest and known[1].is_whole:
            return known[1]
        found = self._fresh(database_id, holdings, tip)
        self._made[database_id] = digest, found
        return found

    def _fresh(self, database_id: str, holdings: Holdings, tip: Contents) -> Made:
        place = holdings.now.databases[database_id]
        content = self.store_of(database_id, place, tip)
        sheet = Sheet(database_id, holdings, store.as_database(content))
        rows = holdings.rows(database_id) if content else {}
        wanted = {id_: each for id_, each in rows.items() if each.store}
        left = set(wanted)
        for id_, found in self._stores(wanted, tip):
            with suppress(StoreError):
                sheet.add(id_, store.page_of(found))
                left.discard(id_)
        return Made(sheet.texts(), not left and bool(content or not place.store))

    def store_of(self, database_id: str, place: Place, tip: Contents = nothing) -> bytes:
        """The bytes of a database's store; none when they cannot be read."""
        wanted = {database_id: place} if place.store else {}
        return next((content for _, content in self._stores(wanted, tip)), b"")

    def _stores(
        self, wanted: Mapping[str, Record | Place], tip: Contents
    ) -> Iterator[tuple[str, bytes]]:
        """Those stores that are as the state says, each with the id of what it is about. What only moved
        lies on the branch where it was."""
        left = set(wanted)
        was = {id_: self.before.pages.get(id_, self.before.databases.get(id_)) for id_ in wanted}
        now = {id_: each.folder for id_, each in wanted.items()}
        earlier = {id_: each.folder for id_, each in was.items() if each}
        for read, folders in ((self.here, now), (self.branch, earlier), (tip, now)):
            paths = {join(folders[id_], STORE): id_ for id_ in left if id_ in folders}
            for path, content in _readable(read, paths):
                if store.digest(content) == wanted[paths[path]].store:
                    left.discard(paths[path])
                    yield paths[path], content


def _readable(read: Contents, paths: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """What can be read of these files: a list of pages is no reason to end a run."""
    with suppress(GitError):
        yield from read(paths) if paths else ()


def _first(item: tuple[str, object]) -> str:
    return item[0]


def _by_title(each: Record | Place) -> tuple[object, str]:
    return by_title(each.title), each.folder


def _entry(page_id: str, record: Record, page: Json, folder: str) -> TableRow:
    target = Target(record.text_path, record.title, record.icon)
    if not (record.files or record.pending):
        return TableRow(page_id, target, page)
    here = posixpath.relpath(record.folder, folder)
    files = remembered(Page(page_id, page), record.files, record.pending)
    inside = {
        key: replace(file, path=join(here, file.path)) if isinstance(file, LocalFile) else file
        for key, file in files.items()
    }
    return TableRow(page_id, target, page, inside)
