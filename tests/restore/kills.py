"""Kills restores of random trees at each of their writes, and looks at what the next run makes of it.

`python -m tests.restore.kills 200` takes 200 trees, of the seeds from 0 on or from the one that is named then.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from backup.model import bare_id
from tests.support.copying import Copying, copying
from tests.support.gardens import Garden
from tests.support.restoring import restore

_ID = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
)  # of what is no block: options, files
_SIZE = 5  # of a tree; the tenth part of them is larger


def killed_at_every_write(seed: int, folder: Path) -> int:
    """How many kills one tree took. Raises AssertionError when a copy is not there once, and equal."""
    size = _SIZE * 4 if seed % 10 == 9 else _SIZE
    with copying(folder, Garden(seed, size).top) as copy:
        sent = copy.send()
        assert copy.proof(sent).differences == (), seed
        whole, writes = _shown(copy), copy.writes
        for at in range(1, writes + 1):
            copy.begin_anew()
            assert copy.killed(at), (seed, at)
            _goes_on(copy, (seed, at), is_done=at == writes)
            assert _shown(copy) == whole, (seed, at)
        assert copy.touched() == set(), seed
        return writes


def _goes_on(copy: Copying, where: tuple[int, int], *, is_done: bool) -> None:
    """The next run finishes the copy; one that is finished, though nobody heard so, is found again."""
    if is_done:
        shown = restore(copy.backup, bare_id(copy.top.id), RESTORE_INTO=copy.goal.id)
        assert shown.code == 0, (where, shown.out)
        assert "there already, and as in the backup: nothing was written" in shown.out, where
    else:
        sent = copy.send()
        assert sent.finished, (where, sent.problem)


def _shown(copy: Copying) -> str:
    """All that lies in the page of the copies, with views and comments, whatever the ids."""
    notion, order = copy.notion, list[str]()

    def shown(id_: str) -> list[object]:
        node = notion.node(id_)
        order.append(node.id)
        views = [notion.views[bare_id(view)] for view in notion.views_of(node.id)]
        kept = [[view[key] for key in ("name", "type", "filter", "sorts")] for view in views]
        said = [one["rich_text"] for one in notion.open_comments(node)]
        return [
            node.kind,
            node.data,
            node.locked,
            kept,
            said,
            [shown(each) for each in node.children],
        ]

    text = json.dumps([shown(id_) for id_ in notion.listed(copy.goal.id)], sort_keys=True)
    for number, id_ in enumerate(order):
        for form in (id_, bare_id(id_)):
            text = text.replace(form, f"#{number}")
    return _ID.sub("*", text)


def main(number: int, first: int = 0) -> None:
    """Try so many trees."""
    kills = 0
    for seed in range(first, first + number):
        with TemporaryDirectory() as folder:
            kills += killed_at_every_write(seed, Path(folder) / "repository")
        print(f"tree {seed}: {kills} kills by now", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
