"""The status command: what is backed up, of when, and what is missing. It asks only git."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone

from backup.errors import GitError
from backup.files.pending import Pending
from backup.markdown.media import human_size
from backup.model import Json, Problem
from backup.report.answer import Answer
from backup.services import ReadingServices
from backup.settings import ReadingSettings
from backup.sync import state, untrusted
from backup.sync.family import root
from backup.sync.state import Record, State
from backup.words import UNTITLED, ago, by_title, counted

_HEAD = ("database", "pages", "files", "size", "missing")
_DATED = 100  # pages of which git is asked since when a file is missing


@dataclass(frozen=True, slots=True)
class _Lacking:
    """A file that is not there. `since` is an ISO 8601 date or time, or '' where nobody knows."""

    page_id: str
    record: Record
    pending: Pending
    since: str

    def kind(self, today: datetime) -> str:
        """'too large' and 'gone' are known and need no attention; 'failed' does."""
        if self.pending.limit:
            return "too large"
        return "gone" if self.pending.is_given_up(today.date()) else "failed"


@dataclass
class _Numbers:
    """One database in numbers."""

    title: str
    folder: str
    pages: int = 0
    files: int = 0
    size: int = 0
    absent: int = 0  # files that the state names, and that are not on the disk
    lacking: int = 0  # files that could not be downloaded
    waiting: int = 0  # pages that the next run reads again

    def row(self) -> tuple[str, ...]:
        """As the table shows it."""
        missing = self.absent + self.lacking
        numbers = (f"{self.pages:,}", f"{self.files:,}", human_size(self.size))
        return (self.title or UNTITLED, *numbers, f"{missing:,}" if missing else "")


def run(settings: ReadingSettings, services: ReadingServices) -> Answer:
    """Say what the backup in the output folder holds, and what is wrong with it as far as its state
    shows; `verify` reads the files, too. Raises StateError when there is none."""
    now = services.load().state
    parts = _parts(now, services)
    lacking = list(_lacking(now, services))
    changed, commit = _changed(services)
    return Answer(
        heading=_heading(now, parts, _age(services, changed, commit)),
        head=_HEAD,
        rows=_rows(parts),
        notes=tuple(_notes(now, services, lacking)),
        problems=(*_failed(now), *_problems(now, parts, lacking, services.now)),
        data={
            **_numbers(parts),
            "last_change": changed.isoformat() if changed else None,
            "commit": commit or None,
            "newest_edit": max((each.edited for each in now.pages.values()), default="") or None,
            "failed": [{"id": id_, **each} for id_, each in now.failed.items()],
            "missing": [_lacking_json(each, services.now) for each in lacking],
        },
    )


def _parts(now: State, services: ReadingServices) -> list[_Numbers]:
    """Each database by title, and each page that is a root, with everything in it. A page below a page
    counts where that does."""
    parts = {id_: _Numbers(place.title, place.folder) for id_, place in now.databases.items()}
    parents = {id_: record.parent for id_, record in now.pages.items()}  # up to a database
    for id_, record in now.pages.items():
        home = root(id_, parents)
        page = now.pages.get(home)
        named = _Numbers(page.title, page.folder) if page else _Numbers("", record.folder)
        part = parts.setdefault(home, named)
        part.pages += 1
        part.files += len(record.files)
        part.lacking += len(record.pending)
        part.waiting += not record.stable
    for path, id_ in now.owned().items():
        _count(parts[root(id_, parents)], path, services)
    return sorted(parts.values(), key=lambda each: (by_title(each.title), each.folder))


def _count(part: _Numbers, path: str, services: ReadingServices) -> None:
    if about := services.tree.about(path):
        part.size += about.st_size
    else:
        part.absent += 1


def _rows(parts: list[_Numbers]) -> tuple[tuple[str, ...], ...]:
    rows = [part.row() for part in parts]
    return (*rows, _sum(parts).row()) if len(rows) > 1 else tuple(rows)


def _sum(parts: list[_Numbers]) -> _Numbers:
    whole = _Numbers("all", "")
    for name in ("pages", "files", "size", "absent", "lacking", "waiting"):
        setattr(whole, name, sum(getattr(part, name) for part in parts))
    return whole


def _numbers(parts: list[_Numbers]) -> Json:
    def as_json(part: _Numbers) -> Json:
        return {
            "pages": part.pages,
            "files": part.files,
            "bytes": part.size,
            "missing_files": part.absent + part.lacking,
            "waiting_pages": part.waiting,
        }

    listed = [{"title": each.title, "folder": each.folder, **as_json(each)} for each in parts]
    whole = as_json(_sum(parts))
    return {**whole, "databases": listed}


def _lacking(now: State, services: ReadingServices) -> Iterator[_Lacking]:
    """Every file that could not be downloaded. What lies outside Notion has its day in the state; of what
    Notion hosts git knows since when the page says that it is missing."""
    asked = 0
    for id_, record in now.pages.items():
        pendings = [Pending.from_json(raw) for raw in record.pending]
        logged = ""
        if any(not each.since for each in pendings) and asked < _DATED:
            asked += 1
            logged = _logged(services, "%cI", record.paths()[0])
        for each in pendings:
            yield _Lacking(id_, record, each, each.since or logged)


def _lacking_json(each: _Lacking, now: datetime) -> Json:
    return {
        "page": each.record.title,
        "id": each.page_id,
        "folder": each.record.folder,
        "file": each.pending.file.name or each.pending.file.words,
        "kind": each.kind(now),
        "since": each.since or None,
    }


def _changed(services: ReadingServices) -> tuple[datetime | None, str]:
    """When the state was last written, and the commit that has it: git knows, else the disk."""
    time, _, commit = _logged(services, "%ct %H", state.NAME).partition(" ")
    with suppress(ValueError, OverflowError, OSError):  # anybody may date a commit 30000
        return datetime.fromtimestamp(int(time), timezone.utc), commit
    about = services.tree.about(state.NAME)
    return (datetime.fromtimestamp(int(about.st_mtime), timezone.utc) if about else None), ""


def _age(services: ReadingServices, changed: datetime | None, commit: str) -> str:
    """When that was, in words. A shallow clone has not the whole history."""
    if changed is None:
        return "at an unknown time"
    is_cut = commit and _asked(services, "rev-parse", "--is-shallow-repository") == "true"
    return f"{'at least ' if is_cut else ''}{ago(services.now - changed)}"


def _logged(services: ReadingServices, form: str, path: str) -> str:
    """What git says of the last commit that changed a file; '' where there is no git, or no commit."""
    return _asked(services, "log", "-1", f"--format={form}", "--", path)


def _asked(services: ReadingServices, *command: str) -> str:
    quiet = {"GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return services.git.run(*command, extra=quiet).strip()
    except GitError:
        return ""


def _heading(now: State, parts: list[_Numbers], age: str) -> str:
    whole = _sum(parts)
    pages, databases = counted(whole.pages, "page"), counted(len(now.databases), "database")
    return f"{pages} in {databases}, {human_size(whole.size)}; last changed {age}"


def _notes(now: State, services: ReadingServices, lacking: list[_Lacking]) -> Iterator[str]:
    """What is as it should be, and a reader may wonder about."""
    kinds = Counter(each.kind(services.now) for each in lacking)
    if waiting := sum(not record.stable for record in now.pages.values()):
        yield (
            f"{counted(waiting, 'page')} will be read again by the next run: edited in the minute of the "
            "last reading, or read incompletely."
        )
    if count := kinds["gone"]:
        yield f"{counted(count, 'file')} outside Notion no longer available: their pages say which."
    if count := kinds["too large"]:
        yield f"{counted(count, 'file')} left out, because of MAX_FILE_MB."
    yield from services.at_work()


def _failed(now: State) -> Iterator[Problem]:
    """The pages that the last run could not read or write."""
    for id_, each in now.failed.items():
        what = f"failed since {each['since'][:10]}: the log of the last run says why; each run tries it again."
        yield Problem(each["folder"] or each["title"], what, id_)


def _problems(
    now: State, parts: list[_Numbers], lacking: list[_Lacking], moment: datetime
) -> Iterator[Problem]:
    for file, what in untrusted.described(now.damage):
        yield Problem(file, what)
    for each in lacking:
        if each.kind(moment) == "failed":
            name = each.pending.file.name or each.pending.file.words or "a file"
            since = f" since {each.since[:10]}" if each.since else ""
            what = f"{name} could not be downloaded{since}; each run tries it again."
            yield Problem(each.record.folder, what, each.page_id)
    for part in parts:
        if part.absent:
            are = "is" if part.absent == 1 else "are"
            what = (
                f"{counted(part.absent, 'file')} of this database {are} not on the disk: the command verify "
                "names them, and the next backup brings them back."
            )
            yield Problem(part.folder, what)
