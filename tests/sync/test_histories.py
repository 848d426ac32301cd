"""Histories in which pages were once lost, never removed, read again each time, or failed for good: the
random ones find them, these live them in every run of the tests. What must hold after each run and at
the end stands in trial.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakenotion import faults
from tests.sync.happenings import Event, begun
from tests.sync.owner import Act
from tests.sync.runs import FAULTS, Runs, from_on, path_of
from tests.sync.trial import Choice, Run, Trial, Way

FOLDER, MAIN, BRANCH, PULL = Way("folder"), Way("main"), Way("branch"), Way("pull")
LAPTOP, SHARDS = Way("main", ("laptop",)), Way("main", shards=2)
SILENCE = next(number for number, (kind, _) in enumerate(FAULTS) if kind is from_on)  # no answers
REFUSED = FAULTS.index((path_of, faults.error(403)))
FAILED = FAULTS.index((path_of, faults.error(500)))
HIDDEN = FAULTS.index((path_of, faults.error(404)))
FIRST, SECOND = Run(who=0), Run(who=1)
HEADED, KEEP = Choice(0, 1), Choice(3, 0)  # FRONT_MATTER=true, ON_DELETE=keep
REMOVED = Choice(3, 1)  # ON_DELETE=remove
BARE, STORED = Choice(6, 0), Choice(6, 1)  # KEEP_JSON=false, true
HEARD, UNHEARD = Choice(7, 0), Choice(7, 1)  # COMMENTS=true, false
SAID = [Event("comment", 0, 0), Event("comment", 0, 1), Event("comment", 3, 2), Event("answer", 1)]
FORGERIES = [Act("touch_store", number, 1) for number in range(7)]

HISTORIES: dict[str, tuple[Way, list[Event | Act | Choice | Run]]] = {
    "the work tree was cleaned, and Notion does not answer": (
        MAIN,
        [FIRST, Run("fault", 1, SILENCE, tree="bare")],
    ),
    "a half of the work tree is not there, and Notion stops answering": (
        MAIN,
        [FIRST, Run("fault", 14, SILENCE, tree="sparse")],
    ),
    "the work tree was cleaned, and one shard runs": (
        SHARDS,
        [FIRST, SECOND, Run(who=0, tree="bare")],
    ),
    "the work tree was cleaned, and one database is not named": (
        MAIN,
        [FIRST, Event("name", 0), Run(tree="bare")],
    ),
    **{
        f"an option is renamed between the {number}. request and the next": (
            MAIN,
            [FIRST, Run("busy", number, 0, Event("rename_option", 0, 6), tree="bare"), FIRST],
        )
        for number in (3, 6)
    },
    "a column is renamed between two requests": (
        Way("main", ("runner", "laptop"), requests=3),
        [FIRST, Run("busy", 1, 0, Event("rename_column", 5, 8)), FIRST],
    ),
    "a column is made between two requests": (
        Way("branch", ("runner", "runner"), roots="page"),
        [Run("busy", 13, 11, Event("column", 0, 8)), FIRST],
    ),
    "a list in a page is refused while a page in it is edited": (
        Way("main", roots="page"),
        [FIRST, Event("archive", 10, 1), Run("fault", 14, REFUSED)],
    ),
    "a database goes with its page, and the run that removes its rows is killed": (
        Way("folder", roots="page"),
        [REMOVED, FIRST, Event("trash_many", 9, 3), Run("killed", 12), FIRST],
    ),
    "a page moves into a page of another part, and no edit time tells": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, FIRST, Event("move_quietly", 1, 4), FIRST, SECOND],
    ),
    "a page of another part has to make room, and its text was deleted": (
        SHARDS,
        [FIRST, SECOND, Event("swap", 0, 1), Act("drop_text", 2), FIRST],
    ),
    "finished pages are published from a cleaned work tree": (
        MAIN,
        [FIRST, Run("full", tree="bare", every=100)],
    ),
    "a fresh clone for each run to another branch": (BRANCH, [FIRST, Event("trash", 0), FIRST]),
    "a fresh clone for each run to a pull request": (PULL, [FIRST, Event("trash", 0), FIRST]),
    "a pull request is merged, and a page is trashed": (
        PULL,
        [FIRST, Act("merge"), Event("trash", 0), Event("edit", 1), FIRST, Act("merge", 1, 1)],
    ),
    "a pull request is turned down": (
        PULL,
        [FIRST, Act("merge"), Event("edit"), FIRST, Act("close")],
    ),
    "a copy in an archive, and the state is lost": (
        MAIN,
        [FIRST, Act("copy", 0, 0), Act("lose"), FIRST],
    ),
    "a copy in an archive, the state is lost, and the page is renamed": (
        MAIN,
        [FIRST, Act("copy", 0, 0), Act("lose"), Event("rename", 3, 3), FIRST],
    ),
    "a copy of a whole backup, and the state is lost": (
        MAIN,
        [FIRST, Act("copy_all", 1), Act("lose"), FIRST],
    ),
    "the state is lost": (MAIN, [FIRST, Act("lose")]),
    "the state is lost, and only front matter tells": (MAIN, [BARE, HEADED, FIRST, Act("lose")]),
    "the state is lost, and nothing tells": (MAIN, [BARE, FIRST, Act("lose")]),
    "merge-conflict markers, and pages have no front matter": (MAIN, [FIRST, Act("conflict", 5)]),
    "merge-conflict markers, and pages have front matter": (
        MAIN,
        [HEADED, FIRST, Act("conflict", 5)],
    ),
    "two pages of different shards swap their titles": (
        SHARDS,
        [FIRST, SECOND, Event("swap", 0, 1)],
    ),
    "two pages of different shards swap their databases": (
        SHARDS,
        [FIRST, SECOND, Event("move", 0, 1), Event("move", 3, 0)],
    ),
    "the branch is reset to yesterday": (
        LAPTOP,
        [FIRST, Event("edit"), Event("wait", 3), FIRST, Act("rewind", 1), FIRST],
    ),
    "the branch gets another history": (LAPTOP, [FIRST, Act("replace"), FIRST]),
    "pages are deleted by hand": (MAIN, [FIRST, Act("delete", 1), FIRST]),
    "everything is deleted by hand, with the state": (LAPTOP, [FIRST, Act("delete_all", 1), FIRST]),
    "the state is lost while a database lists nothing, and its pages are kept": (
        FOLDER,
        [KEEP, FIRST, Event("trash_many"), Act("lose"), FIRST],
    ),
    "an entry of the state is dropped by hand, and every page changes": (
        MAIN,
        [FIRST, Act("forge", 1), Event("column", 0), Event("column", 1), FIRST],
    ),
    "an entry is dropped, and pages have front matter": (
        MAIN,
        [HEADED, FIRST, Act("forge", 1), Event("column", 0), Event("column", 1), FIRST],
    ),
    "an entry is damaged, and pages have no front matter": (
        MAIN,
        [FIRST, Act("forge", 1, 4), Event("column", 0), Event("column", 1), FIRST],
    ),
    "an old state is put back after a page was renamed": (
        MAIN,
        [FIRST, Event("rename", 0, 3), FIRST, Act("revert_state", 1), FIRST],
    ),
    "an old state is put back after a page went into another page": (
        MAIN,
        [FIRST, Event("move_into", 0, 1), FIRST, Act("revert_state", 1), Run("full"), FIRST],
    ),
    "an old state is put back after two pages swapped their titles": (
        SHARDS,
        [FIRST, SECOND, Event("swap", 0, 1), FIRST, SECOND, Act("revert_state", 2), FIRST, SECOND],
    ),
    "an old state is put back beside a root that it does not know, and all that lies in it": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, Event("swap", 2), Event("move_row", 6, 2), Act("revert_state", 7, 2)],
    ),
    "an old state is put back after a page went into one that changed since": (
        Way("main", ("laptop",), shards=2),
        [
            *(FIRST, SECOND, Event("move_into", 9), Event("swap", 0, 5), Act("revert", 1), FIRST),
            *(Event("rename", 4, 5), Event("move_row", 2, 1), FIRST, SECOND),
            *(Act("revert_state", 2, 1), SECOND),
        ],
    ),
    "an old state gives the place of a root to another one": (
        Way("main", shards=2, roots="page"),
        [
            *(FIRST, SECOND, Event("move_into", 4, 5), Event("swap", 6, 5), Act("delete", 9)),
            *(SECOND, Event("move_into", 11), SECOND, FIRST),
            *(Event("move_row", 3), Act("revert_state", 2)),
        ],
    ),
    "a page goes where a database lay, in the page that changes places with its own": (
        Way("main", roots="page"),
        [FIRST, Event("swap", 2)],
    ),
    "the state is lost, a page goes where a database lay, and the run is killed": (
        Way("folder", roots="page"),
        [FIRST, Event("swap", 2), Act("lose"), Run("killed", 35)],
    ),
    "a kept folder shows what another one has published since": (
        Way("branch", ("runner", "laptop")),
        [FIRST, Act("rewind", 11), Run("fault", 12, SILENCE, who=1), FIRST],
    ),
    "the branch lost all that a kept folder has": (
        Way("pull", ("laptop",)),
        [FIRST, Act("delete_all", 1), FIRST],
    ),
    "the branch lost all, and somebody changed a page in the kept folder": (
        Way("pull", ("laptop",)),
        [FIRST, Run(tree="untidy"), Act("delete_all", 1), FIRST],
    ),
    "a text and a store are deleted, and another store is damaged": (
        MAIN,
        [FIRST, Act("drop_text", 0), Act("drop_store", 2), Act("touch_store", 4), FIRST, HEADED],
    ),
    "stores are given up while a page is kept, and wanted again": (
        LAPTOP,
        [KEEP, FIRST, Event("trash", 0), FIRST, BARE, FIRST, STORED, FIRST],
    ),
    "stores of both shards are deleted": (
        SHARDS,
        [FIRST, SECOND, *(Act("drop_store", number) for number in range(7)), FIRST],
    ),
    "one of two shards keeps no stores": (SHARDS, [FIRST, SECOND, BARE, SECOND, STORED, FIRST]),
    "stores say something else, and the state is lost": (
        FOLDER,
        [FIRST, Act("touch_store", 1, 1), Act("touch_store", 3, 1), Act("lose"), FIRST],
    ),
    "stores say something else, the state is lost, and the run that reads on is stopped": (
        FOLDER,
        [FIRST, *FORGERIES, Act("lose"), Run("stop", 10), FIRST],
    ),
    "the store of a database is damaged, and the state is lost": (
        FOLDER,
        [FIRST, Act("touch_store", 0), Act("lose"), FIRST],
    ),
    "the branch is as it was before the first backup, and one shard runs": (
        Way("main", ("laptop",), shards=2, roots="page"),
        [FIRST, SECOND, Act("revert", 11), FIRST],
    ),
    "the branch is reset to a page's own commit, and one shard runs": (
        SHARDS,
        [Choice(5, 0), FIRST, SECOND, FIRST, Act("rewind", 5), FIRST],
    ),
    "an old state is put back that lacks a page, which is kept after its removal in Notion": (
        Way("here", requests=3, shards=2),
        [
            *(FIRST, SECOND, Act("revert_state", 7, 1), Event("move_into", 10, 4)),
            *(Event("trash", 7, 9), KEEP),
        ],
    ),
    "a page is read while its root is in the trash": (
        Way("folder", shards=2, roots="page"),
        [SECOND, Event("trash_root", 6, 1), FIRST],
    ),
    "stores are new, and the run is cut off in the middle": (
        LAPTOP,
        [BARE, FIRST, STORED, Run("killed", 60, 1), FIRST],
    ),
    "comments come, are answered, and go, and are given up": (
        MAIN,
        [HEARD, *SAID, FIRST, Event("resolve", 1), Event("comment", 2, 1), FIRST, UNHEARD, FIRST],
    ),
    "comments are wanted later, in a cleaned work tree, while no answer comes": (
        MAIN,
        [FIRST, *SAID, HEARD, Run("fault", 22, SILENCE, tree="bare"), Run(tree="bare")],
    ),
    "comments are wanted later, and the run is killed": (
        LAPTOP,
        [FIRST, *SAID, HEARD, Run("killed", 30, 1), FIRST],
    ),
    "comments without stores": (
        FOLDER,
        [BARE, HEARD, *SAID, FIRST, Event("answer", 0), Event("edit", 0), FIRST],
    ),
    "comments in two shards, and the state is lost": (
        SHARDS,
        [HEARD, *SAID, FIRST, SECOND, Event("answer", 2), SECOND, FIRST, Act("lose"), FIRST],
    ),
    "comments stay in stores that the owner deletes or damages": (
        LAPTOP,
        [HEARD, *SAID, FIRST, Act("drop_store", 0), Act("touch_store", 3), Event("answer", 1)],
    ),
    "a view in a page, where another branch has the state": (
        Way("branch", roots="page"),
        [FIRST, Event("link_view", 0, 1), FIRST],
    ),
    "a view comes into a page while a pull request is open": (
        Way("pull", roots="page"),
        [FIRST, Act("merge"), Event("link_view", 7, 11), FIRST],
    ),
    "pages of one shard lie in pages of the other that go": (
        Way("folder", shards=2, roots="workspace"),
        [REMOVED, FIRST, SECOND, SECOND, FIRST, Event("trash_many", 0, 6), FIRST],
    ),
    "all is taken off the branch, and the run that reads it again is killed": (
        Way("main", ("laptop",), roots="page"),
        [FIRST, Act("revert", 8), Run("killed", 58, 1)],
    ),
    "a page goes to another place in the page that it lies in, and no time moves": (
        Way("here", roots="workspace"),
        [FIRST, Event("purge", 6, 9), Event("move_quietly", 7, 4), FIRST],
    ),
    "a page goes into a page of the other shard": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, Event("move_into", 5, 4), FIRST],
    ),
    "a list in a page of the other shard is refused": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, SECOND, Run("fault", 12, REFUSED)],
    ),
    "the branch is reset into the first run, whose state only the kept folder has": (
        Way("branch", ("laptop",), roots="page"),
        [Choice(5, 2), FIRST, Act("rewind", 2), Choice(2, 2)],
    ),
    "a page is deleted by hand, and stores are given up in the run of another part": (
        Way("here", shards=2, roots="workspace"),
        [SECOND, BARE, Act("delete", 0)],
    ),
    "stores are given up in the run in which a database moves with its page": (
        Way("folder", roots="page"),
        [FIRST, Event("rename", 2, 3), BARE, FIRST],
    ),
    "a database is not shown to a part of which no page in it is missing": (
        Way("branch", ("runner", "runner"), shards=2, roots="page"),
        [FIRST, SECOND, Event("move_row", 7, 10), Run("fault", 8, HIDDEN)],
    ),
    "what an unshared database lay in goes into the trash, and nothing else has it": (
        Way("folder", roots="workspace"),
        [FIRST, Event("unshare_root", 3, 5), Event("trash_root", 4, 7), FIRST, FIRST],
    ),
    "a part does not see a database, and somebody has deleted a store in it": (
        Way("folder", shards=2, roots="workspace"),
        [FIRST, SECOND, Act("drop_store", 6, 8), Run("fault", 10, HIDDEN)],
    ),
    "somebody replaces the branch of two parts, and a kept folder has it": (
        Way("branch", ("laptop",), shards=2, roots="workspace"),
        [FIRST, SECOND, Act("replace"), FIRST],
    ),
    "a part reads pages in rows that another part removes": (
        Way("folder", shards=2, roots="page"),
        [FIRST, SECOND, Run("busy", 4, 10, Event("trash_root", 7, 8)), FIRST, SECOND, FIRST],
    ),
    "a page that somebody has deleted is read again, and the run is killed": (
        Way("here", ("runner", "laptop")),
        [FIRST, Act("delete", 1), Run("killed", 47, 11, who=1)],
    ),
    "a database of which no page was read is not shown for a moment": (
        Way("folder", roots="page"),
        [Run("stop", 13), Run("fault", 1, HIDDEN)],
    ),
    "an old state is put back, and a store of another part is gone": (
        Way("pull", ("laptop",), shards=2, roots="page"),
        [
            *(Run(who=1, every=100), Act("delete_file", 7, 10)),
            *(Run(tree="bare"), Act("revert_state", 7, 9)),
        ],
    ),
    "a page with one in it is deleted for good, in Notion and here": (
        Way("main", ("laptop",), roots="page"),
        [FIRST, Act("delete_all", 2), Event("purge", 11, 2), FIRST],
    ),
    "a text is deleted while its database is not shown, and nothing is stored": (
        Way("main", ("runner", "laptop"), roots="page"),
        [BARE, FIRST, Act("drop_text", 11, 9), Run("fault", 8, HIDDEN)],
    ),
    "a new page moves from a list that is read later to one that was read": (
        Way("folder"),
        [FIRST, Event("child", 6, 4), Run("busy", 2, 9, Event("move_row", 5, 3))],
    ),
    "somebody wrote in a page that another part moves, and the run is killed": (
        Way("here", ("laptop",), shards=2, roots="page"),
        [SECOND, Run(who=1, tree="untidy"), Event("source", 9, 2), Run("killed", 60, 5)],
    ),
    "a kept folder remembers a list of which the branch knows nothing more": (
        Way("branch", ("runner", "laptop"), roots="page"),
        [FIRST, Event("drop", 11, 7), Event("trash", 8, 7), Run("fault", 7, FAILED, who=1)],
    ),
    "somebody deletes a database that Notion does not show just then": (
        Way("main", ("runner", "runner"), requests=3, roots="page"),
        [FIRST, Act("delete", 8), Run("fault", 1, HIDDEN)],
    ),
    "a view shows a database that is empty now": (
        Way("folder"),
        [
            *(Event("move_into", 5, 4), Event("move_into", 6, 3), FIRST),
            *(Event("link_view", 5, 6), Event("move_into", 5, 4), FIRST),
        ],
    ),
    "an older state has the page in the trash in which another part has one": (
        Way("pull", ("runner", "runner"), shards=2, roots="workspace"),
        [
            *(FIRST, SECOND, Event("trash", 11, 4), Act("forge", 6, 10), Act("lose", 11, 10)),
            *(FIRST, Choice(4, 11), Act("merge", 4, 3)),
        ],
    ),
    "two run inside of each other": (
        Way("main", ("runner", "runner")),
        [FIRST, Event("edit"), Event("new", 0, 3), Event("wait", 3), Run("between", 12, who=1)],
    ),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_ends_in_what_a_fresh_backup_says(tmp_path: Path, history: str) -> None:
    way, steps = HISTORIES[history]
    trial = Trial(Runs(begun(way.roots)), tmp_path, way)
    for step in steps:
        if isinstance(step, Run):
            trial.run(step)
        else:
            trial.happen(step)
            trial.life.clock.forward(minutes=2)
    trial.end()
    assert not trial.moved, "the owner had to help"
