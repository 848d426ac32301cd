"""What tests of a run's beginning begin with: records, texts and stores, and a branch that has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from backup import store
from backup.folder.found import BackupFiles, completed
from backup.folder.load import Memory
from backup.model import Block, Page, Row, dashed_id
from backup.store import StoredPage
from backup.sync.base import Base
from backup.sync.state import Place, Record, State
from backup.sync.steps import Listed

TEA, MILK = "a" * 32, "b" * 32
PLACES = {"db": Place("wiki", "Wiki")}
LISTED = [Listed("db", "Wiki", "", "wiki", (), complete=True)]


def record(name: str, edited: str = "2026-09-01", **more: object) -> Record:
    return replace(Record("db", f"wiki/{name}", name.title(), edited=edited), **more)


def state(**pages: Record) -> State:
    return State({id_ * 32: each for id_, each in pages.items()}, PLACES)


def text(id_: str, title: str) -> str:
    return f'---\ntitle: "{title}"\nnotion_id: "{id_}"\n---\n\n# {title}\n'


def found(memory: Memory, **texts: str) -> Memory:
    """The memory completed by pages in wiki/: folder → text."""
    files = {f"wiki/{name}/index.md": each for name, each in texts.items()}

    def read(paths: Collection[str]) -> dict[str, str]:
        return {path: files[path] for path in paths}

    return completed(memory, LISTED, BackupFiles(lambda: list(files), read))


def text_of(id_: str) -> bytes:
    """The text of a page without front matter; '' is nobody's."""
    line = f"<sub>[Open in Notion](https://www.notion.so/{id_}) · edited 2026-09-01 08:00 UTC</sub>"
    return f"# A page\n\n{line if id_ else 'A note'}\n".encode()


class Files:
    """A work tree with the text of 'Tea', in which `has` tells which files lie."""

    def __init__(self, has: Callable[[str], bool]) -> None:
        self.has = has

    def beginning(self, path: str, size: int = 4096) -> str:
        return f"# Tea\n\n<sub>[Open in Notion](https://www.notion.so/{TEA})</sub>\n"


def branch(now: State, before: State | None = None, problem: str = "") -> Base:
    files = {path: "blob" for each in now.pages.values() for path in each.paths()}
    return Base("tip", now, files, problem, before=now if before is None else before)


def stored(id_: str, title: str, edited: str, **more: Any) -> bytes:
    """The store of a page with one block that links to a block of milk."""
    link = f"https://www.notion.so/{MILK}#{'c' * 32}"
    run = {"type": "text", "text": {"content": "milk", "link": {"url": link}}}
    block = {"object": "block", "id": dashed_id("1" * 32), "type": "paragraph"}
    block |= {"paragraph": {"rich_text": [run], "color": "default"}, "has_children": False}
    value = {
        "id": "title",
        "type": "title",
        "title": [{"type": "text", "text": {"content": title}}],
    }
    raw = {"object": "page", "id": dashed_id(id_), "last_edited_time": f"{edited}T08:00:00.000Z"}
    raw |= {"icon": {"type": "emoji", "emoji": "🍵"}, "properties": {"Name": value}}
    return store.dumps(StoredPage(Page(id_, raw, (Block.from_api(block),)), **more))


PICTURE = {"identity": "i", "path": "assets/1-leaf.png", "size": 3, "sha256": "ab"}
LACKING = {"identity": "j", "key": "k"}


def kept(memory: Memory, files: Mapping[str, bytes]) -> Memory:
    """The memory completed by files, path → content."""

    def texts(paths: Collection[str]) -> dict[str, str]:
        return {path: files[path].decode() for path in paths}

    def stores(paths: Collection[str]) -> Iterable[tuple[str, bytes]]:
        return ((path, files[path]) for path in paths)

    return completed(memory, LISTED, BackupFiles(lambda: list(files), texts, stores))


def row(id_: str, title: str) -> Row:
    return Row(id_, "db", "source", title, "", "2026-09-02", b"")
