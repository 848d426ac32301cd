"""Puts files into git's store of objects as `git add` would: through the filters that .gitattributes asks
for, or not at all, so that nothing that should be encrypted is ever published as plain text.

Git itself hashes them, in a folder of their own below .git: hard links to what was looked at on the way
there, so that no symbolic link is followed, with the work tree's .gitattributes beside them. Where the
attributes are plain about a file (filter, text, eol, ident, working-tree-encoding), it is changed as they
say. Where git would guess from the content (text=auto, core.autocrlf) it stays byte for byte: an
attachment may need its line ends, and git finds both clean afterwards.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git, header_key

# What `git lfs install` sets up; without it git would store the files themselves (git-lfs, "install").
_LFS = (
    ("filter.lfs.clean", "git-lfs clean -- %f"),
    ("filter.lfs.smudge", "git-lfs smudge -- %f"),
    ("filter.lfs.process", "git-lfs filter-process"),
    ("filter.lfs.required", "true"),
)
_ATTRIBUTES = ("filter", "text", "eol", "ident", "working-tree-encoding")
_NONE = ("", "set", "unset", "unspecified")  # values that name nothing
_OUT = "at the end of .gitattributes"


@dataclass(frozen=True, slots=True)
class Stored:
    """The object of each file; `lfs` says that some of the contents are in Git LFS."""

    objects: Mapping[str, str]
    lfs: bool


def stored(git: Git, paths: Collection[str]) -> Stored:
    """Store files; `git.folder` is the root of the work tree, and paths are below it. What is no
    regular file, or lies behind a symbolic link, is left out: it is not ours.

    Raises GitError when a file cannot be read, or cannot go through the filter that it should.
    """
    with _workshop(git, paths) as shop:
        found = [path for path in paths if _taken(git.folder, path, shop.folder / path)]
        return _hashed(shop, found)


def texts(git: Git, contents: Mapping[str, str]) -> dict[str, str]:
    """Store the state and lists of pages, from path to text. Every run reads them back, so Git LFS
    may not have them. Raises GitError like `stored`."""
    check(git, contents)
    with _workshop(git, contents) as shop:
        for path, content in contents.items():
            (shop.folder / path).write_bytes(content.encode())
        return dict(_hashed(shop, list(contents)).objects)


def text(git: Git, path: str, blob: str) -> str:
    """The text that `texts` stored. Raises GitError when it cannot be read here."""
    filtered = _filters(_attributes(git, [path]))
    shown = ("--filters", f"--path={path}") if filtered else ("blob",)
    return _filtering(git, filtered).run("cat-file", *shown, blob)


def check(git: Git, paths: Collection[str]) -> None:
    """Raise GitError when texts at these paths could not be stored, or not be read again."""
    filtered = _filters(_attributes(git, paths))
    if large := [path for path, name in filtered.items() if name == "lfs"]:
        raise GitError(
            f"{min(large)} is sent into Git LFS by .gitattributes, and must be a plain text.",
            hint=f"Add a line `{min(large)} !filter !diff !merge` {_OUT}.",
        )
    _refuse_unready(git, filtered)


def agree(git: Git, files: Mapping[str, str], paths: Collection[str]) -> None:
    """Raise GitError when the .gitattributes among `files` (path → object), those of a branch, send one of
    the paths through a filter, and those of the work tree, by which they were stored, do not."""
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents}
    rules = {inside: files.get(f"{inside}/.gitattributes".removeprefix("./")) for inside in folders}
    if not any(rules.values()):
        return
    with _workshop(git, paths) as shop:
        for inside, blob in rules.items():
            at = shop.folder / inside / ".gitattributes"
            at.unlink(missing_ok=True)
            if blob:
                at.write_text(git.run("cat-file", "blob", blob), "utf-8")
        theirs = _filters(_attributes(shop, paths))
    ours = _filters(_attributes(git, paths))
    for path in sorted(path for path, name in theirs.items() if ours.get(path) != name):
        raise GitError(
            f"{path} was not published as plain text: .gitattributes of the branch sends it through the "
            f"filter {theirs[path]}, and that of the clone does not.",
            hint="Check out the branch that is published to as it is now (actions/checkout with ref).",
        )


def name(text: str, digits: int) -> str:
    """The name of a blob, of 40 hex digits or of 64, as Git gives it (gitformat-objects)."""
    content = text.encode()
    digest = hashlib.sha256 if digits == 64 else hashlib.sha1
    # Some systems refuse SHA-1 unless it is said that no security rests on it.
    return digest(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


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
    git.using(*_LFS, *precise).run(*command, given=line.encode(), seconds=NETWORK_SECONDS)


def quoted(path: str) -> str:
    """A path in the form in which git reads any path."""
    plain = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _hashed(git: Git, paths: Collection[str]) -> Stored:
    attributes = _attributes(git, paths)
    filtered = _filters(attributes)
    _refuse_unready(git, filtered)
    as_said = [path for path in paths if path in filtered or _is_said(attributes[path])]
    as_is = sorted(set(paths) - set(as_said))
    named = _named(git, as_is, "--no-filters") | _named(_filtering(git, filtered), as_said)
    return Stored(named, "lfs" in filtered.values())


def _named(git: Git, paths: Collection[str], *options: str) -> dict[str, str]:
    given = "".join(f"{quoted(path)}\n" for path in paths).encode()
    if not given:
        return {}
    try:
        hashes = git.run("hash-object", "-w", *options, "--stdin-paths", given=given).split()
    except GitError as error:
        if failed := re.search(r"fatal: (.+): clean filter '(.+)' failed", error.message):
            raise _unready(failed[1], failed[2], f"and it failed: {error.message}") from None
        if failed := re.search(r"fatal: .*'(.+)' .*(?:from|as) (\S+)", error.message):
            what = f"{failed[1]} is not in {failed[2]}, as .gitattributes says."
            hint = f"Add a line `{failed[1]} !working-tree-encoding` {_OUT}."
            raise GitError(what, hint=hint) from None
        raise
    return dict(zip(paths, hashes, strict=True))


def _attributes(git: Git, paths: Collection[str]) -> dict[str, dict[str, str]]:
    """What .gitattributes say of files: path → attribute → value."""
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    given = "".join(f"{path}\0" for path in paths).encode()
    command = ("check-attr", "-z", "--stdin", *_ATTRIBUTES)
    fields = git.run(*command, given=given).split("\0") if given else []
    for path, key, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        found[path][key] = value
    return found


def _filters(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The name of each file's filter, of those that have one."""
    named = {path: each.get("filter", "") for path, each in attributes.items()}
    return {path: name for path, name in named.items() if name not in _NONE}


def _is_said(attributes: Mapping[str, str]) -> bool:
    """Whether a file is to be changed on its way into git without a look at what it holds."""
    kind, ends = attributes["text"], attributes["eol"]
    is_text = kind in ("set", "input") or (kind == "unspecified" and ends in ("lf", "crlf"))
    encoded = attributes["working-tree-encoding"] not in _NONE
    return is_text or encoded or attributes["ident"] == "set"


def _refuse_unready(git: Git, filtered: Mapping[str, str]) -> None:
    """Raise GitError for a filter that git would leave out without a word."""
    names = set(filtered.values())
    if "lfs" in names and not git.ask("lfs", "version"):
        path = min(path for path, name in filtered.items() if name == "lfs")
        raise GitError(
            f"{path} belongs into Git LFS (.gitattributes says so), and git-lfs is not installed.",
            hint="Install git-lfs on the runner, or take the backup's folder out of LFS with a line "
            "like `wiki/** !filter !diff !merge` in .gitattributes.",
        )
    for name in sorted(names - {"lfs"}):
        if not any(git.ask("config", f"filter.{name}.{use}") for use in ("clean", "process")):
            path = min(path for path, each in filtered.items() if each == name)
            raise _unready(path, name, "which is not set up here")


def _unready(path: str, name: str, why: str) -> GitError:
    return GitError(
        f"{path} was not published as plain text: .gitattributes sends it through the filter {name}, "
        f"{why}.",
        hint=f"Set {name} up in the clone before the backup (as `git-crypt unlock` does, say), or take "
        f"the backup's folder out with a line like `wiki/** !filter !diff` {_OUT}.",
    )


def _filtering(git: Git, filtered: Mapping[str, str]) -> Git:
    """git that stores nothing when a filter fails: it would store the plain text."""
    names = sorted({*filtered.values()})
    required = ((f"filter.{name}.required", "true") for name in names)
    return git.using(*_LFS, *required, ("core.safecrlf", "false"))


@contextmanager
def _workshop(git: Git, paths: Collection[str]) -> Iterator[Git]:
    """git in a work tree for a moment, with folders for these paths and with the real one's
    attributes; what is not there, it reads from the index like ever."""
    folder = Path(git.run("rev-parse", "--absolute-git-dir").rstrip("\n")) / "notion-backup"
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    try:
        folder.mkdir()
        for inside in {parent for path in paths for parent in Path(path).parents}:
            (folder / inside).mkdir(parents=True, exist_ok=True)
            attributes = (inside / ".gitattributes").as_posix()
            _taken(git.folder, attributes, folder / attributes)
        yield git.with_work_tree(folder, folder.parent)
    except OSError as error:
        raise GitError(f"{error.filename} could not be stored in git: {error.strerror}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


def _taken(root: Path, path: str, to: Path) -> bool:
    """Give the file at `path` a second name, `to`, where the disk can do that, else a copy. False when
    no regular file lies there, or a symbolic link is on the way: each part is opened inside of the
    one before, and nobody can slip in a link between a look and a step."""
    *folders, name = path.split("/")
    handles = [os.open(root, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))]
    try:
        for folder in folders:
            handles.append(os.open(folder, _FOLDER, dir_fd=handles[-1]))
        handles.append(os.open(name, _FILE, dir_fd=handles[-1]))
        if is_file := stat.S_ISREG(os.fstat(handles[-1]).st_mode):
            _linked(name, handles[-2], handles[-1], to)
        return is_file
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise
    finally:
        for handle in handles:
            os.close(handle)


def _linked(name: str, folder: int, file: int, to: Path) -> None:
    try:
        os.link(name, to, src_dir_fd=folder, follow_symlinks=False)
        if os.path.samestat(os.fstat(file), to.lstat()):
            return
        to.unlink()
    except OSError:
        pass  # not every disk can, nor may everybody link to what belongs to others
    with open(file, "rb", closefd=False) as source, to.open("xb") as copy:
        shutil.copyfileobj(source, copy)
