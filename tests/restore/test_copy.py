"""Copies of pages: equal to the backup, in as few requests as planned, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.model import bare_id
from backup.restore.losses import Loss
from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from tests.support.copying import Copying, copying, ground
from tests.support.gardens import Garden
from tests.support.kitchen import PNG


def hold(copy: Copying) -> None:
    """A copy is made as planned, is equal, and nothing else changed."""
    sent = copy.send()
    assert sent.finished, sent.problem
    found = copy.proof(sent)
    assert found.differences == () and found.unfounded == ()
    assert copy.requests == copy.plan.requests
    assert copy.touched() == set()
    assert copy.backup.server.writes.signed() == []
    assert copy.copies == [copy.top.title]


def test_a_page_comes_back_in_two_requests(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top", "One", "Two")
    with copying(tmp_path / "repository", top) as copy:
        assert copy.plan.requests == 2  # the page with its blocks, and the mark off its title
        hold(copy)


def test_blocks_of_many_kinds_come_back(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top", "One", icon=build.emoji("🌊"))
    picture = notion.files.keep("a.png", PNG)
    for raw in [
        build.block("paragraph", ["Some ", build.text("b", bold=True, color="red")]),
        build.block("toggle", "More", children=[build.block("paragraph", "Inner")]),
        blocks.code("x = 1", "python", "A caption"),
        blocks.media("image", build.hosted(picture), "A cup"),
        blocks.table([["a", "b"], ["c", "d"]]),
        blocks.columns([build.block("paragraph", "L")], [build.block("paragraph", "R")]),
        blocks.tabs({"A": [build.block("divider")], "B": []}),
        blocks.callout("💡", "Lamp"),
        blocks.to_do("Done", True),
        blocks.equation("e=mc^2"),
    ]:
        top.block(raw)
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)


def test_pages_in_pages_stand_where_they_stood(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top", "Before")
    first = top.page("First", "Its words")
    top.text("Between", "and more")
    second = top.page("Second")
    second.page("Deep", "down")
    top.text("After")
    first.block(build.block("paragraph", [build.mention_page(second.id, "Second")]))
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_tree_comes_back(seed: int, tmp_path: Path) -> None:
    with copying(tmp_path / "repository", Garden(seed).top) as copy:
        hold(copy)


def test_a_link_to_a_block_that_is_not_made_is_a_loss_where_it_stands(tmp_path: Path) -> None:
    top = Branch.root(ground(), "Top")
    frame = top.block(blocks.columns([build.block("paragraph", "Alone")]))
    link = build.text("there", link=f"/{bare_id(top.id)}#{bare_id(frame.id)}")
    top.page("Below").block(build.block("paragraph", [link]))
    database = top.database("Things", {"Note": properties.of("rich_text")})
    database.row("Cup", {"Note": [link]})
    with copying(tmp_path / "repository", top) as copy:
        hold(copy)
        places = {(lost.kind, lost.path) for lost in copy.plan.losses}
        paths = ("top/below", "top/things/cup")
        assert places == {(Loss.ADDRESS, path) for path in paths}
