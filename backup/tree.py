"""Writes below the output folder: only files that are ours, each whole or not at all.

A page's new files come first, then its text, then what is no longer needed goes: at no moment does
the text refer to a file that is not there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backup.errors import WorkspaceError
from backup.slug import is_guarded

STAGING = ".notion-sync.tmp"


class Tree:
    """The output folder. All paths are below it, with '/' between their parts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / STAGING

    def read(self, path: str) -> str:
        """The text of a file; '' when there is none. Raises WorkspaceError when it is unreadable."""
        try:
            return self._at(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _failure("read", path, error) from None

    def has(self, path: str) -> bool:
        """Whether a regular file lies there."""
        return self._at(path).is_file()

    def files(self) -> Iterator[str]:
        """Every regular file, but for what lies in hidden folders and behind symbolic links."""
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = Path(folder).relative_to(self.root)
            for name in sorted(names):
                if not (Path(folder) / name).is_symlink():
                    yield (inside / name).as_posix()

    def beginning(self, path: str, size: int = 4096) -> str:
        """The first `size` bytes of a file as text, all of it for -1; '' when it cannot be read. What
        is no UTF-8 is replaced."""
        try:
            with self._at(path).open("rb") as stream:
                return stream.read(size).decode("utf-8", "replace")
        except OSError:
            return ""

    def digest(self, path: str) -> str:
        """The SHA-256 of a file in hex; '' when there is none."""
        try:
            return hashlib.sha256(self._at(path).read_bytes()).hexdigest()
        except OSError:
            return ""

    def write(self, path: str, content: bytes) -> None:
        """Replace one file as a whole, or leave it as it was; equal content is not written again."""
        at = self._at(path)
        try:
            if at.is_file() and not at.is_symlink() and at.read_bytes() == content:
                return
            with self._arriving(at) as part, part.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _failure("write", path, error) from None

    def link(self, path: str, new_path: str) -> None:
        """Give a file a second name, at once and without copying where the disk can do that."""
        source, at = self._at(path), self._at(new_path)
        try:
            with self._arriving(at) as part:
                _linked(source, part)
        except OSError as error:
            raise _failure("write", new_path, error) from None

    def append(self, path: str, text: str) -> None:
        """Add to a file, and have it on the disk before this returns."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with self._at(path).open("a", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _failure("write", path, error) from None

    def check(self, paths: Iterable[str], owned: Collection[str]) -> None:
        """Raise WorkspaceError when something that is not ours lies where a file should go."""
        for path in paths:
            at = self._at(path)
            if path not in owned and (at.exists() or at.is_symlink()):
                raise WorkspaceError(
                    f"{path} exists and is not part of the backup; it was left alone.",
                    hint="Move it away, or choose another folder with DATABASES (path = id).",
                )

    def place(self, path: str, source: Path) -> None:
        """Put a file there: a staged one is moved, one that lies in the backup is copied."""
        at = self._at(path)
        try:
            if source.is_relative_to(self.staging):
                at.parent.mkdir(parents=True, exist_ok=True)
                source.replace(at)
            elif source != at:
                with self._arriving(at) as part:
                    shutil.copyfile(source, part)
        except OSError as error:
            raise _failure("write", path, error) from None

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files that are ours, and the folders that are empty then."""
        for path in paths:
            at = self._at(path)
            try:
                at.unlink(missing_ok=True)
                self._prune(at.parent)
            except OSError as error:
                raise _failure("delete", path, error) from None

    def clear_staging(self) -> None:
        """Throw away what an earlier run downloaded and never put in its place."""
        if self.staging.is_symlink():
            self.staging.unlink()
        shutil.rmtree(self.staging, ignore_errors=True)

    @contextmanager
    def _arriving(self, at: Path) -> Iterator[Path]:
        """A place for new content, which becomes the file when all of it is there. What a killed run
        leaves there is cleared by the next one."""
        self.staging.mkdir(parents=True, exist_ok=True)
        part = self.staging / f"{uuid.uuid4().hex}.part"
        try:
            yield part
            at.parent.mkdir(parents=True, exist_ok=True)
            part.replace(at)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _prune(self, folder: Path) -> None:
        while folder != self.root and not (folder.is_dir() and any(folder.iterdir())):
            if folder.is_dir():  # a killed run may have made only the outer ones
                folder.rmdir()
            folder = folder.parent

    def _at(self, path: str) -> Path:
        """The place of a path; raises WorkspaceError when it leads out of the output folder."""
        parts = path.split("/")
        if any(part in ("", ".", "..") or is_guarded(part) for part in parts) or "\\" in path:
            raise WorkspaceError(f"{path!r} is no place for a file of the backup.")
        at = self.root
        for part in parts[:-1]:
            at = at / part
            if at.is_symlink():
                raise WorkspaceError(
                    f"{at.relative_to(self.root)} is a symbolic link; nothing is written through it.",
                    hint="Replace it with a folder, or choose another one with DATABASES (path = id).",
                )
        return at / parts[-1]


def _linked(source: Path, at: Path) -> None:
    try:
        os.link(source, at)
    except OSError:  # not every disk can
        shutil.copyfile(source, at)


def _failure(verb: str, path: str, error: Exception) -> WorkspaceError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return WorkspaceError(f"Could not {verb} {path}: {reason}.")
