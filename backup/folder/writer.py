"""Writes pages to the output folder and tracks which page owns each file.

An interrupted page is either the old one or the new one: its files are written first, then its store and
its text, and old files are removed last. The journal records each page before it is written; see sync.journal.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from backup import store
from backup.errors import WorkspaceError
from backup.folder.handles import FILE
from backup.folder.tree import Tree
from backup.markdown.database import is_our_list
from backup.model import STORE, TEXT
from backup.sync import journal
from backup.sync.state import Place, Record, State, join
from backup.sync.steps import Listed, Plan, Step
from backup.sync.untrusted import shows_pages

_NOBODY = ""  # owns files of an interrupted run that no page needs
_FORMER = (
    "former"  # owns what an earlier backup in this work tree wrote: may be replaced, and stays
)


class Writer:
    """Changes the output folder and the records together, one page at a time.

    `before` is the state that it begins with, and `records` and `places`, where the files of databases lie
    by now, start as that one's. `touched` are the
    paths that this run wrote or deleted, `written` and `removed` the ids of the pages that it wrote,
    and removed, `changed` those of which a file came, went, or has another content now.
    `claimed` are files that an interrupted run may have written: ours, whether or not a record has
    them. `after_interruption` says that there are some: what else lies there may be older than the
    records. `former` are files of ours that the state no longer has, and the work tree still shows.
    `people` and `outside` are the names and titles that are known by now, `plan` is the one that is being
    carried out, `size` how many bytes of images and attachments were written.
    """

    def __init__(
        self,
        tree: Tree,
        state: State,
        claimed: Collection[str] = (),
        former: Collection[str] = (),
    ) -> None:
        self.tree = tree
        self.records = dict(state.pages)
        self.places = dict(state.databases)
        self.before = state
        self.people = dict(state.people)
        self.outside: dict[str, str | None] = dict(state.outside)
        self.plan = Plan((), {})
        self.size = 0
        self.touched: set[str] = set()
        self.written: set[str] = set()
        self.removed: set[str] = set()
        self.changed: set[str] = set()
        self.after_interruption = bool(claimed)
        self._closed = False
        self._owners = {
            **dict.fromkeys(former, _FORMER),
            **dict.fromkeys(claimed, _NOBODY),
            **state.owned(),
        }
        self._lock = threading.Lock()

    @property
    def known(self) -> Collection[str]:
        """The ids of all pages that there are, or were when the run began."""
        return self.records.keys() | self.before.pages.keys()

    def put(
        self,
        page_id: str,
        record: Record,
        placed: Mapping[str, Path],
        text: bytes,
        stored: bytes | None = None,
    ) -> None:
        """Replace a page: `placed` are its new files, `text` its Markdown, `stored` its store, if it
        is to have one. Files that it had before and no longer needs are deleted.

        Raises WorkspaceError when a file that is not this page's lies in the way; nothing is written
        then.
        """
        with self._lock, self.tree.at_hand():
            if self._closed:
                raise WorkspaceError("The run has ended; the next run writes this page.")
            own = {TEXT: text} if stored is None else {TEXT: text, STORE: stored}
            digests = {name: hashlib.sha256(each).hexdigest() for name, each in own.items()}
            record = replace(record, store=digests.get(STORE, ""))
            if self._differs(page_id, record, placed, digests[TEXT]):
                self.changed.add(page_id)
            known = {join(record.folder, name): digest for name, digest in digests.items()}
            same = self._there_already(page_id, record, placed, known)
            with self._becoming(page_id, record, digests[TEXT], record.store, same):
                for path, source in placed.items():
                    self.tree.place(path, source)
                for name, content in reversed(own.items()):
                    self.tree.write(join(record.folder, name), content)
            self.written.add(page_id)
            self.size += sum(self.tree.size(path) for path in placed)

    def remove(self, page_id: str) -> None:
        """Delete a page's files; what is a link, or lies behind one, is not ours and stays."""
        with self._lock:
            self.tree.append(journal.NAME, journal.page(page_id, None))
            record = self.records.pop(page_id)
            self._release(page_id, record.paths())
            self.removed.add(page_id)
            self.outside[page_id] = record.title

    def forget(self, database_ids: Iterable[str]) -> None:
        """Remember the titles of databases that were removed, for what links to them."""
        places = self.before.databases
        self.outside.update({id_: places[id_].title for id_ in database_ids if id_ in places})

    def check(self, page_id: str, folder: str) -> None:
        """Raise WorkspaceError when what lies in the way of a page is not a folder or a file: then it
        need not be read."""
        before = self.records.get(page_id)
        paths = {join(folder, TEXT), *(before.paths() if before else ())}
        self.tree.check(paths, paths)

    def relocate(self, steps: Iterable[Step], databases: Iterable[Listed] = ()) -> dict[str, str]:
        """Move the last good copies of all pages, and the files of all `databases`, that get another folder,
        before anything else is written; why not, by page id, for those that could not be moved. A database
        that could not is written again at the end.

        What goes where something else still lies waits for that; in a circle one steps aside.
        """
        waiting = {step.page_id: step.folder for step in steps if self._is_to_move(step)}
        waiting |= {
            each.id: each.folder
            for each in databases
            if each.id in self.places and self.places[each.id].folder != each.folder
        }
        refused: dict[str, str] = {}
        with self._lock:
            while waiting:
                chain, is_circle = self._chain(waiting)
                if is_circle:
                    last = chain.pop()
                    aside = join(self._node(last).folder.rpartition("/")[0], last)
                    self._try_to_move(last, aside, refused)
                for id_ in reversed(chain):
                    self._try_to_move(id_, waiting.pop(id_), refused)
        return {id_: why for id_, why in refused.items() if id_ not in self.places}

    def write_index(
        self, database_id: str, path: str, text: str, is_ours: Callable[[str], bool]
    ) -> bool:
        """Write a file that shows a database's pages; False when something that is not ours lies there.

        `is_ours` says from a text whether this program wrote it, should the state not know.
        """
        if self.tree.is_blocked(path):
            return False
        if self.tree.has(path):
            there = self.tree.beginning(path, -1)
            if there == text:
                self._owners[path] = database_id
                self.touched.add(path)
                return True
            if self._owners.get(path) != database_id and not is_ours(there):
                return False
        self.tree.append(journal.NAME, journal.claim([path]))
        self.tree.write(path, text.encode())
        self._owners[path] = database_id
        self.touched.add(path)
        return True

    def write_store(
        self, database_id: str, path: str, content: bytes, is_ours: Callable[[bytes], bool]
    ) -> bool:
        """Write a database's store; False when something that is not ours lies there. `is_ours` says
        that of its bytes, should the state not know."""
        if self.tree.is_blocked(path):
            return False
        is_known = self._owners.get(path) in (database_id, _NOBODY, _FORMER)
        if self.tree.has(path) and not is_known:
            there = self.tree.content(path)
            if there != content and not is_ours(there):
                return False
        self.tree.append(journal.NAME, journal.claim([path]))
        self.tree.write(path, content)
        self._owners[path] = database_id
        self.touched.add(path)
        return True

    def drop_index(self, database_id: str, path: str) -> None:
        """Delete a file that a database has there and no longer needs."""
        if self._owners.get(path) == database_id:
            self._drop([path])

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
        """Delete what is ours and needed by nobody: what an interrupted run left behind."""
        self._drop([path for path, owner in self._owners.items() if owner == _NOBODY])

    def _drop(self, paths: Collection[str]) -> None:
        """Forget files, and delete them; of a list of pages its text says whether it is one of ours: of any
        pages, as an interrupted run may have removed those."""
        lists = {path for path in paths if shows_pages(path.rpartition("/")[2])}
        others = {
            path for path in lists if not is_our_list(path, self.tree.beginning(path, -1), None)
        }
        unused = [path for path in paths if path not in others]
        self.tree.remove(unused)
        self.touched.update(unused)
        for path in paths:
            del self._owners[path]

    def _there_already(
        self, page_id: str, record: Record, placed: Mapping[str, Path], known: Mapping[str, str]
    ) -> set[str]:
        """Files that lie there byte for byte as they are about to be, and a store of this page: in
        nobody's way, whatever has become of the state that knew them. `known` has the digests of those
        that are not `placed`."""
        unknown = [path for path in record.paths() if path not in self._owners]
        lying = [path for path, kind in self.tree.kinds(unknown) if kind == FILE]
        there = {path: digest for path in lying if (digest := self.tree.digest(path))}
        return {
            path
            for path, digest in there.items()
            if digest == (known.get(path) or _digest_of(placed.get(path)))
            or (path.endswith(STORE) and store.subject(self.tree.content(path)) == page_id)
        }

    def _is_to_move(self, step: Step) -> bool:
        before = self.records.get(step.page_id)
        return before is not None and before.folder != step.folder

    def _node(self, id_: str) -> Record | Place:
        return self.places[id_] if id_ in self.places else self.records[id_]

    def _chain(self, waiting: Mapping[str, str]) -> tuple[list[str], bool]:
        """What waits, what it waits for, and so on; and whether that leads in a circle."""
        chain = {next(iter(waiting)): True}  # a dict for its order
        while True:
            last = next(reversed(chain))
            paths = replace(self._node(last), folder=waiting[last]).paths()
            owners = (self._owners.get(path, _NOBODY) for path in paths)
            blocker = next((id_ for id_ in owners if id_ in waiting and id_ != last), _NOBODY)
            if blocker in chain or blocker not in waiting:
                return list(chain), blocker in chain
            chain[blocker] = True

    def _try_to_move(self, id_: str, folder: str, refused: dict[str, str]) -> None:
        try:
            if id_ in self.places:
                self._move_database(id_, folder)
            else:
                self._move(id_, folder)
            refused.pop(id_, None)
        except WorkspaceError as error:
            refused[id_] = str(error)

    def _move_database(self, database_id: str, folder: str) -> None:
        before = self.places[database_id]
        place = replace(before, folder=folder)
        old, new = before.paths(), place.paths()
        self._check(database_id, new, ())
        self.tree.append(journal.NAME, journal.claim(new))
        for path, new_path in zip(old, new, strict=True):
            if self.tree.has(path):
                self.tree.link(path, new_path)
        self._owners.update(dict.fromkeys(new, database_id))
        self.touched.update(new)
        self.places[database_id] = place
        self._release(database_id, old)

    def _move(self, page_id: str, folder: str) -> None:
        before = self.records[page_id]
        record = replace(before, folder=folder)
        pairs = zip(before.paths(), record.paths(), strict=True)
        there = [(old, new) for old, new in pairs if self.tree.has(old)]
        store = self.tree.digest(before.store_path) if before.store else ""
        with self._becoming(page_id, record, self._digest(before), store):
            self.changed.add(page_id)
            for old, new in reversed(there):  # the store and the text come last
                self.tree.link(old, new)

    def _differs(
        self, page_id: str, record: Record, placed: Mapping[str, Path], digest: str
    ) -> bool:
        before = self.records.get(page_id)
        if (
            before is None
            or set(before.paths()) != set(record.paths())
            or before.store != record.store
            or self._digest(record) != digest
        ):
            return True
        return any(
            self.tree.digest(path) != hashlib.sha256(source.read_bytes()).hexdigest()
            for path, source in placed.items()
        )

    def _digest(self, record: Record) -> str:
        return self.tree.digest(record.text_path)

    @contextmanager
    def _becoming(
        self, page_id: str, record: Record, digest: str, store: str, same: Collection[str] = ()
    ) -> Iterator[None]:
        """Around the writing of a page's files: before it they are claimed, after it what the page
        had before goes. `same` are files that lie there already as they will be."""
        before = self.records.get(page_id)
        old, new = before.paths() if before else (), record.paths()
        self.tree.check(old, old)  # a link in the place of a file is not ours, and not to be moved
        self._check(page_id, new, same)
        self.tree.append(journal.NAME, journal.page(page_id, record, digest, store))
        self._owners.update(dict.fromkeys(new, page_id))
        try:
            yield
        except WorkspaceError:
            self._owners.update(dict.fromkeys({*new} - {*old, *same}, _NOBODY))
            raise
        self.touched.update(new)
        self.records[page_id] = record
        self._release(page_id, set(old) - set(new))

    def _check(self, page_id: str, paths: Collection[str], same: Collection[str]) -> None:
        for path in paths:
            if self._owners.get(path, page_id) not in (page_id, _NOBODY, _FORMER):
                raise WorkspaceError(
                    f"{path} still belongs to another page; it was left alone.",
                    hint="The next run moves this page there once the other one has moved.",
                )
        self.tree.check(paths, {*same, *(path for path in paths if path in self._owners)})

    def _release(self, page_id: str, paths: Collection[str]) -> None:
        old = [path for path in sorted(paths) if self._owners.get(path) == page_id]
        self.tree.remove(old)
        self.touched.update(old)
        for path in old:
            del self._owners[path]


def _digest_of(source: Path | None) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest() if source else ""
