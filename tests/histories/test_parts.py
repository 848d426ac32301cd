"""Histories of backups that are read in parts (SHARD), each of which only one part saw as it should: the
random ones find them, these live them in every run of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.histories.happenings import Event
from tests.histories.histories import (
    BARE,
    FIRST,
    HEARD,
    HIDDEN,
    KEEP,
    REFUSED,
    REMOVED,
    SAID,
    SECOND,
    SHARDS,
    STORED,
    History,
    live,
)
from tests.histories.owner import Act
from tests.histories.trial import Choice, Run, Way

HISTORIES: dict[str, History] = {
    "the work tree was cleaned, and one shard runs": (
        SHARDS,
        [FIRST, SECOND, Run(who=0, tree="bare")],
    ),
    "a page moves into a page of another shard, and no edit time shows it": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, FIRST, Event("move_quietly", 1, 4), FIRST, SECOND],
    ),
    "a page of another shard has to make room, and its text was deleted": (
        SHARDS,
        [FIRST, SECOND, Event("swap", 0, 1), Act("drop_text", 2), FIRST],
    ),
    "two pages of different shards swap their titles": (
        SHARDS,
        [FIRST, SECOND, Event("swap", 0, 1)],
    ),
    "two pages of different shards swap their databases": (
        SHARDS,
        [FIRST, SECOND, Event("move", 0, 1), Event("move", 3, 0)],
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
    "stores of both shards are deleted": (
        SHARDS,
        [FIRST, SECOND, *(Act("drop_store", number) for number in range(7)), FIRST],
    ),
    "one of two shards keeps no stores": (SHARDS, [FIRST, SECOND, BARE, SECOND, STORED, FIRST]),
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
    "comments in two shards, and the state is lost": (
        SHARDS,
        [HEARD, *SAID, FIRST, SECOND, Event("answer", 2), SECOND, FIRST, Act("lose"), FIRST],
    ),
    "pages of one shard lie in pages of the other that go": (
        Way("folder", shards=2, roots="workspace"),
        [REMOVED, FIRST, SECOND, SECOND, FIRST, Event("trash_many", 0, 6), FIRST],
    ),
    "a page goes into a page of the other shard": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, Event("move_into", 5, 4), FIRST],
    ),
    "a list in a page of the other shard is refused": (
        Way("main", shards=2, roots="page"),
        [FIRST, SECOND, SECOND, Run("fault", 12, REFUSED)],
    ),
    "a page is deleted by hand, and stores are given up in the run of another shard": (
        Way("here", shards=2, roots="workspace"),
        [SECOND, BARE, Act("delete", 0)],
    ),
    "a database is not shown to a part of which no page in it is missing": (
        Way("branch", ("runner", "runner"), shards=2, roots="page"),
        [FIRST, SECOND, Event("move_row", 7, 10), Run("fault", 8, HIDDEN)],
    ),
    "a part does not see a database, and somebody has deleted a store in it": (
        Way("folder", shards=2, roots="workspace"),
        [FIRST, SECOND, Act("drop_store", 6, 8), Run("fault", 10, HIDDEN)],
    ),
    "somebody replaces the branch of two parts, and a kept folder has it": (
        Way("branch", ("laptop",), shards=2, roots="workspace"),
        [FIRST, SECOND, Act("replace"), FIRST],
    ),
    "a part reads pages in rows that another shard removes": (
        Way("folder", shards=2, roots="page"),
        [FIRST, SECOND, Run("busy", 4, 10, Event("trash_root", 7, 8)), FIRST, SECOND, FIRST],
    ),
    "an old state is put back, and a store of another shard is gone": (
        Way("pull", ("laptop",), shards=2, roots="page"),
        [
            *(Run(who=1, every=100), Act("delete_file", 7, 10)),
            *(Run(tree="bare"), Act("revert_state", 7, 9)),
        ],
    ),
    "somebody wrote in a page that another shard moves, and the run is killed": (
        Way("here", ("laptop",), shards=2, roots="page"),
        [SECOND, Run(who=1, tree="untidy"), Event("source", 9, 2), Run("killed", 60, 5)],
    ),
    "an older state has the page in the trash in which another shard has one": (
        Way("pull", ("runner", "runner"), shards=2, roots="workspace"),
        [
            *(FIRST, SECOND, Event("trash", 11, 4), Act("forge", 6, 10), Act("lose", 11, 10)),
            *(FIRST, Choice(4, 11), Act("merge", 4, 3)),
        ],
    ),
    "a page of another shard moves, and a database in it has a row that was never read": (
        Way("pull", shards=2, roots="workspace"),
        [FIRST, SECOND, Event("move_into", 2, 4), Run("full")],
    ),
    "a row leads to a page that another shard reads later": (
        Way("pull", shards=2, requests=3, roots="page"),
        [Event("relate", 2, 5)],
    ),
    "a page moves in a killed run of its part, and its store is deleted before the other part runs": (
        Way("folder", shards=2),
        [
            *(FIRST, SECOND, Event("purge", 10), Event("swap", 10, 9), Run("killed", 57)),
            *(Act("drop_store", 4, 1), Event("swap", 10, 9), SECOND),
        ],
    ),
    "a database moves out with its page, is kept, and has a row that was never read": (
        Way("branch", ("runner", "laptop"), shards=2, roots="page"),
        [FIRST, SECOND, Event("move", 2, 11), KEEP],
    ),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_several_parts_end_in_what_a_fresh_backup_says(tmp_path: Path, history: str) -> None:
    live(HISTORIES[history], tmp_path)
