"""A git repository that is read and written without git, where a process for each look would cost more
than the run that is looked at.

Only the test's own side does this: the program works with real git, in the same folders. Formats:
gitformat-index, "Git Internals" (objects). Objects lie loose: `SETTINGS` keep git from packing them.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from io import FileIO
from pathlib import Path

SETTINGS = """\
[core]
	repositoryformatversion = 0
	bare = {bare}
[transfer]
	unpackLimit = 1000000
[fastimport]
	unpackLimit = 1000000
[gc]
	auto = 0
[receive]
	autoGC = false
"""
_PERSON = "Owner <owner@example.com>"


class Repository:
    """The repository of a git folder `<name>.git` or `<work tree>/.git`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, *, bare: bool, more: str = "") -> Repository:
        """An empty one, whose branch is main."""
        for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (folder / name).mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "config").write_text(SETTINGS.format(bare=str(bare).lower()) + more)
        return cls(folder)

    # -- branches --------------------------------------------------------------------------------

    def tip(self, branch: str = "main") -> str:
        """The commit of a branch; '' when there is none."""
        try:
            return (self.folder / "refs/heads" / branch).read_text().strip()
        except FileNotFoundError:
            return ""

    def point(self, branch: str, commit: str, kind: str = "heads") -> None:
        """Let a branch have this commit; '' deletes it."""
        path = self.folder / "refs" / kind / branch
        if commit:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{commit}\n")
        else:
            path.unlink(missing_ok=True)

    # -- reading ---------------------------------------------------------------------------------

    def parents(self, commit: str) -> list[str]:
        """The commits that a commit continues."""
        head = self._read(commit).partition(b"\n\n")[0].decode("utf-8", "replace")
        return [line[7:] for line in head.splitlines() if line.startswith("parent ")]

    def first_parents(self, commit: str) -> Iterator[str]:
        """The commit, and what it continues, back to the beginning."""
        while commit:
            yield commit
            commit = next(iter(self.parents(commit)), "")

    def ancestors(self, commit: str) -> set[str]:
        """Every commit that is part of a commit's history; it is one of them."""
        found: set[str] = set()
        waiting = [commit] if commit else []
        while waiting:
            if (at := waiting.pop()) not in found:
                found.add(at)
                waiting += self.parents(at)
        return found

    def tree(self, commit: str) -> dict[str, str]:
        """Every path of a commit → its object."""
        return dict(self._walk(self._root(commit), "")) if commit else {}

    def files(self, commit: str) -> dict[str, bytes]:
        """Every path of a commit → its content."""
        return {path: self._read(id_) for path, id_ in sorted(self.tree(commit).items())}

    def _root(self, commit: str) -> str:
        return self._read(commit)[5:45].decode()

    def _walk(self, tree: str, prefix: str) -> Iterator[tuple[str, str]]:
        for mode, name, id_ in _entries(self._read(tree)):
            if mode == "40000":
                yield from self._walk(id_, f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}", id_

    def _read(self, id_: str) -> bytes:
        return _content(str(self.folder / "objects" / id_[:2] / id_[2:]))

    # -- writing ---------------------------------------------------------------------------------

    def commit(self, files: Mapping[str, bytes], parents: Collection[str], words: str) -> str:
        """A commit of the owner's with just these files."""
        blobs = {path: self._write("blob", content) for path, content in files.items()}
        lines = [f"tree {self._plant(blobs)}", *(f"parent {each}" for each in parents)]
        who = f"{_PERSON} {1_700_000_000 + len(words)} +0000"
        text = "\n".join([*lines, f"author {who}", f"committer {who}", "", f"{words}\n"])
        return self._write("commit", text.encode())

    def _plant(self, blobs: Mapping[str, str]) -> str:
        inside: dict[str, dict[str, str]] = {}
        entries: list[tuple[str, str, str]] = []
        for path, id_ in blobs.items():
            name, _, rest = path.partition("/")
            if rest:
                inside.setdefault(name, {})[rest] = id_
            else:
                entries.append((name, "100644", id_))
        entries += [(name, "40000", self._plant(below)) for name, below in inside.items()]
        # git sorts a folder as if its name ended in a slash
        entries.sort(key=lambda each: (each[0] + "/" * (each[1] == "40000")).encode())
        made = (f"{mode} {name}\0".encode() + bytes.fromhex(id_) for name, mode, id_ in entries)
        return self._write("tree", b"".join(made))

    def _write(self, kind: str, content: bytes) -> str:
        whole = f"{kind} {len(content)}\0".encode() + content
        id_ = hashlib.sha1(whole).hexdigest()
        path = self.folder / "objects" / id_[:2] / id_[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return id_

    # -- clones ----------------------------------------------------------------------------------

    def give(self, other: Repository, commit: str, *, whole: bool) -> None:
        """What a fetch of a commit brings another clone: with its history, or, not `whole`, without."""
        commits = self.ancestors(commit) if whole else {commit}
        for each in commits:
            if whole and other.has(each):
                continue
            self._lend(other, each)
            self._lend_tree(other, self._root(each))
        if not whole and commit:
            (other.folder / "shallow").write_text(f"{commit}\n")

    def has(self, id_: str) -> bool:
        """Whether an object is here."""
        return (self.folder / "objects" / id_[:2] / id_[2:]).exists()

    def _lend_tree(self, other: Repository, tree: str) -> None:
        if self._lend(other, tree):
            for mode, _, id_ in _entries(self._read(tree)):
                if mode == "40000":
                    self._lend_tree(other, id_)
                else:
                    self._lend(other, id_)

    def _lend(self, other: Repository, id_: str) -> bool:
        """One object, as a hard link; False when it is there already."""
        target = other.folder / "objects" / id_[:2]
        try:
            os.link(self.folder / "objects" / id_[:2] / id_[2:], target / id_[2:])
        except FileExistsError:
            return False
        except FileNotFoundError:
            target.mkdir(exist_ok=True)
            os.link(self.folder / "objects" / id_[:2] / id_[2:], target / id_[2:])
        return True

    def index(self, commit: str) -> None:
        """The index of a work tree in which this commit is checked out; git looks at each file again."""
        parts = []
        for path, id_ in sorted((path.encode(), id_) for path, id_ in self.tree(commit).items()):
            entry = struct.pack(">10I", *[0] * 6, 0o100644, 0, 0, 0) + bytes.fromhex(id_)
            entry += struct.pack(">H", min(len(path), 0xFFF)) + path
            parts.append(entry + b"\0" * (8 - len(entry) % 8))
        whole = b"DIRC" + struct.pack(">2I", 2, len(parts)) + b"".join(parts)
        (self.folder / "index").write_bytes(whole + hashlib.sha1(whole).digest())


def _entries(tree: bytes) -> Iterator[tuple[str, str, str]]:
    """Mode, name and object of each entry of a tree."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].decode("utf-8", "surrogateescape").partition(" ")
        yield mode, name, tree[end + 1 : end + 21].hex()
        at = end + 21


@lru_cache(maxsize=4096)
def _content(path: str) -> bytes:
    """What an object holds. The name tells the content, so nobody needs to look twice."""
    with FileIO(path) as stream:
        return zlib.decompress(stream.readall()).partition(b"\0")[2]


def ssh(folder: Path, remote: Path) -> Path:
    """A program that git calls as it calls ssh, and that leads to the folder `remote`."""
    script = folder / "ssh"
    script.write_text(f"exec ${{2%% *}} '{remote}'\n")
    return script
