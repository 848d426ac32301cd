"""Turns one page into the files of its folder: blocks, downloads, Markdown. Writes only to the staging
folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from pathlib import Path

from backup.errors import FileError, NotionError
from backup.files import find, names, store
from backup.files.fetch import Downloader, ParallelDownloads
from backup.files.pending import Pending
from backup.files.received import Downloaded
from backup.files.store import Describe, FileRecord, Gathered
from backup.markdown import page as document
from backup.markdown import placeholders
from backup.markdown.context import Context, Options
from backup.model import Block, File, Json, Page, Problem, Target, dashed_id, emoji
from backup.notion import children, read
from backup.notion.blocks import Shared
from backup.notion.client import PAGE_SIZE, Client
from backup.sync.plan import Step, links_digest
from backup.sync.state import Record, join


@dataclass(frozen=True, slots=True)
class Written:
    """A page, ready to be put in its place: `placed` maps paths below the output folder to the
    temporary files that go there, `text` is its Markdown, `new` counts the files it did not have.
    `lacking` is content that could not be read this time: the text says so in its place."""

    record: Record
    text: bytes
    placed: Mapping[str, Path]
    problems: tuple[Problem, ...]
    failed: tuple[Problem, ...]
    lacking: tuple[Problem, ...]
    new: int


@dataclass(frozen=True)
class Tried:
    """Downloads of a page of which some were tried already in this run, and are not tried again;
    `outcomes` has what became of them, by identity (see names.identity)."""

    downloads: ParallelDownloads
    outcomes: Mapping[str, Downloaded | FileError]

    def download_all(
        self, files: Iterable[File], folder: Path
    ) -> list[tuple[File, Downloaded | FileError]]:
        """As ParallelDownloads.download_all, in any order."""
        wanted = [(file, self.outcomes.get(names.identity(file))) for file in files]
        missing = [file for file, outcome in wanted if outcome is None]
        found = [(file, outcome) for file, outcome in wanted if outcome is not None]
        return found + self.downloads.download_all(missing, folder)


@dataclass(frozen=True)
class Reader:
    """Reads pages. `requests` runs single requests and downloads beside others, `staging` is for
    temporary files, `shared` is what the run knows of synced blocks, `describe` says what a new picture
    shows, and `tried` keeps, for each page, what became of the files that `try_again` tried. `records`
    are those that the run began with.

    `targets`, `schemas` and `shapes` are those of the run's plan (see plan.Plan, plan.Rules), `began`
    is when its listing began (see plan.Listing).
    """

    client: Client
    downloader: Downloader
    requests: Executor
    staging: Path
    options: Options
    targets: Mapping[str, Target]
    schemas: Mapping[str, Json]
    shapes: Mapping[str, str]
    began: datetime
    shared: Shared = field(default_factory=Shared)
    describe: Describe | None = None
    tried: dict[str, dict[str, Downloaded | FileError]] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)

    @property
    def _parallel(self) -> ParallelDownloads:
        return ParallelDownloads(self.downloader, self.requests)

    @property
    def today(self) -> date:
        """The day on which the run began."""
        return self.began.date()

    def read(self, step: Step, before: Record | None, folder: Path) -> Written:
        """The page of a step. `before` is its record, and `folder` holds the files of that record.

        Raises NotionError when the page cannot be read. One that lacks some of its content is not
        stable: the next run reads it again.
        """
        assert step.row is not None
        schema = self.schemas.get(step.row.source, {})
        page = read.page(self.client, step.row, schema, self.requests.submit, self.shared)
        gathered = self._gathered(page, before, folder)
        above = self._above(step.row.parent)
        links = _links(page, above)
        anchors = tuple(sorted({*step.anchors, *_own(links, step.page_id)}))
        context = self._context(step, gathered, anchors, above)
        record = replace(
            self._record(step, page, gathered, links, anchors), requests=_requests(page)
        )
        lacking = placeholders.lacking(page)
        record = replace(record, stable=record.stable and not lacking)
        problems = (*gathered.warnings, *placeholders.problems(page))
        placed = {join(step.folder, path): at for path, at in gathered.staged.items()}
        text = document.render(page, context).encode()
        new = len(gathered.staged)
        return Written(record, text, placed, problems, gathered.problems, lacking, new)

    def try_again(
        self, wanted: Collection[tuple[Step, Pending]]
    ) -> list[Downloaded | FileError | None]:
        """Files that could not be had in an earlier run: each is tried, and its page is not read.

        None stands for one that Notion does not show where it was.
        """
        files = list(self.requests.map(self._fresh, [pending for _, pending in wanted]))
        folder = self.staging / "again"
        folder.mkdir(parents=True, exist_ok=True)
        found = self._parallel.download_all(filter(None, files), folder)
        outcomes = (outcome for _, outcome in found)
        tried = [next(outcomes) if file else None for file in files]
        for (step, pending), outcome in zip(wanted, tried, strict=True):
            if outcome is not None:
                self.tried.setdefault(step.page_id, {})[pending.identity] = outcome
        return tried

    def _fresh(self, pending: Pending) -> File | None:
        file = pending.file
        return file if file.url else fresh(self.client, file.key, pending.identity)

    def _gathered(self, page: Page, before: Record | None, folder: Path) -> Gathered:
        staging = self.staging / page.id
        staging.mkdir(parents=True, exist_ok=True)
        known = [FileRecord.from_json(raw) for raw in before.files] if before else []
        by_identity = {each.identity: each for each in known}
        downloads = Tried(self._parallel, self.tried.get(page.id, {}))
        return store.gather(
            page,
            by_identity,
            folder,
            downloads,
            staging,
            self.describe,
            today=self.today,
            earlier=self._lacking(page.id),
        )

    def _lacking(self, page_id: str) -> dict[str, Pending]:
        """What the run before this one lacked: a page may be read more than once in a run."""
        record = self.records.get(page_id)
        found = map(Pending.from_json, record.pending if record else ())
        return {pending.identity: pending for pending in found}

    def _above(self, id_: str) -> tuple[str, ...]:
        """The ids of all that a page of this parent lies in, outermost first."""
        found: dict[str, None] = {}
        while id_ in self.targets and id_ not in found:
            found[id_] = None
            id_ = self.targets[id_].parent
        return tuple(reversed(found))

    def _context(
        self, step: Step, gathered: Gathered, anchors: tuple[str, ...], above: Collection[str]
    ) -> Context:
        return Context(
            path=join(step.folder, "index.md"),
            page_id=step.page_id,
            targets=self.targets,
            files=gathered.files,
            anchors=frozenset(anchors),
            ancestors=tuple(self.targets[id_] for id_ in above),
            options=self.options,
        )

    def _record(
        self,
        step: Step,
        page: Page,
        gathered: Gathered,
        links: tuple[str, ...],
        anchors: tuple[str, ...],
    ) -> Record:
        assert step.row is not None
        return Record(
            parent=step.row.parent,
            folder=step.folder,
            title=step.row.title,
            icon=step.row.icon if step.row.packed else emoji(page.raw.get("icon")),
            edited=step.row.edited,
            relations_digest=step.row.relations_digest,
            stable=step.stable and _is_stable(step.row.edited, self.began),
            render_key=self.shapes.get(step.row.source, ""),
            links=links,
            links_digest=links_digest(links, step.folder, self.targets),
            anchors=anchors,
            files=tuple(each.to_json() for each in gathered.records),
            pending=tuple(each.to_json() for each in gathered.pending),
            lists=tuple(each.to_json() for each in children.lists(page)),
        )


def refresher(client: Client) -> Callable[[File], File | None]:
    """A function that gives a file a fresh URL, by reading what it hangs on; None when it is gone."""
    return lambda file: fresh(client, file.key, names.identity(file))


def fresh(client: Client, key: str, identity: str) -> File | None:
    """The file that hangs at `key` (see model.File), with the URL that Notion gives for it now."""
    owner, _, rest = key.partition("/")
    for read_owner in _OWNERS.get(rest, (_from_page,)) if owner != "emoji" else ():
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


# Who can tell, by what stands behind the owner's id in a key; all else belongs to a page.
_OWNERS = {"": (_from_block,), "icon": (_from_block, _from_page)}


def _links(page: Page, above: Collection[str]) -> tuple[str, ...]:
    """The pages and databases that a page refers to, and 'page#block' where it means a block; ids
    are bare. A breadcrumb refers to all that the page lies in."""
    found = document.references(page)
    blocks = {f"{page_id}#{block_id}" for page_id, block_id in found.blocks}
    parents = set(above) if any(block.type == "breadcrumb" for block in page.walk()) else set()
    return tuple(sorted((found.page_ids | blocks | parents) - {page.id}))


def _own(links: Collection[str], page_id: str) -> set[str]:
    return {link.partition("#")[2] for link in links if link.startswith(f"{page_id}#")}


def _requests(page: Page) -> int:
    """About how many requests the page's blocks take: one for each hundred below one block."""
    families = [page.blocks, *(block.children for block in page.walk() if block.children)]
    return sum(max(1, math.ceil(len(family) / PAGE_SIZE)) for family in families)


def _is_stable(edited: str, began: datetime) -> bool:
    """Whether the minute of the last edit was over when the listing began: it has the properties.

    Notion rounds `last_edited_time` down to the minute: a later edit in the same minute would not
    show (Notion API reference, "Page object").
    """
    try:
        minute = datetime.fromisoformat(edited.replace("Z", "+00:00"))
    except ValueError:
        return False
    # Assumed: a time that names no zone means UTC, as all others of Notion do.
    minute = minute if minute.tzinfo else minute.replace(tzinfo=timezone.utc)
    return minute < began.replace(second=0, microsecond=0)
