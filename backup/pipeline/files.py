"""The files of pages: gathered, tried again, and asked for again, as what Notion signs lasts for an hour."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from backup.errors import FileError, NotionError
from backup.files import find, names
from backup.files.fetch import Downloader, ParallelDownloads, Tried
from backup.files.gather import Describe, Gathered, gather
from backup.files.pending import Pending
from backup.files.received import Downloaded
from backup.files.records import FileRecord
from backup.model import Block, File, Page, dashed_id
from backup.notion.client import Client
from backup.sync.state import Record
from backup.sync.steps import Step

# What became of a file; None when Notion does not show it where it was.
FileOutcome: TypeAlias = Downloaded | FileError | None


@dataclass(frozen=True)
class PageFiles:
    """Gets the files of pages. `requests` runs downloads beside others, `staging` is for temporary files,
    `describe` says what a new image shows, and `tried` keeps, for each page, what became of the files
    that `try_again` tried. `records` are those that the run began with, on the day `today`.
    """

    client: Client
    downloader: Downloader
    requests: Executor
    staging: Path
    today: date
    records: Mapping[str, Record] = field(default_factory=dict)
    describe: Describe | None = None
    tried: dict[str, dict[str, FileOutcome]] = field(default_factory=dict)

    def gathered(
        self,
        page: Page,
        before: Record | None,
        folder: Path,
        outcomes: Mapping[str, FileOutcome] | None = None,
        untried: Mapping[str, Pending] | None = None,
    ) -> Gathered:
        """The files of a page that was read, or of one of which only `outcomes` is new, and all else is
        as in `untried`."""
        known = [FileRecord.from_json(raw) for raw in before.files] if before else []
        by_identity = {each.identity: each for each in known}
        tried = self.tried.get(page.id, {}) if outcomes is None else outcomes
        return gather(
            page,
            by_identity,
            folder,
            Tried(self._parallel, tried, untried),
            self.staging / page.id,
            self.describe,
            today=self.today,
            earlier=self._lacking(page.id),
        )

    def due(self, record: Record) -> list[Pending]:
        """The missing files of a page of which another try is due."""
        most, pending = self.downloader.max_bytes, map(Pending.from_json, record.pending)
        return [each for each in pending if each.is_due(most, self.today)]

    def try_again(self, wanted: Collection[tuple[Step, Pending]]) -> list[FileOutcome]:
        """Files that could not be downloaded in an earlier run: each is tried, and its page is not read.

        None stands for one that Notion does not show where it was.
        """
        files = list(self.requests.map(self._fresh, [pending for _, pending in wanted]))
        folder = self.staging / "again"
        folder.mkdir(parents=True, exist_ok=True)
        found = self._parallel.download_all(filter(None, files), folder)
        outcomes = (outcome for _, outcome in found)
        tried = [next(outcomes) if file else None for file in files]
        for (step, pending), outcome in zip(wanted, tried, strict=True):
            self.tried.setdefault(step.page_id, {})[pending.identity] = outcome
        return tried

    def tried_again(self, step: Step, before: Record) -> dict[str, FileOutcome]:
        """What became of the missing files of a page that is not read, of which another try was due."""
        tried = self.tried.get(step.page_id, {})
        untried = [(step, each) for each in self.due(before) if each.identity not in tried]
        if untried:
            self.try_again(untried)
        return self.tried.get(step.page_id, {})

    def attached(self, page: Page, before: Record) -> dict[str, FileOutcome]:
        """What became of the files of comments that the page did not have yet."""
        known = {FileRecord.from_json(raw).identity for raw in before.files}
        files = [
            file for file in find.comment_files(page.comments) if names.identity(file) not in known
        ]
        folder = self.staging / "comments"
        folder.mkdir(parents=True, exist_ok=True)
        found = self._parallel.download_all(files, folder)
        return {names.identity(file): outcome for file, outcome in found}

    @property
    def _parallel(self) -> ParallelDownloads:
        return ParallelDownloads(self.downloader, self.requests)

    def _fresh(self, pending: Pending) -> File | None:
        file = pending.file
        return file if file.url else fresh(self.client, file.key, pending.identity)

    def _lacking(self, page_id: str) -> dict[str, Pending]:
        """What the run before this one lacked: a page may be read more than once in a run."""
        record = self.records.get(page_id)
        found = map(Pending.from_json, record.pending if record else ())
        return {pending.identity: pending for pending in found}


def refresher(client: Client) -> Callable[[File], File | None]:
    """A function that gives a file a fresh URL, by reading what it hangs on; None when it was deleted."""
    return lambda file: fresh(client, file.key, names.identity(file))


def fresh(client: Client, key: str, identity: str) -> File | None:
    """The file that hangs at `key` (see model.File), with the URL that Notion gives for it now."""
    with client.spent_on("files"):
        return _fresh(client, key, identity)


def _fresh(client: Client, key: str, identity: str) -> File | None:
    owner, _, rest = key.partition("/")
    readers = (_from_comment,) if rest.isdigit() else _OWNERS.get(rest, (_from_page,))
    for read_owner in readers if owner != "emoji" else ():
        try:
            page = read_owner(client, owner)
        except NotionError:
            continue
        if found := find.known(identity, page):
            return found
    return None


def _from_block(client: Client, id_: str) -> Page:
    return Page("", {}, (Block.from_api(client.block(dashed_id(id_))),))


def _from_page(client: Client, id_: str) -> Page:
    return Page(id_, client.page(dashed_id(id_)))


def _from_comment(client: Client, id_: str) -> Page:
    return Page("", {}, comments=(client.comment(id_),))


# Who can tell, by what stands behind the owner's id in a key; all else belongs to a page.
_OWNERS = {"": (_from_block,), "icon": (_from_block, _from_page)}
