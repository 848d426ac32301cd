"""Lists everything below the roots, and asks about what a list does not show any more.

What an earlier run knew is asked for at once; what that shows leads on to more, in rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
from backup.model import WORKSPACE, Json, NamedRoot, Problem, Row
from backup.notion import children
from backup.notion.client import Client
from backup.notion.read import is_trashed
from backup.notion.resolve import Resolved, database, resolve
from backup.pipeline.canary import Canary
from backup.pipeline.databases import Sources
from backup.pipeline.linked_views import LinkedViews
from backup.pipeline.verdicts import Asking, Whereabouts
from backup.pipeline.walk import Walk, set_out
from backup.pipeline.workspace import Workspace
from backup.settings import Settings
from backup.sync.family import TOP, Family, parents
from backup.sync.paths import RootFolder
from backup.sync.removals import PROOF, candidates
from backup.sync.state import List, State
from backup.sync.steps import Listed, Listing, Verdict
from backup.words import UNTITLED


@dataclass
class Survey:
    """What a run has seen of Notion so far. All of it may be called by one thread at a time; `pool` runs
    the requests. `turn` is the number of the run (see sync.rotation), `clock` counts seconds."""

    client: Client
    settings: Settings
    pool: Executor
    turn: int = 0
    clock: Callable[[], float] = time.monotonic
    _warnings: list[Problem] = field(default_factory=list)
    _rows: dict[str, Row] = field(default_factory=dict)  # of the roots that are pages
    _roots: dict[str, RootFolder] = field(default_factory=dict)
    _databases: dict[str, Listed] = field(default_factory=dict)
    _schemas: dict[str, Json] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _verdicts: dict[str, Verdict] = field(default_factory=dict)
    _began: datetime | None = None
    _is_whole: bool = False  # all roots of the workspace are listed

    _stands: dict[str, str] = field(default_factory=dict)  # database → the list that it stands in
    _unread: set[str] = field(default_factory=set)  # databases that only their pages show
    _seen: set[str] = field(default_factory=set)  # databases that were asked for

    def __post_init__(self) -> None:
        self._sources = Sources(self.client, self.pool, self.settings.keep_json)
        self._walk = Walk(self.client, self.pool)
        self._views = LinkedViews(self.client, self.pool, self.settings.full_sync)
        self._workspace = Workspace(self.client, self.pool)

    def begin(self, known: State) -> Listing:
        """Every root, and all below that `known` knows of, with what they show that is new. What cannot
        be read is a problem, not the end.

        Where the settings give a root no folder, it has none yet (see layout.placed). Raises Unauthorized,
        also when every root is refused, and ConfigError when not one can be used as it is written.
        """
        started = self.clock()
        named = [each for each in self.settings.databases if each.id != WORKSPACE]
        searched = self.pool.submit(self._workspace.search) if self.is_everything else None
        ids = self._below(known)
        places = {id_: place for id_, place in known.databases.items() if id_ in ids}
        for place in places.values():
            if self.settings.child_pages or not place.parent:
                self._sources.ask(place.sources)
        roots = [
            self.pool.submit(resolve, self.client, each, is_page=each.id in known.pages)
            for each in named
        ]
        records = {id_: each for id_, each in known.pages.items() if id_ in ids}
        nested = {id_: place.parent for id_, place in places.items() if place.parent}
        if self.settings.child_pages:
            is_whole, self._walk.recorded = self.settings.full_sync, records
            warning = set_out(self._walk, records, known, self.turn, is_whole=is_whole)
            self._warnings += [warning] if warning else []
        self._name(named, roots)
        if searched:
            self._find(searched, known)
        self._seen |= self._databases.keys()
        if self.settings.child_pages:
            self._nest(nested)
        self._began = self.client.now() - timedelta(seconds=self.clock() - started)
        if self.settings.child_pages:
            self._walk.finish(self._stands)
            self._check(known)
        return self.further(known)

    def unseen_since(self, *, is_whole: bool) -> str:
        """What the state is to say of that, after a run that was `is_whole`."""
        return "" if is_whole and self._walk.is_searched else self._walk.since

    def _check(self, known: State) -> None:
        """Take what a search shows in place of the rest, and check some of what was listed."""
        self._walk.renew()
        assert self._began is not None
        canary = Canary(self.client, self.pool, self.turn, self._began)
        leaves = {
            row.id
            for row in self._shown()
            if (record := known.pages.get(row.id)) and record.edited == row.edited
            if not record.lists
        }
        hints = leaves & self._workspace.holders(known.nodes)
        warning = canary.check(self._walk, known.pages, hints)
        self._warnings += [warning] if warning else []

    @property
    def is_everything(self) -> bool:
        """Whether a setting names the whole workspace."""
        return any(each.id == WORKSPACE for each in self.settings.databases)

    def _below(self, known: State) -> set[str]:
        """The ids of all that the state knows of the roots and below them."""
        if self.is_everything:
            return {TOP, *known.nodes}
        family = Family(known)
        roots = {each.id for each in self.settings.databases}
        return {id_ for root in roots for id_ in (root, *family.below(root))}

    def _find(self, searched: Future[None], known: State) -> None:
        """The roots of the workspace: those that are found, and those that were found earlier."""
        try:
            searched.result()
            self._is_whole = True
        except Unauthorized:
            raise
        except NotionError as error:
            self._problems.append(Problem("workspace", sentence(error)))
        earlier = {id_ for id_, each in known.nodes.items() if not each.parent}
        earlier -= self._roots.keys() | self._workspace.pages.keys()
        pages = {
            id_: self.pool.submit(self._workspace.page, id_, known.nodes)
            for id_ in earlier & known.pages.keys()
        }
        databases = (earlier & known.databases.keys()) | self._workspace.databases
        for id_, future in pages.items():
            try:
                if row := future.result():
                    self._workspace.pages[id_] = row
            except NotionError as error:
                self._is_whole = False
                title = known.pages[id_].title or UNTITLED
                self._problems.append(Problem(title, sentence(error), id_))
        self._add_found(databases, known)

    def _add_found(self, databases: Collection[str], known: State) -> None:
        """Make roots of what the workspace has at its top."""
        base = next(each.path for each in self.settings.databases if each.id == WORKSPACE) or "."
        for id_, row in self._workspace.pages.items():
            if id_ not in self._roots:
                self._rows[id_] = row
                self._roots[id_] = RootFolder("", row.title or UNTITLED, base, is_found=True)
        new = {id_: TOP for id_ in databases if id_ not in self._roots}
        self._nest(new, known.nodes)
        for id_ in new.keys() & self._databases.keys():
            self._roots[id_] = RootFolder("", self._databases[id_].title, base, is_found=True)

    def _name(self, named: Iterable[NamedRoot], futures: Iterable[Future[Resolved | Row]]) -> None:
        """The roots, once they have answered."""
        refusals: list[Exception] = []
        for setting, future in zip(named, futures, strict=True):
            try:
                found = future.result()
                title = setting.label or found.title or UNTITLED
                self._roots[setting.id] = RootFolder(setting.path, title)
                if isinstance(found, Row):
                    self._rows[found.id] = found
                else:
                    self._show(found, title)
            except Unauthorized:
                raise
            except Exception as error:  # noqa: BLE001 - it costs no other root
                refusals.append(error)
                self._roots[setting.id] = RootFolder(setting.path, setting.label)
                is_mistake = isinstance(error, ConfigError)
                where = "settings" if is_mistake else setting.label or setting.setting
                self._problems.append(Problem(where, str(error) if is_mistake else sentence(error)))
        if not self.is_everything:
            _refuse(refusals, len(self._roots))

    def _nest(self, above: Mapping[str, str], inside: Collection[str] = ()) -> None:
        """Databases that lie in pages or in wikis, by what they lie in; of those that may lie at the top
        of the workspace, those that do not lie `inside` the backup."""
        new = [id_ for id_ in above if id_ not in self._seen]
        self._seen.update(new)
        futures = {id_: self.pool.submit(database, self.client, id_) for id_ in new}
        for id_, future in futures.items():
            try:
                found = future.result()
                is_nested = inside and self._workspace.lies_in(found.raw, inside)
                if is_nested:
                    self._seen.discard(id_)  # until a list shows it
                elif is_trashed(found.raw):
                    self._stands[id_] = ""
                elif found.sources:
                    self._show(found, "", above[id_])
                else:
                    self._views.add(id_, found.title)
            except Unauthorized:
                raise
            except Exception as error:  # noqa: BLE001 - it costs no other database
                # No list shows what a search has just found: nothing else would show it.
                is_told = above[id_] != TOP or id_ in inside
                if isinstance(error, NotFound) and is_told:
                    self._verdicts[id_] = Verdict.UNREACHABLE
                else:
                    self._problems.append(Problem(f"database {id_}", sentence(error)))

    def _show(self, resolved: Resolved, title: str, parent: str = "") -> None:
        self._stands[resolved.id] = children.stands_in(resolved.raw)
        deep = self.settings.child_pages
        found = self._sources.found(resolved, title, parent, deep=deep)
        self._databases[resolved.id] = found.listed
        self._schemas |= found.schemas
        self._problems += [Problem(found.listed.title, what) for what in found.problems]

    def further(self, state: State, read_by_now: Collection[str] | None = None) -> Listing:
        """What is seen by now, and what the `state` and the pages that were `read_by_now` lead to; none
        when there is nothing left to read."""
        if self.settings.child_pages:
            if read_by_now is None:
                self._views.remember(state.pages.values())
            for page_id in read_by_now or ():
                self._reread(page_id, tuple(map(List.from_json, state.pages[page_id].lists)))
            while self._more(state):
                pass
            rows = (row.id for each in self._databases.values() for row in each.rows)
            self._walk.drop_unknown({*state.nodes, *self._rows, *rows})
            sources = {id_: each.id for each in self._databases.values() for id_ in each.sources}
            self._views.resolve(sources, state.databases)
            self._add_strays(state, to_the_end=read_by_now is not None and not read_by_now)
        return self.listing()

    def _add_strays(self, state: State, *, to_the_end: bool) -> None:
        """Roots that are shared, and lie in pages that are not."""
        if not self.is_everything:
            return
        shown = {row.id for row in self._shown()} | self._databases.keys()
        shown |= self._views.originals.keys()
        before = set(self._workspace.databases)
        self._workspace.strays(shown, to_the_end=to_the_end)
        self._add_found(self._workspace.databases - before, state)
        while self._more(state):
            pass

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
        records = {row.id: each for row in self._shown() if (each := state.pages.get(row.id))}
        self._views.know({id_: of for each in records.values() for id_, of in each.shows()})
        shown = self._shown_databases()
        for id_ in shown.keys() & self._databases.keys():
            self._databases[id_] = replace(self._databases[id_], parent=shown[id_])
        known = {id_ for id_, original in self._views.originals.items() if original}
        new = {id_: shown[id_] for id_ in shown if id_ not in self._seen | known}
        self._nest(new)
        hidden = {id_ for id_, said in self._verdicts.items() if said is Verdict.UNREACHABLE}
        self._walk.recheck(hidden)
        self._unread = (hidden & self._shown_databases().keys()) - state.databases.keys()
        is_asked = self._walk.ask(records, set(parents(state).values()))
        return bool(new) or is_asked

    def _shown_databases(self) -> dict[str, str]:
        """What each database lies in that some list shows."""
        lists = (*self._databases.values(), *self._walk.lists.values())
        return {id_: each.id for each in lists for id_ in each.databases}

    def _shown(self) -> Iterator[Row]:
        yield from self._rows.values()
        for each in (*self._databases.values(), *self._walk.lists.values()):
            yield from each.rows

    def listing(self) -> Listing:
        """What is seen by now, with what Notion said of what is missing."""
        assert self._began is not None
        is_whole = self.is_everything and self._is_whole
        top = Listed(TOP, "", "", "", tuple(self._rows.values()), is_whole)
        # Notion may go on listing what lies in a page that is in the trash, and does so for a database
        # that has moved out of the backup: nothing new in it belongs here.
        proven = self._proven()
        lists = (each for id_, each in self._walk.lists.items() if id_ not in proven)
        return Listing(
            databases=tuple(each for id_, each in self._databases.items() if id_ not in proven),
            schemas=dict(self._schemas),
            problems=(*self._problems, *self._workspace.problems, *self._walk.problems),
            began=self._began,
            verdicts=dict(self._verdicts),
            pages=(top, *lists),
            roots=dict(self._roots),
            views=self._views.remembered(),
            warnings=(
                *self._warnings,
                *self._views.problems(),
                *self._not_shared(),
            ),
        )

    def _not_shared(self) -> Iterator[Problem]:
        if self._is_whole and not self._roots:
            yield Problem(WORKSPACE, _NOTHING)
        around = self._shown_databases()
        titles = {row.id: row.title for row in self._shown()}
        for id_ in sorted(self._unread):
            yield Problem(titles.get(around.get(id_, "")) or "A page", _UNREAD.format(id_), id_)

    def judged(self, state: State, is_mine: Callable[[str], bool]) -> Listing:
        """The same, after asking for what is no longer listed where it was: for pages that are the run's
        own, and for what others lie in, because its own may be among them."""
        while True:
            listing = self.listing()
            missing = candidates(listing.lists, state, self._verdicts, listing.roots)
            asked = [
                id_
                for id_ in missing
                if id_ not in self._verdicts and (is_mine(id_) or state.may_hold(id_))
            ]
            if not asked:
                return listing
            inside = self._below(state) | {row.id for row in self._shown()}
            inside |= {TOP} if self.is_everything else set()
            databases = state.databases.keys() | self._databases.keys()
            inside |= databases
            asking = Asking(self.client, databases, inside - self._proven())
            answers = zip(asked, self.pool.map(asking.about, asked), strict=True)
            for id_, answer in answers:
                self._verdicts[id_] = answer.verdict
                if answer.page_id:
                    self._moved(id_, answer)

    def _proven(self) -> set[str]:
        return {id_ for id_, said in self._verdicts.items() if said in PROOF}

    def _moved(self, id_: str, answer: Whereabouts) -> None:
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
        complete, shifted = (known.complete, known.shifted) if known else (True, False)
        self._walk.show(
            answer.page_id, rows.values(), databases, complete=complete, shifted=shifted, aside=True
        )


_UNREAD = (
    "A database in it ({}) is not shared with the integration. Open it as a full page, choose "
    "⋯ → Connections, and add the integration. Until then, the page has a link to Notion."
)
_NOTHING = (
    "Notion shows this integration no page and no database. In Notion, open what is to be backed up, "
    "⋯ → Connections → add the integration."
)
_INCAPABLE = "Every database was refused. Give the integration the capability to read content."


def _refuse(errors: Collection[Exception], roots: int) -> None:
    """Raise when every root is a mistake of the settings, or refused: then all others were."""
    mistakes = [str(each) for each in errors if isinstance(each, ConfigError)]
    refused = [each.message for each in errors if isinstance(each, Forbidden)]
    if len(mistakes) == roots:
        raise ConfigError("\n".join(mistakes))
    if len(refused) == roots:
        raise Unauthorized(refused[0], hint=_INCAPABLE, status=403)
