"""Compares what was backed up with what a restore made of it, both as a backup reads them. Pure.

Each difference is either a loss that the plan named before anything was written, of a kind that may happen
to such a thing (see `excuses`), or a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from backup.json_values import mapping, objects, word
from backup.markdown.database.sources import TABLE
from backup.model import CHILD_BLOCKS, Block, Json, bare_id
from backup.restore import canonical
from backup.restore.alignment import Slot, aligned, below, of_page, rows_aligned
from backup.restore.canonical import Side
from backup.restore.comments import by_place, with_author
from backup.restore.excuses import excused, replaceable
from backup.restore.losses import Loss, Lost
from backup.restore.saved import Node
from backup.words import counted

_ABSENT = (Loss.DATABASE, Loss.DATABASE_MOVED, Loss.COMMENT, Loss.DATABASE_EXTRAS)
_VIEW = ("name", "type", "source")  # by which a view is known
_BY_NOTION = (Loss.UNIQUE_NUMBER, Loss.PROPERTY)  # values that Notion gives


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is another way in the copy than in the backup: `path` is the folder in the backup, `where` a
    block's id or a property's name, '' for the page itself."""

    path: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`differences` are what the plan did not foresee; `lost` are the losses that happened, `unfounded`
    those that were foreseen and did not. `compared` counts pages, databases and blocks. `has_comments`:
    comments were compared, too."""

    differences: tuple[Difference, ...]
    lost: tuple[Lost, ...]
    unfounded: tuple[Lost, ...]
    compared: int
    has_comments: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """One side: its nodes in the order of reading, and the SHA-256 of the files of each that Notion
    hosts, by the key of each (see model.File). `has_comments`: its comments were read."""

    nodes: Sequence[Node]
    files: Mapping[str, Mapping[str, str]]
    has_comments: bool = True


def proof(
    before: Contents, after: Contents, ids: Mapping[str, str], foreseen: Iterable[Lost] = ()
) -> Proof:
    """Compare two trees. `ids` has the id in the copy of each page and database of the backup, as far as
    it is known; others are found by their place. `foreseen` are the losses of the plan."""
    work = _Comparison(before, after, ids, foreseen)
    work.run()
    happened = {id(each) for each in work.happened}
    unfounded = tuple(each for each in work.foreseen if id(each) not in happened)
    found = tuple(work.differences), tuple(work.happened), unfounded, work.compared
    return Proof(*found, after.has_comments)


@dataclass
class _Comparison:
    before: Contents
    after: Contents
    known: Mapping[str, str]
    given: Iterable[Lost]
    differences: list[Difference] = field(default_factory=list)
    happened: list[Lost] = field(default_factory=list)
    compared: int = 0
    _ids: dict[str, str] = field(default_factory=dict)
    _later: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.foreseen = [*self.given]
        self._at: dict[tuple[str, str], list[Lost]] = {}
        for lost in self.foreseen:
            self._at.setdefault((lost.path, lost.where), []).append(lost)
        self._copies = {node.id: node for node in self.after.nodes}
        self._below = _children(self.before.nodes)
        self._copied = _children(self.after.nodes)

    def run(self) -> None:
        """Find what stands for what, then compare, for links lead to what comes later."""
        for lost in self.foreseen:  # what the backup itself does not have
            if lost.kind is Loss.UNREAD or (lost.kind in _ABSENT and not lost.where):
                self.happened.append(lost)
        self._pair(self.before.nodes[0], self.after.nodes[0])
        for each in self._later:
            each()

    # -- what stands for what --------------------------------------------------------------------

    def _pair(self, old: Node, new: Node) -> None:
        self.compared += 1
        self._ids[old.id] = new.id
        if old.kind == "database" or new.kind == "database":
            if old.kind != new.kind:
                self.differ(old.path, "", f"is a {new.kind}, not a {old.kind}")
                return
            self._pair_database(old, new)
        else:
            self._later.append(partial(self._compare_page, old, new))
            self._later.append(partial(self._compare_comments, old, new))
            self._pair_page(old, new)

    def _pair_database(self, old: Node, new: Node) -> None:
        for one, other in zip(old.database.sources, new.database.sources, strict=False):
            self._ids[bare_id(word(one, "id"))] = bare_id(word(other, "id"))
        self._later.append(partial(self._compare_database, old, new))
        rows, copies = self._below.get(old.id, ()), [*self._copied.get(new.id, ())]
        if len(rows) != len(copies):
            self.differ(old.path, "", f"has {len(copies)} rows in the copy, not {len(rows)}")
        by_id = {copy.id: copy for copy in copies}
        paired = {
            row.id: by_id.pop(id_) for row in rows if (id_ := self.known.get(row.id)) in by_id
        }
        paired |= rows_aligned([row for row in rows if row.id not in paired], [*by_id.values()])
        for row in rows:
            if row.id in paired:
                self._pair(row, paired[row.id])

    def _pair_page(self, old: Node, new: Node) -> None:
        inside = {node.id: node for node in self._below.get(old.id, ())}
        slots = of_page(old.page.blocks, inside)
        self._pair_blocks(old, "", slots, new.page.blocks, inside)

    def _pair_blocks(
        self,
        node: Node,
        above: str,
        slots: Sequence[Slot],
        blocks: Sequence[Block],
        inside: Mapping[str, Node],
    ) -> None:
        for pair in aligned(slots, blocks):
            if pair.slot is None:
                self._left_over(node, above, slots, pair.blocks)
            elif pair.blocks:
                self._pair_slot(node, pair.slot, pair.blocks, inside)
            else:
                self.differ(node.path, bare_id(pair.slot.block.id), "is not in the copy")

    def _left_over(
        self, node: Node, above: str, slots: Sequence[Slot], blocks: Sequence[Block]
    ) -> None:
        """More in the copy than in the backup: what Notion wants in a frame that was empty."""
        filled = [each for each in self._at.get((node.path, above), ()) if each.kind is Loss.EMPTY]
        if filled and not slots and len(blocks) == 1:
            self._happened(filled)
        else:
            self.differ(node.path, above, f"has {counted(len(blocks), 'block')} more in the copy")

    def _pair_slot(
        self, node: Node, slot: Slot, blocks: Sequence[Block], inside: Mapping[str, Node]
    ) -> None:
        self.compared += 1
        id_ = bare_id(slot.block.id)
        child = inside.get(id_)
        if child and not slot.is_link:
            copy = self._copies.get(bare_id(blocks[0].id))
            if copy:
                self._pair(child, copy)
            else:
                self.differ(child.path, "", "is not in the copy")
            return
        if slot.block.type not in CHILD_BLOCKS:  # what is not made is still meant by its old id
            self._ids.setdefault(id_, bare_id(blocks[0].id))
        self._later.append(partial(self._compare_block, node, slot, blocks))
        if slot.below is not None:
            below_ = below(slot.below, inside)
            self._pair_blocks(node, id_, below_, blocks[-1].children, inside)

    # -- comparing -------------------------------------------------------------------------------

    def differ(self, path: str, where: str, what: str) -> None:
        """One more difference."""
        self.differences.append(Difference(path, where, what))

    def _happened(self, lost: Iterable[Lost]) -> None:
        """Losses that were foreseen, each once."""
        known = set(map(id, self.happened))
        self.happened += [each for each in lost if id(each) not in known]

    def _sides(self, old: Node) -> tuple[Side, Side]:
        files = self.before.files.get(old.id, {})
        page = self._ids.get(old.id, old.id)
        return (
            Side(lambda id_: self._ids.get(id_, id_), old.id, files),
            Side(lambda id_: id_, page, self.after.files.get(page, {})),
        )

    def _compare_page(self, old: Node, new: Node) -> None:
        before, after = self._sides(old)
        are_rows = old.kind == new.kind == "row"  # their titles are among their values
        one, other = (
            _head(old, before, is_titled=not are_rows),
            _head(new, after, is_titled=not are_rows),
        )
        self._compare(old.path, "", one, other)
        if are_rows:
            marks = [{"archived": node.raw.get("is_archived") is True} for node in (old, new)]
            self._compare(old.path, "", marks[0], marks[1])
            one = canonical.values(mapping(old.raw, "properties"), before)
            other = canonical.values(mapping(new.raw, "properties"), after)
            self._compare_named(old, "value", one, other)
        kinds = _BY_NOTION if are_rows else (Loss.ROW_VALUES,)  # of a row that has become a page
        self._happened(
            each for each in self.foreseen if each.path == old.path and each.kind in kinds
        )

    def _compare_named(self, old: Node, what: str, one: Json, other: Json) -> None:
        """The values of a row or the columns of a data source, each by its name."""
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                self._judge(old.path, name, what, one.get(name), other.get(name))

    def _compare_comments(self, old: Node, new: Node) -> None:
        """What is said about the page and about each block."""
        of_page = [each for each in self.foreseen if each.path == old.path]
        self._happened(each for each in of_page if each.kind is Loss.COMMENT_FORM)
        if not self.after.has_comments:  # what is lost in them is not seen either
            said_of = {bare_id(word(each, "id")) for each in old.page.comments}
            self._happened(each for each in of_page if each.where in said_of)
            return
        before, after = self._sides(old)
        shown = {bare_id(block.id) for block in new.page.walk()}
        one = by_place(old.page, lambda id_: self._ids.get(id_, ""), new.id, shown)
        other = by_place(new.page, lambda id_: id_, new.id, shown)
        for id_ in sorted(one.keys() | other.keys()):
            said, copied = one.get(id_, []), other.get(id_, [])
            if len(said) != len(copied):
                lost = [each for each in of_page if each.kind is Loss.COMMENT]
                self._happened(lost)
                if not lost:
                    what = f"has {counted(len(copied), 'comment')} in the copy, not {len(said)}"
                    self.differ(old.path, "" if id_ == new.id else id_, what)
                continue
            for comment, copy in zip(said, copied, strict=True):
                where = bare_id(word(comment, "id"))
                wanted = canonical.comment(with_author(comment), comment, before)
                found = canonical.comment(objects(copy.get("rich_text")), copy, after)
                self._compare(old.path, where, wanted, found)

    def _compare_database(self, old: Node, new: Node) -> None:
        before, after = self._sides(old)
        self._compare(old.path, "", _head(old, before), _head(new, after))
        if len(old.database.sources) != len(new.database.sources):
            self.differ(old.path, "", "has another number of data sources in the copy")
        for source, copy in zip(old.database.sources, new.database.sources, strict=False):
            first = canonical.schema(mapping(source, "properties"), before)
            second = canonical.schema(mapping(copy, "properties"), after)
            self._compare_named(old, "property", first, second)
            for name in sorted(first.keys() | second.keys()):  # options may come with the rows
                here = self._at.get((old.path, name), ())
                self._happened(each for each in here if each.kind is Loss.DATABASE_EXTRAS)
        self._compare_views(old, new)

    def _compare_views(self, old: Node, new: Node) -> None:
        """Each view by its name, type and data source, whatever the order."""
        before, after = self._sides(old)
        left = [*canonical.views(new.database, after).values()]
        tables = set()
        for id_, view in canonical.views(old.database, before).items():
            foreseen = self._at.get((old.path, id_), [])
            tables |= {view["source"]} if view["type"] == TABLE else set()
            same = [each for each in left if all(each[key] == view[key] for key in _VIEW)]
            if same:
                left.remove(same[0])
                self._compare(old.path, id_, view, same[0])
                self._happened(each for each in foreseen if each.kind is Loss.VIEW_EXTRAS)
            elif lost := [each for each in foreseen if each.kind is Loss.VIEWS]:
                self._happened(lost)
            else:
                self.differ(old.path, id_, f"the view “{view['name']}” is not in the copy")
        for view in left:  # Notion makes a table itself
            if old.database.views and not (view["type"] == TABLE and view["source"] not in tables):
                self.differ(old.path, "", f"has one view more in the copy: “{view['name']}”")

    def _compare_block(self, node: Node, slot: Slot, blocks: Sequence[Block]) -> None:
        before, after = self._sides(node)
        old, where = slot.block, bare_id(slot.block.id)
        foreseen = self._at.get((node.path, where), [])
        if slot.is_link or old.type != blocks[0].type:
            if excuse := replaceable(old, blocks[0], slot.is_link, foreseen):
                self._happened(excuse)
            else:
                self.differ(
                    node.path, where, f"is a {blocks[0].type} in the copy, not a {old.type}"
                )
            return
        one = canonical.block(old, before)
        other = _joined([canonical.block(each, after) for each in blocks])
        self._compare(node.path, where, one, other)
        self._happened(each for each in foreseen if each.kind is Loss.LIST_FORMAT)

    def _compare(self, path: str, where: str, one: Json, other: Json) -> None:
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                self._judge(path, where, name, one.get(name), other.get(name))

    def _judge(self, path: str, where: str, name: str, one: object, other: object) -> None:
        foreseen = self._at.get((path, where), [])
        if excuse := excused(name, one, other, foreseen):
            self._happened(excuse)
        else:
            self.differ(path, where, f"{name.replace('_', ' ')} is another one in the copy")


def _children(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        if node.parent_id:
            found.setdefault(node.parent_id, []).append(node)
    return found


def _head(node: Node, side: Side, *, is_titled: bool = True) -> Json:
    """What a page or database says above its blocks or rows."""
    raw = node.raw
    said = {
        "title": canonical.rich(node.title, side) if is_titled else (),
        "description": canonical.rich(raw.get("description"), side),
        "icon": canonical.icon(raw.get("icon"), side, f"{side.page}/icon"),
        "cover": canonical.icon(raw.get("cover"), side, f"{side.page}/cover"),
        **{name: raw.get(name) is True for name in ("is_inline", "is_locked")},
    }
    return {name: each for name, each in said.items() if each}


def _joined(said: list[Json]) -> Json:
    """Blocks that go on with the text of the first as one."""
    first = said[0]
    for more in said[1:]:
        first = {
            **first,
            "rich_text": canonical.merged(
                [*first.get("rich_text", ()), *more.get("rich_text", ())]
            ),
        }
    return first
