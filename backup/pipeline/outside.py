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

_MOST = 1_000  # titles that are remembered, as one request is made for each
_REFUSED = (400, 403, 404)  # it may not be read, or is something else


@dataclass
class Outside:
    """`titles` are those that earlier runs learned, by id, '' where Notion did not say; new ones are added.
    `anew`: they are asked for again."""

    client: Client
    titles: MutableMapping[str, str]
    anew: bool = False
    _noted: dict[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _is_over: bool = False

    def note(self, page: Page) -> None:
        """A page is written: what it names by its id alone may need a title."""
        self._noted.update(nameless(page))

    def learn(self, targets: Mapping[str, Target], pool: Executor) -> bool:
        """Ask for all that is noted and not in the backup; whether there is a new title. When Notion does
        not answer, the rest is not asked for."""
        noted, before = dict(self._noted), dict(self.titles)
        outside = [id_ for id_ in noted if not ((at := targets.get(id_)) and at.path)]
        new = [id_ for id_ in outside if id_ not in before][: max(0, _MOST - len(before))]
        known = [id_ for id_ in outside if id_ in before] if self.anew else []
        wanted = [id_ for id_ in (*known, *new) if id_ not in self._asked]
        self._asked.update(wanted)
        found = pool.map(self._title, wanted, [noted[id_] for id_ in wanted])
        told = zip(wanted, found, strict=True)
        self.titles.update({id_: title for id_, title in told if title is not None})
        return self.titles != before

    def _title(self, id_: str, kind: str) -> str | None:
        if self._is_over:
            return None
        try:
            with self.client.spent_on("reading"):
                if kind == "database":
                    title = plain_text(self.client.database(dashed_id(id_)).get("title"))
                else:
                    title = page_title(self.client.page(dashed_id(id_)))
        except Unauthorized:
            raise
        except NotionError as error:
            self._is_over = error.status not in _REFUSED
            return None if self._is_over else ""
        return " ".join(title.split())
