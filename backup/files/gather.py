"""One page's files, gathered: what is still there, what is downloaded now, and what could not be.

`gather` is the room's door. Nothing is written but into the staging folder: whoever replaces the
page's folder moves the staged files in, and keeps of the old ones what the records name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Protocol, TypeAlias

from backup.errors import FileError
from backup.files import find, kinds, names
from backup.files.pending import NotTried, Pending, last_sentence, sentence
from backup.files.received import Downloaded
from backup.files.records import FileRecord, as_downloaded, shown
from backup.model import File, Files, Page, Problem
from backup.slug import folded


class Downloads(Protocol):
    """What is needed of fetch.Downloader."""

    def download_all(
        self, files: Iterable[File], folder: Path
    ) -> list[tuple[File, Downloaded | FileError]]: ...


Describe: TypeAlias = Callable[[Downloaded], "str | None"]

_Lacking: TypeAlias = tuple[FileError, Pending]
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Gathered:
    """`files`: for the renderer, by key. `records`: for the state, one for each identity; their
    paths are all that belongs into the page's folder beside its text. `staged`: of these paths,
    those that are new, with the temporary file that goes there. `problems`: what failed.
    `warnings`: what is too large, on purpose and no failure, and what is found to be deleted outside
    Notion. `pending`: all that is not there, for later runs to try again."""

    files: Files
    records: tuple[FileRecord, ...]
    staged: Mapping[str, Path]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    pending: tuple[Pending, ...] = ()


def gather(
    page: Page,
    known: Mapping[str, FileRecord],
    folder: Path,
    downloads: Downloads,
    staging: Path,
    describe: Describe | None = None,
    *,
    today: date,
    earlier: Mapping[str, Pending] = MappingProxyType({}),
) -> Gathered:
    """Every file that `page` refers to, downloaded only if it has to be.

    `known` has the records of the last run by identity, `folder` is the page's folder as that run
    left it (it may be absent), `staging` one for temporary files, made when there are any. `describe` says
    what an image shows that has no name yet ('proxmox cluster dashboard'); '' or None when it cannot.
    `earlier` are the files that the last run lacked, by identity. A file that cannot be downloaded is
    MissingFile and costs nothing else.
    """
    files = find.files(page)
    fates = _fates(files, known, folder, downloads, staging)
    known = _recognised(fates, known)
    described = {key: _description(fate, known.get(key), describe) for key, fate in fates.items()}
    claims = [_claim(key, fate, described[key]) for key, fate in _numbered_first(fates)]
    paths = names.assign(claims, {key: record.path for key, record in known.items()})
    made = ((key, _record(fate, paths[key], described[key])) for key, fate in fates.items())
    records = {key: record for key, record in made if record}
    records |= _left(known, records, folder)
    lacking = _lacking(fates, earlier, today)
    reasons = {pending.identity: error.message for error, pending in lacking}
    return Gathered(
        files={file.key: shown(file, records, reasons) for file in files},
        records=tuple(records.values()),
        staged=_staged(fates, records, folder),
        problems=_problems(page, lacking, today),
        warnings=_warnings(page, lacking, earlier, today),
        pending=tuple(pending for _, pending in lacking),
    )


def is_intact(record: FileRecord, folder: Path) -> bool:
    """Whether the copy below `folder` is there and has the recorded size and hash."""
    path = folder / record.path
    if not names.is_ours(record.path) or path.is_symlink() or path.parent.is_symlink():
        return False
    try:
        if (size := path.stat().st_size) == record.size:
            return _sha256(path) == record.sha256
        found = as_downloaded(path.read_bytes(), record.sha256) if size > record.size else None
        return found is not None and len(found) == record.size
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a file. Exactly one is there: an old copy, a new one, or why there is none."""

    file: File
    kept: FileRecord | None = None
    got: Downloaded | None = None
    error: FileError | None = None


def _fates(
    files: Iterable[File],
    known: Mapping[str, FileRecord],
    folder: Path,
    downloads: Downloads,
    staging: Path,
) -> dict[str, _Fate]:
    """What became of each identity, in reading order."""
    fates: dict[str, _Fate] = {}
    for file in files:
        record = known.get(names.identity(file))
        kept = record if record and is_intact(record, folder) else None
        fates.setdefault(names.identity(file), _Fate(file, kept))
    missed = [fate.file for fate in fates.values() if not fate.kept]
    if missed:
        staging.mkdir(parents=True, exist_ok=True)
    for file, outcome in downloads.download_all(missed, staging):
        got = outcome if isinstance(outcome, Downloaded) else None
        error = outcome if isinstance(outcome, FileError) else None
        fates[names.identity(file)] = _Fate(file, None, got, error)
    return fates


def _recognised(
    fates: Mapping[str, _Fate], known: Mapping[str, FileRecord]
) -> dict[str, FileRecord]:
    """The known records, those of an earlier backup under the identity of the file that has their
    content: it keeps their name, for which somebody may have paid."""
    found = {each.sha256: each for each in known.values() if each.is_found}
    named = dict(known)
    for identity, fate in fates.items():
        if fate.got and identity not in named and (old := found.pop(fate.got.sha256, None)):
            del named[old.identity]
            named[identity] = replace(old, identity=identity)
    return named


def _left(
    known: Mapping[str, FileRecord], records: Mapping[str, FileRecord], folder: Path
) -> dict[str, FileRecord]:
    """What an earlier backup left, and the page does not show: kept until somebody deletes it, or a file of
    the page takes its place."""
    taken = [folded(each.path) for each in records.values()]
    left = (each for each in known.values() if each.is_found and folded(each.path) not in taken)
    return {each.identity: now for each in left if (now := _as_it_lies(each, folder))}


def _as_it_lies(record: FileRecord, folder: Path) -> FileRecord | None:
    """The record of a file with nothing to compare it with, as the file is now; None when it was deleted."""
    path = folder / record.path
    if path.is_symlink() or path.parent.is_symlink():
        return None
    try:
        return replace(record, size=path.stat().st_size, sha256=_sha256(path))
    except OSError:
        return None


def _numbered_first(fates: Mapping[str, _Fate]) -> list[tuple[str, _Fate]]:
    """The images of the text come first, so that the first of them is number 1 even below a cover.

    Only the key of a block has no '/' (see model.File).
    """
    return sorted(fates.items(), key=lambda item: "/" in item[1].file.key)


def _description(fate: _Fate, known: FileRecord | None, describe: Describe | None) -> str | None:
    """A name once given stays, so a file that has one is not described again, whatever it shows."""
    if known:
        is_same = not fate.got or known.sha256 in ("", fate.got.sha256)
        return known.description if is_same else None
    return describe(fate.got) if describe and fate.got and fate.file.kind == "image" else None


def _claim(identity: str, fate: _Fate, description: str | None) -> names.Claim:
    """The claim to a name; a file that could not be downloaded keeps its number free for the next run."""
    if fate.kept:
        old = PurePosixPath(fate.kept.path)
        return names.Claim(identity, fate.file.kind, old.stem, old.suffix[1:], fate.kept.sha256)
    extension = fate.got.extension if fate.got else kinds.suffix(fate.file.name)
    stem = names.stem(fate.file, extension, description or "")
    digest = fate.got.sha256 if fate.got else ""
    return names.Claim(identity, fate.file.kind, stem, extension, digest)


def _record(fate: _Fate, path: str, description: str | None) -> FileRecord | None:
    name = names.display(fate.file)
    if fate.kept:
        return replace(fate.kept, path=path, name=name)
    if not fate.got:
        return None
    got = fate.got
    return FileRecord(
        identity=names.identity(got.file),
        path=path,
        size=got.size,
        sha256=got.sha256,
        name=name,
        width=got.width,
        height=got.height,
        description=description,
    )


def _staged(
    fates: Mapping[str, _Fate], records: Mapping[str, FileRecord], folder: Path
) -> dict[str, Path]:
    """Where the bytes of each path come from that the page's folder does not have yet."""
    there = {fate.kept.path for fate in fates.values() if fate.kept}
    staged: dict[str, Path] = {}
    for identity, record in records.items():
        fate = fates.get(identity)
        if record.path in there or not fate:  # one of an earlier backup lies there
            continue
        if fate.got:
            staged[record.path] = fate.got.path
        elif fate.kept:  # its old path was not a usable one
            staged[record.path] = folder / fate.kept.path
    return staged


def _lacking(
    fates: Mapping[str, _Fate], earlier: Mapping[str, Pending], today: date
) -> list[_Lacking]:
    return [
        (error, error.pending)
        if isinstance(error, NotTried)
        else (error, Pending.of(fate.file, error, today, earlier.get(identity)))
        for identity, fate in fates.items()
        if (error := fate.error)
    ]


def _problems(page: Page, lacking: Iterable[_Lacking], today: date) -> tuple[Problem, ...]:
    return tuple(
        Problem(page.title or page.id, sentence(pending.file, error), page.id)
        for error, pending in lacking
        if not pending.limit and not pending.is_given_up(today) and not isinstance(error, NotTried)
    )


def _warnings(
    page: Page, lacking: Iterable[_Lacking], earlier: Mapping[str, Pending], today: date
) -> tuple[Problem, ...]:
    """What is too large, and what was given up in this run: not what was known to be deleted."""
    found = []
    for error, pending in lacking:
        before = earlier.get(pending.identity)
        is_newly_given_up = pending.is_given_up(today) and not (
            before and before.is_given_up(today)
        )
        if (pending.limit and not isinstance(error, NotTried)) or is_newly_given_up:
            words = last_sentence if is_newly_given_up else sentence
            found.append(Problem(page.title or page.id, words(pending.file, error), page.id))
    return tuple(found)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
