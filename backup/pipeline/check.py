"""Compares a backup with itself: its state, its files, its Markdown, and where its links lead. Pure; Notion is
not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from backup import store
from backup.files.records import as_downloaded
from backup.markdown import verify
from backup.markdown.context import Options
from backup.markdown.links import anchor, is_anchor
from backup.markdown.verify import DeadLink
from backup.model import CSV, FILE_FOLDERS, STORE, Problem
from backup.pipeline.stored import AGAIN, Comparison
from backup.store import StoredPage, StoreError
from backup.sync.state import State, join, parent_of
from backup.words import counted

TEXTS, SHEETS, STORES, FILES = "Markdown files", CSV, STORE, "images and attachments"
FOREIGN = "foreign files"
_POINTER = b"version https://git-lfs.github.com/spec/"  # how each begins (git-lfs, "The Pointer")
_LFS = (
    "lies here as a pointer of Git LFS; fetch the file itself with `git lfs pull`, or `lfs: true`."
)

_UNREADABLE = "cannot be read; look at its permissions, and at the disk."


@dataclass(frozen=True, slots=True)
class Inventory:
    """A backup as it lies somewhere: the paths of all that is there, what Markdown and stores hold
    (nothing for one that cannot be read), the SHA-256 of others ('' for one that cannot be read, None where that
    cannot be read), and whether something else than a file lies in the place of one, or on the way to it."""

    files: Collection[str]
    content: Callable[[str], bytes]
    digest: Callable[[str], str | None]
    is_blocked: Callable[[str], bool] = lambda path: False


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong, by kind of file: each kind with the number of files that
    were checked and its problems. `notes` say what could not be checked."""

    counts: Mapping[str, int]
    wrong: Mapping[str, tuple[Problem, ...]]
    notes: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them, in the order of their paths."""
        found = (each for kind in self.wrong.values() for each in kind)
        return tuple(sorted(found, key=lambda each: each.where))


def check(
    now: State,
    disk: Inventory,
    options: Options,
    claimed: Collection[str] = (),
    unfinished: Collection[str] = (),
) -> Checked:
    """Everything in which a backup does not fit itself. `options` are those that it was written with,
    `claimed` the files of an interrupted run, which are nobody's yet, `unfinished` the texts that somebody
    else is to write: links from or to these lead where they will be."""
    there = set(disk.files)
    kinds = _kinds(now)
    written = {
        path: disk.content(path)
        for path, kind in kinds.items()
        if kind in (TEXTS, SHEETS) and path in there
    }
    texts = {path: each for path, each in written.items() if kinds[path] == TEXTS}
    foreign = _foreign(now, there - kinds.keys() - set(claimed))
    again = Comparison(now, written, disk.content, there, options)
    again.run()
    links, unsure = _links(texts, disk, unfinished)
    wrong = {
        TEXTS: [*again.wrong_lists, *again.wrong_texts, *links],
        SHEETS: again.wrong_sheets,
        STORES: again.wrong_stores,
        FILES: [*_changed(now, disk)],
        FOREIGN: foreign,
    }
    for path in sorted(kinds.keys() - there):
        what = _BLOCKED if disk.is_blocked(path) else "is missing; the next backup brings it back."
        wrong[kinds[path]].append(Problem(path, what))
    checked = Counter(
        {FOREIGN: len(foreign), **Counter(kinds[path] for path in kinds.keys() & there)}
    )
    return Checked(
        counts={kind: checked[kind] for kind in wrong},
        wrong={kind: tuple(found) for kind, found in wrong.items()},
        notes=(*again.notes(), *([_UNSURE.format(counted(unsure, "link"))] if unsure else ())),
    )


_BLOCKED = (
    "cannot be there: something else than a file lies in its place, or on the way to it. Delete that, and "
    "the next backup brings the file back."
)


_UNSURE = (
    f"{{}} to a place in a page that is not there, and no {STORE} that can be used says whether Notion has "
    "such a block."
)


def names(now: State, kind: str) -> list[str]:
    """The files of the backup that are of one kind, in the order in which `check` reads them."""
    return [path for path, each in _kinds(now).items() if each == kind]


def _kinds(now: State) -> dict[str, str]:
    """What each file of the backup is."""
    files = _files(now)
    names = {STORE: STORES, CSV: SHEETS}
    kinds = {path: names.get(path.rpartition("/")[2], TEXTS) for path in now.owned()}
    return kinds | dict.fromkeys(files, FILES)


def _files(now: State) -> dict[str, str]:
    """Every image and attachment, with its SHA-256."""
    return {
        join(record.folder, str(each["path"])): str(each.get("sha256", ""))
        for record in now.pages.values()
        for each in record.files
    }


def _changed(now: State, disk: Inventory) -> Iterator[Problem]:
    """Files that are not what was downloaded. The state of one that was rebuilt may not know that."""
    for path, digest in _files(now).items():
        found = disk.digest(path) if digest and path in disk.files else None
        if found == "":
            yield Problem(path, _UNREADABLE)
        elif found is not None and found != digest:
            content = disk.content(path)
            if as_downloaded(content, digest) is not None:
                continue
            is_pointer = content.startswith(_POINTER)
            yield Problem(path, _LFS if is_pointer else f"is not what was downloaded; {AGAIN}")


def _links(
    texts: Mapping[str, bytes], disk: Inventory, unfinished: Collection[str]
) -> tuple[list[Problem], int]:
    """What a reader stumbles over, and how many links may or may not be wrong. Bytes that are not UTF-8 are shown
    as readers see them."""
    shown = {path: text.decode("utf-8", "replace") for path, text in texts.items()}
    found: list[Problem] = []
    nowhere: dict[str, list[DeadLink]] = {}
    for problem in verify.problems(shown, disk.files):
        if not isinstance(problem, DeadLink):
            found.append(problem)
        elif problem.where in unfinished or problem.at in unfinished:
            continue
        elif problem.fragment:
            nowhere.setdefault(problem.at, []).append(problem)
        else:
            found.append(problem)
    unsure = 0
    for path in filter(nowhere.get, texts):  # in the order in which stores are read fastest
        blocks = _anchors(join(parent_of(path), STORE), disk)
        if blocks is None:
            unsure += sum(is_anchor(each.fragment) for each in nowhere[path])
        else:
            found += [each for each in nowhere[path] if each.fragment in blocks]
    return found, unsure


def _anchors(path: str, disk: Inventory) -> set[str] | None:
    """What the anchors of a page's blocks are called, by its store; None when there is none that can be used. A link to any other place
    came with somebody's text: Notion itself leads it to the page alone."""
    if path not in disk.files:
        return None
    try:
        found = store.loads(disk.content(path))
    except StoreError:
        return None
    blocks = found.page.walk() if isinstance(found, StoredPage) else ()
    return {anchor(each.id) for each in blocks}


def _foreign(now: State, others: Collection[str]) -> list[Problem]:
    """Files in the folders of pages that the backup did not put there."""
    pages = {record.folder for record in now.pages.values()}
    databases = {place.folder for place in now.databases.values()}
    what = "is not part of the backup, which leaves it alone; move it out of the page's folder."
    return [Problem(path, what) for path in sorted(others) if _is_inside(path, pages, databases)]


def _is_inside(path: str, pages: Collection[str], databases: Collection[str]) -> bool:
    """Whether the nearest folder of the backup around a file is a page's. One that is the whole output folder
    is the owner's as well, but for the folders of the page's files."""
    folder = parent_of(path)
    while folder != "." and folder not in pages and folder not in databases:
        folder = parent_of(folder)
    is_shared = folder == "." and path.partition("/")[0] not in FILE_FOLDERS
    return folder in pages and folder not in databases and not is_shared
