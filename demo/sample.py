"""The workspace that a stranger sees first: the notes of a small team that looks after tide gauges.

It is data, in the form that a backup keeps: the stores and files in `sample/`. Two databases with pages in
pages, a database in one of them, every type of block and of property. Nothing in it needs the network, all
its times are fixed, so that two runs see the same. To change it, change lines of the stores and run `make
golden`, which writes them as the program does.
"""

from __future__ import annotations

from pathlib import Path

from fakenotion.nodes import Clock
from fakenotion.saved import from_backup
from fakenotion.workspace import Workspace

SAMPLE = Path(__file__).parent / "sample"
_NEW_OPENING = "A harmonic is one pure tide. Add up thirty-seven of them and you have the harbour."


def sample() -> Workspace:
    """The sample workspace; its clock is the real one, for whatever happens next."""
    workspace = from_backup(SAMPLE, "Tidewater")
    databases = [node for node in workspace.nodes.values() if node.kind == "database"]
    ids = {workspace.title(node): node.id for node in databases}
    with workspace.at(Clock(2026, 9, 27, 9, 9)()):
        shown = workspace.source(ids["Reading list"])
        workspace.add_view(ids["On the table"], shown, "On the table", "board")
    return workspace


def edit(workspace: Workspace) -> list[str]:
    """What a morning in Notion does: one page edited, one renamed, one trashed.

    Returns one sentence about each. The times are later than any in the sample, and always the same.
    """
    clock = Clock(2026, 10, 20, 9, 15)
    rows = {workspace.title(node): node for node in workspace.nodes.values() if node.kind == "page"}
    with workspace.at(clock()):
        workspace.edit(workspace.listed(rows["Harmonics in ten minutes"].id)[0], _NEW_OPENING)
    with workspace.at(clock.forward(minutes=4)):
        workspace.rename(rows["When a gateway goes silent"].id, "When a gateway stops answering")
    with workspace.at(clock.forward(minutes=6)):
        workspace.trash(rows["Notes on mud"].id)
    return [
        "edited the first paragraph of “Harmonics in ten minutes”",
        "renamed “When a gateway goes silent” to “When a gateway stops answering”",
        "moved “Notes on mud” to the trash",
    ]
