"""Histories in which pages were once lost, never removed, read again each time, or failed for good: the
random ones find them, these live them in every run of the tests. Those of several parts stand in
test_parts.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.histories.happenings import Event
from tests.histories.histories import (
    BARE,
    BRANCH,
    BUSY,
    FAILED,
    FIRST,
    FOLDER,
    FORGERIES,
    HEADED,
    HEARD,
    HIDDEN,
    KEEP,
    LAPTOP,
    MAIN,
    PULL,
    REFUSED,
    REMOVED,
    SAID,
    SECOND,
    SILENCE,
    STORED,
    UNHEARD,
    History,
    live,
)
from tests.histories.owner import Act
from tests.histories.trial import Choice, Run, Way

HISTORIES: dict[str, History] = {
    "the work tree was cleaned, and Notion does not answer": (
        MAIN,
        [FIRST, Run("fault", 1, SILENCE, tree="bare")],
    ),
    "a half of the work tree is not there, and Notion stops answering": (
        MAIN,
        [FIRST, Run("fault", 14, SILENCE, tree="sparse")],
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
    "all is taken off the branch, and the run that reads it again is killed": (
        Way("main", ("laptop",), roots="page"),
        [FIRST, Act("revert", 8), Run("killed", 58, 1)],
    ),
    "a page goes to another place in the page that it lies in, and no time moves": (
        Way("here", roots="workspace"),
        [FIRST, Event("purge", 6, 9), Event("move_quietly", 7, 4), FIRST],
    ),
    "the branch is reset into the first run, whose state only the kept folder has": (
        Way("branch", ("laptop",), roots="page"),
        [Choice(5, 2), FIRST, Act("rewind", 2), Choice(2, 2)],
    ),
    "stores are given up in the run in which a database moves with its page": (
        Way("folder", roots="page"),
        [FIRST, Event("rename", 2, 3), BARE, FIRST],
    ),
    "what an unshared database lay in goes into the trash, and nothing else has it": (
        Way("folder", roots="workspace"),
        [FIRST, Event("unshare_root", 3, 5), Event("trash_root", 4, 7), FIRST, FIRST],
    ),
    "a page that somebody has deleted is read again, and the run is killed": (
        Way("here", ("runner", "laptop")),
        [FIRST, Act("delete", 1), Run("killed", 47, 11, who=1)],
    ),
    "a database of which no page was read is not shown for a moment": (
        Way("folder", roots="page"),
        [Run("stop", 13), Run("fault", 1, HIDDEN)],
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
    "an old state is put back after a database got another folder, and a picture alone is there": (
        Way("main", ("runner", "laptop"), roots="workspace"),
        [
            *(FIRST, Event("name", 11, 8), BARE, SECOND),
            *(Act("drop_text", 7), Act("revert_state", 8, 5), Run("full")),
        ],
    ),
    "all is deleted, a run finds Notion silent, and then the state of before is put back": (
        Way("branch", ("laptop",), roots="page"),
        [
            *(FIRST, Act("delete_all", 8), Run("fault", 12, BUSY, tree="sparse")),
            Act("revert_state", 4),
        ],
    ),
    "a database moves where a kept folder has the store of a page that lies elsewhere by now": (
        Way("branch", ("runner", "laptop"), requests=3, roots="page"),
        [
            *(Event("new", 5, 7), Event("purge", 1, 5), FIRST, Act("delete_all", 3, 7), SECOND),
            *(Event("move_row", 11, 5), FIRST, Choice(0, 5), Choice(2, 0), Event("swap", 0, 5)),
            Run(who=1, tree="sparse"),
        ],
    ),
    "an old state is put back that lacks a database in a row, and the row is edited": (
        Way("main", ("runner", "runner"), roots="page"),
        [FIRST, Event("nest", 5), FIRST, Act("revert_state", 7, 6), Event("link_to_block", 6, 3)],
    ),
    "the state is lost, and a page without a store is in the trash": (
        Way("here", ("laptop",), roots="workspace"),
        [
            *(FIRST, Event("trash", 2, 3), Act("drop_store", 7, 4), Event("move", 6, 4)),
            Act("lose", 6, 1),
        ],
    ),
    "a store goes that a killed run wrote, and its page has to make room": (
        Way("folder", ("runner", "laptop"), requests=1),
        [
            *(Event("crowd", 9, 11), Event("move_quietly", 10, 7), Run("killed", 66, who=1)),
            *(Act("drop_store", 9, 5), Event("crowd", 9, 11)),
        ],
    ),
    "the newest commit is taken back, and then the state is lost": (
        MAIN,
        [BARE, FIRST, Event("new", 0, 3), FIRST, Act("revert", 1), Act("lose")],
    ),
    "two run inside of each other": (
        Way("main", ("runner", "runner")),
        [FIRST, Event("edit"), Event("new", 0, 3), Event("wait", 3), Run("between", 12, who=1)],
    ),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_ends_in_what_a_fresh_backup_says(tmp_path: Path, history: str) -> None:
    live(HISTORIES[history], tmp_path)
