"""One page from Notion to the bytes of its folder: read, files, Markdown. Nothing is written here
but into the staging folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backup.errors import NotionError
from backup.files import find, store
from backup.files.fetch import Downloader
from backup.files.store import Describe, FileRecord, Gathered
from backup.markdown import page as document
from backup.markdown import placeholders
from backup.markdown.context import Context, Options
from backup.model import Block, File, Json, Page, Problem, Target, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.sync.plan import Step
from backup.sync.state import Record, join


@dataclass(frozen=True, slots=True)
class Written:
    """A page, ready to be put in its place: `placed` maps paths below the output folder to the
    temporary files that go there, `text` is its Markdown, `new` counts the files it did not have."""

    record: Record
    text: bytes
    placed: Mapping[str, Path]
    problems: tuple[Problem, ...]
    failed: tuple[Problem, ...]
    new: int


@dataclass(frozen=True)
class Reader:
    """Reads pages. `requests` runs single requests beside others, `staging` is for temporary files,
    `describe` says what a new picture shows.

    `targets`, `schemas` and `shapes` are those of the run's plan (see plan.Plan, plan.Listed).
    """

    client: Client
    downloader: Downloader
    requests: Executor
    staging: Path
    options: Options
    targets: Mapping[str, Target]
    schemas: Mapping[str, Json]
    shapes: Mapping[str, str]
    clock: Callable[[], datetime]
    describe: Describe | None = None

    def read(
        self, step: Step, before: Record | None, folder: Path, anchored: Collection[str]
    ) -> Written:
        """The page of a step. `before` is its record, `folder` holds the files of that record, and
        `anchored` are the ids of its blocks that other pages link to.

        Raises NotionError when the page cannot be read whole.
        """
        assert step.row is not None
        started = self.clock()
        schema = self.schemas.get(step.row.source, {})
        page = read.page(self.client, step.row, schema, self.requests.submit)
        gathered = self._gathered(page, before, folder)
        links = _links(page)
        anchors = tuple(sorted({*anchored, *_own(links, step.page_id)}))
        context = self._context(step, gathered, anchors)
        record = self._record(step, gathered, links, anchors, _settled(step.row.edited, started))
        problems = (*gathered.left_out, *placeholders.problems(page))
        placed = _placed(step, gathered, folder)
        text = document.render(page, context).encode()
        return Written(record, text, placed, problems, gathered.problems, len(gathered.staged))

    def _gathered(self, page: Page, before: Record | None, folder: Path) -> Gathered:
        staging = self.staging / page.id
        staging.mkdir(parents=True, exist_ok=True)
        known = [FileRecord.from_json(raw) for raw in before.files] if before else []
        by_identity = {each.identity: each for each in known}
        return store.gather(page, by_identity, folder, self.downloader, staging, self.describe)

    def _context(self, step: Step, gathered: Gathered, anchors: tuple[str, ...]) -> Context:
        database = self.targets.get(step.row.database) if step.row else None
        return Context(
            path=join(step.folder, "index.md"),
            page_id=step.page_id,
            targets=self.targets,
            files=gathered.files,
            anchors=frozenset(anchors),
            ancestors=(database,) if database else (),
            options=self.options,
        )

    def _record(
        self,
        step: Step,
        gathered: Gathered,
        links: tuple[str, ...],
        anchors: tuple[str, ...],
        settled: bool,
    ) -> Record:
        assert step.row is not None
        return Record(
            database=step.row.database,
            folder=step.folder,
            title=step.row.title,
            icon=step.row.icon,
            edited=step.row.edited,
            settled=settled,
            shape=self.shapes.get(step.row.source, ""),
            links=links,
            anchors=anchors,
            files=tuple(each.to_json() for each in gathered.records),
            failed=len(gathered.problems),
        )


def _placed(step: Step, gathered: Gathered, folder: Path) -> dict[str, Path]:
    """Where the page's new files go, and all of them when it moves."""
    moving = {record.path: folder / record.path for record in gathered.records if step.old_folder}
    return {join(step.folder, path): at for path, at in {**moving, **gathered.staged}.items()}


def refresher(client: Client) -> Callable[[File], File | None]:
    """A function that gives a file of Notion's a fresh signature, by reading what it hangs on."""

    def refresh(file: File) -> File | None:
        owner = dashed_id(file.key.partition("/")[0])
        for ask in (_from_block, _from_page):
            try:
                page = ask(client, owner)
            except NotionError:
                continue
            fresh = next((each for each in find.files(page) if each.key == file.key), None)
            if fresh:
                return fresh
        return None

    return refresh


def _from_block(client: Client, id_: str) -> Page:
    return Page("", {}, (Block.from_api(client.block(id_)),))


def _from_page(client: Client, id_: str) -> Page:
    raw = client.page(id_)
    return Page(id_, raw)


def _links(page: Page) -> tuple[str, ...]:
    """The pages that a page refers to, and 'page#block' where it means a block; ids are bare."""
    found = document.references(page)
    blocks = {f"{page_id}#{block_id}" for page_id, block_id in found.blocks}
    return tuple(sorted((found.page_ids | blocks) - {page.id}))


def _own(links: Collection[str], page_id: str) -> set[str]:
    return {link.partition("#")[2] for link in links if link.startswith(f"{page_id}#")}


def _settled(edited: str, started: datetime) -> bool:
    """Whether the minute of the last edit was over when the reading began.

    Notion rounds `last_edited_time` down to the minute: a later edit in the same minute would not
    show (Notion API reference, "Page object").
    """
    try:
        minute = datetime.fromisoformat(edited.replace("Z", "+00:00"))
    except ValueError:
        return False
    return minute < started.replace(second=0, microsecond=0)
