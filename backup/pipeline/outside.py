"""Asks for the titles of pages and databases that are not in the backup, and that pages name by their ids
alone, in relations and links: once for each, because the state remembers them.

They are asked for when nothing else is to be found any more: until then, one may still come into the backup.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from backup.errors import NotionError, Unauthorized
from backup.markdown.references import nameless
from backup.model import Page, Target, dashed_id, page_title, plain_text
from backup.notion.client import Client
from backup.sync.state import MOST


@dataclass
class Outside:
    """`titles` are those that earlier runs learned, by id, '' where Notion did not say, and None for those
    that nobody has asked for yet; new ones are added. `refresh`: known ones are asked for again."""

    client: Client
    titles: MutableMapping[str, str | None]
    refresh: bool = False
    _again: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _is_over: bool = False

    def note(self, page: Page) -> None:
        """A page is written: what it names by its id alone may need a title. Should the run be cut off, a
        later one asks."""
        for id_ in nameless(page):
            self.titles.setdefault(id_, None)
            if self.refresh:
                self._again.add(id_)

    def learn(self, targets: Mapping[str, Target], pool: Executor) -> bool:
        """Ask for all that is wanted and not in the backup; whether a title came or went. When Notion does
        not answer, the rest is left to the next run."""
        before, known = self._shown(), {i for i, each in self.titles.items() if each is not None}
        outside = [id_ for id_ in self.titles if not ((at := targets.get(id_)) and at.path)]
        new = [id_ for id_ in outside if id_ not in known][: max(0, MOST - len(known))]
        wanted = {*new, *(self._again & {*outside} & known)} - self._asked
        self._asked |= wanted
        for id_, title in zip(wanted, pool.map(self._title, wanted), strict=True):
            if title is not None:
                self.titles[id_] = title
        return self._shown() != before

    def _shown(self) -> dict[str, str]:
        return {id_: title for id_, title in self.titles.items() if title}

    def _title(self, id_: str) -> str | None:
        refusals: list[int] = []
        for ask in (self.client.page, self.client.database):
            if self._is_over:
                return None
            try:
                with self.client.spent_on("reading"):
                    raw = ask(dashed_id(id_))
            except Unauthorized:
                raise
            except NotionError as error:
                self._is_over = not error.is_refusal
                refusals.append(error.status)
            else:
                return " ".join((page_title(raw) or plain_text(raw.get("title"))).split())
        # A page that is not there, and no database but a page: one of the two is wrong.
        return None if self._is_over or refusals == [404, 400] else ""
