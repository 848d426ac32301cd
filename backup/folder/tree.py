"""Writes to the output folder: only the backup's own files, and each one atomically.

A page's new files are written first, then its text, then old files are removed: the text never refers to a
missing file. Anything that is not a regular file, or is behind a link, is not ours: it reads as absent, and
is never replaced (see handles).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

from backup.errors import ConfigError, WorkspaceError
from backup.folder.handles import FILE, FOLDER, LINK, Folder, Folders, Obstacle, is_obstacle
from backup.model import OWN, as_written
from backup.slug import is_path

STAGING = f"{OWN}tmp"
_REPLACE = "Replace it with a folder, or choose another one with DATABASES (path = id)."


class Tree:
    """The output folder. All paths are below it, with '/' between their parts. `top` is the workspace,
    when `root` lies in it: above it, links are the owner's affair."""

    def __init__(self, root: Path, top: Path | None = None) -> None:
        self.root = root
        self.staging = root / STAGING
        self._top = top or root
        self._way = root.relative_to(self._top).parts
        self._folders = Folders(self._top)

    @property
    def folder(self) -> str:
        """The output folder as people write it, below the workspace: '.' for that itself."""
        return "/".join(self._way) or "."

    @classmethod
    def below(cls, workspace: Path, folder: str) -> Tree:
        """The tree in OUTPUT_DIR; raises ConfigError when a link, or a file, is on the way there."""
        tree = cls(workspace / folder, workspace)
        try:
            tree._opened((), make=False).__exit__()
        except FileNotFoundError:
            pass  # it is made when there is something to write
        except WorkspaceError as error:
            raise ConfigError(
                f"OUTPUT_DIR: {error.message}",
                hint="Replace it with a folder, or write another one.",
            ) from None
        except OSError as error:
            raise _failure("open", folder, error) from None
        return tree

    def read(self, path: str) -> str:
        """The text of a file; '' when there is none. Raises WorkspaceError when it is unreadable."""
        try:
            return self._content(path).decode("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _failure("read", path, error) from None

    def has(self, path: str) -> bool:
        """Whether a regular file lies there, and no link is on the way to it."""
        return self.stamp(path) is not None

    def stamp(self, path: str) -> tuple[int, int] | None:
        """What changes when a file is replaced; None when there is none."""
        found = self.about(path)
        return (found.st_mtime_ns, found.st_ino) if found else None

    def about(self, path: str) -> os.stat_result | None:
        """What the disk knows of a regular file; None when there is none."""
        try:
            with self._in(path) as (folder, name):
                found = folder.stat(name)
        except (OSError, WorkspaceError):
            return None
        return found if found and stat.S_ISREG(found.st_mode) else None

    def size(self, path: str) -> int:
        """How many bytes a file has; 0 when there is none."""
        found = self.about(path)
        return found.st_size if found else 0

    def files(self) -> Iterator[str]:
        """Every regular file, but for what lies in hidden folders and behind symbolic links."""
        left: list[tuple[str, ...]] = [()]
        while left:
            inside = left.pop()
            try:
                with self._opened(inside, make=False) as folder:
                    listed = folder.listed()
            except (OSError, WorkspaceError):
                continue  # it went, or cannot be read: none of its files is there for us
            yield from ("/".join((*inside, name)) for name, kind in listed if kind == FILE)
            folders = [name for name, kind in listed if kind == FOLDER and name[0] != "."]
            left += [(*inside, name) for name in reversed(folders)]

    def beginning(self, path: str, size: int = 4096) -> str:
        """The first `size` bytes of a file as text, all of it for -1, as far as it can be read as UTF-8."""
        try:
            return self._content(path, size).decode("utf-8", "replace")
        except (OSError, WorkspaceError):
            return ""

    def content(self, path: str) -> bytes:
        """The bytes of a file; none when it cannot be read."""
        try:
            return self._content(path)
        except (OSError, WorkspaceError):
            return b""

    def digest(self, path: str) -> str:
        """The SHA-256 of a file in hex; '' when there is none."""
        try:
            return hashlib.sha256(self._content(path)).hexdigest()
        except (OSError, WorkspaceError):
            return ""

    def write(self, path: str, content: bytes) -> None:
        """Replace one file as a whole, or leave it as it was; equal content is not written again."""
        with self._writing(path) as (folder, name):
            if folder.kind(name) and _holds(folder, name, content):
                return
            with self._arriving(folder, name) as (staging, part), staging.creating(part) as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())

    def link(self, path: str, new_path: str) -> None:
        """Give a file a second name, at once and without copying where the disk can do that."""
        with (
            self._writing(new_path) as (folder, name),
            self._in(path) as (source, old),
            self._arriving(folder, name) as (staging, part),
        ):
            _linked(source, old, staging, part)

    def append(self, path: str, text: str) -> None:
        """Add to a file, and have it on the disk before this returns."""
        with self._writing(path) as (folder, name), folder.adding(name) as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())

    def check(self, paths: Iterable[str], owned: Collection[str]) -> None:
        """Raise WorkspaceError when something that is not ours lies where a file should go: a file that
        is not in `owned`, and whatever is not a regular file."""
        for path, kind in self.kinds(paths):
            _refuse(path, "" if kind == FILE and path in owned else kind)

    def kinds(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What lies at each path, '' for nothing; those in a folder that is not there are left out.
        Raises WorkspaceError."""
        for _, beside in _by_folder(paths):
            try:
                with self._in(beside[0]) as (folder, _name):
                    found = [folder.kind(_parts(path)[-1]) for path in beside]
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _failure("reach", beside[0], error) from None
            yield from zip(beside, found, strict=True)

    def stamps(self, paths: Collection[str]) -> dict[str, tuple[int, int]]:
        """The stamps of those of the paths that are there."""
        found: dict[str, tuple[int, int]] = {}
        for parent, inside in _by_folder(sorted(paths)):
            try:
                with self._opened(parent, make=False) as folder:
                    about = {path: folder.stat(_parts(path)[-1]) for path in inside}
            except (OSError, WorkspaceError):
                continue
            there = {path: at for path, at in about.items() if at and stat.S_ISREG(at.st_mode)}
            found |= {path: (at.st_mtime_ns, at.st_ino) for path, at in there.items()}
        return found

    def lacking(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths where nothing lies, and a file may be put."""
        found: list[str] = []
        with self._folders.at_hand(in_line=True):
            for parent, inside in _by_folder(sorted(paths)):
                try:
                    folder = self._opened(parent, make=False)
                    found += [path for path in inside if not folder.kind(_parts(path)[-1])]
                except FileNotFoundError:
                    found += inside
                except (OSError, WorkspaceError):
                    continue  # something else is in the way
        return found

    def is_blocked(self, path: str) -> bool:
        """Whether a file can never be ours there: something else than a file lies in its place, or on
        the way to it."""
        try:
            self.check([path], [path])
        except WorkspaceError:
            return True
        return False

    def place(self, path: str, source: Path) -> None:
        """Put a file there: a staged one is moved, one that lies in the backup is copied."""
        inside = source.relative_to(self.root).as_posix()
        if inside == path:
            return
        with self._writing(path) as (folder, name), self._in(inside) as (origin, old):
            if not source.is_relative_to(self.staging):
                with self._arriving(folder, name) as (staging, part):
                    _copied(origin, old, staging, part)
            elif origin.kind(old) == FILE:
                origin.move(old, folder, name)
            else:
                raise FileNotFoundError(2, "The downloaded file no longer exists")

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files that are ours, and the folders that are empty then. What lies there and is not
        a regular file, or lies behind a link, stays."""
        for path in paths:
            try:
                self._remove(_parts(path))
            except OSError as error:
                raise _failure("delete", path, error) from None

    def clear_staging(self) -> None:
        """Throw away what an earlier run downloaded and never put in its place, and links that bear
        one of our own names.

        Raises WorkspaceError when a folder has the name of one of our files.
        """
        try:
            with self._opened((), make=False) as folder:
                for name, kind in folder.listed():
                    if not name.startswith(OWN):
                        continue
                    if name != STAGING and kind == FOLDER:
                        raise WorkspaceError(
                            f"{name} is a folder, and the backup keeps a file of this name.",
                            hint="Move it away.",
                        )
                    if name == STAGING or kind == LINK:
                        self._clear(folder, name, kind)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _failure("clear", STAGING, error) from None

    def _clear(self, folder: Folder, name: str, kind: str) -> None:
        if kind == FOLDER:
            shutil.rmtree(self.root / name, ignore_errors=True)  # follows no links itself
        else:
            folder.unlink(name)

    @contextmanager
    def _writing(self, path: str) -> Iterator[tuple[Folder, str]]:
        """The folder that a file is about to be put in, and its name there. Raises WorkspaceError when
        something is in the way, or the disk refuses."""
        try:
            with self._in(path, make=True) as (folder, name):
                kind = folder.kind(name)
                _refuse(path, "" if kind == FILE else kind)
                yield folder, name
        except OSError as error:
            raise _failure("write", path, error) from None

    @contextmanager
    def _arriving(self, folder: Folder, name: str) -> Iterator[tuple[Folder, str]]:
        """A place for new content, which becomes the file when all of it is there. What a killed run
        leaves there is cleared by the next one."""
        with self._opened((STAGING,), make=True) as staging:
            part = f"{uuid.uuid4().hex}.part"
            try:
                yield staging, part
                staging.move(part, folder, name)
            except OSError:
                staging.unlink(part)
                raise

    def _content(self, path: str, size: int = -1) -> bytes:
        try:
            with self._in(path) as (folder, name), folder.reading(name) as stream:
                return as_written(path, stream.read(size))
        except IsADirectoryError:
            raise FileNotFoundError(path) from None

    def _remove(self, parts: Sequence[str]) -> None:
        with ExitStack() as stack:
            try:
                folders = [stack.enter_context(self._opened((), make=False))]
            except FileNotFoundError:
                return
            for part in parts[:-1]:
                try:
                    folders.append(stack.enter_context(folders[-1].below(part)))
                except OSError as error:
                    if not (isinstance(error, FileNotFoundError) or is_obstacle(error)):
                        raise
                    break
            else:
                if folders[-1].kind(parts[-1]) == FILE:
                    folders[-1].unlink(parts[-1])
            _prune(folders, parts)

    @contextmanager
    def _in(self, path: str, *, make: bool = False) -> Iterator[tuple[Folder, str]]:
        """The folder that a path lies in, and its last part. Raises FileNotFoundError when there is no
        such folder, and WorkspaceError when a link is on the way, or it leads out of the output folder."""
        *parents, name = _parts(path)
        with self._opened(parents, make=make) as folder:
            yield folder, name

    def at_hand(self) -> AbstractContextManager[None]:
        """The folders that this thread opens meanwhile stay open: a page's files lie in one or two."""
        return self._folders.at_hand()

    def _opened(self, parts: Sequence[str], *, make: bool) -> Folder:
        try:
            return self._folders.opened((*self._way, *parts), make=make)
        except Obstacle as error:
            where = error.way[len(self._way) :] or error.way
            raise _blocked("/".join(where), error.kind) from None


def _by_folder(paths: Iterable[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Paths that follow each other and lie in one folder, each time with its parts."""
    for parent, inside in groupby(paths, lambda path: path.rpartition("/")[0]):
        yield parent.split("/") if parent else [], [*inside]


def _parts(path: str) -> list[str]:
    if not is_path(path):
        raise WorkspaceError(f"{path[:80]!r} is not a place for a file of the backup.")
    return path.split("/")


def _blocked(path: str, kind: str) -> WorkspaceError:
    if kind == LINK:
        what = f"{path} is a symbolic link; nothing is written through it."
        return WorkspaceError(what, hint=_REPLACE)
    return WorkspaceError(f"{path} is {kind}, and the backup needs a folder there.", hint=_REPLACE)


def _refuse(path: str, kind: str) -> None:
    """Raises WorkspaceError for what lies there, unless that is '': nothing."""
    if kind == FILE:
        raise WorkspaceError(
            f"{path} exists and is not part of the backup; it was left alone.",
            hint="Move it away, or choose another folder with DATABASES (path = id).",
        )
    if kind:
        raise WorkspaceError(
            f"{path} is {kind} and is not part of the backup; it was left alone.",
            hint="Delete it or move it away: the next run writes the file.",
        )


def _holds(folder: Folder, name: str, content: bytes) -> bool:
    with folder.reading(name) as stream:
        return stream.read() == content


def _linked(source: Folder, old: str, staging: Folder, part: str) -> None:
    if source.kind(old) != FILE:
        raise FileNotFoundError(2, "The file no longer exists")
    try:
        source.link(old, staging, part)
    except OSError:  # not every disk can
        _copied(source, old, staging, part)


def _copied(source: Folder, old: str, staging: Folder, part: str) -> None:
    with source.reading(old) as old_stream, staging.creating(part) as stream:
        shutil.copyfileobj(old_stream, stream)


def _prune(folders: Sequence[Folder], parts: Sequence[str]) -> None:
    """Delete the empty ones among the folders of a path, from the inside out: each of `folders` has
    the part of its number in it. A killed run may have made only the outer ones."""
    inside = list(zip(folders, parts[:-1], strict=False))
    for folder, name in reversed(inside):
        try:
            folder.rmdir(name)
        except FileNotFoundError:
            continue
        except OSError:
            return  # not empty, or not ours


def _failure(verb: str, path: str, error: Exception) -> WorkspaceError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return WorkspaceError(f"Could not {verb} {path}: {reason}.")
