"""kill -9 at chosen moments: in the middle of each write of a page, and at each step of a publication."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from backup.folder.tree import Tree
from backup.folder.writer import Writer
from backup.model import bare_id
from backup.sync import journal
from backup.sync.journal import Replayed
from backup.sync.state import Record, State
from tests.histories.happenings import Event, begun
from tests.histories.land import Branch
from tests.histories.runs import KILLED, Runs
from tests.histories.trial import Run, Trial, Way
from tests.support.death import Death, Killed, awaiting

T = "7" * 32
STORE = "wiki/tea/.notion.json"
OLD, NEW = (
    Record(
        "db", "wiki/tea", "Tea", files=({"path": path},), store=hashlib.sha256(store).hexdigest()
    )
    for path, store in (("assets/1-leaf.png", b"old store"), ("assets/2-cup.png", b"new store"))
)


def put(root: Path, record: Record, text: bytes, picture: bytes) -> None:
    """Write the page with one picture and its store."""
    tree = Tree(root)
    staged = tree.staging / "picture"
    staged.parent.mkdir(parents=True, exist_ok=True)
    staged.write_bytes(picture)
    writer = Writer(tree, State({T: OLD} if (root / OLD.folder).exists() else {}))
    writer.put(T, record, {record.paths()[2]: staged}, text, text + b" store")


def remembered(root: Path) -> Replayed:
    """What the next run takes from the journal."""
    tree = Tree(root)
    lines, there = tree.beginning(journal.NAME, -1), ("wiki/tea/index.md", STORE)
    wanted = tuple(map(tree.digest, there))
    return journal.replay(State({T: OLD}), lines, lambda _, *digests: digests == wanted)


@pytest.mark.parametrize("torn", [False, True])
def test_a_page_is_the_old_one_or_the_new_one_whenever_its_writing_is_cut_off(
    tmp_path: Path, torn: bool
) -> None:
    put(tmp_path / "before", OLD, b"old", b"leaf")
    seen: set[bytes] = set()
    apart = 0
    for moment in range(1, 1000):
        root = tmp_path / str(moment)
        shutil.copytree(tmp_path / "before", root)
        (root / journal.NAME).unlink()
        death = Death(root, moment + 2, torn=torn)  # two operations stage the picture
        with awaiting(death):
            try:
                put(root, NEW, b"new", b"cup")
            except Killed:
                pass
        if not death.came:
            break
        text = (root / "wiki/tea/index.md").read_bytes()
        shown = NEW if text == b"new" else OLD
        assert text in (b"old", b"new")
        assert (root / shown.paths()[2]).read_bytes() == (b"cup" if shown is NEW else b"leaf")
        found = remembered(root)
        assert found.state.pages == {T: shown}
        is_whole = (root / STORE).read_bytes() == text + b" store"
        assert is_whole or (shown is OLD and set(found.torn) == {T}), "it is read again"
        apart += not is_whole
        there = {str(path.relative_to(root)) for path in root.glob("wiki/**/*.*")}
        assert there <= {*shown.paths(), *found.claimed}
        seen.add(text)
    assert seen == {b"old", b"new"} and apart


class Moment(Death):
    """Comes at the first operation that a pattern fits."""

    def __init__(self, folder: Path, pattern: str) -> None:
        super().__init__(folder, 1)
        self._pattern = re.compile(pattern)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._pattern.search(f"{event} {args[:2]}"):
            super().hear(event, args)
        self.check()


@pytest.mark.parametrize(
    ("pattern", "is_written"),
    [
        (r"open .*\.tmp/\w{32}/\w+\.part", False),  # a download
        (r"os\.rename .*\.notion-sync\.json", True),
        (r"Popen .*'fast-import'", True),
        (r"Popen (?!.*dry-run).*'push'", True),
        (r"Popen .*'update-ref', 'refs/heads/main'", True),  # after the push
    ],
)
def test_a_run_that_is_killed_at_this_moment_is_completed_by_the_next_one(
    tmp_path: Path, pattern: str, is_written: bool
) -> None:
    trial = Trial(Runs(begun()), tmp_path, Way("main", ("laptop",)))
    pages, edited, ours = trial.life.there(), trial.life.known[0], trial.places[0].folder
    before = trial.runs.run(ours, {"COMMIT": "false"})
    assert (before.code, before.read()) == (0, pages)
    trial.happen(Event("picture", 0, 3))
    trial.happen(Event("edit", 0))
    trial.life.clock.forward(minutes=5)
    killed = trial.runs.run(
        ours, {"COMMIT": "run", "PUBLISH_EVERY": "0"}, death=Moment(ours, pattern)
    )
    assert (killed.code, killed.read()) == (KILLED, {bare_id(edited)})
    ended = trial.run(Run())  # and what must hold after it
    assert (ended.code, ended.read()) == (0, set() if is_written else {bare_id(edited)})
    assert (
        isinstance(trial.land, Branch) and len(trial.land.history()) == 2
    )  # the owner's, and ours
