"""Which page or database somebody means: by its folder, its id or link, or its title. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from backup.errors import ConfigError
from backup.model import ID_ALONE, NODE_FILES, bare_id
from backup.sync.state import Place, Record, State
from backup.words import counted, first_few


def chosen(now: State, text: str, folder: str) -> str:
    """The id of the page or database of the state that `text` means; `folder` is the output folder, which
    may stand in front of a path. Raises ConfigError when there is none, or more than one."""
    known = {each.folder: id_ for id_, each in now.nodes.items()}
    for path in _paths(text, folder):
        if path in known:
            return known[path]
    ids = map(bare_id, ID_ALONE.findall(text.lower()))
    if inside := [id_ for id_ in ids if id_ in now.nodes]:
        return inside[-1]  # of a page that was opened over another one, the link names both
    titled = [id_ for id_, each in now.nodes.items() if _same(each.title, text)]
    if len(titled) == 1:
        return titled[0]
    raise _mistake(now, text, titled)


def _paths(text: str, folder: str) -> Iterator[str]:
    """The folders that a path may mean: of the repository's root, or of the output folder."""
    path = text.strip().replace("\\", "/").removeprefix("./").rstrip("/") or "."
    for name in NODE_FILES:
        path = path.removesuffix(f"/{name}")
    yield path
    if folder != ".":
        yield "." if path == folder else path.removeprefix(f"{folder}/")


def _same(title: str, text: str) -> bool:
    return title.casefold().split() == text.casefold().split() != []


def _mistake(now: State, text: str, titled: list[str]) -> ConfigError:
    shown = repr(text[:80])
    if titled:
        places = sorted(now.nodes[id_].folder for id_ in titled)
        pages = counted(len(titled), "page")
        what = f"RESTORE_PATH: {pages} have the title {shown}."
        return ConfigError(what, hint=f"Write a folder: {first_few(places)}.")
    near = sorted(filter(None, (_near(each, text) for each in now.nodes.values())))
    hint = (
        f"Did you mean {near[0]}?"
        if near
        else "Write its folder in the backup, as `wiki/how-we-work`, its link in Notion, or its title. One "
        "that was removed is in an earlier commit (RESTORE_AT)."
    )
    return ConfigError(f"RESTORE_PATH: the backup has no page {shown}.", hint=hint)


def _near(each: Record | Place, text: str) -> str:
    """The folder of a page whose own name is meant, without the way to it."""
    name = text.strip("/ ").rpartition("/")[2].casefold()
    return each.folder if each.folder.rpartition("/")[2].casefold() == name else ""
