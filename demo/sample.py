"""The workspace that a stranger sees first: the notes of a small team that looks after tide gauges.

Two databases, 16 rows, every type of block and of property. Nothing in it needs the network, all
its times are fixed, so that two runs see the same.
"""

from __future__ import annotations

from demo import drawings, howtos, reading, showcase, wiki
from demo.notes import Notes
from fakenotion import build
from fakenotion.nodes import Clock, wall_clock
from fakenotion.workspace import Workspace


def sample() -> Workspace:
    """The sample workspace; its clock is the real one, for whatever happens next."""
    clock = Clock(2026, 9, 14, 8, 30)
    workspace = Workspace("Tidewater", now=clock)
    workspace.shuffled = False  # this one is looked at, and nobody likes his properties shuffled
    notes = _people(
        Notes(workspace, clock, workspace.add_page("", "Tidewater", icon=build.emoji("🌊")))
    )
    workspace.add_emoji("buoy", drawings.buoy())
    _databases(notes)
    reading.rows(notes)
    wiki.rows(notes)
    reading.pages(notes)
    howtos.pages(notes)
    showcase.pages(notes)
    _home(notes)
    workspace.now = wall_clock
    return workspace


def _people(notes: Notes) -> Notes:
    notes.people = {
        "ada": notes.workspace.person,
        "ben": notes.workspace.add_user("Ben Okafor", "ben@example.com"),
        "mio": notes.workspace.add_user("Mio Tanaka", "mio@example.com"),
    }
    return notes


def _databases(notes: Notes) -> None:
    workspace = notes.workspace
    notes.reading = workspace.add_database(
        "Reading list", reading.SCHEMA, parent=notes.home, icon=build.emoji("📚")
    )
    notes.wiki = workspace.add_database(
        "How-to wiki",
        wiki.SCHEMA,
        parent=notes.home,
        icon=build.emoji("🧭"),
        description="How we do things here. If you had to ask, write it down.",
    )
    workspace.relate(notes.wiki, "Sources", notes.reading, "Used in")
    workspace.relate(notes.wiki, "See also", notes.wiki)


def _home(notes: Notes) -> None:
    workspace = notes.workspace
    notes.clock.forward(minutes=5)
    workspace.append(
        notes.home,
        [
            build.block(
                "paragraph", "Everything the three of us need to keep nine tide gauges honest."
            ),
            build.block("divider"),
        ],
    )
    linked = workspace.add_database("Untitled", parent=notes.home, is_inline=True)
    workspace.add_view(linked, workspace.source(notes.reading), "On the table", "board")


def edit(workspace: Workspace) -> list[str]:
    """What a morning in Notion does: one page edited, one renamed, one trashed.

    Returns one sentence about each. The times are later than any in the sample, and always the same.
    """
    clock = Clock(2026, 10, 20, 9, 15)
    rows = {workspace.title(node): node for node in workspace.nodes.values() if node.kind == "page"}
    with workspace.at(clock()):
        workspace.edit(workspace.listed(rows["Harmonics in ten minutes"].id)[0], wiki.NEW_OPENING)
    with workspace.at(clock.forward(minutes=4)):
        workspace.rename(rows["When a gateway goes silent"].id, "When a gateway stops answering")
    with workspace.at(clock.forward(minutes=6)):
        workspace.trash(rows["Notes on mud"].id)
    return [
        "edited the first paragraph of “Harmonics in ten minutes”",
        "renamed “When a gateway goes silent” to “When a gateway stops answering”",
        "moved “Notes on mud” to the trash",
    ]
