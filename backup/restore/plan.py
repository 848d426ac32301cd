"""What a restore will write, in which order: from the stores alone, nothing asked and nothing sent. Pure.

First the skeleton, from the top down: each page with what of its blocks needs no id that is not there yet.
What stands between two pages in a list is written there and then, so that nothing is ever put behind a
page, which Notion may refuse; what stands before the first of them or after the last can wait until all ids
are known. Then the rest, then what could not be written before something else: copies of synced blocks,
links to blocks. The last write takes the mark off the title of the topmost page, by which an unfinished
copy is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from backup.errors import ConfigError
from backup.model import Json, bare_id
from backup.notion.pace import ALLOWED
from backup.restore import limits
from backup.restore.batches import Cutter, original_of
from backup.restore.draft import Draft, Ref, blocks_of, pages_of, placeholder, size
from backup.restore.losses import Loss, Lost
from backup.restore.media import Planned
from backup.restore.saved import Saved
from backup.restore.steps import (
    ARCHIVED,
    START,
    Append,
    MakeDatabase,
    MakePage,
    MakeSource,
    Patch,
    Remove,
    Step,
)
from backup.restore.texts import short, text
from backup.restore.translation import CopyWorkspace, Translated, Translator, shown_title

TARGET = "target"  # the key of the page that the copy is made in
_MARK = 12  # hex digits in the title of an unfinished copy


@dataclass(frozen=True)
class RestorePlan:
    """The writes in their order. `uploads` are the files by their SHA-256, each sent before it is first
    needed; `initial` has what lies in a block from its making on."""

    steps: tuple[Step, ...]
    uploads: Mapping[str, Planned]
    losses: tuple[Lost, ...]
    initial: Mapping[str, tuple[Draft, ...]]
    mark: str  # in the title of the copy until it is finished
    target: str = ""  # the page that the copy is made in

    @cached_property
    def requests(self) -> int:
        """How many requests it takes if nothing goes wrong."""
        files = sum(planned.requests for planned in self.uploads.values())
        return files + sum(step.requests for step in self.steps)

    @property
    def minutes(self) -> int:
        """About how long it takes at the pace that Notion allows."""
        return -(-self.requests // ALLOWED)


def plan(saved: Saved, target: str, workspace: CopyWorkspace) -> RestorePlan:
    """How `saved` is restored in the page `target` ('' when it is only shown)."""
    if bare_id(target) in {node.id for node in saved.nodes}:
        raise ConfigError("A copy cannot be made in a page that is itself to be restored.")
    translator = Translator(saved, workspace)
    builder = _Builder(translator, translator.all())
    steps = [*builder.skeleton(), *builder.rest()]
    digest = hashlib.sha256(repr((steps, sorted(translator.files.uploads))).encode()).hexdigest()
    mark = f" (restore {digest[:_MARK]})"
    losses = (*saved.lost, *translator.losses, *builder.losses)
    return RestorePlan(
        tuple(builder.marked(steps, mark)),
        translator.files.uploads,
        losses,
        builder.cutter.initial,
        mark,
        bare_id(target),
    )


class _Builder:
    """Puts the writes in order. `_late` are the runs of blocks that wait until all pages are made: the
    list, the blocks, the place, and a placeholder that goes afterwards."""

    def __init__(self, translator: Translator, made: Mapping[str, Translated]) -> None:
        self.losses: list[Lost] = []
        self._translator = translator
        self._all = made
        self._top = next(iter(made.values()))
        drafts = {
            each.key: (each, one)
            for one in made.values()
            for top in one.drafts
            for each in top.walk()
        }
        self._comments = [say for one in made.values() for say in one.comments]
        self.cutter = Cutter(self._needed(drafts), {TARGET})
        self._late: list[tuple[str, list[Draft], str, str]] = []
        self._values: dict[str, Json] = {}  # of pages, that wait for what is not made yet
        self._below: dict[str, list[Translated]] = {}
        for one in made.values():
            self._below.setdefault(one.node.parent_id or "", []).append(one)

    def _needed(self, drafts: Mapping[str, tuple[Draft, Translated]]) -> set[str]:
        """The keys whose ids are needed: of what links lead to, of what holds such a link, of synced
        blocks with copies and these, and of what comments are about."""
        linking = [each for each in drafts.values() if any(blocks_of(each[0].data))]
        targets = {key for draft, _ in linking for key in blocks_of(draft.data)}
        holders = [(one, draft.key.partition("~")[0], draft.data) for draft, one in linking]
        holders += [
            (one, name, each) for one in self._all.values() for name, each in one.values.items()
        ]
        for one, where, data in holders:
            if lost := sum(key not in drafts for key in blocks_of(data)):
                self.losses.append(Lost(Loss.ADDRESS, one.node.path, where, lost))
        tied = ((draft.key, original_of(draft)) for draft, _ in drafts.values())
        copies = {key: original for key, original in tied if original}
        found = {*(draft.key for draft, _ in linking), *targets, *copies, *copies.values()}
        return (found | {say.on for say in self._comments}) & drafts.keys()

    # -- the skeleton ----------------------------------------------------------------------------

    def skeleton(self) -> Iterator[Step]:
        """All pages and databases, with the blocks that can be written with them."""
        yield from self._child(self._top, TARGET)

    def _page(self, one: Translated, parent: str) -> Iterator[Step]:
        before, middle, after = _parted(one.drafts)
        key = one.node.id
        inline = self.cutter.is_one(before) and self._is_ready(before)
        yield self._making(one, parent, tuple(before) if inline else ())
        self.cutter.made.add(key)
        if not inline and self._is_ready(before):
            yield from self.cutter.steps(key, before)
        elif not inline:
            self._late.append((key, before, START if middle else "", ""))
        for run in _runs(middle):
            yield from self._between(key, run)
        if self._is_ready(after):
            yield from self.cutter.steps(key, after)
        else:
            self._late.append((key, after, "", ""))

    def _making(self, one: Translated, parent: str, drafts: tuple[Draft, ...]) -> MakePage:
        known = self.cutter.made
        values = one.values if one.source else {"title": {"title": one.title}}
        ready = {name: each for name, each in values.items() if _is_known(each, known)}
        ready = dict(sorted(ready.items(), key=lambda item: "title" not in item[1]))
        now = next(_shares(ready, limits.VALUE_BYTES), {})
        if len(now) < len(values):
            self._values[one.node.id] = {
                name: each for name, each in values.items() if name not in now
            }
        title: list[Json] = next((each["title"] for each in now.values() if "title" in each), [])
        kind = "data_source_id" if one.source else "page_id"
        body: Json = {
            "parent": {"type": kind, kind: Ref(parent)},
            "properties": now,
            **one.icon_and_cover,
        }
        shown = Draft(one.node.id, "child_page", {"title": shown_title(title)})
        return MakePage(one.node.id, parent, shown, body, drafts)

    def _database(self, one: Translated, parent: str) -> Iterator[Step]:
        """A database with its columns that need nothing else, then its rows."""
        raw, key = one.node.database.raw, one.node.id
        first, *others = [each for each in self._translator.sources.values() if each.node.id == key]
        columns = self._translator.columns
        body: Json = {
            "parent": {"type": "page_id", "page_id": Ref(parent)},
            "title": one.title,
            "description": short(raw.get("description"), one.scope),
            "is_inline": raw.get("is_inline") is True,
            "initial_data_source": {"properties": columns[first.key]},
            **one.icon_and_cover,
        }
        yield MakeDatabase(key, parent, one.shown, body, first.key)
        self.cutter.made |= {key, first.key}
        if not one.title and one is not self._top:
            yield Patch("database", key, {"title": []})
        for place, source in enumerate(others, 1):
            more: Json = {
                "parent": {"type": "database_id", "database_id": Ref(key)},
                "title": short(source.raw.get("title"), one.scope),
                "properties": columns[source.key],
            }
            yield MakeSource(source.key, key, place, more)
            self.cutter.made.add(source.key)
        if one.node.database.templates:
            self.losses.append(Lost(Loss.DATABASE_EXTRAS, one.node.path))
        for row in self._below.get(key, ()):
            yield from self._page(row, row.source)

    def _between(self, parent: str, run: list[Draft]) -> Iterator[Step]:
        """A page in a list, or the blocks between two of them: as many as can be now, at least one, behind
        which the others go later."""
        if run[0].has_request:
            yield from self._child(self._all[run[0].key], parent)
            return
        ready = 0
        while ready < len(run) and self._is_ready([run[ready]]):
            ready += 1
        held = "" if ready else placeholder(run[0].key).key
        first = run[:ready] or [placeholder(run[0].key)]
        yield from self.cutter.steps(parent, first)
        if rest := run[ready:]:
            self._late.append((parent, rest, first[-1].key, held))

    def _child(self, one: Translated, parent: str) -> Iterator[Step]:
        make = self._database if one.node.kind == "database" else self._page
        yield from make(one, parent)

    def _is_ready(self, drafts: list[Draft]) -> bool:
        """Whether all pages that the blocks refer to are made."""
        known = self.cutter.made
        wanted = (
            key
            for draft in drafts
            for each in draft.walk()
            if not original_of(each)
            for key in pages_of(each.data)
        )
        return all(key in known for key in wanted)

    # -- the rest --------------------------------------------------------------------------------

    def rest(self) -> Iterator[Step]:
        """What had to wait, in the order of reading, then what follows something else."""
        yield from self._translator.relations
        for parent, drafts, after, held in self._late:
            yield from self.cutter.steps(parent, drafts, after)
            if held:
                yield Remove(parent, held)
        for parent, draft in self.cutter.late:
            held = placeholder(draft.key).key
            yield Append(parent, (draft,), held)
            yield Remove(parent, held)
        for draft in self.cutter.again:
            yield Patch("block", draft.key, {draft.type: draft.data})
        for key, values in self._values.items():
            for share in _shares(values, limits.ROW_BYTES):
                yield Patch("page", key, {"properties": share}, self._all[key].node.path)
        for one in self._all.values():
            if one.node.kind == "database" and (views := self._translator.views.of(one.node)):
                yield views
        yield from self._comments
        for key, one in self._all.items():
            if one.node.raw.get("is_locked") is True and one is not self._top:
                kind = "database" if one.node.kind == "database" else "page"
                yield Patch(kind, key, {"is_locked": True})
        for key, one in self._all.items():
            if one.source and one.node.raw.get("is_archived") is True:
                yield Patch("page", key, ARCHIVED, one.node.path)

    def marked(self, steps: list[Step], mark: str) -> Iterator[Step]:
        """The steps with the mark in the title of the topmost page, and the last one, which takes it off."""
        first, *others = steps
        key, runs = self._top.node.id, [*self._top.title[: limits.TEXTS - 1], text(mark)]
        shown = Draft(key, "child_page", {"title": None})
        lock = {"is_locked": True} if self._top.node.raw.get("is_locked") is True else {}
        if isinstance(first, MakeDatabase):
            yield replace(first, shown=shown, body={**first.body, "title": runs})
            yield from others
            source = self._translator.sources[first.source]
            title = short(source.raw.get("title"), self._top.scope)
            yield Patch("data_source", first.source, {"title": title})
            yield Patch("database", key, {"title": self._top.title, **lock})
        elif isinstance(first, MakePage):
            marked = [run for run in runs if "text" in run]
            name = {"properties": {"title": {"title": marked}}}
            yield replace(first, shown=shown, body={**first.body, **name})
            yield from others
            whole = {"properties": {"title": {"title": self._top.title}}}
            yield Patch("page", key, {**whole, **lock})


def _shares(values: Json, most: int) -> Iterator[Json]:
    """The values in parts of so many bytes, each with one value at least."""
    share: Json = {}
    used = 0
    for name, each in values.items():
        more = size(Draft("", name, each))
        if share and used + more > most:
            yield share
            share, used = {}, 0
        share[name], used = each, used + more
    if share:
        yield share


def _is_known(value: Json, made: set[str]) -> bool:
    """Whether a value can be written before anything else is made: relations come when their columns
    are there."""
    return "relation" not in value and made.issuperset((*pages_of(value), *blocks_of(value)))


def _parted(drafts: tuple[Draft, ...]) -> tuple[list[Draft], list[Draft], list[Draft]]:
    """The blocks before the first page in a list, all from that to the last, and the blocks after it."""
    places = [at for at, draft in enumerate(drafts) if draft.has_request]
    if not places:
        return [*drafts], [], []
    first, last = places[0], places[-1] + 1
    return [*drafts[:first]], [*drafts[first:last]], [*drafts[last:]]


def _runs(drafts: list[Draft]) -> Iterator[list[Draft]]:
    """Each page alone, and the blocks between two of them together."""
    run: list[Draft] = []
    for draft in drafts:
        if draft.has_request:
            if run:
                yield run
            yield [draft]
            run = []
        else:
            run.append(draft)
