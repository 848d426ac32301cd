"""Publishes finished pages: at the end of a run, and every PUBLISH_EVERY seconds before that."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from backup import ci
from backup.errors import GitError
from backup.folder.tables import Tables
from backup.folder.tree import Tree
from backup.git import Git
from backup.model import STORE, Identity, Problem
from backup.publish import base, compose, following, message
from backup.publish.branches import Destination
from backup.publish.commits import Commit
from backup.publish.compose import Composition, Held, PageChange, composition, is_ours
from backup.publish.objects import Output
from backup.publish.pull_request import PullRequests
from backup.publish.push import Published, Pushing, Tip
from backup.settings.publishing import Publishing
from backup.sync import state
from backup.sync.base import Base
from backup.sync.state import Record, State, join


@dataclass(frozen=True, slots=True)
class Credit:
    """Who edited a page, and when (seconds since 1970)."""

    author: Identity
    time: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a run has done so far: all paths that it wrote, and the ids of the pages that it wrote,
    and of those and of databases that its plan removed."""

    touched: Collection[str]
    written: Collection[str]
    removed: Collection[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is to be published, and the `stamps` by which its files are known again."""

    held: Held
    stamps: Mapping[str, tuple[int, int]]
    lfs: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """What was published: `changes` are those of all commits of the run. `left` are pages that are
    left to the next run, `behind` says that the clone does not show yet what was published."""

    commit: str = ""
    changes: tuple[PageChange, ...] = ()
    pushed: bool = False
    aside: bool = False
    pull_request: str = ""
    left: tuple[Problem, ...] = ()
    behind: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()


@dataclass
class Publisher:
    """Publishes, and remembers what it has published.

    `git` works at the root of the work tree; `prefix` is the path of the output folder below it, with
    a slash at its end, or ''. `issued` is the account of all that was published so far, `unpublished` are
    the ids of pages that an interrupted run left in the work tree.
    """

    git: Git
    prefix: str
    tree: Tree
    settings: Publishing
    committer: Identity
    to: Destination
    pull_requests: PullRequests | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    most: int = 500_000_000  # bytes in one push: GitHub refuses one of 2 GB ("Repository limits")
    _credit: Callable[[str, str], Credit] | None = None
    _start: Base = field(default_factory=Base)
    _base: State = field(default_factory=State)
    _found: Set[str] = frozenset()
    _unsaid: Set[str] = frozenset()  # pages that the branch lacks, or its state, good as it is
    _begun_from: str = ""
    _replaces: str | None = None
    unpublished: Collection[str] = ()
    _is_whole: bool = True
    _is_lacking: bool = False
    _stamps: dict[str, tuple[int, int]] = field(default_factory=dict)
    _last: float = 0.0
    _size: int = 0
    issued: Issued = Issued()

    def base(self, *, only_read: bool = False) -> Base:
        """The published branch as it is now: what the run begins with. Unless it will `only_read`, the
        remote is also asked for leave to push, before anything is read from Notion.

        Raises GitError when the remote cannot be asked or says no, StateError when a later version of
        this program wrote the state.
        """
        self._begun_from = self._merged_into()
        pushing = self._pushing()
        tip = pushing.tip()
        self._replaces, self._is_lacking = tip.replaces, self._lacks(tip)
        if not only_read:
            pushing.knock(tip)
        self._start = base.read(self.git, self.prefix, pushing, tip)
        return self._start

    def _lacks(self, tip: Tip) -> bool:
        """Whether the remote lacks the backup that is committed here: it is new, say, or its branch was
        deleted. Other commits of the owner's are pushed together with what is new."""
        path = self._output.whole(state.NAME)
        if not self.to.remote or tip.replaces is not None or tip.commit == tip.there:
            return False
        there = tip.there and self.git.ask("rev-parse", "-q", "--verify", f"{tip.there}:{path}")
        return tip.files.get(path, "") != there

    def texts(self, paths: Collection[str]) -> dict[str, str]:
        """What files of the published branch say; `paths` are below the output folder."""
        found = self.contents(paths)
        return {path: each.decode("utf-8", "replace") for path, each in found.items()}

    def contents(self, paths: Collection[str]) -> dict[str, bytes]:
        """The same, byte for byte."""
        return dict(self._output.contents(self._start.files, paths, len(paths) or 1))

    def stores(self, paths: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of files of the published branch, a few at a time: stores are large."""
        return self._output.contents(self._start.files, paths)

    @property
    def _output(self) -> Output:
        return Output(self.git, self.prefix)

    def earlier(self, texts: Set[str]) -> dict[str, Record]:
        """Pages that lie on the branch, as its history knows them; `texts` should be among theirs."""
        return base.earlier(self.git, self.prefix, self._start, texts, self._pushing())

    def restore(self, paths: Collection[str]) -> None:
        """Bring files of the published branch back into the work tree, as far as git can."""
        there = [path for path in paths if path in self._start.files]
        base.restore(self.git, self.prefix, self._start.commit, there)

    def begin(
        self,
        remembered: State,
        credit: Callable[[str, str], Credit],
        *,
        rebuilt: bool,
        unpublished: Collection[str] = (),
    ) -> None:
        """The run starts with the state `remembered`; `rebuilt` says that the branch's own could not
        be read, or not whole, and `unpublished` are pages that an interrupted run left in the work tree.
        Other pages and databases that it does not have as the branch's state says lie where they were found.

        `credit` gives who made the last edit, from a page's id and its time.
        """
        self._credit = credit if self.settings.by_page else None
        there = self._start.pages()
        pages = remembered.pages.items()
        known = {
            id_: there.get(id_, each)
            for id_, each in pages
            if id_ in there or id_ not in unpublished
        }
        databases = base.databases(self._start, remembered)
        self._base = replace(self._start.state, pages=known, databases=databases)
        seen = {id_: each for id_, each in pages if id_ not in unpublished and known[id_] != each}
        whole = replace(self._base, pages=known | seen if seen else known)
        self._start = replace(self._start, state=whole)
        alike = self._alike(remembered.pages[id_] for id_ in unpublished)
        self._found = alike.union(path for record in seen.values() for path in record.paths())
        self._is_whole = not rebuilt
        unsaid = {id_ for id_, each in known.items() if id_ not in there and each.edited}
        again = {id_ for id_ in unpublished if known.get(id_) == remembered.pages[id_]}
        self._unsaid = again if rebuilt else again | unsaid
        self.unpublished = unpublished
        self.rest()

    def _alike(self, records: Iterable[Record]) -> set[str]:
        """The files that lie on the branch just as in the work tree, where these pages have them: the
        branch was reset to a commit that no state describes."""
        paths = {path for each in records for path in each.paths()}
        there = self.stores(paths and paths - self._start.state.owned().keys())
        return {path for path, each in there if sha256(each).hexdigest() == self.tree.digest(path)}

    def is_due(self, size: int = 0) -> bool:
        """Whether it is time to publish what is finished: `size` bytes of files since the run began."""
        every = self.settings.every
        is_time = bool(every) and self.clock() - self._last >= every
        return is_time or size - self._size >= self.most

    def rest(self, size: int = 0) -> None:
        """Count the time and the bytes until the next publication from now on."""
        self._last, self._size = self.clock(), size

    def hold(self, now: State, done: Done, tables: Tables | None = None) -> list[Snapshot]:
        """Take what is finished, while nobody writes; `tables` as in Held. With these, at the end, in as many
        parts as there are to be pushes: the last one has everything, and the stamps.

        Raises GitError when one of the files cannot be stored.
        """
        stamps = self.tree.stamps(done.touched)
        fresh = [path for path, stamp in stamps.items() if self._stamps.get(path) != stamp]
        owners = now.owned() if fresh else {}
        rewritten = {owners[path] for path in fresh if path in owners} | self._unsaid
        changed = {id_ for id_, each in now.pages.items() if self._base.pages.get(id_) != each}
        found: dict[str, str] = {}
        here: list[str] = []
        pages = dict(now.pages)
        for id_ in (changed | rewritten) & now.pages.keys():
            look = self._untouched if id_ in done.written else self._published
            there = look(id_, now.pages[id_])
            rest = [path for path in now.pages[id_].paths() if path not in there]
            if id_ in done.written or id_ not in self._base.pages or all(map(self.tree.has, rest)):
                found |= there
                here += rest
            else:  # it is not this run's turn to read a page of which a file lies nowhere
                pages[id_], files = self._base.pages[id_], self._start.files
                found |= {path: files[path] for path in pages[id_].paths() if path in files}
        now = replace(now, pages=pages)
        stores = (
            place.store_path
            for id_, place in now.databases.items()
            if place.store and (id_ in rewritten or self._base.databases.get(id_) != place)
        )
        stored = self._output.stored([*here, *stores])
        held = Held(now, {**found, **stored.objects}, rewritten, done.removed, tables)
        first = held.split(self._base, self.tree.size, self.most) if tables else ()
        return [
            *(Snapshot(each, {}, stored.lfs) for each in first),
            Snapshot(held, stamps, stored.lfs),
        ]

    def _published(self, page_id: str, record: Record) -> dict[str, str]:
        """The objects of a page that this run has not written, in the folder that it has now: those
        that the branch had when the run began, whatever the work tree shows."""
        before = self._start.state.pages.get(page_id)
        if page_id in self.unpublished or before is None or before.files != record.files:
            return {}
        if record.store not in ("", before.store):
            return {}
        files = self._start.files
        found = {
            join(record.folder, name): files.get(join(before.folder, name), "")
            for name in record.names()
        }
        return found if all(found.values()) else {}

    def _untouched(self, page_id: str, record: Record) -> dict[str, str]:
        """The objects of files that a page had on the branch and still has, and that the work tree lacks, as
        nobody needed them to write the page's text again, or shows otherwise (core.autocrlf, say)."""
        before = self._start.state.pages.get(page_id)
        if page_id in self.unpublished or before is None:
            return {}
        found = {
            join(record.folder, each["path"]): self._start.files.get(
                join(before.folder, each["path"]), ""
            )
            for each in record.files
            if each in before.files
            if self.tree.size(join(record.folder, each["path"]))
            != (each.get("size") or -1)  # 0: none
        }
        return {path: name for path, name in found.items() if name}

    def publish(self, snapshot: Snapshot, failed: int = 0) -> Issued:
        """Commit and push what is new in it; the account of all that was published so far. `failed`
        are pages, for the message.

        Raises GitError when git or the remote refuses; the next publication then holds it too.
        """
        if self._is_known(snapshot.held):
            behind = following.caught_up(self.git, self.to.reference, self._start.commit)
            self.issued = replace(self.issued, behind=(Problem("clone", behind),) if behind else ())
            return self.issued
        composed: list[Composition] = []

        def compose(tip: Tip) -> list[Commit]:
            composed.append(self._composition(snapshot.held, tip))
            return self._commits(composed[-1], failed)

        published = self._pushing(lfs=snapshot.lfs).publish(compose)
        self._remember(snapshot, composed[-1].back)
        self.issued = self._account(published, composed[-1])
        return self.issued

    def pack(self) -> None:
        """Let git pack a clone that is kept, when the run added to it and that is due."""
        if self.issued.commit and not ci.product(self.git.environ):
            following.pack(self.git)

    def _is_known(self, held: Held) -> bool:
        """Whether the branch has all of it already."""
        is_same = self._is_whole and held.state == self._base and not held.rewritten
        return is_same and not self._is_lacking

    def _pushing(self, *, lfs: bool = False) -> Pushing:
        begun_from = "" if self.issued.commit else self._begun_from
        how = (begun_from, lfs, self.sleep, self._replaces, self._is_lacking)
        return Pushing(self.git, self.to, self.committer, *how)

    def _merged_into(self) -> str:
        """The branch from which one for pull requests is started again: when none is open, what it has
        was merged or turned down. '' to go on with what the branch has."""
        try:
            is_open = self.pull_requests is None or self.pull_requests.find() is not None
        except GitError:
            is_open = True  # the host is asked again when there is something to offer
        return "" if is_open or not self.pull_requests else self.pull_requests.base

    def _composition(self, held: Held, tip: Tip) -> Composition:
        files = {
            path.removeprefix(self.prefix): object_
            for path, object_ in tip.files.items()
            if path.startswith(self.prefix)
        }
        links = {path.removeprefix(self.prefix) for path in tip.links}
        blob = "" if state.NAME in links else files.get(state.NAME, "")
        text = self._output.text(state.NAME, blob)
        ours = self._lists(held, files) | self._found
        there = partial(self._output.contents, files)
        return composition(self._base, held, files, text, links, ours, there)

    def _lists(self, held: Held, files: Mapping[str, str]) -> set[str]:
        """Lists of pages and stores on the tip that were ours, though no state says so any more: they do
        themselves."""
        places, owned = held.state.databases, held.state.owned().items()
        wanted = {path: id_ for path, id_ in owned if id_ in places or path.endswith(STORE)}
        there = self._output.contents(files, wanted.keys() - self._base.owned().keys())
        ids = held.state.pages.keys() | self._base.pages.keys()
        return {path for path, each in there if is_ours(path, each, wanted[path], ids)}

    def _commits(self, composed: Composition, failed: int) -> list[Commit]:
        """One commit for all pages, or one for each and then one for what belongs to none of them."""
        credit = self._credit
        pages = [self._of_page(change, credit) for change in composed.changes] if credit else []
        changes = () if credit else composed.changes
        put = {path: object_ for change in changes for path, object_ in change.put.items()}
        put |= {**composed.stores, **self._output.texts(composed.texts)}
        drop = {path for change in changes for path in change.drop} | set(composed.drop)
        mentioned = compose.ordered(change.mention for change in composed.changes)
        words = message.message(mentioned, failed, "" if credit else self.settings.message)
        if self.settings.skip_ci:
            words = message.skipping(words)
        return [*pages, self._commit(put, drop, words)]

    def _of_page(self, change: PageChange, credit: Callable[[str, str], Credit]) -> Commit:
        words = message.of_page(change.mention, self.settings.message)
        editor = credit(change.page_id, change.edited)
        commit = self._commit(change.put, change.drop, words)
        return replace(commit, author=editor.author, time=editor.time)

    def _commit(self, put: Mapping[str, str], drop: Collection[str], words: str) -> Commit:
        """Paths below the output folder become paths of the repository."""
        whole = self._output.whole
        below = {whole(path): object_ for path, object_ in put.items()}
        return Commit(below, [*map(whole, drop)], words)

    def _remember(self, snapshot: Snapshot, back: Collection[str]) -> None:
        """What is published is new no longer; what was left stays new."""
        now = snapshot.held.state
        old = {id_: each for id_, each in self._base.pages.items() if id_ in back}
        pages = {id_: each for id_, each in now.pages.items() if id_ not in back}
        self._base = replace(now, pages={**pages, **old})
        self._is_whole, self._found, self._unsaid = True, frozenset(), frozenset()
        self._is_lacking = False
        left = {path for id_ in back if id_ in now.pages for path in now.pages[id_].paths()}
        self._stamps |= {path: at for path, at in snapshot.stamps.items() if path not in left}

    def _account(self, published: Published, composed: Composition) -> Issued:
        behind = (Problem("clone", published.behind),) if published.behind else ()
        changes, left = (*self.issued.changes, *composed.changes), composed.left()
        issued = replace(self.issued, changes=changes, left=left, behind=behind, errors=())
        if published.commit:
            issued = replace(issued, commit=published.commit, pushed=published.pushed)
        if not self.pull_requests or not published.commit:
            return issued
        try:
            path = self._output.whole(state.NAME)
            merged = self._pushing().other(self.pull_requests.base, path)
            text = self._output.text(state.NAME, merged)
            mentioned = compose.mentions(state.readable(text), composed.state)
            offered = self.pull_requests.offer(*message.pull_request(mentioned))
        except GitError as error:
            return replace(issued, errors=(Problem("pull request", str(error)),))
        return replace(issued, pull_request=offered.url)
