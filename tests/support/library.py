"""A backup under test with one page, 'Atlas', that is all about its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from backup.model import Json
from fakenotion import build, faults
from fakenotion import properties as p
from fakenotion.nodes import Clock
from fakenotion.storage import PNG
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, clock

PAGE = "library/atlas"


class Library(Backup):
    """One page, 'Atlas', in a database with a column of files."""

    @property
    def page(self) -> str:
        return self.notion.node(self.notion.source(self.notion.databases()[0])).children[0]

    def hosted(self, name: str, content: bytes = PNG) -> Json:
        return build.hosted(self.notion.files.keep(name, content))

    def outside(self, name: str, content: bytes = PNG) -> Json:
        return build.external(self.notion.files.outside(name, content))

    def append(self, *made: Json) -> list[str]:
        """Blocks at the end of the page, some time ago."""
        ids = self.notion.append(self.page, made)
        self.later()
        return list(ids)

    def later(self) -> None:
        clock(self.notion).forward(minutes=5)

    @property
    def page_text(self) -> str:
        return self.text(f"{PAGE}/index.md")

    def stored(self) -> list[str]:
        """The files that lie beside the page's text and store."""
        found = (path.removeprefix(f"{PAGE}/") for path in self.files() if path.startswith(PAGE))
        return [path for path in found if path not in ("index.md", ".notion.json")]

    def asked(self) -> tuple[list[str], list[str]]:
        """The requests to Notion that concern the page, and the downloads, since the last time."""
        found = [each.path for each in self.server.requests], self.downloads()
        self.server.requests.clear()
        self.server.downloads.clear()
        return [path for path in found[0] if re.search(r"/v1/(blocks|pages)/", path)], found[1]

    def fail_next_block(self) -> None:
        """The next block that is read alone is not there."""
        alone = re.compile(r"/v1/blocks/[^/]+")
        missing = [faults.error(404)]
        self.server.plan = lambda asked: (
            missing.pop()
            if missing and alone.fullmatch(asked.path)
            else faults.error(404)
            if "bad.png" in asked.path
            else None
        )

    def downloads(self) -> list[str]:
        return sorted(unquote(each.path).rpartition("/")[2] for each in self.server.downloads)


@contextmanager
def keeping(folder: Path) -> Iterator[Library]:
    """A library that is backed up into `folder`."""
    notion = Workspace("Library", now=Clock(2026, 9, 1))
    columns = {"Copies": p.of("files"), "Maps": p.rollup("Others", "Maps", "show_original")}
    database = notion.add_database("Library", columns)
    notion.add_page(database, "Atlas")
    with backing_up(folder, notion, git=False) as made:
        yield Library(made.folder, made.notion, made.server, made.url)
