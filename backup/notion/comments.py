"""Asks for open comments, and where they are. A list has those about just one page or block, so that
Notion's own Markdown of a page is asked first: it names the discussions in the text.

Assumed: the newer Markdown writes with the words of a block the addresses of its discussions, and an
address has the block's id in it. Notion's reference says the first of words that are commented, and the
second of links that people copy; who asks notices when it is otherwise (see pipeline.comments).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backup.errors import Forbidden, NotFound, NotionError, Unauthorized
from backup.json_values import as_list, objects, word
from backup.model import ID_IN_ANY_CASE, Json, bare_id, dashed_id
from backup.notion.client import Client
from backup.notion.paging import restarted

_ADDRESSES = re.compile(r"""discussion-urls=(?:"([^"]*)"|'([^']*)')""")
_HANDFUL = 3  # refusals in a row: then it is the capability, or the endpoint, and not one page


@dataclass(frozen=True, slots=True)
class Discussed:
    """What the Markdown of a page shows of discussions: of each address the ids (32 hex digits) in it, and
    the blocks that it does not show."""

    addresses: tuple[frozenset[str], ...]
    unknown: frozenset[str]


class Comments:
    """What a run has heard of comments; nothing is asked twice. Safe to use from several threads, each
    with pages of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._heard: dict[str, tuple[Json, ...]] = {}
        self._known: dict[str, Discussed | None] = {}
        self._refused = self._untold = 0  # answers in a row

    @property
    def is_refused(self) -> bool:
        """Whether Notion lets the integration read no comments at all."""
        return self._refused >= _HANDFUL

    def give_up(self) -> bool:
        """When all that was asked was refused, nothing more is; whether that is so."""
        if self._refused:
            self._refused = _HANDFUL
        return self.is_refused

    def about(self, id_: str) -> tuple[Json, ...]:
        """The open comments about just this page or block, the oldest first.

        Raises NotionError; Forbidden without asking when it is clear that all would be refused.
        """
        if (known := self._heard.get(id_)) is not None:
            return known
        if self.is_refused:
            raise Forbidden("Notion refused all comments that were asked for.")
        try:
            with self._client.spent_on("comments"):
                answers = restarted(lambda: list(self._client.comments(dashed_id(id_))))
        except Forbidden:
            self._refused += 1
            raise
        self._refused = 0
        found = objects([each for answer in answers for each in answer["results"]])
        once = {word(each, "id"): each for each in found}  # a list that moves shows one twice
        self._heard[id_] = tuple(once.values())
        return self._heard[id_]

    def about_block(self, id_: str) -> tuple[Json, ...] | None:
        """The same for a block; None when that is not shown, which may be deleted by now."""
        try:
            return self.about(id_)
        except NotFound:
            return None

    def discussed(self, page_id: str, *, again: bool = False) -> Discussed | None:
        """What the Markdown of the page shows; None when Notion does not give it, or not to its end."""
        if page_id not in self._known or again:
            self._known[page_id] = self._ask(page_id)
        return self._known[page_id]

    def _ask(self, page_id: str) -> Discussed | None:
        if self._untold >= _HANDFUL:
            return None
        try:
            with self._client.spent_on("reading"):
                answer = self._client.markdown(dashed_id(page_id))
        except Unauthorized:
            raise
        except NotionError:
            self._untold += 1
            return None
        self._untold = 0
        if answer.get("truncated") is True:
            return None
        text = word(answer, "markdown")
        found = {
            frozenset(map(bare_id, ID_IN_ANY_CASE.findall(address)))
            for match in _ADDRESSES.finditer(text)
            for address in (match[1] or match[2] or "").split()
        }
        unknown = frozenset(bare_id(str(id_)) for id_ in as_list(answer.get("unknown_block_ids")))
        return Discussed(tuple(sorted(found, key=sorted)), unknown)
