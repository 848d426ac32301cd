"""Puts files into git's store of objects: byte for byte, or through Git LFS where the repository
wants it."""

from __future__ import annotations

from collections.abc import Collection

from backup.errors import GitError
from backup.git import NETWORK_SECONDS, Git, header_key

# What `git lfs install` sets up; without it git would store the files themselves (git-lfs, "install").
_LFS = (
    ("filter.lfs.clean", "git-lfs clean -- %f"),
    ("filter.lfs.smudge", "git-lfs smudge -- %f"),
    ("filter.lfs.process", "git-lfs filter-process"),
    ("filter.lfs.required", "true"),
)


def stored(git: Git, paths: Collection[str], large: Collection[str]) -> dict[str, str]:
    """The object of each file; `git.folder` is the root of the work tree, and paths are below it.

    No .gitignore, line-end setting or filter applies, but that of Git LFS to the `large` ones.
    """
    plain = [path for path in paths if path not in large]
    return {**_hashed(git, plain, "--no-filters"), **_hashed(git.using(*_LFS), sorted(large))}


def in_lfs(git: Git, paths: Collection[str]) -> set[str]:
    """Those of the files that .gitattributes sends into Git LFS.

    Raises GitError when there are some, and git-lfs is not installed.
    """
    if not paths:
        return set()
    given = "".join(f"{path}\0" for path in paths).encode()
    fields = git.run("check-attr", "-z", "--stdin", "filter", given=given).split("\0")
    found = {path for path, value in zip(fields[::3], fields[2::3], strict=False) if value == "lfs"}
    if found and not git.ask("lfs", "version"):
        raise GitError(
            f"{min(found)} belongs into Git LFS (.gitattributes says so), and git-lfs is not installed.",
            hint="Install git-lfs on the runner, or take the backup's folder out of LFS with a line "
            "like `wiki/** !filter !diff !merge` in .gitattributes.",
        )
    return found


def text(git: Git, content: str) -> str:
    """The object of a text."""
    return git.run("hash-object", "-w", "--stdin", given=content.encode()).strip()


def contents(git: Git, objects: Collection[str]) -> list[bytes]:
    """The content of each object, in order; b'' for one that is not there."""
    found = []
    given = "".join(f"{each}\n" for each in objects).encode()
    answer = git.data("cat-file", "--batch", given=given) if given else b""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        about = answer[at:end].split()
        size = int(about[2]) if len(about) == 3 else -1  # '<object> missing' has no size
        found.append(answer[end + 1 : end + 1 + max(size, 0)])
        at = end + 1 + size + 1
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
    git.using(*_LFS, *precise).run(*command, given=line.encode(), seconds=NETWORK_SECONDS)


def quoted(path: str) -> str:
    """A path in the form in which git reads any path."""
    plain = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _hashed(git: Git, paths: Collection[str], *options: str) -> dict[str, str]:
    given = "".join(f"{quoted(path)}\n" for path in paths).encode()
    if not given:
        return {}
    hashes = git.run("hash-object", "-w", *options, "--stdin-paths", given=given).split()
    return dict(zip(paths, hashes, strict=True))
