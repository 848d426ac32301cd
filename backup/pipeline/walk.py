"""Lists what lies in pages, with the fewest requests that show every change.

The list of a page's blocks shows the time of each page in it, so only lists that are known to hold pages
are asked for again; a page that holds none says by its own time when one comes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import timedelta

from backup.errors import BackupError, Forbidden, NotFound, NotionError, Unauthorized, sentence
from backup.model import Json, Problem, Row, dashed_id, moment
from backup.notion import children, read
from backup.notion.children import Children
from backup.notion.client import Client
from backup.notion.paging import PAGE_SIZE
from backup.notion.read import is_trashed
from backup.pipeline.workspace import edited_since
from backup.sync.rotation import IN_ONE_RUN, is_due
from backup.sync.state import List, Record, State
from backup.sync.steps import Listed
from backup.words import UNTITLED

_LATE = timedelta(hours=1)  # Assumed: by then an edit is in the index of the search
_IN_SHARES = (
    "Listing all of them takes about {} requests. This run listed some of them ({} requests), and a "
    "search showed which of the other pages were edited. Every page has its turn in seven runs of a "
    "workflow; a full sync lists all."
)


@dataclass(frozen=True, slots=True)
class _Open:
    """A list whose answers are on their way: of the whole list, or of each page that was in it."""

    known: List
    whole: Future[Children] | None
    pages: tuple[Future[Row | None], ...] = ()


@dataclass
class Walk:
    """Lists what lies in pages, each page once in a run; `problems` says what could not be listed.

    `rows` are all child pages that were seen, as they were seen last.
    """

    client: Client
    pool: Executor
    rows: dict[str, Row] = field(default_factory=dict)
    lists: dict[str, Listed] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    recorded: Mapping[str, Record] = field(default_factory=dict)  # the pages that the backup has
    believed: set[str] = field(default_factory=set)
    since: str = ""  # of a long walk: later edits may be unknown to the backup (ISO 8601)
    is_searched: bool = True  # nothing of that is missed
    _search: Future[dict[str, Row]] | None = None
    _open: dict[str, list[_Open]] = field(default_factory=dict)
    _titles: dict[str, str] = field(default_factory=dict)
    _assumed: dict[str, tuple[str, str]] = field(default_factory=dict)
    _by: dict[str, tuple[Json, ...]] = field(default_factory=dict)  # the lists that were known
    _refused: set[str] = field(default_factory=set)  # the pages of which a list was

    def ask(self, records: Mapping[str, Record], holding: Collection[str] = ()) -> bool:
        """Have the lists of these pages on their way, unless they were asked for as they are known by
        now. In those of `holding` something lay, which their lists need not show any more. Whether any was to
        be asked for."""
        for id_, record in records.items():
            is_known = self._by.get(id_, record.lists) == record.lists
            if (record.lists or id_ in holding) and not (id_ in self.asked and is_known):
                lists = map(List.from_json, record.lists)
                self._titles[id_] = record.title or UNTITLED
                self._open[id_] = [self._asked(each, id_) for each in lists]
                self.asked.add(id_)
                self._by[id_] = record.lists
            elif not is_known:
                self.lists.pop(id_, None)  # an older state knew of a list in it
        return bool(self._open)

    def believe(self, records: Mapping[str, Record]) -> None:
        """Take what lies in these pages to be as it was, without asking. Nothing is concluded from what
        these lists lack."""
        for id_, record in records.items():
            lists = [List.from_json(each) for each in record.lists]
            rows = [row for each in lists for row in self._as_it_was(each.pages, id_)]
            databases = [child for each in lists for child in each.databases]
            self.show(id_, rows, databases, complete=False)
            self._by[id_] = record.lists

    def _as_it_was(self, ids: Iterable[str], page_id: str) -> tuple[Row, ...]:
        """Pages that lay in this one when they were read."""
        rows = tuple(
            Row(id_, page_id, "", known.title, "", known.edited, b"")
            for id_ in ids
            if (known := self.recorded.get(id_)) and known.parent == page_id
        )
        self.believed.update(row.id for row in rows)
        return rows

    def drop_unknown(self, known: Collection[str]) -> None:
        """Take out the lists of pages that nothing shows and that are not `known`: an older state had them,
        and what lies in them does not lie in the backup."""
        while unlisted := self.lists.keys() - {*known, *(row.id for row in self._listed())}:
            for id_ in unlisted:
                del self.lists[id_]

    def _listed(self) -> Iterator[Row]:
        return (row for each in self.lists.values() for row in each.rows)

    def doubt(self) -> None:
        """Ask for each page of which only a list of blocks has said when it was edited."""
        wanted = {row.id: row.parent for row in self.rows.values() if not row.packed}
        self.get(wanted)
        for id_, listed in self.lists.items():
            rows = tuple(self.known(row.id, id_) or row for row in listed.rows)
            self.lists[id_] = replace(listed, rows=rows)

    def search(self) -> None:
        """Have a search for later edits on its way."""
        self._search = self.pool.submit(edited_since, self.client, self.since)

    def renew(self) -> None:
        """Take newer rows, if a search shows some, for pages that were only believed to be as they were.
        Raises Unauthorized."""
        try:
            found = self._search.result() if self._search else {}
        except Unauthorized:
            raise
        except NotionError as error:
            self.problems.append(Problem("search", sentence(error)))
            self.is_searched = False
            return
        newer = {id_: row for id_, row in found.items() if id_ in self.believed}
        for id_, row in newer.items():
            self.rows[id_] = replace(row, parent=self.rows[id_].parent)
        for id_, listed in self.lists.items():
            if any(row.id in newer for row in listed.rows):
                rows = tuple(self.known(row.id, id_) or row for row in listed.rows)
                self.lists[id_] = replace(listed, rows=rows)

    def _asked(self, known: List, page_id: str) -> _Open:
        """The cheaper way: the whole list, or each page that was in it. Databases are asked for in any
        case."""
        if _length(known) <= len(known.pages):
            return _Open(known, self.pool.submit(children.listed, self.client, known.id, page_id))
        each = (self.pool.submit(self._page, id_, known.id, page_id) for id_ in known.pages)
        return _Open(known, None, tuple(each))

    def _page(self, id_: str, list_id: str, page_id: str) -> Row | None:
        """A page, when it is still in the list."""
        try:
            raw = self.client.page(dashed_id(id_))
        except NotFound:
            return None
        is_there = not is_trashed(raw) and children.stands_in(raw) == list_id
        return read.child(raw, page_id) if is_there else None

    def finish(self, databases: Mapping[str, str]) -> None:
        """Wait for all lists that were asked for. `databases` names databases that were asked for in
        which list each stands; of others nothing is concluded. Raises Unauthorized."""
        for page_id, open_ in self._open.items():
            found = [self._answer(each, page_id, databases) for each in open_]
            rows = {row.id: row for part, _ in found for row in part.pages}
            inside = dict.fromkeys(id_ for part, _ in found for id_ in part.databases)
            by = self._by[page_id]
            self.show(
                page_id,
                rows.values(),
                inside,
                complete=all(is_whole for _, is_whole in found),
                shifted=page_id in self._refused
                or any(
                    is_whole and _differs(part, each.known)
                    for each, (part, is_whole) in zip(open_, found, strict=True)
                ),
            )
            self._by[page_id] = by
        self._open.clear()

    def show(
        self,
        page_id: str,
        rows: Iterable[Row],
        databases: Iterable[str],
        *,
        complete: bool,
        shifted: bool = False,
        aside: bool = False,
    ) -> None:
        """From now on this lies in the page (see Listed). The last list is the newest."""
        self._by.pop(page_id, None)
        shown = tuple(rows)
        self.rows |= {row.id: row for row in shown}
        self.lists.pop(page_id, None)
        self.lists[page_id] = Listed(
            page_id,
            "",
            "",
            "",
            shown,
            complete,
            databases=tuple(databases),
            shifted=shifted,
            aside=aside,
        )
        self.asked.add(page_id)

    def _answer(
        self, open_: _Open, page_id: str, databases: Mapping[str, str]
    ) -> tuple[Children, bool]:
        """What lies in a list, and whether that is all of it."""
        known = open_.known
        inside = [id_ for id_ in known.databases if databases.get(id_, known.id) == known.id]
        try:
            if open_.whole:
                return open_.whole.result(), True
        except Unauthorized:
            raise
        except (NotFound, Forbidden):  # the page itself is not shown any more, or is read again
            self._refused.add(page_id)
            return Children(self._new_pages(known, page_id), (), known.blocks), False
        except BackupError as error:
            self._complain(page_id, error)
            there = self._as_it_was(known.pages, page_id)
            return Children(there, tuple(inside), known.blocks), False
        pages, is_whole = self._each(open_, page_id)
        self._assumed |= dict.fromkeys(inside, (known.id, page_id))
        return Children(pages, tuple(inside), known.blocks), is_whole

    def _each(self, open_: _Open, page_id: str) -> tuple[tuple[Row, ...], bool]:
        """The pages of a list that were asked for one by one, and whether all have answered."""
        found: list[Row] = []
        is_whole = True
        for id_, future in zip(open_.known.pages, open_.pages, strict=True):
            try:
                found += filter(None, [future.result()])
            except Unauthorized:
                raise
            except BackupError as error:
                is_whole = False
                found += self._as_it_was([id_], page_id)
                if isinstance(error, Forbidden):
                    self._refused.add(page_id)
                else:
                    self._complain(page_id, error)
        return tuple(found), is_whole

    def _new_pages(self, known: List, page_id: str) -> tuple[Row, ...]:
        """The pages of a list that is not shown, as far as the backup does not have them: another shard
        of the pages has read that list, and nobody would miss them."""
        found = []
        for id_ in known.pages:
            try:
                if id_ not in self.recorded and (row := self._page(id_, known.id, page_id)):
                    found.append(row)
            except Unauthorized:
                raise
            except BackupError as error:
                self._complain(page_id, error)
        return tuple(found)

    def _complain(self, page_id: str, error: BackupError) -> None:
        self.problems.append(Problem(self._titles[page_id], sentence(error), page_id))

    def recheck(self, hidden: Collection[str]) -> None:
        """List what was only assumed to hold these databases, which Notion does not show."""
        doubtful = {id_: self._assumed.pop(id_) for id_ in hidden if id_ in self._assumed}
        for list_id, page_id in set(doubtful.values()):
            try:
                found = children.listed(self.client, list_id, page_id)
            except Unauthorized:
                raise
            except NotionError:
                continue  # then it stays as it was
            moved = {id_ for id_, where in doubtful.items() if where == (list_id, page_id)}
            moved.difference_update(found.databases)
            listed = self.lists[page_id]
            left = tuple(id_ for id_ in listed.databases if id_ not in moved)
            self.lists[page_id] = replace(listed, databases=left)

    def get(self, ids: Mapping[str, str]) -> None:
        """Ask for pages that no list has shown yet, by the page that each lies in."""
        wanted = {id_: self.pool.submit(self._got, id_, page) for id_, page in ids.items()}
        for id_, future in wanted.items():
            try:
                self.rows[id_] = future.result()
            except Unauthorized:
                raise
            except NotionError as error:
                self.problems.append(Problem(f"page {id_}", sentence(error), id_))

    def _got(self, id_: str, page_id: str) -> Row:
        return read.child(self.client.page(dashed_id(id_)), page_id)

    def known(self, id_: str, page_id: str) -> Row | None:
        """A page that was seen in this run, as one that lies in `page_id`."""
        row = self.rows.get(id_)
        return replace(row, parent=page_id) if row else None


def _differs(found: Children, known: List) -> bool:
    """Whether a list shows something else, or the same in another order."""
    pages = tuple(row.id for row in found.pages)
    return (pages, found.databases) != (known.pages, known.databases)


def _cost(records: Iterable[Record]) -> int:
    """How many requests it takes to list what lies in all these pages."""
    lists = (List.from_json(raw) for record in records for raw in record.lists)
    return sum(min(_length(each), len(each.pages)) for each in lists)


def _length(known: List) -> int:
    return max(1, math.ceil(known.blocks / PAGE_SIZE))


def set_out(
    walk: Walk, records: Mapping[str, Record], known: State, turn: int, *, is_whole: bool
) -> Problem | None:
    """Have the lists of these pages on their way. A tree that is too large for one run is listed in shares,
    each of which has its turn (see rotation): when that takes too long for one run that is not to
    be `is_whole`: a share of them, and those in which the last runs left something over, by what is `known`
    of these; a search looks for edits in the rest, and a warning says so."""
    needed = _cost(records.values())
    if needed <= IN_ONE_RUN:
        walk.ask(records)
        return None
    newest = _an_hour_before(max(each.edited for each in records.values()))
    walk.since = min(newest, known.unseen_since or newest)
    if is_whole:
        walk.ask(records)
        return None
    share = {
        id_: each
        for id_, each in records.items()
        if is_due(id_, turn) or _has_left_over(each, known)
    }
    walk.ask(share)
    rest = {id_: each for id_, each in records.items() if each.lists and id_ not in share}
    walk.believe(rest)
    walk.search()
    return Problem("pages in pages", _IN_SHARES.format(needed, _cost(share.values())))


def _has_left_over(record: Record, known: State) -> bool:
    """Whether a page in it was not read yet, or could not be read the last time."""
    pages = (id_ for raw in record.lists for id_ in List.from_json(raw).pages)
    return any(id_ not in known.pages or id_ in known.failed for id_ in pages)


def _an_hour_before(time: str) -> str:
    """All that was edited later may be new; `time` is the newest edit that the backup has."""
    newest = moment(time)
    return (newest - _LATE).strftime("%Y-%m-%dT%H:%M") if newest else ""
