"""Writes files as git objects, as `git add` would: through the filters in .gitattributes or not at all, so
that nothing that should be encrypted is published as plain text.

Git hashes files that we have opened, so it follows no symbolic link. Explicit attributes (filter, text, eol,
ident, working-tree-encoding) apply. Where git would guess from the content (text=auto, core.autocrlf), a file
stays byte for byte: an attachment may need its line endings, and git finds both clean afterwards.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import TypeVar

from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git, header_key
from backup.publish import filters
from backup.publish.commits import folders_of
from backup.slug import quoted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Objects:
    """The object of each file; `lfs` says that some of the contents are in Git LFS."""

    objects: Mapping[str, str]
    lfs: bool


@dataclass(frozen=True, slots=True)
class Output:
    """The output folder as git has it: all paths are below it. `git` works at the root of the work tree;
    `prefix` is the folder's own path there, with a slash at its end, or ''."""

    git: Git
    prefix: str

    def whole(self, path: str) -> str:
        """The path of the repository."""
        return f"{self.prefix}{path}"

    def stored(self, paths: Iterable[str]) -> Objects:
        """See the function of this name."""
        found = stored(self.git, [*map(self.whole, paths)])
        return Objects(self._below(found.objects), found.lfs)

    def texts(self, contents: Mapping[str, str | bytes]) -> dict[str, str]:
        """See the function of this name."""
        found = texts(self.git, {self.whole(path): each for path, each in contents.items()})
        return self._below(found)

    def text(self, path: str, blob: str) -> bytes:
        """See the function of this name; nothing for no `blob`."""
        return text(self.git, self.whole(path), blob) if blob else b""

    def contents(
        self, files: Mapping[str, str], paths: Collection[str], at_once: int = 50
    ) -> Iterator[tuple[str, bytes]]:
        """What those paths hold that are among the `files`, from path to object; a few `at_once`, as
        stores are large. Raises GitError when one cannot be read here."""
        names = sorted(path for path in paths if files.get(path))
        for start in range(0, len(names), at_once):
            some = {self.whole(name): files[name] for name in names[start : start + at_once]}
            yield from self._below(contents(self.git, some)).items()

    def _below(self, found: Mapping[str, T]) -> dict[str, T]:
        return {path.removeprefix(self.prefix): each for path, each in found.items()}


def stored(git: Git, paths: Collection[str]) -> Objects:
    """Store files; `git.folder` is the root of the work tree, and paths are below it. What is no
    regular file, or lies behind a symbolic link, is left out: it is not ours.

    Raises GitError when a file cannot be read, or cannot go through the filter that it should.
    """
    attributes = filters.attributes(git, paths)
    filtered = filters.among(attributes)
    filters.refuse_unready(git, filtered)
    filters.refuse_plain(git, {*paths}, filtered)
    said = (path for path, each in attributes.items() if path in filtered or filters.is_said(each))
    changed = sorted(said)
    named = _as_is(git, sorted({*paths}.difference(changed)))
    for start in range(0, len(changed), _AT_ONCE):
        with _opened(git.folder, changed[start : start + _AT_ONCE]) as handles:
            named |= _converted(git, filtered, handles)
    return Objects(named, "lfs" in filtered.values())


def texts(git: Git, contents: Mapping[str, str | bytes]) -> dict[str, str]:
    """Store the state and lists of pages, from path to text, which may be encoded. Every run reads them back, so Git LFS
    may not have them. Raises GitError like `stored`."""
    if not contents:
        return {}
    filtered = filters.check(git, contents)
    with _workshop(git, contents) as shop:
        for path, content in contents.items():
            data = content if isinstance(content, bytes) else content.encode()
            (shop.folder / path).write_bytes(data)
        return _named(filters.filtering(shop, filtered), contents)


def text(git: Git, path: str, blob: str) -> bytes:
    """The text that `texts` stored, encoded. Raises GitError when it cannot be read here."""
    filtered = filters.of(git, [path])
    shown = ("--filters", f"--path={path}") if filtered else ("blob",)
    return filters.filtering(git, filtered).data("cat-file", *shown, blob)


def agree(git: Git, files: Mapping[str, str], paths: Collection[str]) -> None:
    """Raise GitError when the .gitattributes among `files` (path → object), those of a branch, send one of
    the paths through a filter, and those of the work tree, by which they were stored, do not."""
    rules = {
        inside: files.get(f"{inside}/.gitattributes".removeprefix("./"))
        for inside in (".", *folders_of(paths))
    }
    if not any(rules.values()):
        return
    with _workshop(git, paths) as shop:
        for inside, blob in rules.items():
            at = shop.folder / inside / ".gitattributes"
            at.unlink(missing_ok=True)
            if blob:
                at.write_text(git.run("cat-file", "blob", blob), "utf-8")
        theirs = filters.of(shop, paths)
    ours = filters.of(git, paths)
    for path in sorted(path for path, name in theirs.items() if ours.get(path) != name):
        raise GitError(
            f"{path} was not published as plain text: .gitattributes of the branch sends it through the "
            f"filter {theirs[path]}, and that of the clone does not.",
            hint="Check out the branch that is published to as it is now (actions/checkout with ref).",
        )


def contents(git: Git, files: Mapping[str, str]) -> dict[str, bytes]:
    """What files of a branch hold, from path to object; one that is not there is left out.

    Raises GitError when one cannot be read here.
    """
    filtered = filters.of(git, files)
    plain = [path for path in files if path not in filtered]
    given = "".join(f"{files[path]}\n" for path in plain).encode()
    answer = git.data("cat-file", "--batch", given=given) if given else b""
    found = {path: text(git, path, files[path]) for path in filtered}
    at = 0
    for path in plain:
        end = answer.index(b"\n", at)
        about = answer[at:end].split()
        at = end + 1
        if len(about) == 3:  # '<object> missing' has no size
            found[path] = answer[at : at + int(about[2])]
            at += int(about[2]) + 1
    return found


def upload(git: Git, remote: str, url: str, new: str, old: str, reference: str) -> None:
    """Send the contents of files in Git LFS: what git's own hook would do before a push.

    git-lfs 3.3 sends every header that git's settings have for a host, also those that an empty one
    takes back for git, and hosts refuse two tokens; of settings for an address it takes only those
    for the longest part of it.
    """
    headers = [value for key, value in git.config if key == header_key(url) and value]
    precise = ((f"http.{url}.extraheader", value) for value in headers)
    line = f"{reference} {new} {reference} {old or '0' * len(new)}\n"
    command = ("lfs", "pre-push", remote, url)
    git.using(*filters.LFS, *precise).run(*command, given=line.encode(), seconds=NETWORK_SECONDS)


def _as_is(git: Git, paths: Sequence[str]) -> dict[str, str]:
    """Store files byte for byte: small ones many at once in a pack, large ones each by itself."""
    named, pile = dict[str, str](), dict[str, bytes]()
    size = 0
    for start in range(0, len(paths), _AT_ONCE):
        with _opened(git.folder, paths[start : start + _AT_ONCE]) as handles:
            for path, handle in handles.items():
                if (large := os.fstat(handle).st_size) > _LARGE:
                    named[path] = _streamed(git, handle, large // 2)
                    continue
                with open(handle, "rb", closefd=False) as stream:
                    pile[path] = stream.read()
                size += large
                if size > _PILE:
                    named |= _packed(git, pile)
                    pile, size = {}, 0
    return named | _packed(git, pile)


def _config(piece: bytes) -> tuple[tuple[str, str], ...]:
    """What git is set to for a file with this in its middle: not to try and compress what is, as images are."""
    is_dense = len(piece) == _PIECE and len(zlib.compress(piece, 1)) > 0.97 * _PIECE
    return (("core.compression", "0"), ("pack.depth", "0")) if is_dense else ()


def _packed(git: Git, contents: Mapping[str, bytes]) -> dict[str, str]:
    """For tens of thousands of files, a file of git's for each would take longer than all else in git.
    Files of a name follow each other: git stores how one differs from the one before."""
    named = dict[str, str]()
    alike = sorted(contents.items(), key=lambda item: item[0].rpartition("/")[2])
    middles = {path: _config(each[len(each) // 2 :][:_PIECE]) for path, each in alike}
    for config in {*middles.values()}:
        some = {path: contents[path] for path in middles if middles[path] == config}
        blobs = ((_BLOB % len(each), each, b"\nget-mark :1\n") for each in some.values())
        given = b"".join([b"feature done\n", *chain.from_iterable(blobs), b"done\n"])
        whole = (("fastimport.unpackLimit", "1"),) if len(given) > _LARGE else ()  # stays a pack
        hashes = git.using(*config, *whole).run("fast-import", "--quiet", given=given).split()
        named |= zip(some, hashes, strict=True)
    return named


def _streamed(git: Git, handle: int, middle: int) -> str:
    git = git.using(*_config(os.pread(handle, _PIECE, middle)))
    command = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    return git.run(*command, given=f"/dev/fd/{handle}\n".encode(), handles=(handle,)).strip()


def _converted(git: Git, filtered: Mapping[str, str], handles: Mapping[str, int]) -> dict[str, str]:
    if not handles:
        return {}
    with _workshop(git, handles) as shop:
        for path, handle in handles.items():
            (shop.folder / path).symlink_to(f"/dev/fd/{handle}")
        return _named(filters.filtering(shop, filtered), handles, tuple(handles.values()))


def _named(git: Git, paths: Collection[str], handles: tuple[int, ...] = ()) -> dict[str, str]:
    """What git makes of files in a workshop, which are links to open `handles`."""
    given = "".join(f"{quoted(path)}\n" for path in paths).encode()
    try:
        hashes = git.run("hash-object", "-w", "--stdin-paths", given=given, handles=handles).split()
    except GitError as error:
        if failed := re.search(r"fatal: (.+): clean filter '(.+)' failed", error.message):
            raise filters.unready(failed[1], failed[2], f"and it failed: {error.message}") from None
        if failed := re.search(r"fatal: .*'(.+)' .*(?:from|as) (\S+)", error.message):
            what = f"{failed[1]} is not in {failed[2]}, as .gitattributes says."
            hint = f"Add a line `{failed[1]} !working-tree-encoding` {filters.OUT}."
            raise GitError(what, hint=hint) from None
        raise
    return dict(zip(paths, hashes, strict=True))


@contextmanager
def _workshop(git: Git, paths: Collection[str]) -> Iterator[Git]:
    """git in a work tree for a moment, with folders for these paths and with the real one's
    attributes; what is not there, it reads from the index like ever."""
    folder = Path(git.run("rev-parse", "--absolute-git-dir").rstrip("\n")) / "notion-backup"
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    try:
        _furnished(folder, {".", *folders_of(paths)}, git.folder)
        yield git.with_work_tree(folder, folder.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnished(folder: Path, inside: Collection[str], root: Path) -> None:
    """Make the folders of a workshop, each with the attributes that it has below `root`. Raises GitError."""
    rules = [f"{each}/.gitattributes".removeprefix("./") for each in inside]
    try:
        for each in sorted(inside):
            (folder / each).mkdir(parents=True, exist_ok=True)
        with _opened(root, rules) as handles:
            for path, handle in handles.items():
                with open(handle, "rb", closefd=False) as rule:
                    (folder / path).write_bytes(rule.read())
    except OSError as error:
        raise GitError(f"{folder} could not be written: {error.strerror}.") from error


_LARGE = 4_000_000  # bytes of a file
_PILE = 8_000_000  # bytes of files
_PIECE = 4_096  # bytes of a file
_BLOB = b"blob\nmark :1\ndata %d\n"  # for git fast-import
_AT_ONCE = 128  # files; systems allow 256 open ones and more
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def _opened(root: Path, paths: Collection[str]) -> Iterator[dict[str, int]]:
    """Handles on those of the files below `root` that are regular ones, with no symbolic link on the way."""
    handles: dict[str, int] = {}
    try:
        for folder, inside in groupby(paths, lambda path: path.rpartition("/")[0]):
            _open_in(root, folder, inside, handles)
        yield handles
    finally:
        for handle in handles.values():
            os.close(handle)


def _open_in(root: Path, folder: str, paths: Iterable[str], handles: dict[str, int]) -> None:
    """Open files that lie in one folder. Each part is opened inside of the one before, so that nobody can
    slip in a link between a look and a step."""
    here = os.open(root, _FOLDER)
    try:
        for part in folder.split("/") if folder else ():
            outer, here = here, os.open(part, _FOLDER | _NO_LINK, dir_fd=here)
            os.close(outer)
        for path in paths:
            if (handle := _open(here, path)) is not None:
                handles[path] = handle
    except OSError as error:
        if error.errno not in _ABSENT:
            raise GitError(f"{folder} could not be read: {error.strerror}.") from None
    finally:
        os.close(here)


def _open(folder: int, path: str) -> int | None:
    """A handle on a file of this folder; None when no regular file lies there."""
    try:
        handle = os.open(path.rpartition("/")[2], _FILE | _NO_LINK, dir_fd=folder)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise GitError(f"{path} could not be read: {error.strerror}.") from None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None
