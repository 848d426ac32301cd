"""Lists everything below the roots, and asks about what a list does not show any more.

What an earlier run knew is asked for at once; what that shows leads on to more, in rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backup.errors import (
    ConfigError,
    Forbidden,
    NotFound,
    NotionError,
    Unauthorized,
    sentence,
)
from backup.model import Database, Json, Problem, Row
from backup.notion import children, read
from backup.notion.client import Client
from backup.notion.resolve import Resolved, database, resolve
from backup.pipeline.databases import Sources
from backup.pipeline.verdicts import Answer, Asking
from backup.pipeline.walk import Walk
from backup.settings import Settings
from backup.sync.family import TOP, Family
from backup.sync.paths import Root
from backup.sync.plan import Listed, Listing, Verdict, candidates
from backup.sync.removals import PROOF
from backup.sync.state import List, State

_MARGIN = timedelta(minutes=2)  # see read.edited_since


@dataclass
class Survey:
    """What a run has seen of Notion so far. All of it may be called by one thread at a time; `pool` runs
    the requests."""

    client: Client
    settings: Settings
    pool: Executor
    _rows: dict[str, Row] = field(default_factory=dict)  # of the roots that are pages
    _roots: dict[str, Root] = field(default_factory=dict)
    _databases: dict[str, Listed] = field(default_factory=dict)
    _views: dict[str, Resolved] = field(default_factory=dict)  # databases without sources
    _schemas: dict[str, Json] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _verdicts: dict[str, Verdict] = field(default_factory=dict)
    _began: datetime | None = None

    _stands: dict[str, str] = field(default_factory=dict)  # database → the list that it stands in
    _seen: set[str] = field(default_factory=set)  # databases that were asked for

    def __post_init__(self) -> None:
        self._sources = Sources(self.client, self.pool, self.settings.keep_json)
        self._walk = Walk(self.client, self.pool)

    def begin(self, known: State) -> Listing:
        """Every root, and all below that `known` knows of, with what they show that is new. What cannot
        be read is a problem, not the end.

        Where the settings give a root no folder, it has none yet (see plan.placed). Raises Unauthorized,
        also when every root is refused, and ConfigError when not one can be used as it is written.
        """
        started = time.monotonic()
        named = self.settings.databases
        ids = self._below({each.id for each in named}, known)
        places = {id_: place for id_, place in known.databases.items() if id_ in ids}
        for place in places.values():
            self._sources.ask(place.sources)
        roots = [
            self.pool.submit(resolve, self.client, each, is_page=each.id in known.pages)
            for each in named
        ]
        if self.settings.child_pages:
            self._walk.ask({id_: each for id_, each in known.pages.items() if id_ in ids})
        nested = {
            id_: self.pool.submit(database, self.client, id_)
            for id_, place in places.items()
            if place.parent and self.settings.child_pages
        }
        self._name(named, roots)
        self._seen |= nested.keys() | self._databases.keys()
        self._nest(nested, {id_: place.parent for id_, place in places.items()})
        self._began = self.client.now() - timedelta(seconds=time.monotonic() - started)
        return self.further(known)

    def _below(self, roots: Collection[str], known: State) -> set[str]:
        """The ids of all that the state knows of the roots and below them."""
        family = Family(known)
        return {id_ for root in roots for id_ in (root, *family.below(root))}

    def _name(self, named: Iterable[Database], futures: Iterable[Future[Resolved | Row]]) -> None:
        """The roots, once they have answered."""
        refusals: list[Exception] = []
        for setting, future in zip(named, futures, strict=True):
            try:
                found = future.result()
                title = setting.label or found.title or "Untitled"
                self._roots[setting.id] = Root(setting.path, title)
                if isinstance(found, Row):
                    self._rows[found.id] = found
                else:
                    self._show(found, title)
            except Unauthorized:
                raise
            except Exception as error:  # noqa: BLE001 - it costs no other root
                refusals.append(error)
                self._roots[setting.id] = Root(setting.path, setting.label)
                is_mistake = isinstance(error, ConfigError)
                where = "settings" if is_mistake else setting.label or setting.setting
                self._problems.append(Problem(where, str(error) if is_mistake else sentence(error)))
        _refuse(refusals, len(self._roots))

    def _nest(self, futures: dict[str, Future[Resolved]], parents: dict[str, str]) -> None:
        """Databases in pages, once they have answered."""
        for id_, future in futures.items():
            try:
                found = future.result()
                if found.sources:
                    self._show(found, "", parents[id_])
                else:
                    self._views[id_] = found
            except Unauthorized:
                raise
            except NotFound:
                continue  # the page that it lies in tells, or its own verdict
            except Exception as error:  # noqa: BLE001 - it costs no other database
                self._problems.append(Problem(f"database {id_}", sentence(error)))

    def _show(self, resolved: Resolved, title: str, parent: str = "") -> None:
        self._stands[resolved.id] = children.stands_in(resolved.raw)
        found = self._sources.found(resolved, title, parent)
        self._databases[resolved.id] = found.listed
        self._schemas |= found.schemas
        self._problems += [Problem(found.listed.title, what) for what in found.problems]

    def further(self, state: State, read_by_now: Collection[str] = ()) -> Listing:
        """What is seen by now, and what the `state` and the pages that were `read_by_now` lead to."""
        if self.settings.child_pages:
            for page_id in read_by_now:
                self._reread(page_id, tuple(map(List.from_json, state.pages[page_id].lists)))
            while self._more(state):
                pass
        return self.listing()

    def _reread(self, page_id: str, lists: Collection[List]) -> None:
        """What lies in a page is what its last reading showed."""
        ids = [id_ for each in lists for id_ in each.pages]
        databases = [id_ for each in lists for id_ in each.databases]
        if not ids and not databases and page_id not in self._walk.lists:
            return
        self._walk.get({id_: page_id for id_ in ids if id_ not in self._walk.rows})
        rows = [row for id_ in ids if (row := self._walk.known(id_, page_id))]
        self._walk.show(page_id, rows, databases, complete=len(rows) == len(ids))

    def _more(self, state: State) -> bool:
        """Go one step on; whether there was one."""
        self._walk.finish(self._stands)
        shown = {id_: page.id for page in self._walk.lists.values() for id_ in page.databases}
        for id_, page_id in shown.items():
            if id_ in self._databases:
                self._databases[id_] = replace(self._databases[id_], parent=page_id)
        news = {id_: page_id for id_, page_id in shown.items() if id_ not in self._seen}
        self._seen.update(news)
        self._nest(
            {id_: self.pool.submit(database, self.client, id_) for id_ in news},
            news,
        )
        before = len(self._walk.asked)
        self._walk.ask(
            {row.id: record for row in self._shown() if (record := state.pages.get(row.id))}
        )
        return bool(news) or len(self._walk.asked) > before

    def _shown(self) -> Iterator[Row]:
        yield from self._rows.values()
        for each in (*self._databases.values(), *self._walk.lists.values()):
            yield from each.rows

    def listing(self) -> Listing:
        """What is seen by now, with what Notion said of what is missing."""
        assert self._began is not None
        top = Listed(TOP, "", "", "", tuple(self._rows.values()), False)
        return Listing(
            databases=tuple(self._databases.values()),
            schemas=dict(self._schemas),
            problems=(*self._problems, *self._walk.problems),
            began=self._began,
            verdicts=dict(self._verdicts),
            pages=(top, *self._walk.lists.values()) if self._rows or self._walk.lists else (),
            roots=dict(self._roots),
        )

    def judged(self, state: State, is_mine: Callable[[str], bool]) -> Listing:
        """The same, after asking for what is no longer listed where it was."""
        while True:
            listing = self.listing()
            missing = candidates(listing.lists, state, self._verdicts, listing.roots)
            asked = [id_ for id_ in missing if id_ not in self._verdicts and is_mine(id_)]
            if not asked:
                return listing
            roots = {each.id for each in self.settings.databases}
            inside = self._below(roots, state) | {row.id for row in self._shown()}
            inside |= self._databases.keys()
            asking = Asking(self.client, state.databases.keys(), inside - self._gone())
            answers = zip(asked, self.pool.map(asking.about, asked), strict=True)
            for id_, answer in answers:
                self._verdicts[id_] = answer.verdict
                if answer.page_id:
                    self._moved(id_, answer)

    def _gone(self) -> set[str]:
        return {id_ for id_, said in self._verdicts.items() if said in PROOF}

    def _moved(self, id_: str, answer: Answer) -> None:
        """A page or database lies in another page now, whatever the list of that has shown."""
        known = self._walk.lists.get(answer.page_id)
        rows = {row.id: row for row in known.rows} if known else {}
        databases = dict.fromkeys(known.databases if known else ())
        if answer.row:
            rows[id_] = answer.row
        else:
            databases[id_] = None
            if id_ in self._databases:
                self._databases[id_] = replace(self._databases[id_], parent=answer.page_id)
        complete = known.complete if known else True
        self._walk.show(answer.page_id, rows.values(), databases, complete=complete)


_INCAPABLE = "Every database was refused. Give the integration the capability to read content."


def _refuse(errors: Collection[Exception], roots: int) -> None:
    """Raise when every root is a mistake of the settings, or refused: then all others were."""
    mistakes = [str(each) for each in errors if isinstance(each, ConfigError)]
    refused = [each.message for each in errors if isinstance(each, Forbidden)]
    if len(mistakes) == roots:
        raise ConfigError("\n".join(mistakes))
    if len(refused) == roots:
        raise Unauthorized(refused[0], hint=_INCAPABLE, status=403)


def edited_since(client: Client, listing: Listing, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since the listing began: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives
    none."""
    moment = listing.began - _MARGIN
    found: list[Row] = []
    for each in listing.databases:
        for source in dict.fromkeys(row.source for row in each.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, each.id, moment)
            except NotionError:
                continue
    return found
