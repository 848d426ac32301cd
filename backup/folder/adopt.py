"""Adopts the repository of the script that came before this program, so that no second tree appears in it.

That script put a page at `<slug>/index.md`, with the page's id in the front matter, in the root of a repository,
and kept its state elsewhere. Pages that Notion lists are made ours where they lie, and so are their images and
attachments, by their content; all else is left alone. Nothing is deleted for being adopted.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from backup import store
from backup.files import names
from backup.files.records import FileRecord
from backup.folder.found import BackupFiles
from backup.folder.load import Memory
from backup.model import ID, STORE, TEXT, Row, bare_id
from backup.sync.state import Place, Record, parent_of
from backup.sync.steps import Listed, Listing
from backup.words import counted, first_few

_FRONT_MATTER = re.compile(
    rf"\A---\r?\ntitle: .*\r?\nsource: notion\r?\nnotion_id: (?P<id>{ID})\r?\n"
    r"backed_up: (?P<time>\S+)\r?\n---\r?\n"
)
_FOLDER = re.compile(r"[a-z0-9-]+")  # as that script named them
_TOP = "."


def adopted(memory: Memory, listing: Listing, present: BackupFiles) -> tuple[Memory, str]:
    """The memory with the pages of the earlier script that Notion lists, and a sentence about them for the
    log, '' when there are none."""
    rows = {row.id: row for each in listing.databases for row in each.rows}
    wanted = rows.keys() - memory.state.pages.keys()
    homes = {_TOP, *(each.folder for each in listing.databases)}
    owned = memory.state.owned()
    files = [path for path in present.files() if path not in owned] if wanted else []
    texts = [path for path in files if _is_text(path, homes)]
    said = _said(present.texts(texts)) if texts else {}
    found = {id_: folders[-1] for id_, folders in said.items() if id_ in wanted}
    if not found:
        return memory, ""
    kept = _kept(found.values(), files, present)
    pages = {id_: _record(rows[id_], folder, kept[folder]) for id_, folder in found.items()}
    places = _at_the_top(listing, memory, pages)
    state = replace(
        memory.state,
        pages={**memory.state.pages, **pages},
        databases={**memory.state.databases, **places},
    )
    others = {folder for folders in said.values() for folder in folders} - set(found.values())
    return replace(memory, state=state), _sentence(pages, others)


def still_at_the_top(memory: Memory, listing: Listing, present: BackupFiles) -> Memory:
    """The memory of a run whose state was lost, with the database that lies at the top of the output folder, as
    its store there says: no setting does (see `adopted`)."""
    if not memory.problem or STORE not in present.files():
        return memory
    (content,) = [each for _, each in present.stores([STORE])] or [b""]
    id_ = store.subject(content)
    places = {
        each.id: Place(_TOP, each.title, each.icon)
        for each in listing.databases
        if each.id == id_ and _is_free(each, listing, memory)
    }
    databases = {**memory.state.databases, **places}
    return replace(memory, state=replace(memory.state, databases=databases))


def _is_text(path: str, homes: Collection[str]) -> bool:
    folder, _, name = path.rpartition("/")
    is_folder = _FOLDER.fullmatch(folder.rpartition("/")[2])
    return name == TEXT and bool(is_folder) and parent_of(folder) in homes


def _said(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """For each id the folders of the earlier script that name it, the latest one last: a page that was
    renamed left its old folder behind."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for path, text in texts.items():
        if front := _FRONT_MATTER.match(text):
            found[bare_id(front["id"])].append((front["time"], path.rpartition("/")[0]))
    return {id_: [folder for _, folder in sorted(places)] for id_, places in found.items()}


def _kept(
    folders: Iterable[str], files: Iterable[str], present: BackupFiles
) -> dict[str, list[FileRecord]]:
    """For each folder its images and attachments, with their content's digest."""
    found: dict[str, list[FileRecord]] = {folder: [] for folder in folders}
    for path in sorted(files):
        above, _, name = path.rpartition("/")
        folder, _, kind = above.rpartition("/")
        inside = f"{kind}/{name}"
        if folder in found and names.is_ours(inside):
            for _, content in present.stores([path]):  # one by one: some are large
                digest = hashlib.sha256(content).hexdigest()
                found[folder].append(FileRecord.found(inside, len(content), digest))
    return found


def _record(row: Row, folder: str, files: Iterable[FileRecord]) -> Record:
    """What is known of an adopted page: where it is. What it says is read."""
    listed = tuple(each.to_json() for each in files)
    return Record(row.parent, folder, row.title, icon=row.icon, files=listed)


def _at_the_top(listing: Listing, memory: Memory, pages: Mapping[str, Record]) -> dict[str, Place]:
    """The database that stays at the top of the output folder, where its pages lie, unless a setting gives
    it a folder: only one can."""
    there = {each.parent for each in pages.values() if parent_of(each.folder) == _TOP}
    free = [
        each for each in listing.databases if each.id in there and _is_free(each, listing, memory)
    ]
    taken = any(place.folder == _TOP for place in memory.state.databases.values())
    if len(there) != 1 or not free or taken:
        return {}
    return {each.id: Place(_TOP, each.title, each.icon) for each in free}


def _is_free(each: Listed, listing: Listing, memory: Memory) -> bool:
    root = listing.roots.get(each.id)
    return root is not None and not root.path and each.id not in memory.state.databases


def _sentence(pages: Mapping[str, Record], others: Collection[str]) -> str:
    files = sum(len(each.files) for each in pages.values())
    what = f"{counted(len(pages), 'page')} with {counted(files, 'file')}"
    shown = first_few(f"{folder}/" for folder in sorted(others))
    left = f" Left alone, as renamed or no longer in Notion: {shown}." if others else ""
    return f"Adopted from an earlier backup: {what}; they are read again.{left}"
