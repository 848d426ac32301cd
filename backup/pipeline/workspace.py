"""Finds the roots of a workspace: what the integration may see, and what lies in nothing else of that.

A search finds all that is shared directly, which includes every root, and promises nothing about the
rest (Notion API reference, "Search optimizations and limitations"). So it leads to roots, and what it
leaves out proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from backup.errors import Forbidden, NotFound, NotionError, Unauthorized, sentence
from backup.json_values import mapping, objects, word
from backup.model import Json, Problem, Row, bare_id, dashed_id
from backup.notion import children, read
from backup.notion.client import Client
from backup.notion.paging import restarted
from backup.notion.read import is_trashed
from backup.sync.family import DEEPEST, TOP


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something that a search found: what it lies in by name ('' for the top), a block or not; `row`
    when it is a page at the top."""

    is_page: bool
    parent: str
    in_block: bool
    row: Row | None = None


@dataclass
class Workspace:
    """What the searches of a run found. `pages` are rows of roots, `databases` ids of such; `problems`
    name what may be one, and could not be read."""

    client: Client
    pool: Executor
    pages: dict[str, Row] = field(default_factory=dict)
    databases: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    _hits: dict[str, _Hit] = field(default_factory=dict)
    _climbed: set[str] = field(default_factory=set)

    def search(self) -> None:
        """Find the roots at the top of the workspace; raises NotionError."""
        for raw in restarted(partial(self._all)):
            if (found := _hit(raw)) and not is_trashed(raw):
                self._hits.setdefault(*found)
        for id_, hit in self._hits.items():
            if hit.parent == TOP:
                self._try_to_add(id_, hit.is_page, hit.row)

    def _all(self) -> list[Json]:
        return [raw for answer in self.client.search({}) for raw in objects(answer["results"])]

    def _try_to_add(self, id_: str, is_page: bool, row: Row | None) -> None:
        try:
            self._add(id_, is_page, row)
        except Unauthorized:
            raise
        except NotionError as error:
            self.problems.append(Problem("workspace", sentence(error), id_))

    def _add(self, id_: str, is_page: bool, row: Row | None) -> None:
        if not is_page:
            self.databases.add(id_)
        elif row or (row := self.page(id_)):
            self.pages[id_] = row

    def page(self, id_: str, inside: Collection[str] = ()) -> Row | None:
        """A page as a root; None when it is in the trash, not shown, or lies in something that is found
        or one of `inside`. Raises NotionError."""
        try:
            raw = self.client.page(dashed_id(id_))
        except (NotFound, Forbidden):
            return None
        is_gone = is_trashed(raw) or self.lies_in(raw, inside)
        return None if is_gone else read.child(raw, TOP)

    def lies_in(self, raw: Json, inside: Collection[str]) -> bool:
        """Whether a page or database lies in something that is found, or one of `inside`."""
        above = children.stands_in(raw)
        return above != TOP and (above in inside or above in self._hits)

    def holders(self, known: Collection[str]) -> set[str]:
        """What holds something that is not `known`, as the search has it."""
        return {hit.parent for id_, hit in self._hits.items() if id_ not in known}

    def strays(self, shown: Collection[str], *, to_the_end: bool) -> None:
        """Add the roots of what the search found and no list has `shown`: shared pages in pages that
        are not. What stands in a block is followed up only `to_the_end`, once no list is left."""
        known = {*shown, *self.pages, *self.databases}
        wanted = [
            id_
            for id_, hit in self._hits.items()
            if id_ not in known and hit.parent not in self._hits and id_ not in self._climbed
            if to_the_end or not hit.in_block
        ]
        self._climbed.update(wanted)
        for found in self.pool.map(partial(self._root, known=known), wanted):
            if found and found[0] not in known:
                self._try_to_add(*found)

    def _root(self, id_: str, known: Collection[str]) -> tuple[str, bool, Row | None] | None:
        """The same as `_top`; None, too, when Notion does not say."""
        try:
            return self._top(id_, known)
        except NotFound:  # a search may show what is deleted by now
            return None
        except Unauthorized:
            raise
        except NotionError as error:
            self.problems.append(Problem("workspace", sentence(error), id_))
            return None

    def _top(self, id_: str, known: Collection[str]) -> tuple[str, bool, Row | None] | None:
        """The outermost page or database that is shown and holds a hit; None when it is a known one."""
        is_page = self._hits[id_].is_page
        for _ in range(DEEPEST):
            raw = self._object(id_, is_page)
            home = children.home(self.client, raw)
            row = read.child(raw, TOP) if is_page else None
            if home.id in (None, TOP):
                return None if home.is_trashed else (id_, is_page, row)
            if home.id in known or home.id in self._hits:
                return None
            try:
                above = children.page_or_database(self.client, str(home.id))
            except (NotFound, Forbidden):
                return id_, is_page, row
            id_, is_page = str(home.id), above["object"] == "page"
        return None

    def _object(self, id_: str, is_page: bool) -> Json:
        ask = self.client.page if is_page else self.client.database
        return ask(dashed_id(id_))


def edited_since(client: Client, moment: str) -> dict[str, Row]:
    """The pages that a search says were edited at `moment` (ISO 8601) or later. Proves nothing about
    others; raises NotionError."""
    body = {
        "filter": {"property": "object", "value": "page"},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
    }
    found: dict[str, Row] = {}
    for answer in client.search(body):
        for raw in objects(answer["results"]):
            if word(raw, "last_edited_time") < moment:
                return found
            if not is_trashed(raw) and (row := _row(raw)):
                found[row.id] = row
    return found


def _row(raw: Json) -> Row | None:
    """A page of a search; None for one that makes no sense, or of which not all is shown."""
    try:
        return read.child(raw, TOP)
    except NotionError:
        return None


def _hit(raw: Json) -> tuple[str, _Hit] | None:
    """A page or database that a search shows; of a database it shows the data sources."""
    is_page = raw.get("object") == "page"
    parent = mapping(raw, "parent")
    id_ = word(raw, "id") if is_page else word(parent, "database_id")
    above = parent if is_page else mapping(raw, "database_parent")
    if not id_ or not above:
        return None
    row = _row(raw) if is_page and children.is_top(parent) else None
    stands = children.stands_in({"parent": above})
    return bare_id(id_), _Hit(is_page, stands, "block_id" in above, row)
