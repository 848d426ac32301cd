"""Adds to pages their open comments, and finds out in which unchanged pages others are open by now.

No edit time moves by a comment, so that each page is asked about in each run: for the comments about the
page, for its Markdown, which names the blocks that have some (see notion.comments), and for those of
these blocks. Of many pages a run asks about a share, and about the others when it reads them.

What the Markdown leaves out is asked for block by block: of a page whose Markdown Notion refuses, or
that shows a discussion but not where it is; images and other blocks without words; and of all pages
once it is seen that a block has comments and the Markdown does not show it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from backup import store
from backup.errors import Forbidden, NotionError, StoreError, Unauthorized, sentence
from backup.json_values import mapping, short_digest, word
from backup.model import CHILD_BLOCKS, STORE, Block, Json, Page, Problem, as_written, bare_id
from backup.notion.client import Client
from backup.notion.comments import Comments, Discussed
from backup.store import StoredPage
from backup.store.lasting import lasting
from backup.sync.rotation import IN_ONE_RUN, is_due
from backup.sync.state import Record, State
from backup.sync.steps import Action, Plan
from backup.words import UNTITLED, counted

_NONE = "-"  # in a record: no comments
_INCOMPLETE = "?"  # in a record: the Markdown does not show all, here or elsewhere
_MOST = 500  # blocks of a page that are asked one by one in each run; all are when it is read
_TRIAL = (
    20  # blocks that are asked though nothing is known of them, until the Markdown has shown one
)
_WORDLESS = {"image", "video", "audio", "file", "pdf", "embed", "bookmark", "link_preview"}
_WORDLESS |= {"equation", "table"}
_REFUSED = (
    "Notion does not let this integration read comments, so none were read; those in the backup stay. In "
    "Notion, open the integration under Settings → Connections (or notion.so/profile/integrations), tick "
    "“Read comments” under Capabilities, and save; or set COMMENTS=false."
)
_IN_SHARES = (
    "Asking about all of them takes about {} requests. This run asked about some of them. Every page "
    "has its turn in seven runs of a workflow, and when it is edited; a full sync asks about all."
)
_NOT_ALL = (
    "Notion's Markdown leaves out some discussions, so every block is asked about, which takes one "
    "request each. A full sync tries the Markdown again."
)


_KNOWN = ("comments", "told", "discussed")  # what a record says of them (see Record)


# The comments of blocks by their ids; None where Notion does not show them.
_Found: TypeAlias = "dict[str, tuple[Json, ...] | None]"


@dataclass(frozen=True, slots=True)
class CommentsRead:
    """A page with its comments: `known` is what its record is to say of them, `problems` what could not
    be read."""

    page: Page
    known: Json = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass
class Discussions:
    """The comments of a run's pages. `submit` runs a request beside others; `records` are those that the
    run began with, `is_full` says that all is read again. `changed` are the pages whose comments are not
    those of the backup, `warnings` is what somebody should look at."""

    comments: Comments
    submit: Callable[..., Any]
    records: Mapping[str, Record]
    is_full: bool = False
    changed: set[str] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _trial: int = _TRIAL
    _is_shown: bool = False  # the Markdown has shown a block that has comments
    _is_incomplete: bool = False  # it has left out one that has some

    def __post_init__(self) -> None:
        known = {record.told for record in self.records.values()}
        self._is_incomplete = _INCOMPLETE in known and not self.is_full
        self._is_shown = bool(known - {"", _INCOMPLETE, short_digest(())})

    def look(self, decided: Plan, pool: Executor, turn: int) -> None:
        """Find the pages whose comments have changed among those that are not read anyway."""
        if not self._may_read(step.page_id for step in decided.steps if step.row):
            self.warnings.append(Problem("comments", _REFUSED))
            return
        wanted = {
            step.page_id: self.records[step.page_id]
            for step in decided.steps
            if step.row and step.action is not Action.FETCH and step.page_id in self.records
        }
        wanted = {id_: record for id_, record in wanted.items() if record.comments}
        cost = sum(map(_cost, wanted.values()))
        if cost > IN_ONE_RUN and not self.is_full:
            self.warnings.append(Problem("discussions", _IN_SHARES.format(cost)))
            wanted = {id_: record for id_, record in wanted.items() if is_due(id_, turn)}
        asked = {id_: pool.submit(self._is_other, id_, each) for id_, each in wanted.items()}
        failed = []
        for id_, future in asked.items():
            try:
                if future.result():
                    self.changed.add(id_)
            except Unauthorized:
                raise
            except NotionError as error:
                failed.append(error)
        if failed:
            what = (
                f"Those of {counted(len(failed), 'page')} could not be read, and stay as they are in the "
                f"backup: {sentence(failed[0])}"
            )
            self.problems.append(Problem("discussions", what))

    @property
    def may_read(self) -> bool | None:
        """Whether comments can be read in this run; None when Notion refuses them."""
        return None if self.comments.is_refused else True

    def _may_read(self, ids: Iterable[str]) -> bool:
        """Whether the integration may read comments: the first answers say."""
        for id_ in ids:
            try:
                self.comments.about(id_)
            except Forbidden:
                if self.comments.is_refused:
                    return False
            except Unauthorized:
                raise
            except NotionError:
                return True  # each page says for itself
            else:
                return True
        return not self.comments.give_up()

    def _is_other(self, page_id: str, record: Record) -> bool:
        """Whether the comments of a page, or what its Markdown shows of them, are not those of its record."""
        if record.told not in ("", _INCOMPLETE):
            shown = None if self._is_incomplete else self.comments.discussed(page_id)
            if self._is_incomplete or (shown and _digest_of(shown) != record.told):
                return True
        found = [*self.comments.about(page_id)]
        for id_ in record.discussed:
            found += self.comments.about_block(id_) or ()
        return _named(found) != record.comments

    def is_due(self, record: Record, page_id: str) -> bool:
        """Whether a page that is not read is to get other comments."""
        return not self.comments.is_refused and (not record.comments or page_id in self.changed)

    def added(
        self, page: Page, before: Record | None, kept: Callable[[], tuple[Json, ...] | None]
    ) -> CommentsRead:
        """The page with its comments. Where they cannot be read, those of the backup stay: `kept` gives
        them. When it gives None, they are not there either, and NotionError is raised, so that the page
        stays as it is."""
        old = {name: getattr(before, name) for name in _KNOWN} if before else {}
        if self.comments.is_refused:
            there = kept()
            return CommentsRead(replace(page, comments=there or ()), {} if there is None else old)
        try:
            comments_read = self._of(page, before)
        except Unauthorized:
            raise
        except NotionError as error:
            if (there := kept()) is None:
                raise
            what = f"its comments could not be read: {sentence(error)}"
            problem = Problem(page.title or UNTITLED, what, page.id)
            return CommentsRead(replace(page, comments=there), old, (problem,))
        self.changed.discard(page.id)
        return comments_read

    def _of(self, page: Page, before: Record | None) -> CommentsRead:
        own = {bare_id(block.id): block for block in _own(page.blocks)}
        about = self.comments.about(page.id)
        by_markdown = len(own) > 1 and not self._is_incomplete
        shown = self.comments.discussed(page.id) if by_markdown else None
        named = _in_page(shown, page, about, own) if shown else None
        if shown and named is not None:
            earlier = before.discussed if before else ()
            wanted = {*named, *earlier, *shown.unknown, *_wordless(own)} & own.keys()
            found = self._ask(wanted)
            found |= self._tried(own, wanted, named, found)
            silent = {*shown.unknown, *_wordless(own)}
            hidden = {id_ for id_, each in found.items() if each} - named - silent
            if not self._is_hidden(page, frozenset(hidden)):
                ids = [id_ for id_ in own if found.get(id_, ()) != () or id_ in silent]
                return _result(page, about, own, found, _digest_of(shown), ids)
            self._warn()
        found = self._ask(own)
        ids = [id_ for at, id_ in enumerate(own) if found[id_] != () or at < _MOST]
        return _result(page, about, own, found, _INCOMPLETE if self._is_incomplete else "", ids)

    def _ask(self, ids: Collection[str]) -> _Found:
        """The comments of each block, several at once."""
        futures = {id_: self.submit(self.comments.about_block, id_) for id_ in ids}
        return {id_: future.result() for id_, future in futures.items()}

    def _tried(
        self,
        own: Collection[str],
        wanted: Collection[str],
        named: Collection[str],
        found: _Found,
    ) -> _Found:
        """The comments of some other blocks, as long as the Markdown has shown none that has some."""
        self._is_shown = self._is_shown or any(found[id_] for id_ in named if id_ in found)
        if self._is_shown or self._trial <= 0:
            return {}
        others = [id_ for id_ in own if id_ not in wanted][: self._trial]
        self._trial -= len(others)
        return self._ask(others)

    def _is_hidden(self, page: Page, blocks: frozenset[str]) -> bool:
        """Whether the Markdown still does not show these blocks: somebody may just have commented."""
        shown = self.comments.discussed(page.id, again=True) if blocks else None
        return bool(shown and not blocks <= frozenset().union(*shown.addresses))

    def _warn(self) -> None:
        if not self._is_incomplete:
            self.warnings.append(Problem("discussions", _NOT_ALL))
        self._is_incomplete = True


def looked(
    client: Client, decided: Plan, state: State, pool: Executor, turn: int, *, is_full: bool
) -> Discussions:
    """What a run knows of comments before it reads pages; `decided` is what it would do without."""
    found = Discussions(Comments(client), pool.submit, state.pages, is_full)
    found.look(decided, pool, turn)
    return found


def store_of(before: Record, folder: Path) -> bytes:
    """The store in the page's folder. Raises StoreError when it is not as the record says."""
    try:
        data = as_written(STORE, (folder / STORE).read_bytes())
    except OSError:
        data = b""
    if store.digest(data) != before.store:
        raise StoreError(f"{STORE} is not as the backup wrote it.")
    return data


def earlier(before: Record | None, folder: Path) -> tuple[Json, ...] | None:
    """The comments of the page's store; None when it has some, and no store that fits."""
    if before is None or before.comments in ("", _NONE):
        return ()
    try:
        found = store.loads(store_of(before, folder))
    except StoreError:
        return None
    return found.page.comments if isinstance(found, StoredPage) else None


def _own(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of a page that comments may be about. What a synced copy shows belongs to the page of
    its original, and pages and databases are documents of their own."""
    for block in blocks:
        if block.type not in CHILD_BLOCKS:
            yield block
            if not mapping(block.data, "synced_from"):
                yield from _own(block.children)


def _wordless(own: Mapping[str, Block]) -> Iterator[str]:
    return (id_ for id_, block in own.items() if block.type in _WORDLESS)


def _in_page(
    discussed: Discussed, page: Page, about: Iterable[Json], own: Collection[str]
) -> set[str] | None:
    """The blocks that the Markdown names; None when it shows a discussion, and not where it is."""
    elsewhere = {bare_id(word(each, "discussion_id")) for each in about}
    shown = {bare_id(block.id) for block in page.walk()} | elsewhere
    if not all(ids & shown for ids in discussed.addresses):
        return None
    return {id_ for ids in discussed.addresses for id_ in ids if id_ in own}


def _result(
    page: Page,
    about: Iterable[Json],
    own: Iterable[str],
    found: _Found,
    digest: str,
    discussed: Iterable[str],
) -> CommentsRead:
    comments = (*about, *(each for id_ in own for each in found.get(id_) or ()))
    known = (_named(comments), digest, tuple(discussed))
    hidden = sum(each is None for each in found.values())
    what = (
        f"Notion did not show the comments of {counted(hidden, 'block')}: the next run asks again."
    )
    problems = (Problem(page.title or UNTITLED, what, page.id),) if hidden else ()
    said = dict(zip(_KNOWN, known, strict=True))
    return CommentsRead(replace(page, comments=comments), said, problems)


def _named(comments: Collection[Json]) -> str:
    """The digest of comments, without what changes with each answer."""
    return short_digest(lasting(list(comments))) if comments else _NONE


def _digest_of(discussed: Discussed) -> str:
    return short_digest([sorted(ids) for ids in discussed.addresses])


def _cost(record: Record) -> int:
    """How many requests it takes to look at the comments of a page."""
    return 1 + (record.told not in ("", _INCOMPLETE)) + len(record.discussed)
