"""The picture a plan is made from: what Notion lists, what the state remembers, what the disk holds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from backup.errors import BackupError, BrokenState, NotFound, NotionError, Unauthorized
from backup.listing import Seen
from backup.model import Database, Row, bare_id, dashed_id
from backup.notion import read
from backup.notion.client import Client
from backup.sync import journal, plan, rebuild, state
from backup.sync.plan import Verdict
from backup.sync.state import Record, State
from backup.tree import Tree


@dataclass(frozen=True, slots=True)
class Memory:
    """The state as the last run left it, and files that an interrupted run was about to write.

    `rebuilt` says, when the state was lost or broken, that it was made from the pages on the disk.
    """

    state: State
    claimed: frozenset[str]
    rebuilt: str = ""


def remembered(tree: Tree) -> Memory:
    """The state file and what the journal of an interrupted run adds; a lost or broken state is made
    from the pages that are there. Raises StateError when a later version wrote it."""
    text = tree.read(state.NAME)
    broken = ""
    try:
        known = state.loads(text)
    except BrokenState as error:
        known, broken = State(), error.message
    lost = broken
    if not known.pages:
        known = replace(rebuild.rebuilt(*_on_disk(tree)), databases=known.databases)
        lost = broken or (f"{state.NAME} is missing." if known.pages else "")
    replayed = journal.replay(known, tree.read(journal.NAME))
    return Memory(replayed.state, replayed.claimed, lost)


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


def verdicts(
    client: Client, ids: Collection[str], memory: State, ask: Callable[..., list[Verdict]]
) -> dict[str, Verdict]:
    """What Notion says of each page that no listing shows; `ask` maps a function over them."""
    given = ask(lambda id_: _verdict(client, id_, memory.pages[id_]), ids)
    return dict(zip(ids, given, strict=True))


def _verdict(client: Client, id_: str, record: Record) -> Verdict:
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
    database = bare_id(str(parent.get("database_id", "")))
    return Verdict.LISTED if database == record.database else Verdict.MOVED


def edited_since(client: Client, shown: Seen, page_ids: Collection[str]) -> list[Row]:
    """The rows of those data sources that hold `page_ids`, edited since they were listed: one
    request a source in place of one a page. A source that does not answer proves nothing, and gives none."""
    found: list[Row] = []
    for database in shown.listed:
        for source in dict.fromkeys(row.source for row in database.rows if row.id in page_ids):
            try:
                found += read.edited_since(client, source, database.id, shown.since)
            except NotionError:
                continue
    return found


def damaged(tree: Tree, memory: State) -> frozenset[str]:
    """Pages of which a file is missing on the disk."""
    return frozenset(
        id_
        for id_, record in memory.pages.items()
        if not all(tree.has(path) for path in record.paths())
    )


def candidates(shown: Seen, memory: Memory) -> tuple[str, ...]:
    """Pages to ask for: recorded, and missing from a complete listing."""
    return plan.candidates(shown.listed, memory.state)


def present(databases: Collection[Database]) -> str:
    """The databases of a run in words: '1 database', '3 databases'."""
    return f"{len(databases)} database{'' if len(databases) == 1 else 's'}"
