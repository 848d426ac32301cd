"""Nothing is asked that need not be: the counts of the bench, on small workspaces, without a clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.generate import generate
from fakenotion import blocks, build
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up

ROWS = 46
MOST = 20  # items that Notion gives at once here, so that few rows are several pages of a list


def least(notion: Workspace, id_: str) -> int:
    """Requests for everything below a page or block: one per MOST children of each container."""
    below = notion.children(notion.node(id_))
    return max(1, -(-len(below) // MOST)) + sum(
        least(notion, each.id) for each in below if each.children
    )


def asked(backup: Backup, *flags: str) -> int:
    before = len(backup.server.requests)
    ran = backup.run(*flags, COMMIT="false")
    assert ran.code == 0, ran.log
    return len(backup.server.requests) - before


def pages(notion: Workspace) -> list[str]:
    return notion.listed(notion.source(notion.databases()[0]))


# database, data source, three pages of rows, one answer without archived rows
LISTING = 1 + 1 + 3 + 1
VIEWS = 1 + 1  # their list, and the first table
CLOSING = 1  # were pages edited while they were read?
EDITOR = 1  # who edited them, which is asked once


def test_nothing_is_asked_that_need_not_be(tmp_path: Path) -> None:
    notion = generate(ROWS, blocks=4, images=0.1)
    with backing_up(tmp_path / "repository", notion, most=MOST) as backup:
        bodies = sum(least(notion, page) for page in pages(notion))
        assert asked(backup) == LISTING + bodies + VIEWS + CLOSING + EDITOR
        assert asked(backup) == LISTING
        edited = pages(notion)[:10]
        for page in edited:
            notion.append(page, [blocks.paragraph("Edited.")])
        assert asked(backup) == LISTING + sum(least(notion, page) for page in edited) + CLOSING
        bodies = sum(least(notion, page) for page in pages(notion))
        assert asked(backup, "--full-sync") == LISTING + bodies + VIEWS + CLOSING + EDITOR


def test_pages_that_link_to_blocks_of_each_other_are_read_once(tmp_path: Path) -> None:
    notion = generate(ROWS, blocks=4, images=0.0)
    notion.now = clock = Clock(2026, 9, 1)
    for page in pages(notion):
        block = notion.listed(pages(notion)[0])[0]
        where = f"https://www.notion.so/{pages(notion)[0]}#{block}".replace("-", "")
        notion.append(page, [blocks.paragraph(build.text("there", link=where))])
    clock.forward(minutes=5)  # what was edited in this very minute would be read again
    with backing_up(tmp_path / "repository", notion, most=MOST) as backup:
        bodies = sum(least(notion, page) for page in pages(notion))
        assert asked(backup) == LISTING + bodies + VIEWS + CLOSING + EDITOR
        assert asked(backup) == LISTING


def test_of_a_renamed_page_that_all_others_mention_it_alone_is_read(tmp_path: Path) -> None:
    notion = generate(ROWS, blocks=4, images=0.0)
    notion.now = clock = Clock(2026, 9, 1)
    known, *others = pages(notion)
    for page in others:
        notion.append(page, [blocks.paragraph(build.mention_page(known, "Before"))])
    clock.forward(minutes=5)
    with backing_up(tmp_path / "repository", notion, most=MOST) as backup:
        asked(backup)
        notion.rename(known, "Afterwards")
        clock.forward(minutes=5)
        assert asked(backup) == LISTING + least(notion, known) + CLOSING
        folder = next((tmp_path / "repository").glob("*/afterwards"))
        shown = [path.read_text("utf-8") for path in folder.parent.glob("*/index.md")]
        assert sum("../afterwards/index.md" in text for text in shown) == len(others)


@pytest.mark.parametrize("connections", ["1", "3"])
def test_the_bytes_do_not_depend_on_how_many_requests_run_at_once(
    tmp_path: Path, connections: str
) -> None:
    notion = generate(12, blocks=8, images=0.5)
    with backing_up(tmp_path / "one", notion) as many, backing_up(tmp_path / "two", notion) as few:
        many.run()
        few.run(CONCURRENCY=connections)
        assert few.files() == many.files()
