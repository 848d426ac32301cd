"""The picture a plan is made from: what Notion lists, what the state remembers, what the disk holds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from backup.errors import BackupError, BrokenState, NotFound, NotionError, Unauthorized
from backup.listing import Seen
from backup.model import Database, Row, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.settings import Settings
from backup.sync import journal, plan, rebuild, state
from backup.sync.plan import Verdict
from backup.sync.state import Record, State, join
from backup.tree import Tree
from backup.words import counted

Ask = Callable[[Callable[[str], Verdict], Collection[str]], list[Verdict]]

_MARGIN = timedelta(minutes=2)  # see read.edited_since


@dataclass(frozen=True, slots=True)
class Memory:
    """The state as the last run left it, and the files that an interrupted run had in its hands.

    `rebuilt` says, when the state was lost or broken, that it was made from the pages on the disk.
    """

    state: State
    claimed: frozenset[str]
    rebuilt: str = ""


@dataclass(frozen=True, slots=True)
class Holes:
    """The ids of pages of which a file is missing on the disk, and of those of which none is left."""

    damaged: frozenset[str]
    lost: frozenset[str]


def remembered(tree: Tree) -> Memory:
    """The state file and what the journal of an interrupted run adds; a lost or broken state is made
    from the pages that are there. Raises StateError when a later version wrote it."""
    text, lines = tree.beginning(state.NAME, -1), tree.beginning(journal.NAME, -1)
    broken = ""
    try:
        known = state.loads(text)
    except BrokenState as error:
        known, broken = State(), error.message
    found = State() if known.pages else rebuild.rebuilt(*_on_disk(tree))
    known = replace(known, pages={**found.pages, **known.pages})
    replayed = journal.replay(known, lines, lambda record, digest: _is_there(tree, record, digest))
    unknown = [id_ for id_, each in found.pages.items() if replayed.state.pages.get(id_) is each]
    lost = broken or (f"{state.NAME} is missing." if unknown else "")
    return Memory(replayed.state, replayed.claimed, lost)


def _is_there(tree: Tree, record: Record, digest: str) -> bool:
    """Whether a page lies on the disk as its record and the digest of its text say."""
    from backup.files.store import FileRecord, is_intact  # seldom needed: see backup.ahead

    files = [FileRecord.from_json(raw) for raw in record.files]
    folder = tree.root / record.folder
    is_text = tree.digest(join(record.folder, "index.md")) == digest
    return is_text and all(is_intact(each, folder) for each in files)


def _on_disk(tree: Tree) -> tuple[dict[str, str], list[str]]:
    files = list(tree.files())
    pages = [path for path in files if path.endswith("/index.md")]
    return {path: tree.beginning(path) for path in pages}, files


def assigned(memory: Memory, shown: Seen) -> Memory:
    """A state that was made from the disk does not know whose the pages are: their folder tells."""
    owners = {database.folder: database.id for database in shown.listed}
    pages = {
        id_: record
        if record.database
        else replace(record, database=owners.get(record.folder.rpartition("/")[0] or ".", ""))
        for id_, record in memory.state.pages.items()
    }
    return replace(memory, state=replace(memory.state, pages=pages))


def candidates(shown: Seen, memory: Memory) -> tuple[str, ...]:
    """Pages to ask for: recorded, and missing from a complete listing."""
    return plan.candidates(shown.listed, memory.state)


def verdicts(
    client: Client, ids: Collection[str], settings: Settings, ask: Ask
) -> dict[str, Verdict]:
    """What Notion says of each page that its database no longer lists; `ask` maps over them."""
    ours = {each.id for each in settings.databases}
    return dict(zip(ids, ask(lambda id_: _verdict(client, id_, ours), ids), strict=True))


def _verdict(client: Client, id_: str, ours: Collection[str]) -> Verdict:
    """`ours` are the databases of this backup: a page that went to one of them will be listed there,
    if not in this run then in the next."""
    try:
        raw = client.page(dashed_id(id_))
    except NotFound:
        return Verdict.UNREACHABLE
    except Unauthorized:
        raise
    except BackupError:
        return Verdict.UNKNOWN
    if raw.get("in_trash") or raw.get("archived"):
        return Verdict.TRASHED
    parent = raw.get("parent")
    kind = parent.get("type") if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or not isinstance(kind, str):
        return Verdict.UNKNOWN  # a partial page says nothing about where it is
    return Verdict.LISTED if bare_id(str(parent.get("database_id", ""))) in ours else Verdict.MOVED


def edited_since(client: Client, shown: Seen, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since the listing began: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives
    none."""
    moment = shown.began - _MARGIN
    found: list[Row] = []
    for database in shown.listed:
        for source in dict.fromkeys(row.source for row in database.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, database.id, moment)
            except NotionError:
                continue
    return found


def missing(tree: Tree, memory: Memory) -> Holes:
    """Looks for every file that the state names."""
    damaged, lost = set(), set()
    for id_, record in memory.state.pages.items():
        there = [tree.has(path) for path in record.paths()]
        if not all(there):
            damaged.add(id_)
        if not any(there):
            lost.add(id_)
    return Holes(frozenset(damaged), frozenset(lost))


def present(databases: Collection[Database]) -> str:
    """The databases of a run in words: '1 database', '3 databases'."""
    return counted(len(databases), "database")
