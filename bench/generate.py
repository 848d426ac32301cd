"""A workspace of any size, for benches and soak tests: rows and blocks are made when first read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random

from backup.model import Json
from fakenotion import blocks as b
from fakenotion import build, properties
from fakenotion.build import text
from fakenotion.nodes import Node, counted_id
from fakenotion.storage import PNG
from fakenotion.workspace import Workspace

START = datetime(2026, 3, 1, 6, 0, tzinfo=timezone.utc)
STATES = ("Idea", "Doing", "Done")
TAGS = ("red", "green", "blue", "data", "people", "weather")
SIGNS = ("🌊", "📦", "🧭", "🪝", "🐟")
WORDS = (
    *("harbour", "tide", "gauge", "pier", "ferry", "storm", "quay", "rope", "lamp", "chart"),
    *("buoy", "mud", "pump", "signal", "bolt", "ledger", "paint", "anchor", "winch", "gull"),
)


def generate(
    pages: int, seed: int = 0, *, databases: int = 1, blocks: int = 12, images: float = 0.3
) -> Workspace:
    """A workspace with so many rows, spread evenly over its databases.

    The same arguments give the same workspace. `blocks`: how many a page has on top, on average;
    `images`: the share of pages with a picture.
    """
    clock = START
    workspace = Workspace(f"Generated {seed}", now=lambda: clock)
    home = workspace.add_page("", "Generated")
    sources = [_database(workspace, home, number) for number in range(databases)]
    for number in range(pages):
        clock = START + timedelta(minutes=7 * number)
        row = Row(workspace, seed, number, sources[number % databases], blocks, images)
        workspace.attach(row.node(clock))
    clock = START + timedelta(minutes=7 * pages)
    return workspace


def _database(workspace: Workspace, home: str, number: int) -> str:
    columns = {
        "Name": properties.of("title"),
        "State": properties.select(*STATES),
        "Tags": properties.multi_select(*TAGS),
        "Count": properties.number(),
        "Day": properties.of("date"),
        "Note": properties.of("rich_text"),
        "Edited": properties.of("last_edited_time"),
    }
    return workspace.source(workspace.add_database(f"Pile {number + 1}", columns, parent=home))


class Row:
    """One page to be: everything in it follows from the seed and its number."""

    def __init__(
        self, workspace: Workspace, seed: int, number: int, source: str, blocks: int, images: float
    ) -> None:
        self.workspace, self.number, self.source = workspace, number, source
        self.key, self.blocks, self.images = f"{seed}/{number}", blocks, images
        self.id = counted_id(workspace.id, "row", self.key)

    def node(self, time: datetime) -> Node:
        """Its node, still empty."""
        author = self.workspace.person["id"]
        head = (self.id, "page", self.source, time, time, author, author)
        return Node(*head, load=self.load, grow=self.grow)

    def load(self) -> Json:
        """Its icon and its property values."""
        random = Random(self.key)
        values = {
            "Name": f"{' '.join(random.sample(WORDS, 2)).capitalize()} {self.number}",
            "State": random.choice((None, *STATES)),
            "Tags": random.sample(TAGS, random.randrange(3)),
            "Count": random.choice((None, 0, random.randrange(1000), 2.5)),
            "Day": random.choice((None, f"2026-0{random.randrange(1, 10)}-15")),
            "Note": _sentence(random, 6),
        }
        columns = self.workspace.node(self.source).data["properties"]
        made = {
            name: properties.value(column, values.get(name)) for name, column in columns.items()
        }
        sign = random.choice((None, *SIGNS))
        return {"icon": build.emoji(sign) if sign else None, "cover": None, "properties": made}

    def grow(self) -> None:
        """Its blocks, written at the time of the page."""
        random = Random(f"{self.key}/blocks")
        count = random.randrange(max(1, self.blocks // 2), self.blocks * 3 // 2 + 1)
        made = [random.choice(_KINDS)(random) for _ in range(count)]
        if random.random() < self.images:
            made.append(self._image(random))
        with self.workspace.at(self.workspace.node(self.id).created):
            self.workspace.append(self.id, made)

    def _image(self, random: Random) -> Json:
        picture = PNG + random.randbytes(300)
        address = self.workspace.files.keep(f"picture-{self.number}.png", picture, key=self.key)
        return b.media("image", build.hosted(address), _sentence(random, 4))


def _sentence(random: Random, words: int) -> str:
    return f"{' '.join(random.choice(WORDS) for _ in range(words)).capitalize()}."


def _plain(random: Random) -> Json:
    return b.paragraph(_sentence(random, 14), " ", text(_sentence(random, 3), bold=True))


def _heading(random: Random) -> Json:
    return b.heading(random.randrange(1, 4), _sentence(random, 3).rstrip("."))


def _bullet(random: Random) -> Json:
    return build.block("bulleted_list_item", _sentence(random, 7))


def _nested(random: Random) -> Json:
    below = b.numbers(_sentence(random, 4), _sentence(random, 4))
    return build.block("bulleted_list_item", _sentence(random, 5), children=below)


def _toggle(random: Random) -> Json:
    return build.block("toggle", _sentence(random, 4), children=[_plain(random), _bullet(random)])


def _code(random: Random) -> Json:
    return b.code(f"for gauge in range({random.randrange(9)}):\n    print(gauge)", "python")


def _table(random: Random) -> Json:
    return b.table([[random.choice(WORDS) for _ in range(3)] for _ in range(4)])


def _callout(random: Random) -> Json:
    return b.callout(random.choice(SIGNS), _sentence(random, 9))


_KINDS: tuple[Callable[[Random], Json], ...] = (
    *(_plain, _plain, _plain, _plain, _plain, _heading, _heading, _bullet, _bullet, _bullet),
    *(_nested, _toggle, _code, _table, _callout),
)
