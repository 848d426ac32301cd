"""What of the unfinished copy is there: each list of it against the writes that fill it. Pure.

The writes of a list are known, and always come in one order. So what lies in it says how far it came, and
that is all that has to be known to go on: after a run that was killed, and after an answer that was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backup.json_values import mapping, objects, word
from backup.model import Json
from backup.restore import canonical
from backup.restore.draft import Draft
from backup.restore.steps import START, Append, MakeDatabase, MakePage, Remove, Step
from backup.words import UNTITLED

_UNTITLED = ("", UNTITLED, "New database")  # how a list shows what has no title


@dataclass(frozen=True, slots=True)
class _Unit:
    """One block more in a list, or (`goes`) one less."""

    draft: Draft
    after: str = ""
    goes: bool = False


@dataclass
class Progress:
    """What a plan writes into each list of blocks, by the key of what that lies in. `done` says how much
    of each is written, as far as that is known; `spans` which part of its list each step
    writes. `values` are those that pages are made with."""

    initial: Mapping[str, tuple[Draft, ...]]
    units: dict[str, list[_Unit]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    spans: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)

    @classmethod
    def of(cls, steps: Iterable[Step], initial: Mapping[str, tuple[Draft, ...]]) -> Progress:
        """The lists that the steps fill."""
        made = cls(initial)
        for number, step in enumerate(steps):
            if isinstance(step, Append):
                made._add(number, step.parent, _units(step.drafts, step.after))
            elif isinstance(step, Remove):
                removal = _Unit(Draft(step.key, "paragraph", {}), goes=True)
                made._add(number, step.parent, [removal])
            elif isinstance(step, MakePage | MakeDatabase):
                made._add(number, step.parent, [_Unit(step.shown)])
                if isinstance(step, MakePage):
                    made.values[step.key] = mapping(step.body, "properties")
                    made.units.setdefault(step.key, []).extend(_units(step.drafts, ""))
        return made

    def _add(self, number: int, parent: str, units: Iterable[_Unit]) -> None:
        known = self.units.setdefault(parent, [])
        start = len(known)
        known += units
        self.spans[number] = (parent, start, len(known))

    def states(self, key: str) -> Iterator[tuple[int, list[Draft]]]:
        """What lies in a list after each write: how many were done, and the blocks. The list that is
        given is changed by the next one."""
        now = list(self.initial.get(key, ()))
        yield 0, now
        for count, unit in enumerate(self.units.get(key, ()), 1):
            _write(now, unit)
            yield count, now

    def found(self, key: str, blocks: list[Json]) -> dict[str, str] | None:
        """The ids of what lies in a list by their keys, when the `blocks` of it are what was written so
        far; `done` then says how far that is. None when there is anything else in it."""
        best = self._best(key, blocks)
        if best is None or best[0] < self.done.get(key, 0):
            return None
        self.done[key], drafts = best
        return {
            draft.key: str(block.get("id")) for draft, block in zip(drafts, blocks, strict=True)
        }

    def _unlike(self, key: str, row: Json, far: int) -> tuple[bool, int, int]:
        """How little a row is like what was sent: whether values of that are lacking, whatever the ids in
        them, how far its list came, and how many values it has beside relations, which come later."""
        nobody = canonical.Side(lambda id_: "")
        sent = {
            name: {"type": next(iter(value), ""), **value}
            for name, value in self.values.get(key, {}).items()
        }
        wanted = canonical.values(sent, nobody)
        given = mapping(row, "properties").items()
        found = canonical.values({k: v for k, v in given if "relation" not in v}, nobody)
        lacks = any(found.get(name) != each for name, each in wanted.items())
        return lacks, -far, len(found)

    def _best(self, key: str, blocks: list[Json]) -> tuple[int, list[Draft]] | None:
        """The last state of a list in which just these blocks are in it."""
        best = None
        for count, drafts in self.states(key):
            if len(drafts) == len(blocks) and all(map(_is, drafts, blocks)):
                best = count, list(drafts)
        return best

    def found_rows(
        self, key: str, rows: list[Json], below: Callable[[str], list[Json]]
    ) -> dict[str, str] | None:
        """The same for the rows of a data source, which have no order that can be trusted: they are known
        by their titles. Of those with one title each is the one that has the values that were sent, and
        whose blocks, which `below` gives, are its own as far as they go."""
        units = self.units.get(key, [])
        if not self.done.get(key, 0) <= len(rows) <= len(units):
            return None
        left, found = list(rows), {}
        for draft in sorted((unit.draft for unit in units[: len(rows)]), key=_is_vague):
            fitting = [row for row in left if _is(draft, row)]
            if not fitting:
                return None
            if len(fitting) > 1:
                far = {
                    row["id"]: self._best(draft.key, below(row["id"])) or (-1,) for row in fitting
                }
                fitting.sort(key=lambda row: self._unlike(draft.key, row, far[row["id"]][0]))
            left.remove(fitting[0])
            found[draft.key] = str(fitting[0]["id"])
        self.done[key] = len(rows)
        return found


def _is_vague(draft: Draft) -> bool:
    """Whether it is not known how a title is shown."""
    return draft.data["title"] is None


def _units(drafts: Iterable[Draft], after: str) -> list[_Unit]:
    """Each block behind the one before it."""
    found: list[_Unit] = []
    for draft in drafts:
        found.append(_Unit(draft, after))
        after = draft.key if after else ""
    return found


def _write(now: list[Draft], unit: _Unit) -> None:
    keys = [draft.key for draft in now]
    if unit.goes:
        del now[keys.index(unit.draft.key)]
    elif unit.after == START:
        now.insert(0, unit.draft)
    elif unit.after:
        now.insert(keys.index(unit.after) + 1, unit.draft)
    else:
        now.append(unit.draft)


def _is(draft: Draft, block: Json) -> bool:
    """Whether a block is what was made of a draft, by its type and its words."""
    type_ = word(block, "type")
    if type_ != draft.type:
        return False
    data = mapping(block, type_)
    if draft.has_request:
        title, wanted = word(data, "title"), draft.data["title"]
        return wanted is None or title == wanted or (title in _UNTITLED and not wanted)
    return own_words(draft.data.get("rich_text")) == own_words(data.get("rich_text"))


def own_words(rich: object) -> str:
    """A rich text without its mentions, whose words Notion chooses."""
    return "".join(str(mapping(run, "text").get("content", "")) for run in objects(rich))
