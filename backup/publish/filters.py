"""What .gitattributes want of files: through which filters they go on their way into git, and what must not be
published because of that."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Set
from itertools import islice

from backup.errors import GitError
from backup.git import Git
from backup.model import CSV, NODE_FILES, README, STORE, TEXT

# What `git lfs install` sets up; without it git would store the files themselves (git-lfs, "install").
LFS = (
    ("filter.lfs.clean", "git-lfs clean -- %f"),
    ("filter.lfs.smudge", "git-lfs smudge -- %f"),
    ("filter.lfs.process", "git-lfs filter-process"),
    ("filter.lfs.required", "true"),
)
_ATTRIBUTES = ("filter", "text", "eol", "ident", "working-tree-encoding")
_UNSAID = "unspecified"
NAMELESS = ("", "set", "unset", _UNSAID)  # values that name nothing
_AT_ONCE = 4_000  # paths
OUT = "at the end of .gitattributes"


def attributes(git: Git, paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """What .gitattributes say of files: path → attribute → value. Those of which they say nothing are left
    out: nearly always all, and there may be many."""
    found: dict[str, dict[str, str]] = {}
    left = iter(paths)
    while given := "".join(f"{path}\0" for path in islice(left, _AT_ONCE)).encode():
        fields = git.run("check-attr", "-z", "--stdin", *_ATTRIBUTES, given=given).split("\0")
        for path, key, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
            if value != _UNSAID:
                found.setdefault(path, dict.fromkeys(_ATTRIBUTES, _UNSAID))[key] = value
    return found


def of(git: Git, paths: Iterable[str]) -> dict[str, str]:
    """The name of each file's filter, of those that have one."""
    return among(attributes(git, paths))


def among(said: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The same, by what was said of the files."""
    named = {path: each.get("filter", "") for path, each in said.items()}
    return {path: name for path, name in named.items() if name not in NAMELESS}


def check(git: Git, paths: Collection[str]) -> dict[str, str]:
    """The filters of texts at these paths. Raises GitError when one could not be stored, or not be read
    again, and for a table that would show what the filter of a file beside it hides."""
    tables = [path for path in paths if path.endswith(CSV)]
    beside = {f"{path.removesuffix(CSV)}{name}": path for path in tables for name in NODE_FILES}
    found = of(git, {*paths, *beside})
    filtered = {path: found[path] for path in paths if path in found}
    if large := [path for path, name in filtered.items() if name == "lfs"]:
        raise GitError(
            f"{min(large)} goes into Git LFS by .gitattributes, but must be plain text.",
            hint=f"Add a line `{min(large)} !filter !diff !merge` {OUT}.",
        )
    refuse_unready(git, filtered)
    _refuse(found, {each: path for each, path in beside.items() if path not in filtered})
    return filtered


def is_said(of_file: Mapping[str, str]) -> bool:
    """Whether a file is to be changed on its way into git without a look at what it holds."""
    kind, ends = of_file["text"], of_file["eol"]
    is_text = kind in ("set", "input") or (kind == _UNSAID and ends in ("lf", "crlf"))
    encoded = of_file["working-tree-encoding"] not in NAMELESS
    return is_text or encoded or of_file["ident"] == "set"


def refuse_unready(git: Git, filtered: Mapping[str, str]) -> None:
    """Raise GitError for a filter that git would leave out without a word."""
    first = {name: path for path, name in sorted(filtered.items(), reverse=True)}
    if "lfs" in first and not git.ask("lfs", "version"):
        raise GitError(
            f"{first['lfs']} must go into Git LFS (see .gitattributes), but git-lfs is not installed.",
            hint="Install git-lfs on the runner, or take the backup's folder out of LFS with a line "
            "like `wiki/** !filter !diff !merge` in .gitattributes.",
        )
    for name in sorted(first.keys() - {"lfs"}):
        if not any(git.ask("config", f"filter.{name}.{use}") for use in ("clean", "process")):
            raise unready(first[name], name, "which is not set up here")


def refuse_plain(git: Git, paths: Set[str], filtered: Mapping[str, str]) -> None:
    """Raise GitError for a store that would show what the filter of the text beside it hides: the rules of
    who encrypts '*.md' are older than stores."""
    plain = (path for path in paths if path.endswith(STORE) and path not in filtered)
    stores = {_text_beside(git, path, paths): path for path in plain}
    alone = of(git, stores.keys() - paths)
    _refuse({**filtered, **alone}, stores)


def _refuse(filtered: Mapping[str, str], plain: Mapping[str, str]) -> None:
    """Raise GitError for a `plain` file when that beside it, by which it is given, is filtered."""
    for hidden, name in sorted(filtered.items()):
        if name != "lfs" and hidden in plain:
            path = plain[hidden]
            raise GitError(
                f"{path} would be published as plain text, but {hidden} goes through the filter "
                f"{name} (see .gitattributes).",
                hint=f"Add a line `{path.rpartition('/')[2]} filter={name}` to .gitattributes, or set "
                "KEEP_JSON=false.",
            )


def _text_beside(git: Git, store: str, known: Set[str]) -> str:
    """A page's text, or a database's list of pages; one that is `known` is there."""
    page, lists = (f"{store.removesuffix(STORE)}{name}" for name in (TEXT, README))
    return page if page in known or os.path.lexists(git.folder / page) else lists


def unready(path: str, name: str, why: str) -> GitError:
    """The error of a filter that does not work here."""
    return GitError(
        f"{path} was not published as plain text: .gitattributes sends it through the filter {name}, "
        f"{why}.",
        hint=f"Set {name} up in the clone before the backup (with `git-crypt unlock`, for example), or take "
        f"the backup's folder out with a line like `wiki/** !filter !diff` {OUT}.",
    )


def filtering(git: Git, filtered: Mapping[str, str]) -> Git:
    """git that stores nothing when a filter fails: it would store the plain text."""
    names = sorted({*filtered.values()})
    required = ((f"filter.{name}.required", "true") for name in names)
    return git.using(*LFS, *required, ("core.safecrlf", "false"))
