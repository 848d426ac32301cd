"""Publishes what the run has: at its end, and before that as often as it is told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

from backup.composition import Composition, Held, Part, composition, ordered, told
from backup.errors import GitError
from backup.git import Git, Identity
from backup.model import Problem
from backup.publish import message, objects
from backup.publish.branches import Destination
from backup.publish.commits import Commit
from backup.publish.pull_request import PullRequests
from backup.publish.push import Published, Pushing, Tip
from backup.settings.publishing import Publishing
from backup.sync import state
from backup.sync.state import State
from backup.tree import Tree

Stamps = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Credit:
    """Who edited a page, and when (seconds since 1970)."""

    author: Identity
    time: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is to be published, and the `stamps` by which its files are known again."""

    held: Held
    stamps: Stamps
    lfs: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """What was published. `left` are pages that are left to the next run, `behind` says that the clone
    does not show yet what was published."""

    commit: str = ""
    pushed: bool = False
    pull_request: str = ""
    left: tuple[Problem, ...] = ()
    behind: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()


@dataclass
class Publisher:
    """Publishes, and remembers what it has published.

    `git` works at the root of the work tree; `prefix` is the path of the output folder below it, with
    a slash at its end, or ''. `issued` is the account of all that was published so far.
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
    _head: Future[State] | None = None
    _credit: Callable[[str, str], Credit] | None = None
    _base: State = field(default_factory=State)
    _first: State = field(default_factory=State)
    _stamps: dict[str, tuple[int, int]] = field(default_factory=dict)
    _last: float = 0.0
    issued: Issued = Issued()

    def look(self, pool: Executor) -> None:
        """Read what the checked-out commit knows, beside other work; `begin` waits for it."""
        self._head = pool.submit(self._committed)

    def _committed(self) -> State:
        path = f"{self.prefix}{state.NAME}"
        blob = self.git.ask("rev-parse", "-q", "--verify", f"HEAD:{path}")
        return state.readable(objects.text(self.git, path, blob) if blob else "")

    def begin(
        self, remembered: State, credit: Callable[[str, str], Credit], *, rebuilt: bool
    ) -> None:
        """The run starts with the state `remembered`; `rebuilt` says that none could be read.

        `credit` tells from a page's id and the time of its last edit who made that.
        """
        self._credit = credit if self.settings.by_page else None
        head = self._head.result() if self._head else self._committed()
        self._first = self._base = remembered if rebuilt else head
        self.rest()

    def is_due(self) -> bool:
        """Whether it is time to publish what is finished."""
        every = self.settings.every
        return bool(every) and self.clock() - self._last >= every

    def rest(self) -> None:
        """Count the time until the next publication from now on."""
        self._last = self.clock()

    def hold(self, now: State, touched: Collection[str]) -> Snapshot:
        """Take what is finished, while nobody writes: `touched` are all paths that the run wrote.

        Raises GitError when one of the files cannot be stored.
        """
        stamps = {path: stamp for path in touched if (stamp := self._stamp(path))}
        owners = now.owned()
        fresh = (path for path, stamp in stamps.items() if self._stamps.get(path) != stamp)
        rewritten = {owners[path] for path in fresh if path in owners}
        changed = {id_ for id_, each in now.pages.items() if self._base.pages.get(id_) != each}
        pages = [now.pages[id_] for id_ in changed | rewritten if id_ in now.pages]
        paths = [path for record in pages for path in record.paths() if self._stamp(path)]
        below = [f"{self.prefix}{path}" for path in paths]
        stored = objects.stored(self.git, below)
        found = {path.removeprefix(self.prefix): name for path, name in stored.objects.items()}
        return Snapshot(Held(now, found, rewritten), stamps, stored.lfs)

    def publish(self, snapshot: Snapshot, failed: int = 0) -> Issued:
        """Commit and push what is new in it; the account of all that was published so far. `failed`
        are pages, for the message.

        Raises GitError when git or the remote refuses; the next publication then holds it too.
        """
        composed: list[Composition] = []

        def compose(tip: Tip) -> list[Commit]:
            composed.append(self._composition(snapshot.held, tip))
            return self._commits(composed[-1], failed)

        published = self._pushing(snapshot.lfs).publish(compose)
        self._remember(snapshot, composed[-1].back)
        self.issued = self._account(published, composed[-1])
        return self.issued

    def _pushing(self, lfs: bool) -> Pushing:
        base = self.pull_requests.base if self.pull_requests and self._is_first() else ""
        return Pushing(self.git, self.to, self.committer, base, lfs, self.sleep)

    def _is_first(self) -> bool:
        """Whether a branch for pull requests is begun anew: when none is open, what it has was merged
        or turned down."""
        if self.issued.commit or not self.pull_requests:
            return False
        try:
            return self.pull_requests.find() is None
        except GitError:
            return False  # the host is asked again when there is something to offer

    def _composition(self, held: Held, tip: Tip) -> Composition:
        files = {
            path.removeprefix(self.prefix): object_
            for path, object_ in tip.files.items()
            if path.startswith(self.prefix)
        }
        blob = files.get(state.NAME, "")
        same = not held.rewritten and held.state == self._base
        if same and blob == objects.name(state.dumps(held.state), len(blob)):
            return Composition(held.state, (), {}, ())  # the tip is what the run began with
        text = objects.text(self.git, f"{self.prefix}{state.NAME}", blob) if blob else ""
        return composition(self._base, held, files, text)

    def _commits(self, composed: Composition, failed: int) -> list[Commit]:
        """One commit for all pages, or one for each and then one for what belongs to none of them."""
        credit = self._credit
        pages = [self._of_page(part, credit) for part in composed.parts] if credit else []
        parts = () if credit else composed.parts
        put = {path: object_ for part in parts for path, object_ in part.put.items()}
        put |= self._texts(composed.texts)
        drop = {path for part in parts for path in part.drop} | set(composed.drop)
        pages_told = ordered(part.told for part in composed.parts)
        words = message.message(pages_told, failed, "" if credit else self.settings.message)
        if self.settings.skip_ci:
            words = message.skipping(words)
        return [*pages, self._commit(put, drop, words)]

    def _of_page(self, part: Part, credit: Callable[[str, str], Credit]) -> Commit:
        words = message.of_page(part.told, self.settings.message)
        editor = credit(part.page_id, part.edited)
        commit = self._commit(part.put, part.drop, words)
        return replace(commit, author=editor.author, time=editor.time)

    def _commit(self, put: Mapping[str, str], drop: Collection[str], words: str) -> Commit:
        """Paths below the output folder become paths of the repository."""
        below = {f"{self.prefix}{path}": object_ for path, object_ in put.items()}
        return Commit(below, [f"{self.prefix}{path}" for path in drop], words)

    def _texts(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The objects of the state and of lists of pages."""
        below = {f"{self.prefix}{path}": text for path, text in texts.items()}
        named = objects.texts(self.git, below)
        return {path.removeprefix(self.prefix): object_ for path, object_ in named.items()}

    def _remember(self, snapshot: Snapshot, back: Collection[str]) -> None:
        """What is published is new no longer; what was left stays new."""
        now = snapshot.held.state
        old = {id_: each for id_, each in self._base.pages.items() if id_ in back}
        pages = {id_: each for id_, each in now.pages.items() if id_ not in back}
        self._base = replace(now, pages={**pages, **old})
        left = {path for id_ in back if id_ in now.pages for path in now.pages[id_].paths()}
        self._stamps |= {path: at for path, at in snapshot.stamps.items() if path not in left}

    def _account(self, published: Published, composed: Composition) -> Issued:
        before = self.issued
        behind = (Problem("clone", published.behind),) if published.behind else ()
        issued = replace(before, left=composed.left(), behind=behind, errors=())
        if published.commit:
            issued = replace(issued, commit=published.commit, pushed=published.pushed)
        if not self.pull_requests or not published.commit:
            return issued
        try:
            offered = self.pull_requests.offer(
                *message.pull_request(told(self._first, composed.state))
            )
        except GitError as error:
            return replace(issued, errors=(Problem("pull request", str(error)),))
        return replace(issued, pull_request=offered.url)

    def _stamp(self, path: str) -> tuple[int, int] | None:
        """What changes when a file is replaced; None when there is none."""
        try:
            found = (self.tree.root / path).lstat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino)
