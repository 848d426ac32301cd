"""Cuts drafts into requests within Notion's limits: as few as can be, each block in its place. Pure.

A block goes with everything in it when that fits. Else it goes alone, and what lies in it follows by
its id. A column cannot go alone: it takes what of its first blocks fits, or a placeholder that goes again.
Only the ids of a request's first tier are answered, so a block whose id is needed goes in one, and what it
lies in goes before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from backup.restore import limits
from backup.restore.draft import Draft, Ref, blocks_of, marks, placeholder, size
from backup.restore.steps import Append, Look, Remove, Step

_HELD = ("column_list", "tab", "table")  # cannot be made without what lies in them
_MARGIN = 10_000  # bytes of a request beside its blocks


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much a draft needs with everything in it. `whole`: no list is too long, and no id of what
    lies in it is needed."""

    tiers: int
    blocks: int
    bytes: int
    whole: bool

    @property
    def fits(self) -> bool:
        """Whether it can be sent as it is."""
        return (
            self.whole
            and self.tiers <= limits.TIERS
            and self.blocks <= limits.BLOCKS
            and self.bytes <= limits.BYTES - _MARGIN
        )


@dataclass
class Cutter:
    """Makes the steps of lists of drafts. `needed` are the keys whose ids others need; `made` those whose
    ids are known so far. `initial` has what lies in a block from its making on, for those that are filled
    afterwards. `late` are synced blocks whose originals are not made yet, each with its list, and
    `again` what holds links to blocks that are not."""

    needed: Collection[str]
    made: set[str]
    initial: dict[str, tuple[Draft, ...]] = field(default_factory=dict)
    late: list[tuple[str, Draft]] = field(default_factory=list)
    again: list[Draft] = field(default_factory=list)
    _measures: dict[str, _Measure] = field(default_factory=dict)

    def measure(self, draft: Draft) -> _Measure:
        """How much a draft needs; worked out once."""
        if (known := self._measures.get(draft.key)) is None:
            below = [self.measure(child) for child in draft.children]
            known = _Measure(
                1 + max((each.tiers for each in below), default=0),
                1 + sum(each.blocks for each in below),
                size(draft) + sum(each.bytes for each in below),
                len(below) <= limits.CHILDREN
                and all(each.whole for each in below)
                and not any(child.key in self.needed for child in draft.children),
            )
            self._measures[draft.key] = known
        return known

    def is_one(self, drafts: Collection[Draft]) -> bool:
        """Whether all can go in one request, of whose blocks no id is needed."""
        measures = [self.measure(draft) for draft in drafts]
        return (
            len(drafts) <= limits.CHILDREN
            and all(each.fits for each in measures)
            and sum(each.blocks for each in measures) <= limits.BLOCKS
            and sum(each.bytes for each in measures) <= limits.BYTES - _MARGIN
            and not any(draft.key in self.needed for draft in drafts)
        )

    def steps(self, parent: str, drafts: Iterable[Draft], after: str = "") -> Iterator[Step]:
        """Puts drafts into a list, in their order."""
        batch = _Batch()
        for draft in drafts:
            if batch.has(original_of(draft)):
                yield from self._sent(parent, batch, after)
                batch, after = _Batch(), _behind(batch, after)
            head = self._head(draft)
            if head.type == "paragraph" and head.key.endswith("?"):
                self.late.append((parent, draft))
            if not batch.has_room(cost := self._cost(head)):
                yield from self._sent(parent, batch, after)
                batch, after = _Batch(), _behind(batch, after)
            batch.add(head, draft, cost)
        if batch.heads:
            yield from self._sent(parent, batch, after)

    def _sent(self, parent: str, batch: _Batch, after: str) -> Iterator[Step]:
        yield Append(parent, tuple(batch.heads), after)
        sent = [draft for head in batch.heads for draft in head.walk()]
        self.again += [one for one in sent if not self.made.issuperset(blocks_of(one.data))]
        self.made.update(head.key for head in batch.heads)
        for head, draft in zip(batch.heads, batch.drafts, strict=True):
            if head.key == draft.key and head is not draft:
                yield from self._filled(head, draft)

    def _cost(self, head: Draft) -> tuple[int, int]:
        drafts = [*head.walk()]
        return len(drafts), sum(map(size, drafts))

    # -- what is sent of a draft at first --------------------------------------------------------

    def _head(self, draft: Draft) -> Draft:
        """The draft itself when it can be sent whole; else as much of it as must or can go first."""
        if (original := original_of(draft)) and original not in self.made:
            return placeholder(draft.key)
        if self.measure(draft).fits:
            return draft
        if draft.type == "table":
            first = self._first(draft.children, limits.BLOCKS // 2, any_id=True)
            return replace(draft, children=first)
        if draft.type in ("column_list", "tab"):
            parts = draft.children[: limits.CHILDREN]
            share = (limits.BLOCKS - 200) // len(parts)
            return replace(draft, children=tuple(self._part(each, share) for each in parts))
        if draft.type == "column":
            return self._part(draft, limits.CHILDREN)
        return replace(draft, children=())

    def _part(self, part: Draft, share: int) -> Draft:
        """A column or the label of a tab, with what of its first blocks is sent at once."""
        first = self._first(part.children, min(share, limits.CHILDREN))
        if not first and part.type == "column":
            first = (placeholder(part.key),)
        return replace(part, children=first)

    def _first(
        self, drafts: Iterable[Draft], share: int, *, any_id: bool = False
    ) -> tuple[Draft, ...]:
        """As many leading drafts without anything in them as fit."""
        found: list[Draft] = []
        left = share * 400
        for draft in drafts:
            left -= size(draft)
            is_plain = not draft.children and draft.type not in _HELD and not original_of(draft)
            if (
                len(found) >= min(share, limits.CHILDREN)
                or not is_plain
                or (left < 0 and (found or not any_id))
            ):
                break
            if draft.key in self.needed and not any_id:
                break
            found.append(draft)
        return tuple(found)

    # -- and then --------------------------------------------------------------------------------

    def _filled(self, head: Draft, draft: Draft) -> Iterator[Step]:
        """What was not sent of a draft."""
        self.initial[draft.key] = head.children
        rest = draft.children[len(head.children) :]
        if draft.type == "table":
            yield from self.steps(draft.key, rest)
            if any(row.key in self.needed for row in draft.children):
                yield Look(draft.key, len(draft.children))
                self.made.update(row.key for row in head.children)
        elif draft.type in ("column_list", "tab"):
            yield Look(draft.key, len(head.children))
            self.made.update(part.key for part in head.children)
            for sent, whole in zip(head.children, draft.children, strict=False):
                yield from self._completed(sent, whole)
            yield from self.steps(draft.key, rest)
        elif draft.type == "column":
            yield from self._completed(head, draft)
        else:
            yield from self.steps(draft.key, rest)

    def _completed(self, sent: Draft, whole: Draft) -> Iterator[Step]:
        """The rest of a column or of what lies behind a label."""
        self.initial[whole.key] = sent.children
        held = any(child.key.endswith("?") for child in sent.children)
        if held:
            yield Look(whole.key, 1)
        yield from self.steps(whole.key, whole.children[0 if held else len(sent.children) :])
        if held:
            yield Remove(whole.key, sent.children[0].key)


@dataclass
class _Batch:
    """The blocks of one request as they come together."""

    heads: list[Draft] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    blocks: int = 0
    bytes: int = _MARGIN

    def has_room(self, cost: tuple[int, int]) -> bool:
        """Whether one more fits; the first always does."""
        blocks, size = cost
        return not self.heads or (
            len(self.heads) < limits.CHILDREN
            and self.blocks + blocks <= limits.BLOCKS
            and self.bytes + size <= limits.BYTES
        )

    def add(self, head: Draft, draft: Draft, cost: tuple[int, int]) -> None:
        """One more."""
        self.heads.append(head)
        self.drafts.append(draft)
        self.blocks += cost[0]
        self.bytes += cost[1]

    def has(self, key: str) -> bool:
        """Whether it is in its first tier."""
        return bool(key) and any(head.key == key for head in self.heads)


def _behind(batch: _Batch, after: str) -> str:
    """Where the next request continues."""
    return batch.heads[-1].key if after and batch.heads else after


def original_of(draft: Draft) -> str:
    """The key of what a synced copy follows; '' for anything else."""
    if draft.type != "synced_block":
        return ""
    return next((mark.key for mark in marks(draft.data) if isinstance(mark, Ref)), "")
