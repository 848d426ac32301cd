"""Turns one page into the files of its folder: what Notion said, downloads, Markdown. Writes only to the
staging folder.

The Markdown is made of the page's store and of nothing else, whether that was written now or by an
earlier run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from backup import store
from backup.errors import StoreError
from backup.files import find
from backup.files.gather import Gathered
from backup.files.pending import Pending
from backup.files.records import remembered
from backup.json_values import mapping
from backup.markdown import page as document
from backup.markdown import placeholders
from backup.markdown.context import Options, fits
from backup.model import (
    STORE,
    TEXT,
    Json,
    Page,
    Problem,
    Row,
    Target,
    as_written,
    emoji,
    moment,
    row_source,
)
from backup.notion import containers, read
from backup.notion.blocks import Shared
from backup.notion.client import Client
from backup.pipeline.comments import CommentsRead, Discussions, earlier, store_of
from backup.pipeline.files import PageFiles
from backup.pipeline.outside import Outside
from backup.pipeline.people import People
from backup.pipeline.stored import ancestry, rendered
from backup.store import StoredPage
from backup.sync.state import Record, join
from backup.sync.steps import Action, Step
from backup.sync.targets import links_digest

_BRING_BACK = (
    "Notion no longer shows the page: bring the file back from git, or delete the page's folder."
)


@dataclass(frozen=True, slots=True)
class Written:
    """A page, ready to be put in its place: `placed` maps paths below the output folder to the
    temporary files that go there, `text` is its Markdown, `stored` its store (None when it is to have
    none), `new` counts the files it did not have. `lacking` is content that could not be read this time:
    the text says so in its place. `action` says whether it was read or rendered."""

    action: Action
    record: Record
    text: bytes
    stored: bytes | None
    placed: Mapping[str, Path]
    problems: tuple[Problem, ...]
    failed: tuple[Problem, ...]
    lacking: tuple[Problem, ...]
    new: int


@dataclass(frozen=True)
class Reader:
    """Reads pages. `requests` runs single requests beside others, `files` gets the files of pages, `shared`
    is what the run knows of synced blocks, and `comment_problems` keeps what of a page's comments could not be read.

    `keep_json` says that each page has a store.
    `discussions` are the comments, None when they are not backed up; `people` knows names, `outside` titles.
    `targets`, `schemas` and `render_keys` are those of the run's plan (see steps.Plan, steps.Rules), `views`
    and `began` those of its listing (see steps.Listing).
    """

    client: Client
    files: PageFiles
    requests: Executor
    options: Options
    targets: Mapping[str, Target]
    schemas: Mapping[str, Json]
    render_keys: Mapping[str, str]
    began: datetime
    keep_json: bool = True
    views: Mapping[str, str] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)
    comment_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    discussions: Discussions | None = None
    people: People | None = None
    outside: Outside | None = None

    def page(self, step: Step, before: Record | None, folder: Path) -> Written:
        """The page of a step, from its store or from Notion. `before` is its record, and `folder` holds
        the files of that record.

        A store that is not as the record says is not trusted: then the page is read. Raises NotionError
        when it cannot be. One that lacks some of its content is not stable: the next run reads it again.
        """
        rendered = None
        if step.row is None and before:
            return self._unlisted(step, before, folder)
        if step.action is Action.RENDER and before:
            rendered = self._rendered(step, before, folder)
        return rendered or self._read(step, before, folder)

    def _unlisted(self, step: Step, before: Record, folder: Path) -> Written:
        """The text of a page that Notion no longer shows, as its store has it. Raises StoreError when that
        cannot be used: nothing else says what the page was."""
        try:
            found = store.loads(data := store_of(before, folder))
        except StoreError as error:
            raise StoreError(error.message, hint=_BRING_BACK) from None
        if not isinstance(found, StoredPage) or found.page.id != step.page_id:
            raise StoreError(f"{STORE} is about something else.", hint=_BRING_BACK)
        source = row_source(found.page.raw)
        schema = self.schemas.get(source, {})
        record = replace(
            before,
            folder=step.folder,
            render_key=self.render_keys.get(source, ""),
            links_digest=links_digest(before.links, step.folder, self.targets),
            anchors=tuple(sorted(step.anchors)),
        )
        text = rendered(found, record, schema, self.targets, self.options)
        return Written(step.action, record, text, data, {}, (), (), (), 0)

    def _read(self, step: Step, before: Record | None, folder: Path) -> Written:
        row, schema = _row(step), self._schema(step)
        known = first.withheld if (first := self.files.records.get(row.id)) else ()
        found = read.page(self.client, row, schema, self.requests.submit, self.shared)
        found = placeholders.believed(found, known)
        comments_read = self._with_comments(found, before, lambda: earlier(before, folder))
        gathered = self.files.gathered(page := comments_read.page, before, folder)
        withheld = placeholders.withheld(page)
        is_whole = not placeholders.lacking(page) and {*withheld} <= {*known}
        record = Record(
            parent=row.parent,
            folder=step.folder,
            title=row.title,
            icon=row.icon if row.packed else emoji(page.raw.get("icon")),
            edited=row.edited,
            stable=step.stable and _is_stable(row.edited, self.began) and is_whole,
            requests=containers.requests(page),
            withheld=withheld,
            **comments_read.known,
        )
        step = replace(step, action=Action.FETCH)
        return _with(self._written(step, record, _stored(page, gathered)), step, gathered)

    def _with_comments(
        self, page: Page, before: Record | None, kept: Callable[[], tuple[Json, ...] | None]
    ) -> CommentsRead:
        """The page with its comments, when these are backed up (see Discussions.added), and with names."""
        comments_read = (
            self.discussions.added(page, before, kept) if self.discussions else CommentsRead(page)
        )
        self.comment_problems[page.id] = comments_read.problems
        return replace(comments_read, page=self._named(comments_read.page))

    def _named(self, page: Page) -> Page:
        return self.people.named(page) if self.people else page

    def _rendered(self, step: Step, before: Record, folder: Path) -> Written | None:
        """The page as its store has it; None when that is not enough, and the page is to be read."""
        if not (stored := self._from_store(step, before, folder)):
            return None
        before = replace(before, stable=before.stable or step.is_proof)
        written = self._written(step, before, stored)
        if step.is_proof and not _lies_there(written.text, folder):
            return None
        tried = self.files.tried_again(step, before)
        if None in tried.values():  # only the page itself says what has become of the file
            return None
        comments_read = CommentsRead(stored.page)
        if self.discussions and self.discussions.is_due(before, step.page_id):
            comments_read = self._with_comments(stored.page, before, lambda: stored.page.comments)
            tried = {**tried, **self.files.attached(comments_read.page, before)}
        elif not tried:
            return written
        earlier = {pending.identity: pending for pending in map(Pending.from_json, before.pending)}
        try:
            gathered = self.files.gathered(comments_read.page, before, folder, tried, earlier)
        except StoreError:
            return None
        # How to try them again is known from when the page was read.
        pending = (
            replace(each, file=earlier.get(each.identity, each).file) for each in gathered.pending
        )
        gathered = replace(gathered, pending=tuple(pending))
        before = replace(before, **comments_read.known)
        return _with(
            self._written(step, before, _stored(comments_read.page, gathered)), step, gathered
        )

    def _from_store(self, step: Step, before: Record, folder: Path) -> StoredPage | None:
        """The page of the store that fits its record. What the listing shows of it is newer, if a column
        or the other side of a relation changed."""
        try:
            found = store.loads(store_of(before, folder))
        except StoreError:
            return None
        if not isinstance(found, StoredPage) or found.page.id != step.page_id:
            return None
        row, known = _row(step), found.page.raw
        is_related = row.relations_digest != before.relations_digest
        if not row.source:
            return replace(found, page=read.marked(found.page, row))
        if not is_related and before.render_key == self._render_key(step):
            return found
        raw = read.values_of(
            self.client,
            row,
            self._schema(step),
            self.requests.submit,
            None if is_related else known,
        )
        page = store.clean(self._named(replace(found.page, raw=raw)))
        known_files = remembered(page, found.files, found.pending)
        is_whole = all(file.key in known_files for file in find.files(page))
        return replace(found, page=page) if is_whole else None

    def _written(self, step: Step, record: Record, stored: StoredPage) -> Written:
        """What belongs into the page's folder. `record` says when and how the page was read."""
        row, page = _row(step), replace(stored.page, schema=self._schema(step))
        if self.outside:
            self.outside.note(page)
        lists, before = containers.lists(page), dict(record.shows())
        views = {
            id_: of
            for each in lists
            for id_ in each.databases
            if (of := self.views.get(id_, before.get(id_))) is not None
        }
        above = ancestry(row.parent, self.targets)
        links = document.linked(page, above, [of for of in views.values() if of])
        anchors = tuple(sorted({*step.anchors, *_own(links, step.page_id)}))
        record = replace(
            record,
            folder=step.folder,
            relations_digest=row.relations_digest
            if row.source
            else read.relations_digest(page.raw),
            render_key=self._render_key(step)
            if fits(mapping(page.raw, "properties"), page.schema)
            else "",
            links=links,
            links_digest=links_digest(links, step.folder, self.targets),
            anchors=anchors,
            files=stored.files,
            pending=stored.pending,
            lists=tuple(each.to_json() for each in lists),
            views=tuple({"id": id_, "of": of} if of else {"id": id_} for id_, of in views.items()),
        )
        text = rendered(stored, record, page.schema, self.targets, self.options)
        data = store.dumps(stored) if self.keep_json else None
        problems = placeholders.problems(page)
        lacking = (*placeholders.lacking(page), *self.comment_problems.get(page.id, ()))
        return Written(step.action, record, text, data, {}, problems, (), lacking, 0)

    def _schema(self, step: Step) -> Json:
        return self.schemas.get(_row(step).source, {})

    def _render_key(self, step: Step) -> str:
        return self.render_keys.get(_row(step).source, "")


def _lies_there(text: bytes, folder: Path) -> bool:
    try:
        return as_written(TEXT, (folder / TEXT).read_bytes()) == text
    except OSError:
        return False


def _row(step: Step) -> Row:
    assert step.row is not None, "only pages that Notion lists are written"
    return step.row


def _stored(page: Page, gathered: Gathered) -> StoredPage:
    files = tuple(each.to_json() for each in gathered.records)
    pending = tuple(each.to_json() for each in gathered.pending)
    return StoredPage(store.clean(page), files, pending)


def _with(written: Written, step: Step, gathered: Gathered) -> Written:
    """What was written, with the files that were gathered for it."""
    return replace(
        written,
        placed={join(step.folder, path): at for path, at in gathered.staged.items()},
        problems=(*gathered.warnings, *written.problems),
        failed=gathered.problems,
        new=len(gathered.staged),
    )


def _own(links: Collection[str], page_id: str) -> set[str]:
    return {link.partition("#")[2] for link in links if link.startswith(f"{page_id}#")}


def _is_stable(edited: str, began: datetime) -> bool:
    """Whether the minute of the last edit was over when the listing began: it has the properties.

    Notion rounds `last_edited_time` down to the minute: a later edit in the same minute would not
    show (Notion API reference, "Page object").
    """
    minute = moment(edited)
    return minute is not None and minute < began.replace(second=0, microsecond=0)
