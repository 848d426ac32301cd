"""Finds out which databases linked views show.

A block that shows the rows of another database is a database without data sources. The views of a
data source are listed by its id, those in other databases too, and each names the block that it stands
in (Notion API reference, "Working with views"). Asked only when there is something new to find.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from backup.errors import NotionError, Unauthorized
from backup.json_values import mapping, word
from backup.model import Problem, bare_id
from backup.notion.client import Client
from backup.sync.state import Record
from backup.words import UNTITLED

_UNSHARED = (
    "Notion does not show its rows to the integration: if it is a view of another database, open that "
    "one, choose ⋯ → Connections, and add the integration. Until then, the page has a link to Notion."
)


@dataclass
class LinkedViews:
    """What is known of linked views: `originals` has the id of the database that each shows, '' when
    that is not known, `titles` what the block is called. A full sync (`is_full`) asks for all that is not
    known."""

    client: Client
    pool: Executor
    is_full: bool = False
    originals: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)  # databases in pages, seen by an earlier run
    _known: set[str] = field(default_factory=set)  # linked views, known from an earlier run
    _asked: set[str] = field(default_factory=set)  # data sources
    _found: dict[str, str] = field(default_factory=dict)
    _is_whole: bool = True  # no database of the backup is hidden just now
    _is_refused: bool = False  # a list, or a view

    def remember(self, records: Iterable[Record]) -> None:
        """What an earlier run wrote."""
        for record in records:
            self._known.update(id_ for id_, _ in record.shows())
            self._listed.update(id_ for each in record.lists for id_ in each.get("databases", ()))

    def know(self, originals: Mapping[str, str]) -> None:
        """What pages were written with; what this run found counts more."""
        for id_, original in originals.items():
            self.originals[id_] = self.originals.get(id_) or original

    def add(self, block_id: str, title: str) -> None:
        """A database that shows no data sources."""
        self.originals.setdefault(block_id, "")
        self.titles[block_id] = title.strip() or UNTITLED

    def resolve(self, sources: Mapping[str, str], earlier: Collection[str]) -> None:
        """Find the originals of views, as far as they are known: `sources` has the database of each
        data source, `earlier` are the databases that an earlier run has seen. Raises Unauthorized."""
        new = set(sources.values()).difference(earlier)
        self._is_whole = set(earlier) <= set(sources.values())
        open_ = {id_ for id_, original in self.originals.items() if not original}
        is_new = self.is_full or bool(open_ - self._known)
        wanted = [
            id_
            for id_, database in sources.items()
            if open_ and id_ not in self._asked and (is_new or database in new)
        ]
        self._asked.update(wanted)
        for source_id, blocks in zip(wanted, self.pool.map(self._shown, wanted), strict=True):
            self._found |= dict.fromkeys(blocks, sources[source_id])
        for id_ in open_ & self._found.keys():
            self.originals[id_] = self._found[id_]

    def _shown(self, source_id: str) -> list[str]:
        """The ids of the blocks in which views of a data source stand, as far as Notion shows them."""
        found: list[str] = []
        try:
            for part in self.client.views(source_id):
                for each in part["results"]:
                    found += self._stands_in(word(each, "id"))
        except Unauthorized:
            raise
        except NotionError:  # no reason to lose more than the name of a view's database
            self._is_refused = True
        return found

    def _stands_in(self, view_id: str) -> list[str]:
        try:
            raw = self.client.view(view_id)
        except NotionError as error:
            if not error.is_refusal:
                raise
            self._is_refused = True
            return []
        return [bare_id(word(mapping(raw, "parent"), "database_id"))]

    def remembered(self) -> dict[str, str]:
        """The originals, as far as they can be remembered: '' only where none of the databases that the
        backup has can be the one that is shown, or Notion has not said in two runs."""
        sure = set(self.originals)
        if self._is_refused or not self._is_whole:
            sure = self._known | (self._listed if self._is_whole else set())
        return {id_: of for id_, of in self.originals.items() if of or id_ in sure}

    def problems(self) -> tuple[Problem, ...]:
        """A warning for each view whose rows nobody sees."""
        open_ = [id_ for id_, original in self.originals.items() if not original]
        return tuple(
            Problem(self.titles[id_], _UNSHARED, id_) for id_ in open_ if id_ in self.titles
        )
