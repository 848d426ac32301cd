"""The one writer: puts pages into the tree, and knows at every moment which file belongs to whom."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from backup.errors import WorkspaceError
from backup.sync import journal
from backup.sync.plan import Step
from backup.sync.state import Record, State, join
from backup.tree import Tree


class Writer:
    """Changes the output folder and the records together, one page at a time.

    `records` starts as the state's. `touched` are the paths that this run wrote or deleted.
    `claimed` are files that an interrupted run was about to write: ours, though no record has them.
    """

    def __init__(self, tree: Tree, state: State, claimed: Collection[str] = ()) -> None:
        self.tree = tree
        self.records = dict(state.pages)
        self.touched: set[str] = set()
        self._closed = False
        self._owners = {**dict.fromkeys(claimed, ""), **state.owned()}
        self._lock = threading.Lock()

    def put(
        self, page_id: str, record: Record, placed: Mapping[str, Path], text: bytes | None
    ) -> None:
        """Replace a page: `placed` are its new files, `text` its Markdown (None: among the placed).

        What it had before and needs no more is deleted, unless another page took that place.
        Raises WorkspaceError when a file that is not ours lies in the way; nothing is written then.
        """
        with self._lock:
            if self._closed:
                raise WorkspaceError("The run has ended; the page is left to the next one.")
            self._put(page_id, record, placed, text)

    def remove(self, page_id: str) -> None:
        """Delete a page's files, but for those that another page took over."""
        with self._lock:
            self._release(page_id, ())
            del self.records[page_id]
            self.tree.append(journal.NAME, journal.finished(page_id, None))

    def write_index(
        self, database_id: str, path: str, text: str, is_ours: Callable[[str], bool]
    ) -> bool:
        """Write a database's list of pages; False when a file that is not ours lies there.

        `is_ours` tells from a text whether this program wrote it, should the state not know.
        """
        if self.tree.has(path):
            there = self.tree.read(path)
            if there == text:
                self._owners[path] = database_id
                return True
            if self._owners.get(path) != database_id and not is_ours(there):
                return False
        self.tree.write(path, text.encode())
        self._owners[path] = database_id
        self.touched.add(path)
        return True

    def drop_index(self, database_id: str, path: str) -> None:
        """Delete the list of pages that a database had in a folder it left."""
        if self._owners.get(path) == database_id:
            self.tree.remove([path])
            del self._owners[path]
            self.touched.add(path)

    def lift(self, steps: Iterable[Step]) -> None:
        """Before anything is written: keep the files of every page that moves, because another page
        may take its folder first."""
        for step in steps:
            before = self.records.get(step.page_id)
            for path in before.paths() if before and step.old_folder else ():
                if (source := self.tree.root / path).is_file():
                    _linked(source, self._lifted(step, path))

    def settle(self, step: Step) -> None:
        """After all is written: a page that should have moved, and failed, keeps its last good copy
        where it was; where another page took that place, it goes to its new one."""
        before = self.records.get(step.page_id)
        if not before or not step.old_folder:
            return
        if all(self._owners.get(path) == step.page_id for path in before.paths()):
            return
        record = replace(before, folder=step.folder, settled=False)
        pairs = zip(before.paths(), record.paths(), strict=True)
        lifted = {new: self._lifted(step, old) for old, new in pairs}
        with self._lock:
            self._put(step.page_id, record, lifted, None)

    def lifted_folder(self, step: Step) -> Path:
        """Where the files of a page lie that were there before this run."""
        if not step.old_folder:
            return self.tree.root / step.folder
        return self.tree.staging / "moving" / step.page_id

    def unsettle(self, page_ids: Iterable[str]) -> None:
        """Have these pages read again by the next run, whatever their time says."""
        for page_id in page_ids:
            if (record := self.records.get(page_id)) and record.settled:
                self.records[page_id] = replace(record, settled=False)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Meanwhile no page is put or removed: files and records fit each other."""
        with self._lock:
            yield

    def close(self) -> None:
        """From now on no page is put: the run ends, and somebody may still be reading one."""
        with self._lock:
            self._closed = True

    def sweep(self) -> None:
        """Delete what an interrupted run had claimed and no page needs now."""
        orphans = [path for path, owner in self._owners.items() if not owner]
        self.tree.remove(orphans)
        for path in orphans:
            del self._owners[path]

    def anchors(self) -> dict[str, set[str]]:
        """For each page the ids of its blocks that some link of the backup points to."""
        found: dict[str, set[str]] = {}
        for record in list(self.records.values()):
            for link in record.links:
                page_id, _, block_id = link.partition("#")
                if block_id:
                    found.setdefault(page_id, set()).add(block_id)
        return found

    def _put(
        self, page_id: str, record: Record, placed: Mapping[str, Path], text: bytes | None
    ) -> None:
        self._claim(page_id, record.paths())
        for path, source in placed.items():
            self.tree.place(path, source)
        if text is not None:
            self.tree.write(join(record.folder, "index.md"), text)
        self._release(page_id, record.paths())
        self.records[page_id] = record
        self.tree.append(journal.NAME, journal.finished(page_id, record))

    def _lifted(self, step: Step, path: str) -> Path:
        inside = path.removeprefix(f"{step.old_folder}/")
        return self.lifted_folder(step) / inside

    def _claim(self, page_id: str, paths: Collection[str]) -> None:
        self.tree.check(paths, self._owners)
        self.tree.append(journal.NAME, journal.claim(paths))
        self._owners.update(dict.fromkeys(paths, page_id))
        self.touched.update(paths)

    def _release(self, page_id: str, kept: Collection[str]) -> None:
        before = self.records.get(page_id)
        old = [
            path
            for path in (before.paths() if before else ())
            if path not in kept and self._owners.get(path) == page_id
        ]
        self.tree.remove(old)
        self.touched.update(old)
        for path in old:
            del self._owners[path]


def _linked(source: Path, at: Path) -> None:
    """The same content under another name; a link costs nothing, and a replaced original keeps it."""
    at.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, at)
    except OSError:
        shutil.copyfile(source, at)
