"""A page whose files are gathered run after run, as the program does it."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from backup.files.fetch import Downloader, ParallelDownloads
from backup.files.gather import Gathered, gather
from backup.files.pending import Pending
from backup.files.received import Downloaded
from backup.files.records import FileRecord
from backup.model import Block, Json, LocalFile, Page
from tests.files.site import Site


class PageFiles:
    """Does with a page's files what a run does: gathers, fills the folder, remembers."""

    def __init__(self, site: Site, root: Path) -> None:
        self.site, self.root, self.folder = site, root, root / "page"
        self.known: dict[str, FileRecord] = {}
        self.earlier: dict[str, Pending] = {}
        self.today = date(2026, 9, 1)
        self.runs = 0
        self.max_bytes = 1_000_000
        self.described: list[Downloaded] = []
        self.description = ""

    def describe(self, got: Downloaded) -> str:
        self.described.append(got)
        return self.description

    def run(self, *blocks: Block, **raw: Any) -> Gathered:
        self.runs += 1
        staging = self.root / f"staging{self.runs}"
        staging.mkdir()
        with (
            Downloader(
                allowed_hosts=[self.site.host], sleep=lambda _: None, max_bytes=self.max_bytes
            ) as downloader,
            ThreadPoolExecutor(8) as pool,
        ):
            page = Page("page", raw, blocks)
            got = gather(
                page,
                self.known,
                self.folder,
                ParallelDownloads(downloader, pool),
                staging,
                self.describe,
                today=self.today,
                earlier=self.earlier,
            )
        self.fill(got)
        self.known = {
            record.identity: FileRecord.from_json(json.loads(json.dumps(record.to_json())))
            for record in got.records
        }
        self.earlier = {
            pending.identity: Pending.from_json(json.loads(json.dumps(pending.to_json())))
            for pending in got.pending
        }
        return got

    def fill(self, got: Gathered) -> None:
        """The folder holds exactly what the records name, as after a real run."""
        fresh = self.root / f"fresh{self.runs}"
        for path in {record.path for record in got.records}:
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(got.staged.get(path, self.folder / path), target)
        shutil.rmtree(self.folder, ignore_errors=True)
        fresh.mkdir(exist_ok=True)
        fresh.rename(self.folder)

    def content(self) -> dict[str, bytes]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}

    def asked(self) -> list[str]:
        """The paths asked for since the last time."""
        paths = sorted(request.path for request in self.site.seen)
        self.site.seen.clear()
        return paths


def media(key: str, url: str, type_: str = "image", *, hosted: bool = True, **more: Any) -> Block:
    source = "file" if hosted else "external"
    return Block(key, type_, {"type": source, source: {"url": url}, **more})


def caption(words: str) -> list[Json]:
    return [{"plain_text": words}]


def stored(got: Gathered) -> dict[str, str]:
    return {key: one.path for key, one in got.files.items() if isinstance(one, LocalFile)}
