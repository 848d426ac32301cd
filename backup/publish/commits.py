"""Commits as values: what each contains, what of it is new, and the input for git to write them.

git fast-import creates any number of commits in one process, from existing objects, without index or work
tree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from backup.errors import GitError
from backup.model import Identity
from backup.slug import is_guarded, quoted

REFERENCE = "refs/worktree/notion-backup"  # of this work tree alone, and only for a moment
_NAMELESS = {**dict.fromkeys(map(ord, "<>")), **dict.fromkeys((*range(32), 127), " ")}
_CRUD = " .,:;<>\"\\'"  # a name of these alone is none for git (its ident.c)


@dataclass(frozen=True, slots=True)
class Commit:
    """Files to put (path → object) and to drop; `time` is the author's, in seconds, when it is not
    now. No path is in both. Paths are those of the repository."""

    put: Mapping[str, str]
    drop: Collection[str]
    message: str
    author: Identity | None = None
    time: int | None = None


def effective(commits: Iterable[Commit], files: Mapping[str, str]) -> list[Commit]:
    """The commits without what a tree with `files` (path → object) has already, and without those
    that are empty then. Raises GitError for a path that is not for us."""
    tree, found = dict(files), []
    for commit in commits:
        put = {path: object_ for path, object_ in commit.put.items() if tree.get(path) != object_}
        drop = [path for path in commit.drop if path in tree]
        if put or drop:
            found.append(replace(commit, put=put, drop=drop))
        tree.update(put)
        for path in drop:
            del tree[path]
    _check(path for commit in found for path in (*commit.put, *commit.drop))
    return found


def stream(commits: Iterable[Commit], tip: str, committer: Identity, now: int) -> bytes:
    """What git fast-import reads to put the commits onto `tip`, one onto the other; it answers with
    the last one's id."""
    lines = ["feature done", f"reset {REFERENCE}"]
    for commit in commits:
        message = _writable(commit.message)
        lines += [
            f"commit {REFERENCE}",
            "mark :1",
            f"author {_person(commit.author or committer)} {_time(commit.time, now)}",
            f"committer {_person(committer)} {_time(now, now)}",
            f"data {len(message.encode())}",
            message,
        ]
        lines += [f"from {tip}"] if tip else []
        lines += [f"D {quoted(path)}" for path in sorted(commit.drop)]
        lines += [f"M 100644 {commit.put[path]} {quoted(path)}" for path in sorted(commit.put)]
        tip = ""  # the next one follows by itself
    return "\n".join([*lines, "get-mark :1", "done", ""]).encode()


def in_the_way(path: str, files: Mapping[str, str], folders: Collection[str]) -> bool:
    """Whether `path` cannot be put beside `files`, because one of them is a folder of it, or because
    it is one of their `folders`."""
    return path in folders or any(parent in files for parent in _parents(path))


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder that the files lie in."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _person(identity: Identity) -> str:
    name = " ".join(_writable(identity.name).translate(_NAMELESS).split())
    email = "".join(_writable(identity.email).translate(_NAMELESS).split())
    return f"{name if name.strip(_CRUD) else 'notion-backup'} <{email}>"


def _writable(text: str) -> str:
    """The text without what no commit can hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _time(seconds: int | None, now: int) -> str:
    return f"{now if seconds is None else max(seconds, 0)} +0000"


def _check(paths: Iterable[str]) -> None:
    """Gitea runs whatever workflow a job's own token pushes (GitHub refuses such a push): a title
    must never become one."""
    for path in paths:
        if any(is_guarded(part) for part in path.split("/")):
            raise GitError(f"Refusing to commit {path!r}: CI hosts execute files at this path.")
