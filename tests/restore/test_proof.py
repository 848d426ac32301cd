"""What the comparison of a copy with the backup finds: here the original stands for the copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backup.model import bare_id
from backup.restore.losses import Loss, Lost
from backup.restore.proof import Proof, proof
from backup.restore.read_back import of_backup
from demo.sample import sample
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import PNG
from tests.support.restoring import read_back, saved_of

PICTURE = PNG[:-1] + b"\0"


class Copy:
    """A page with a bit of everything, backed up; then somebody changes the original."""

    def __init__(self, backup: Backup) -> None:
        self.backup, self.notion = backup, backup.notion
        self.picture = self.notion.files.keep("a.png", PNG)
        self.other = self.notion.files.keep("b.png", PNG + b"more")
        self.top = Branch.root(self.notion, "Top", icon=build.emoji("🌊"))
        self.text = self.top.block(build.block("paragraph", ["Some ", build.text("b", bold=True)]))
        self.toggle = self.top.block(
            build.block("toggle", "More", children=[build.block("paragraph", "Inner")])
        )
        self.code = self.top.block(blocks.code("x = 1", "python"))
        self.image = self.top.block(blocks.media("image", build.hosted(self.picture), "A cup"))
        self.table = self.top.block(blocks.table([["a", "b"], ["c", "d"]]))
        self.page = self.top.page("Below", "Words")
        self.top.block(blocks.link_to_page(self.page.id))
        link = build.text("there", link=f"/{bare_id(self.page.id)}")
        self.top.block(build.block("paragraph", [link]))
        schema = {"Size": properties.number(), "Kind": properties.select("big", "small")}
        self.database = self.top.database("Things", schema)
        self.row = self.database.row("Cup", {"Size": 3, "Kind": "big"})
        assert backup.run(DATABASES=self.top.id).code == 0

    def proof(self, *foreseen: Lost) -> Proof:
        before = of_backup(saved_of(self.backup, "Top"))
        after = read_back(self.backup, "page", self.top.id)
        return proof(before, after, {}, foreseen)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        yield Copy(backup)


def test_what_is_the_same_has_no_difference(copy: Copy) -> None:
    found = copy.proof()
    assert found.differences == () and found.lost == ()
    assert found.compared > 12


CHANGES: dict[str, tuple[Callable[[Copy], object], str]] = {
    "a word": (
        lambda copy: copy.notion.edit(copy.text.id, ["Some ", build.text("c", bold=True)]),
        "rich text",
    ),
    "a mark": (lambda copy: copy.notion.edit(copy.text.id, "Some b"), "rich text"),
    "a colour": (lambda copy: copy.notion.edit(copy.toggle.id, color="red"), "color"),
    "a language": (lambda copy: copy.notion.edit(copy.code.id, language="rust"), "language"),
    "a caption": (
        lambda copy: copy.notion.edit(copy.image.id, caption=build.runs("A pot")),
        "caption",
    ),
    "a picture": (
        lambda copy: copy.notion.edit(copy.image.id, **build.hosted(copy.other)),
        "source",
    ),
    "a cell": (
        lambda copy: copy.notion.edit(
            copy.notion.listed(copy.table.id)[1], cells=[build.runs("c"), build.runs("e")]
        ),
        "cells",
    ),
    "a block more": (lambda copy: copy.toggle.text("And more"), "1 block more"),
    "a block less": (
        lambda copy: copy.notion.trash(copy.notion.listed(copy.toggle.id)[0]),
        "is not in the copy",
    ),
    "another type": (
        lambda copy: copy.notion.trash(copy.code.id),
        "is a image in the copy, not a code",
    ),
    "a title": (lambda copy: copy.page.rename("Beneath"), "title"),
    "an icon": (lambda copy: copy.notion.set_icon(copy.top.id, build.emoji("🔥")), "icon"),
    "a value": (lambda copy: copy.notion.set_property(copy.row.id, "Size", 4), "value"),
    "a choice": (lambda copy: copy.notion.set_property(copy.row.id, "Kind", "small"), "value"),
    "a row less": (lambda copy: copy.notion.trash(copy.row.id), "rows in the copy"),
    "a column less": (
        lambda copy: copy.notion.remove_property(copy.database.first_source, "Size"),
        "property",
    ),
    "a page less": (lambda copy: copy.notion.trash(copy.page.id), "copy"),
    "a text in a page below": (lambda copy: copy.page.edit("Others"), "rich text"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found(copy: Copy, what: str) -> None:
    change, words = CHANGES[what]
    change(copy)
    found = copy.proof()
    assert any(words in each.what for each in found.differences), found.differences


def test_a_difference_names_its_page_and_block(copy: Copy) -> None:
    copy.page.edit("Others")
    (found,) = copy.proof().differences
    block = copy.notion.listed(copy.page.id)[0]
    assert (found.path, found.where) == ("top/below", bare_id(block))


def becomes_a_line(copy: Copy, block: Branch) -> None:
    """A paragraph stands where the block stood."""
    made = build.block("paragraph", "[Something]")
    block.node.data.clear()
    block.node.data.update(type="paragraph", paragraph=made["paragraph"])


def test_a_loss_that_was_foreseen_is_not_a_difference_where_it_may_happen(copy: Copy) -> None:
    lost = Lost(Loss.FILE_MISSING, "top", bare_id(copy.image.id))
    becomes_a_line(copy, copy.image)
    found = copy.proof(lost)
    assert found.differences == () and found.lost == (lost,)


def test_no_loss_excuses_what_could_have_been_made(copy: Copy) -> None:
    becomes_a_line(copy, copy.code)
    losses = [Lost(kind, "top", bare_id(copy.code.id)) for kind in Loss]
    found = copy.proof(*losses)
    assert [each.where for each in found.differences] == [bare_id(copy.code.id)]


def test_a_loss_that_did_not_happen_is_reported(copy: Copy) -> None:
    lost = Lost(Loss.PEOPLE, "top", bare_id(copy.text.id))
    assert copy.proof(lost).unfounded == (lost,)


def test_the_sample_workspace_is_like_itself(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample(), git=False) as backup:
        top = backup.notion.top[0]
        assert backup.run(DATABASES=top).code == 0
        before = of_backup(saved_of(backup, "How-to wiki"))
        after = read_back(backup, "database", top)
    assert proof(before, after, {}).differences == ()
