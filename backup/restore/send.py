"""Sends the writes of a plan, each once: what is there already is taken, what was lost is looked for.

The unfinished copy itself says how far a restore came, so nothing has to be kept anywhere: a list that this
run did not make is read before anything is put into it, and one whose answer was lost is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from backup.errors import BackupError, Busy, NotionError
from backup.json_values import mapping, objects, word
from backup.model import CHILD_BLOCKS, Json, Problem, bare_id, dashed_id, page_title
from backup.notion.client import Client
from backup.notion.paging import listed
from backup.restore.draft import Draft, body
from backup.restore.extras import CommentSender, Copying, make_views, patch
from backup.restore.losses import Lost
from backup.restore.plan import TARGET, RestorePlan
from backup.restore.progress import Progress
from backup.restore.saved import Saved
from backup.restore.steps import (
    ARCHIVED,
    START,
    Append,
    Look,
    MakeDatabase,
    MakePage,
    MakeSource,
    MakeViews,
    Pair,
    Patch,
    Remove,
    Say,
    Step,
)
from backup.restore.upload import Uploads
from backup.restore.writer import BlockLimit, NotionWriter, Unsettled

_AGAIN = "Run the restore again: it continues."


class Foreign(BackupError):
    """The unfinished copy has something in it that this restore did not write."""


@dataclass(frozen=True)
class Sent:
    """`ids` are those of what was made, by the keys of what it was made of (bare ids). `problem` says why
    it is not `finished`. `refused` is what Notion did not take, and `lost` what of it the proof need not
    name again."""

    ids: Mapping[str, str]
    problem: str = ""
    refused: tuple[Problem, ...] = ()
    lost: tuple[Lost, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether all of it is written."""
        return not self.problem


def send(
    plan: RestorePlan,
    saved: Saved,
    writer: NotionWriter,
    reader: Client,
    log: Callable[[str], None] = lambda line: None,
) -> Sent:
    """Make the copy that is planned, or go on with one that is unfinished.

    Raises Unauthorized, and Foreign when somebody else wrote into the unfinished copy; NotionError for a
    write that Notion refuses.
    """
    copying = Copying(writer, reader, Uploads(writer, saved, plan.uploads))
    sender, problem = _Sender(plan, copying, log), ""
    try:
        sender.run()
    except (BlockLimit, Busy, Unsettled) as error:
        problem = str(error)
    ids = {key: bare_id(id_) for key, id_ in copying.ids.items() if key != TARGET}
    return Sent(ids, problem, tuple(copying.refused), tuple(copying.lost))


@dataclass
class _Sender:
    plan: RestorePlan
    copying: Copying
    log: Callable[[str], None]

    def __post_init__(self) -> None:
        self.writer, self.reader, self.ids = (
            self.copying.writer,
            self.copying.reader,
            self.copying.ids,
        )
        self.ids[TARGET] = dashed_id(self.plan.target)
        self.progress = Progress.of(self.plan.steps, self.plan.initial)
        steps = self.plan.steps
        self._sources = {step.source for step in steps if isinstance(step, MakeDatabase)}
        self._sources |= {step.key for step in steps if isinstance(step, MakeSource)}
        self.comments = CommentSender(self.copying)

    def run(self) -> None:
        """Every step."""
        whole = len(self.plan.steps)
        for number, step in enumerate(self.plan.steps):
            self._step(number, step)
            if number and number % 100 == 0:
                self.log(f"Restore: {number} of {whole} writes are done.")

    def _step(self, number: int, step: Step) -> None:
        if isinstance(step, MakePage):
            self._make_page(number, step)
        elif isinstance(step, MakeDatabase):
            self._make_database(number, step)
        elif isinstance(step, MakeSource):
            self._make_source(step)
        elif isinstance(step, Pair):
            self._pair(step)
        elif isinstance(step, Append):
            self._append(self.progress.spans[number], step.drafts, step.after)
        elif isinstance(step, Remove):
            self._remove(number, step)
        elif isinstance(step, Look):
            self._look_for_ids(step)
        elif isinstance(step, Say):
            self.comments.make(step, self.ids[step.on])
        elif isinstance(step, MakeViews):
            make_views(self.copying, step)
        elif isinstance(step, Patch):
            patch(self.copying, step)

    # -- pages -----------------------------------------------------------------------------------

    def _make_page(self, number: int, step: MakePage) -> None:
        if not self._is_there(number, step.key):
            sent = {**step.body, **_children(step.drafts)}
            self._made(number, step.key, "pages", sent)
        self._append((step.key, 0, len(step.drafts)), step.drafts, "")

    def _made(self, number: int, key: str, kind: str, sent: Json) -> Json | None:
        """Make a page or database, once: the answer, None when it was lost. A new one has nothing in it
        but what was sent."""
        parent, _, done = self.progress.spans[number]

        def attempt(is_doubtful: bool) -> Json | None:
            if is_doubtful and (key in self.ids or self._is_there(number, key, again=True)):
                return None
            try:
                answer = self.writer.make(kind, self.copying.now(sent))
            except Unsettled as error:
                if error.resource:
                    self.ids[key] = error.resource
                raise
            self.ids[key] = str(answer["id"])
            self.progress.done[key] = len(objects(sent.get("children")))
            return answer

        made = self.writer.settled(attempt)
        self.progress.done[parent] = done
        return made

    def _is_there(self, number: int, key: str, *, again: bool = False) -> bool:
        """Whether a page or database was made before, by this run or another."""
        parent, start, _ = self.progress.spans[number]
        if parent == TARGET:
            return self._is_begun(key)
        if again or parent not in self.progress.done:
            self._look(parent)
        return self.progress.done[parent] > start

    def _is_begun(self, key: str) -> bool:
        """Whether an unfinished copy of this plan is in the target, by the mark in its title."""
        if key in self.ids:
            return True
        for block in self._children_of(self.ids[TARGET]):
            type_ = word(block, "type")
            title = word(mapping(block, type_), "title")
            if type_ in CHILD_BLOCKS and title.endswith(self.plan.mark):
                self.log("An unfinished copy is there: the restore continues it.")
                self.ids[key] = str(block["id"])
                self.comments.is_new = False
                return True
        return False

    # -- databases -------------------------------------------------------------------------------

    def _make_database(self, number: int, step: MakeDatabase) -> None:
        if self._is_there(number, step.key):
            self.ids[step.source] = self._sources_of(step.key)[0]
            return
        answer = self._made(number, step.key, "databases", step.body)
        if answer is None:
            self.ids[step.source] = self._sources_of(step.key)[0]
        else:
            self.ids[step.source] = _sources(answer)[0]
            self.progress.done[step.source] = 0

    def _make_source(self, step: MakeSource) -> None:
        def attempt(is_doubtful: bool) -> None:
            known = self._sources_of(step.database)
            if len(known) > step.place:
                self.ids[step.key] = known[step.place]
                return
            made = self.writer.make("data_sources", self.copying.now(step.body))
            self.ids[step.key] = str(made["id"])
            self.progress.done[step.key] = 0

        self.writer.settled(attempt)

    def _sources_of(self, key: str) -> list[str]:
        return _sources(self.reader.database(self.ids[key]))

    def _pair(self, step: Pair) -> None:
        """Make a two-way relation once, and give its other side its name."""

        def attempt(is_doubtful: bool) -> Json:
            source = self.reader.data_source(self.ids[step.key])
            if column := mapping(mapping(source, "properties"), step.name):
                return column
            body = {"properties": {step.name: self.copying.now(step.column)}}
            answer = self.writer.alter(self.ids[step.key], body)
            return mapping(mapping(answer, "properties"), step.name)

        column = self.writer.settled(attempt)
        dual = mapping(mapping(column, "relation"), "dual_property")
        if (name := word(dual, "synced_property_name")) and name != step.back:
            named = {"properties": {name: {"name": step.back}}}
            self.writer.data_source(self.ids[step.other], named)

    # -- blocks ----------------------------------------------------------------------------------

    def _append(self, span: tuple[str, int, int], drafts: tuple[Draft, ...], after: str) -> None:
        """Put blocks into a list, those that are not there yet."""
        key, start, _ = span
        if not drafts:
            return
        known = True  # how far the list is

        def attempt(is_doubtful: bool) -> None:
            nonlocal known
            if key not in self.progress.done or not known:
                self._look(key)
            there = min(max(self.progress.done[key] - start, 0), len(drafts))
            if there == len(drafts):
                return
            place = drafts[there - 1].key if there and after else after
            try:
                self._appended(key, drafts[there:], place)
                self.progress.done[key] = start + len(drafts)
            except Unsettled as error:
                if known := bool(error.children):
                    self._take(drafts[there:], list(error.children))
                    self.progress.done[key] = start + there + len(error.children)
                raise

        self.writer.settled(attempt)

    def _appended(self, key: str, drafts: tuple[Draft, ...], after: str) -> None:
        sent: Json = _children(drafts)
        if after == START:
            sent["position"] = {"type": "start"}
        elif after:
            sent["position"] = {"type": "after_block", "after_block": {"id": self.ids[after]}}
        answer = self.writer.append(self.ids[key], self.copying.now(sent))
        if len(answer) < len(drafts):
            raise Unsettled("Notion answered with fewer blocks than were sent.")
        # Recorded: what follows in the list is answered, too.
        self._take(drafts, [str(each.get("id")) for each in answer[: len(drafts)]])

    def _take(self, drafts: tuple[Draft, ...], ids: list[str]) -> None:
        """New blocks, with nothing in them but what was sent."""
        for draft, id_ in zip(drafts, ids, strict=False):
            self.ids[draft.key] = id_
            for each in draft.walk():
                self.progress.done.setdefault(each.key, 0)

    def _remove(self, number: int, step: Remove) -> None:
        key, _, done = self.progress.spans[number]

        def attempt(is_doubtful: bool) -> None:
            if is_doubtful or key not in self.progress.done:
                self._look(key)
            if self.progress.done[key] < done:
                self.writer.remove(self.ids[step.key])
                self.progress.done[key] = done

        self.writer.settled(attempt)

    # -- what is there ---------------------------------------------------------------------------

    def _look_for_ids(self, step: Look) -> None:
        """The ids of what lies in a list, in whose making they were not answered."""
        wanted = next(islice((drafts for _, drafts in self.progress.states(step.parent)), 1))
        if any(draft.key not in self.ids for draft in wanted):
            self._look(step.parent)

    def _look(self, key: str) -> None:
        """Read a list. Raises Foreign when it is not what this restore wrote."""
        if key in self._sources:
            found = self.progress.found_rows(key, self._rows_of(self.ids[key]), self._children_of)
        else:
            found = self.progress.found(key, self._children_of(self.ids[key]))
        if found is None:
            raise Foreign(
                f"The unfinished copy was changed by somebody: {bare_id(self.ids[key])} holds other "
                "blocks than this restore wrote.",
                hint="Move the unfinished copy into Notion's trash, then run the restore again.",
            )
        self.ids |= found

    def _rows_of(self, id_: str) -> list[Json]:
        """The rows of a data source as a list of blocks shows pages."""
        sorts = [{"timestamp": "created_time", "direction": "ascending"}]
        more = [{}, {"is_archived": True}] if id_ in self._archives() else [{}]
        rows = [
            row for one in more for row in listed(self.reader.query(id_, {"sorts": sorts, **one}))
        ]
        for row in rows:  # of an earlier run that was nearly done: they are written to again
            if row.get("is_archived") is True:
                self.writer.page(str(row["id"]), {"is_archived": False})
        return [
            {**row, "type": "child_page", "child_page": {"title": page_title(row)}} for row in rows
        ]

    def _archives(self) -> set[str]:
        """The ids of the data sources in which rows are archived."""
        rows = {
            step.key
            for step in self.plan.steps
            if isinstance(step, Patch) and step.body == ARCHIVED
        }
        makings = (step for step in self.plan.steps if isinstance(step, MakePage))
        return {self.ids[step.parent] for step in makings if step.key in rows}

    def _children_of(self, id_: str) -> list[Json]:
        try:
            return listed(self.reader.children(id_))
        except NotionError as error:
            raise NotionError(
                f"The copy cannot be read: {error.message}",
                hint="Share the page that it is made in with the integration of NOTION_TOKEN.",
                status=error.status,
            ) from None


def _sources(database: Json) -> list[str]:
    """The ids of a database's data sources. Raises NotionError when it shows none."""
    found = [word(each, "id") for each in objects(database.get("data_sources"))]
    if not found:
        raise NotionError(
            f"The new database {word(database, 'id')} shows no data source.", hint=_AGAIN
        )
    return found


def _children(drafts: tuple[Draft, ...]) -> Json:
    return {"children": [body(draft) for draft in drafts]} if drafts else {}
