"""The sample while it is written: where things are, so that pages can refer to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from backup.model import Json
from fakenotion import build
from fakenotion.build import text
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace


@dataclass
class Notes:
    """A workspace, its clock, and the ids of what stands in it so far."""

    workspace: Workspace
    clock: Clock
    home: str
    wiki: str = ""
    reading: str = ""
    rows: dict[str, str] = field(default_factory=dict)  # key -> page id
    people: dict[str, Json] = field(default_factory=dict)

    def mention(self, key: str) -> Json:
        """A mention of a row."""
        return build.mention_page(self.rows[key], self.title(key))

    def title(self, key: str) -> str:
        """The title of a row."""
        return self.workspace.title(self.workspace.node(self.rows[key]))

    def link(self, key: str, words: str, block: str = "") -> Json:
        """Words that lead to a row, or to a block in it."""
        anchor = f"#{block.replace('-', '')}" if block else ""
        return text(words, link=build.url(self.rows[key]) + anchor)

    def image(self, name: str, body: bytes) -> Json:
        """A picture in Notion's keeping."""
        return build.hosted(self.workspace.files.keep(name, body))

    def write(self, key: str, *blocks: Json, by: str = "ada") -> list[str]:
        """Adds blocks to a row, most of a day later; their ids."""
        self.clock.forward(hours=20, minutes=47)
        self.workspace.person = self.people[by]
        try:
            return self.workspace.append(self.rows[key], blocks)
        finally:
            self.workspace.person = self.people["ada"]
