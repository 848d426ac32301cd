"""What a run did, as one frozen value that the log, the summary, the outputs, the commit and all notifiers
read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any

from backup.ci import Job
from backup.model import Problem
from backup.report.redaction import without
from backup.words import counted

CHANGES = ("new", "updated", "renamed", "removed", "kept")  # the lists of entries
_PROBLEMS = ("failed", "lost", "warnings", "errors")


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the report. `note` says why, or where it was before; `files` counts the images and
    attachments that were written."""

    title: str
    folder: str
    note: str = ""
    page_id: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One database of the run. `pages` counts those that Notion lists there, `unchanged` those that
    stayed as they were; `members` are the ids of all that the run had to do with."""

    id: str
    title: str
    folder: str
    pages: int = 0
    unchanged: int = 0
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What Notion shows of the roots: how many pages, databases, and views of databases elsewhere."""

    pages: int = 0
    databases: int = 0
    views: int = 0

    def words(self) -> str:
        """'17 pages, 2 databases, 1 linked view'"""
        said = [counted(self.pages, "page"), counted(self.databases, "database")]
        return ", ".join([*said, *([counted(self.views, "linked view")] if self.views else [])])


@dataclass(frozen=True, slots=True)
class Spent:
    """The requests to Notion by what they were for."""

    listing: int = 0
    reading: int = 0
    comments: int = 0
    files: int = 0

    def words(self) -> str:
        """'8 listing, 44 reading'; '' for none."""
        kinds = {each.name: getattr(self, each.name) for each in fields(self)}
        return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)


@dataclass(frozen=True, slots=True)
class AiRequests:
    """What AI naming took: requests sent, tokens, and their cost when the prices are known."""

    requests: int
    tokens_in: int
    tokens_out: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`failed`: pages whose last good copy was kept. `lost`: files that could not be downloaded.
    `errors`: anything else that is not saved. `warnings`: all is saved, but somebody should look.

    `new`, `updated`, `renamed` and `removed` are the pages of the run's commits, or of its folder
    where nothing is committed. `unchanged`, `read` and `rendered` (pages that were read, and that were
    written again from their store), `files` (images and attachments written),
    `given_up` (files outside Notion that are not there any more), `waiting` (see Plan) and `requests` (to
    Notion) are counts;
    `spent` has the requests by kind, `seen` what Notion shows.
    `unpublished` says that git or the remote refused.
    `broken` is the exit code of an error that ended the run, 0 when it came to its own end.
    `pull_request` is the address of the pull request that the run opened or updated. `finished` is
    when it ended: ISO 8601, UTC. `asked` is None when AI naming is off.
    """

    new: tuple[Entry, ...] = ()
    updated: tuple[Entry, ...] = ()
    renamed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    kept: tuple[Entry, ...] = ()
    failed: tuple[Problem, ...] = ()
    lost: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    sections: tuple[Section, ...] = ()
    unchanged: int = 0
    read: int = 0
    rendered: int = 0
    files: int = 0
    given_up: int = 0
    waiting: int = 0
    requests: int = 0
    spent: Spent = Spent()
    seen: Seen = Seen()
    seconds: float = 0.0
    finished: str = ""
    commit: str = ""
    branch: str = ""
    pushed: bool = False
    unpublished: bool = False
    pull_request: str = ""
    dry_run: bool = False
    broken: int = 0
    job: Job = field(default_factory=Job)
    asked: AiRequests | None = None

    @property
    def written(self) -> int:
        """How many pages were written: new, updated and renamed ones."""
        return len(self.new) + len(self.updated) + len(self.renamed)

    @property
    def changed(self) -> bool:
        """Whether the run committed something, or wrote or removed a page."""
        return bool(self.commit or self.written or self.removed)

    @property
    def exit_code(self) -> int:
        """0: all well. 1: something failed, and the rest is saved. Else that of `broken`."""
        return self.broken or int(bool(self.problems))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is not saved, what concerns the most first."""
        return (*self.errors, *self.failed, *self.lost)

    def headline(self) -> str:
        """The counts in one line: '3 new, 1 renamed, 2 failed'; 'nothing changed'."""
        counts = {
            "new": len(self.new),
            "updated": len(self.updated),
            "renamed": len(self.renamed),
            "removed": len(self.removed),
            "failed": len(self.failed),
        }
        said = [f"{count} {word}" for word, count in counts.items() if count]
        if self.unpublished:
            said.insert(0, "the rest was not published" if self.commit else "nothing was published")
        return ", ".join(said or ["nothing changed"])

    def heading(self) -> str:
        """The title of a message: 'Notion backup: 3 new, 1 error'."""
        if self.broken:
            return "Notion backup failed"
        return f"Notion backup{', dry run' if self.dry_run else ''}: {self.counts()}"

    def counts(self) -> str:
        """The headline, and how much else is not saved: '3 new, 1 missing file, 1 error'."""
        said = [self.headline()]
        for word, problems in (("missing file", self.lost), ("error", self.errors)):
            said += [counted(len(problems), word)] if problems else []
        return ", ".join(said)

    def costs(self) -> tuple[str, ...]:
        """What the run did for that: '4 pages read', '1 image or attachment written', …"""
        again = f"{counted(self.rendered, 'page')} written again without reading"
        return (
            f"{counted(self.read, 'page')} read",
            *([again] if self.rendered else []),
            f"{counted(self.files, 'image or attachment', 'images and attachments')} written",
            f"{counted(self.requests, 'request')} to Notion",
            f"{self.seconds:.1f} s",
        )

    def traffic(self) -> str:
        """What Notion showed, and what the requests were for; '' when none was made."""
        spent = self.spent.words()
        return spent and f"Notion shows {self.seen.words()}; requests: {spent}"

    def remarks(self) -> tuple[str, ...]:
        """What is as it should be, and good to know: '2 files outside Notion cannot be downloaded; their pages
        say which', …"""
        one = "1 file outside Notion cannot be downloaded; its page says why"
        many = f"{self.given_up:,} files outside Notion cannot be downloaded; their pages say why"
        waiting = f"New or edited in other shards: {counted(self.waiting, 'page')}; what is new in"
        waiting += " there is found once those shards were published"
        return (
            *([one if self.given_up == 1 else many] if self.given_up else []),
            *([waiting] if self.waiting else []),
        )

    def details(self) -> Iterable[tuple[str, Entry]]:
        """Every page that is not as it was, with the word for what happened to it."""
        for word in CHANGES:
            for entry in getattr(self, word):
                yield word, entry

    def parts(self) -> Iterator[tuple[Section, Report]]:
        """Each database with what happened in it."""
        lists = {kind: getattr(self, kind) for kind in (*CHANGES, *_PROBLEMS)}
        places = {kind: _places(entries) for kind, entries in lists.items()}
        for section in self.sections:
            own: dict[str, Any] = {
                kind: _own(listed, places[kind], section.members) for kind, listed in lists.items()
            }
            files = sum(entry.files for kind in CHANGES for entry in own[kind])
            yield section, Report(**own, unchanged=section.unchanged, files=files)

    def loose(self) -> tuple[Problem, ...]:
        """What is not saved and belongs to no database of the report."""
        members = {id_ for section in self.sections for id_ in section.members}
        return tuple(each for each in self.problems if each.page_id not in members)

    def redacted(self, secrets: Iterable[str]) -> Report:
        """The same report with every text free of `secrets`."""
        return without(self, tuple(secrets))


def _places(listed: tuple[Any, ...]) -> dict[str, list[int]]:
    """Where in a list each page stands: found once, for many databases."""
    found: dict[str, list[int]] = {}
    for number, one in enumerate(listed):
        found.setdefault(one.page_id, []).append(number)
    return found


def _own(
    listed: tuple[Any, ...], places: dict[str, list[int]], members: frozenset[str]
) -> tuple[Any, ...]:
    """What of a list is about one of `members`, in the order of the list."""
    numbers = chain.from_iterable(places[each] for each in members & places.keys())
    return tuple(map(listed.__getitem__, sorted(numbers)))
