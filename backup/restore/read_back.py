"""Reads a copy back from Notion as a backup would: what came of a restore, as stores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

from backup import store
from backup.errors import FileError, Forbidden
from backup.files import find
from backup.files.fetch import Downloader
from backup.files.names import identity
from backup.json_values import word
from backup.model import Json, Page, Row, bare_id, dashed_id
from backup.notion import read, resolve
from backup.notion.blocks import Shared
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.restore.proof import Contents
from backup.restore.saved import Node, Saved
from backup.store import StoredDatabase, StoredPage
from backup.words import UNTITLED


@dataclass
class Reading:
    """Reads one tree. `requests` sends single requests beside others, `staging` is a folder for what is
    downloaded; `log` is given a line for each page. `commented` are the ids of the pages and blocks whose
    comments are read, None for none at all."""

    client: Client
    downloader: Downloader
    requests: Executor
    staging: Path
    log: Callable[[str], None]
    commented: Collection[str] | None = None
    _files: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)
    _seen: set[str] = field(default_factory=set)

    def tree(self, kind: str, id_: str) -> Contents:
        """A page or database with everything in it. Raises NotionError when a part cannot be read."""
        below = self._database if kind == "database" else self._page
        return Contents(tuple(below(bare_id(id_), None)), self._files, self.commented is not None)

    def _page(self, id_: str, parent: str | None) -> Iterator[Node]:
        yield from self._of_row(Row(id_, parent or "", "", "", "", "", b""), {}, parent)

    def _of_row(self, row: Row, schema: Json, parent: str | None) -> Iterator[Node]:
        if row.id in self._seen:
            return
        self._seen.add(row.id)
        page = read.page(self.client, row, schema, self.requests.submit, self._shared)
        page = replace(page, comments=tuple(self._comments(page)))
        self.log(f"Read back: {page.title or UNTITLED}")
        self._files[row.id] = self._hashes(page)
        stored = store.loads(store.dumps(StoredPage(page)))
        yield Node("", row.id, parent, "row" if row.source else "page", stored, {})
        for block in page.walk():
            if block.type == "child_page":
                yield from self._page(bare_id(block.id), row.id)
            elif block.type == "child_database":
                yield from self._database(bare_id(block.id), row.id)

    def _database(self, id_: str, parent: str | None) -> Iterator[Node]:
        """A database with its rows; nothing of one that shows the rows of another."""
        found = resolve.database(self.client, id_)
        if not found.sources or id_ in self._seen:
            return
        self._seen.add(id_)
        sources = [resolve.data_source(self.client, each) for each in found.sources]
        views = tuple(self._views(id_))
        stored = StoredDatabase(id_, found.raw, tuple(each.raw for each in sources), views)
        yield Node("", id_, parent, "database", store.loads(store.dumps(stored)), {})
        for source in sources:
            live, archived = (ask(self.client, source.id) for ask in (read.live, read.archived))
            for row in read.rows(live, archived, id_).rows:
                yield from self._of_row(row, source.schema, id_)

    def _views(self, id_: str) -> Iterator[Json]:
        for each in listed(self.client.views_in(dashed_id(id_))):
            yield self.client.view(word(each, "id"))

    def _comments(self, page: Page) -> Iterator[Json]:
        own = (bare_id(block.id) for block in page.walk() if block.type != "child_page")
        for id_ in (page.id, *own):
            if id_ not in (self.commented or ()):
                continue
            try:
                yield from listed(self.client.comments(dashed_id(id_)))
            except Forbidden:  # they were read once, with a token that could
                self.commented = None

    def _hashes(self, page: Page) -> dict[str, str]:
        """The SHA-256 of the page's files that Notion hosts; '' for one that it does not give."""
        hosted = [file for file in find.files(page) if file.hosted]
        found = {}
        for file in hosted:
            try:
                got = self.downloader.download(file, self.staging)
            except FileError:
                found[file.key] = ""
            else:
                found[file.key] = got.sha256
                got.path.unlink(missing_ok=True)
        return found


def of_backup(saved: Saved) -> Contents:
    """The other side: what was to be restored."""
    files = {}
    for node in saved.nodes:
        if isinstance(node.stored, StoredPage):
            known = {record.identity: record.sha256 for record in node.files}
            page = node.page
            files[node.id] = {
                file.key: known[identity(file)]
                for file in find.files(page)
                if file.hosted and identity(file) in known
            }
    return Contents(saved.nodes, files)
