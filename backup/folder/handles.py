"""Folders by handle: paths below one are opened component by component, never through a link.

A check of a path may be outdated when the path is used; a handle stays valid (openat, POSIX.1-2008). On
systems without such handles (Windows), each component is checked before it is used.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from backup.errors import WorkspaceError

if sys.platform != "win32":
    import fcntl

_HAS_HANDLES = (
    os.supports_dir_fd.issuperset((os.open, os.mkdir, os.rename, os.unlink, os.rmdir, os.stat))
    and os.scandir in os.supports_fd
)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | _COMMON | getattr(os, "O_DIRECTORY", 0)
_READING = os.O_RDONLY | _COMMON | _NO_LINK | getattr(os, "O_NONBLOCK", 0)  # no pipe makes us wait
_CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _COMMON | _NO_LINK
_ADDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _COMMON | _NO_LINK

FILE, FOLDER, LINK, SPECIAL = "a file", "a folder", "a symbolic link", "not a regular file"
_NOT_A_FOLDER = (errno.ENOTDIR, errno.ELOOP)


def made(path: Path) -> Folder:
    """The folder at a path that is trusted, made if it has to be. Raises WorkspaceError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        return Folder.top(path)
    except OSError as error:
        what = f"The folder {path} cannot be used: {error.strerror}."
        raise WorkspaceError(what, hint="Choose another one with OUTPUT_DIR.") from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other runs out of the folder at `path`, which is made, and goes again if it stays empty. Raises
    WorkspaceError when one is in it, or it cannot be made. Where a folder cannot be locked (Windows, some network
    disks), nobody is kept out."""
    is_new = not path.exists()
    try:
        with made(path) as folder:
            if not folder.claim():
                raise WorkspaceError(
                    f"Another run is working in {path}.",
                    hint="This one changed nothing: start it again when the other has ended.",
                )
            yield
    finally:
        if is_new:
            with suppress(OSError):
                path.rmdir()


class Folder:
    """An open folder. Names are of what lies directly in it; every method may raise OSError."""

    __slots__ = ("_fd", "_path")

    def __init__(self, fd: int | None, path: str) -> None:
        self._fd = fd
        self._path = path  # without handles

    @classmethod
    def top(cls, path: Path) -> Folder:
        """The folder at a path that is trusted, links and all."""
        if _HAS_HANDLES:
            return cls(os.open(path, _FOLDER), "")
        if not path.is_dir():
            missing = not path.exists()
            raise FileNotFoundError(path) if missing else NotADirectoryError(path)
        return cls(None, str(path))

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd is not None:
            os.close(self._fd)

    def claim(self) -> bool:
        """Lock it against other processes until it is closed; False when one has it."""
        if sys.platform != "win32" and self._fd is not None:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:
                pass  # this disk has no locks
        return True

    def lent(self) -> Folder:
        """The same for somebody who leaves it open."""
        return _Lent(self._fd, self._path)

    def below(self, name: str, *, make: bool = False) -> Folder:
        """The folder of that name, made if it has to be; see `is_obstacle` for what else is there."""
        try:
            return self._below(name)
        except FileNotFoundError:
            if not make:
                raise
        try:
            os.mkdir(self._at(name), dir_fd=self._fd)
        except FileExistsError:
            pass  # another thread was faster
        return self._below(name)

    def _below(self, name: str) -> Folder:
        if self._fd is not None:
            return Folder(os.open(name, _FOLDER | _NO_LINK, dir_fd=self._fd), "")
        if not (kind := self.kind(name)):
            raise FileNotFoundError(name)
        if kind != FOLDER:
            raise NotADirectoryError(errno.ENOTDIR, kind)
        return Folder(None, self._at(name))

    def stat(self, name: str) -> os.stat_result | None:
        """Of what lies there itself, be it a link; None when nothing does."""
        try:
            return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def kind(self, name: str) -> str:
        """FILE, FOLDER, LINK or SPECIAL; '' when nothing lies there."""
        found = self.stat(name)
        return _kind(found.st_mode) if found else ""

    def listed(self) -> list[tuple[str, str]]:
        """Everything in it, by name: the name, and FILE, FOLDER or LINK ('' for anything else)."""
        with os.scandir(self._path if self._fd is None else self._fd) as entries:
            return sorted((entry.name, _entry_kind(entry)) for entry in entries)

    def reading(self, name: str) -> BinaryIO:
        """A regular file, open; FileNotFoundError when something else lies there."""
        if self._fd is None and self.kind(name) != FILE:
            raise FileNotFoundError(name)
        try:
            fd = os.open(self._at(name), _READING, dir_fd=self._fd)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise FileNotFoundError(name) from None
            raise
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(name)
        return os.fdopen(fd, "rb")

    def creating(self, name: str) -> BinaryIO:
        """A new file, open; nothing may lie there."""
        return os.fdopen(os.open(self._at(name), _CREATING, 0o666, dir_fd=self._fd), "wb")

    def adding(self, name: str) -> BinaryIO:
        """A file, old or new, open at its end; a link is refused."""
        return os.fdopen(os.open(self._at(name), _ADDING, 0o666, dir_fd=self._fd), "ab")

    def move(self, name: str, other: Folder, new_name: str) -> None:
        """Give it a new name in another folder, in place of what has that name."""
        os.replace(self._at(name), other._at(new_name), src_dir_fd=self._fd, dst_dir_fd=other._fd)

    def link(self, name: str, other: Folder, new_name: str) -> None:
        """Give it a second name in another folder; not every disk can."""
        if self._fd is None:
            os.link(self._at(name), other._at(new_name))
        else:
            os.link(
                name, new_name, src_dir_fd=self._fd, dst_dir_fd=other._fd, follow_symlinks=False
            )

    def unlink(self, name: str) -> None:
        """Delete a file, or a link and not what it leads to; fine when nothing is there."""
        try:
            os.unlink(self._at(name), dir_fd=self._fd)
        except FileNotFoundError:
            pass

    def rmdir(self, name: str) -> None:
        """Delete an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._fd)

    def _at(self, name: str) -> str:
        if self._fd is not None:
            return name
        return f"{self._path}{os.sep}{name}"


class _Lent(Folder):
    """A folder that somebody else closes."""

    __slots__ = ()

    def __exit__(self, *_: object) -> None:
        pass


class Obstacle(OSError):
    """Something of this `kind` lies where a folder is needed, at the end of the `way`."""

    def __init__(self, way: tuple[str, ...], kind: str) -> None:
        super().__init__(errno.ENOTDIR, kind)
        self.way, self.kind = way, kind


class Folders:
    """The folders below one that is trusted, each by its way from there."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._hand = threading.local()

    @contextmanager
    def at_hand(self, *, in_line: bool = False) -> Iterator[None]:
        """What this thread opens meanwhile stays open; `in_line`: of it, what the last one lies in, for
        any number of folders in their order. None of it may be deleted meanwhile."""
        kept: dict[tuple[str, ...], Folder] = {}
        self._hand.kept, self._hand.in_line = kept, in_line
        try:
            yield
        finally:
            self._hand.kept = None
            for folder in kept.values():
                folder.__exit__()

    def opened(self, way: tuple[str, ...], *, make: bool) -> Folder:
        """A folder, made if it has to be. Raises Obstacle for what is none, and other OSErrors."""
        kept: dict[tuple[str, ...], Folder] | None = getattr(self._hand, "kept", None)
        if kept is None:
            here = self._opened_top(make=make)
            for count in range(len(way)):
                with here as above:
                    here = _inside(above, way[: count + 1], make=make)
            return here
        if self._hand.in_line:
            for each in [each for each in kept if way[: len(each)] != each]:
                kept.pop(each).__exit__()
        known = next((count for count in range(len(way), -1, -1) if way[:count] in kept), -1)
        if known < 0:
            known, kept[()] = 0, self._opened_top(make=make)
        for count in range(known, len(way)):
            kept[way[: count + 1]] = _inside(kept[way[:count]], way[: count + 1], make=make)
        return kept[way].lent()

    def _opened_top(self, *, make: bool) -> Folder:
        try:
            return Folder.top(self._top)
        except FileNotFoundError:
            if not make:
                raise
            self._top.mkdir(parents=True, exist_ok=True)
            return Folder.top(self._top)


def _inside(above: Folder, way: tuple[str, ...], *, make: bool) -> Folder:
    """The last folder of a way, which lies in the one `above`."""
    try:
        return above.below(way[-1], make=make)
    except OSError as error:
        if not is_obstacle(error):
            raise
        raise Obstacle(way, above.kind(way[-1])) from None


def is_obstacle(error: OSError) -> bool:
    """Whether `below` met something that is not a folder."""
    return error.errno in _NOT_A_FOLDER


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return FOLDER
    return LINK if stat.S_ISLNK(mode) else SPECIAL


def _entry_kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return LINK
    if entry.is_dir(follow_symlinks=False):
        return FOLDER
    return FILE if entry.is_file(follow_symlinks=False) else ""
