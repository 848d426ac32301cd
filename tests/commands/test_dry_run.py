"""A dry run tells what a real one would do, and touches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakenotion import blocks, build
from fakenotion.workspace import Workspace
from tests.support.backups import Backup
from tests.support.kitchen import later, read_since, row


@pytest.fixture
def changed(kitchen: Backup) -> Backup:
    """A backup, and a Notion that is another one since: one page of each kind."""
    kitchen.run()
    notion: Workspace = kitchen.notion
    for title in ("Mugs", "Jars", "Cans"):
        notion.add_page(notion.databases()[0], title)
    later(notion)
    kitchen.run()
    notion.rename(row(kitchen, "Cups"), "Bowls")
    notion.trash(row(kitchen, "Mugs"))
    notion.unshare(row(kitchen, "Jars"))
    notion.add_page(notion.databases()[0], "Spoons")
    later(notion)
    return kitchen


def test_a_dry_run_names_every_page_with_what_would_happen_to_it(changed: Backup) -> None:
    ran = changed.run("--dry-run")
    assert ran.code == 0
    said = {" ".join(line.split()) for line in ran.log.splitlines()}
    assert {
        "+ Spoons → wiki/spoons/",
        "→ Bowls → wiki/bowls/ (was wiki/cups)",
        "− Mugs → wiki/mugs/ (in Notion's trash)",
    } <= said
    assert "~ Tea → wiki/tea/ (a page it refers to was renamed" in ran.log
    assert "= Jars → wiki/jars/ (not shown to the integration" in ran.log
    assert "Dry run: 1 new, 1 updated, 1 renamed, 1 removed" in ran.log


def test_the_real_run_does_what_the_dry_one_announced_with_as_many_requests(
    changed: Backup,
) -> None:
    said = changed.run("--dry-run").log
    asked = len(changed.server.requests)
    done = changed.run().log.splitlines()
    kinds = {"+": "new:", "~": "updated:", "→": "renamed:", "−": "removed:", "=": "kept:"}
    foreseen = [line.split() for line in said.partition("Dry run: ")[2].splitlines()]
    plan = [[kinds[mark], *words] for mark, *words in foreseen if mark in kinds]
    assert len(plan) == 5
    assert plan == [line.split() for line in done if line.strip().startswith(tuple(kinds.values()))]
    listing, verdicts = 4, 2
    needed = len(changed.server.requests) - asked - listing - verdicts
    assert f"2 to read (about {needed} requests), 1 to write again without reading" in said


def test_a_dry_run_knows_whose_blocks_are_linked_to_no_more(kitchen: Backup) -> None:
    notion, milk = kitchen.notion, row(kitchen, "Milk")
    (target,) = notion.append(milk, [blocks.paragraph("Here.")])
    link = f"https://www.notion.so/{milk.replace('-', '')}#{target.replace('-', '')}"
    notion.append(row(kitchen, "Tea"), [blocks.paragraph(build.text("there", link=link))])
    later(notion)
    kitchen.run()
    notion.trash(row(kitchen, "Tea"))
    said = "Milk → wiki/milk/ (links to its blocks changed)"
    assert f"~ {said}" in kitchen.run("--dry-run").log
    ran = kitchen.run()
    assert "1 to write again without reading" in ran.log and f"updated: {said}" in ran.log
    assert "<a id" not in kitchen.text("wiki/milk/index.md")


def test_a_dry_run_changes_nothing_and_reads_no_page(changed: Backup) -> None:
    changed.init()
    before, asked = changed.stamps(), len(changed.server.requests)
    changed.run("--dry-run")
    assert (changed.stamps(), changed.git("rev-list", "--all")) == (before, "")
    assert read_since(changed, asked) == set()


def test_a_dry_run_makes_no_folder(kitchen: Backup) -> None:
    ran = kitchen.run("--dry-run", OUTPUT_DIR="docs/notes")
    assert ran.code == 0 and "Dry run: 3 new" in ran.log
    assert kitchen.files() == {} and not (kitchen.folder / "docs").exists()


def test_a_dry_run_needs_no_repository(tmp_path: Path, kitchen: Backup) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert kitchen.run("--dry-run", GITHUB_WORKSPACE=str(elsewhere)).code == 0
    assert list(elsewhere.iterdir()) == []


def test_a_dry_run_leaves_what_an_interrupted_run_left(kitchen: Backup) -> None:
    kitchen.run()
    (kitchen.folder / ".notion-sync.journal").write_text('\n{"claim": ["wiki/half.png"]}')
    (kitchen.folder / "wiki/half.png").write_bytes(b"half")
    before = kitchen.stamps()
    kitchen.run("--dry-run")
    assert kitchen.stamps() == before
