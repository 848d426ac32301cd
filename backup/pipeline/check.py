"""Compares a backup with itself: its state, its files, its Markdown, and where its links lead. Pure; Notion is
not asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from backup.folder import indexes
from backup.markdown import index, verify
from backup.model import Problem
from backup.sync.plan import index_of
from backup.sync.state import State, join, parent_of

TEXTS, FILES, FOREIGN = "Markdown files", "images and attachments", "foreign files"
_AGAIN = "restore it from git, or delete it (and commit that): the next backup writes it again."
_POINTER = b"version https://git-lfs.github.com/spec/"  # how each begins (git-lfs, "The Pointer")
_LFS = (
    "lies here as a pointer of Git LFS; fetch the file itself with `git lfs pull`, or `lfs: true`."
)


@dataclass(frozen=True, slots=True)
class Lying:
    """A backup as it lies somewhere: the paths of all that is there, what the state's texts hold (None
    for what cannot be read), and the SHA-256 of other files (None where that is not to be had)."""

    files: Collection[str]
    content: Callable[[str], bytes | None]
    digest: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong, by kind of file: each kind with the number of files that
    were checked and its problems. `notes` say what could not be checked."""

    counts: Mapping[str, int]
    wrong: Mapping[str, tuple[Problem, ...]]
    notes: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them."""
        return tuple(each for found in self.wrong.values() for each in found)


def check(now: State, lying: Lying, claimed: Collection[str] = ()) -> Checked:
    """Everything in which a backup does not fit its state. `claimed` are files of an interrupted run,
    which are nobody's yet."""
    there = set(lying.files)
    owned = now.owned()
    texts = {path: lying.content(path) for path in owned if is_text(path) and path in there}
    files = _files(now)
    foreign = _foreign(now, there - owned.keys() - set(claimed))
    return Checked(
        counts={TEXTS: len(texts), FILES: len(files.keys() & there), FOREIGN: len(foreign)},
        wrong={
            TEXTS: (
                *_absent(path for path in owned if is_text(path) and path not in there),
                *_lists(now, texts),
                *_links(texts, there),
            ),
            FILES: (
                *_absent(path for path in files if path not in there),
                *_changed({path: each for path, each in files.items() if path in there}, lying),
            ),
            FOREIGN: tuple(foreign),
        },
    )


def is_text(path: str) -> bool:
    """Whether a file is read as a whole, and not only hashed."""
    return path.endswith(".md")


def _files(now: State) -> dict[str, str]:
    """Every image and attachment, with its SHA-256."""
    return {
        join(record.folder, str(each["path"])): str(each.get("sha256", ""))
        for record in now.pages.values()
        for each in record.files
    }


def _absent(paths: Iterable[str]) -> Iterator[Problem]:
    for path in sorted(paths):
        yield Problem(path, "is missing; the next backup brings it back.")


def _changed(files: Mapping[str, str], lying: Lying) -> Iterator[Problem]:
    """Files that are not what was downloaded. The state of one that was rebuilt may not know that."""
    for path, digest in files.items():
        found = lying.digest(path) if digest else None
        if found is not None and found != digest:
            is_pointer = (lying.content(path) or b"").startswith(_POINTER)
            yield Problem(path, _LFS if is_pointer else f"is not what was downloaded; {_AGAIN}")


def _lists(now: State, texts: Mapping[str, bytes | None]) -> Iterator[Problem]:
    """Lists of pages that show something else than the pages that there are."""
    for id_, place in now.databases.items():
        path = index_of(place.folder)
        if place.index and path in texts:
            entries = indexes.entries(now.pages, id_)
            text = index.render(place.title, place.icon, entries, path)
            if (found := texts[path]) != text.encode():
                yield Problem(path, f"{differs(found, text.encode())}; {_AGAIN}")


def differs(found: bytes | None, wanted: bytes) -> str:
    """In which line a text is another one than the backup writes."""
    if found is None:
        return "cannot be read"
    pairs = zip(found.split(b"\n"), wanted.split(b"\n"), strict=False)
    number = next((at for at, (one, two) in enumerate(pairs, 1) if one != two), 0)
    where = f"in line {number}" if number else "at its end"
    return f"is not what the backup wrote: it differs {where}"


def _links(texts: Mapping[str, bytes | None], there: Collection[str]) -> Iterator[Problem]:
    """What a reader stumbles over. Bytes that are not UTF-8 are shown as readers see them."""
    shown = {
        path: text.decode("utf-8", "replace") for path, text in texts.items() if text is not None
    }
    for path, text in texts.items():
        if text is None:
            yield Problem(path, f"cannot be read; {_AGAIN}")
    yield from verify.problems(shown, there)


def _foreign(now: State, others: Collection[str]) -> list[Problem]:
    """Files in the folders of pages that the backup did not put there."""
    pages = {record.folder for record in now.pages.values()}
    databases = {place.folder for place in now.databases.values()}
    what = "is not part of the backup, which leaves it alone; move it out of the page's folder."
    return [Problem(path, what) for path in sorted(others) if _is_inside(path, pages, databases)]


def _is_inside(path: str, pages: Collection[str], databases: Collection[str]) -> bool:
    """Whether the nearest folder of the backup around a file is a page's."""
    folder = parent_of(path)
    while folder != "." and folder not in pages and folder not in databases:
        folder = parent_of(folder)
    return folder in pages and folder not in databases
