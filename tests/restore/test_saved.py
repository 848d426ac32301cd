"""What is taken from a backup to be restored, and what of a repository that others changed is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backup.errors import ConfigError
from backup.restore.losses import Loss, Lost, counted_by_kind
from backup.restore.saved import Saved, saved
from backup.sync import state
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import PNG, later


@pytest.fixture
def backed_up(tmp_path: Path) -> Iterator[Backup]:
    """The backup of a wiki with three pages, made one after the other; the second shows a picture."""
    notion = wiki("Tea")
    later(notion)
    cups = notion.add_page(notion.databases()[0], "Cups")
    picture = notion.files.keep("cup.png", PNG)
    notion.append(cups, [blocks.media("image", build.hosted(picture), "A cup")])
    later(notion)
    notion.add_page(notion.databases()[0], "Pots")
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        backup.run()
        yield backup


def of(backup: Backup, title: str) -> Saved:
    now = state.loads(backup.text(".notion-sync.json"))
    (id_,) = (id_ for id_, each in now.nodes.items() if each.title == title)
    return saved(now, id_, content(backup))


def content(backup: Backup) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        found = backup.folder / path
        return found.read_bytes() if found.is_file() else b""

    return read


def test_a_database_comes_with_its_rows_the_oldest_first(backed_up: Backup) -> None:
    found = of(backed_up, "Wiki")
    assert [(node.kind, node.path) for node in found.nodes] == [
        ("database", "wiki"),
        ("row", "wiki/tea"),
        ("row", "wiki/cups"),
        ("row", "wiki/pots"),
    ]


def test_a_tree_stands_in_the_order_of_reading(tmp_path: Path) -> None:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    top = Branch.root(notion, "Top")
    first = top.page("Z", at="toggle")
    top.database("Y").row("X")
    top.page("A")
    first.page("Inner")
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        assert backup.run(DATABASES=top.id).code == 0
        found = of(backup, "Top")
    names = [node.path.rpartition("/")[2] for node in found.nodes]
    assert names == ["top", "z", "inner", "y", "x", "a"]
    above = {node.path: node.parent_id for node in found.nodes}
    by_path = {node.path: node.id for node in found.nodes}
    assert above["top/y/x"] == by_path["top/y"] and above["top"] is None


def test_a_part_whose_store_somebody_changed_is_a_loss_with_all_in_it(backed_up: Backup) -> None:
    store = backed_up.folder / "wiki/cups/.notion.json"
    store.write_bytes(store.read_bytes().replace(b"Cups", b"Cuts"))
    found = of(backed_up, "Wiki")
    assert [node.path for node in found.nodes] == ["wiki", "wiki/tea", "wiki/pots"]
    assert found.lost == (Lost(Loss.UNREAD, "wiki/cups"),)


@pytest.mark.parametrize("change", ["edited", "missing", "of another page"])
def test_a_page_whose_store_is_not_its_own_is_refused(backed_up: Backup, change: str) -> None:
    store = backed_up.folder / "wiki/cups/.notion.json"
    if change == "missing":
        store.unlink()
    else:
        other = backed_up.folder / "wiki/tea/.notion.json"
        text = b"{}" if change == "edited" else other.read_bytes()
        store.write_bytes(text)
    with pytest.raises(ConfigError, match=r"wiki/cups cannot be restored.*RESTORE_AT"):
        of(backed_up, "Cups")


def test_losses_are_counted_by_kind_in_the_order_of_the_table() -> None:
    lost = [Lost(Loss.PEOPLE, "a", count=2), Lost(Loss.UNREAD, "b"), Lost(Loss.PEOPLE, "b")]
    assert counted_by_kind(lost) == ((Loss.UNREAD, 1), (Loss.PEOPLE, 3))


def test_a_file_is_what_was_downloaded_and_nothing_else(backed_up: Backup) -> None:
    found = of(backed_up, "Cups")
    (file,) = found.top.files
    assert found.open(found.top, file.path) == PNG
    assert found.open(found.top, "../tea/index.md") is None
    (backed_up.folder / found.top.path / file.path).write_bytes(b"another picture")
    assert found.open(found.top, file.path) is None
