"""Pages that move: to other titles, to other databases, and with their database to other folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakenotion import blocks, build
from fakenotion.faults import Fault
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import PNG, dead_links, later, read_since, row, stocked

REFUSED = Fault(status=400, body=b"{}")


@pytest.fixture
def other(kitchen: Backup) -> str:
    """A second database, 'Cellar', with one page."""
    database = kitchen.notion.add_database("Cellar", {})
    kitchen.notion.add_page(database, "Wine")
    later(kitchen.notion)
    return database


def test_a_page_goes_where_it_was_moved_with_its_files_and_the_links_to_it(
    kitchen: Backup, other: str
) -> None:
    kitchen.init()
    kitchen.run()
    downloads = len(kitchen.server.downloads)
    kitchen.notion.move(row(kitchen, "Cups"), other)
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert kitchen.pages() == ["cellar/cups", "cellar/wine", "wiki/milk", "wiki/tea"]
    assert (kitchen.folder / "cellar/cups/assets/1-a-cup.png").read_bytes() == PNG
    assert len(kitchen.server.downloads) == downloads
    assert "(../../cellar/cups/index.md)" in kitchen.text("wiki/tea/index.md")
    assert "Cups" not in kitchen.text("wiki/README.md")
    assert dead_links(kitchen) == []
    shown = kitchen.git("show", "--name-status", "-M", "--format=")
    assert "R100\twiki/cups/assets/1-a-cup.png\tcellar/cups/assets/1-a-cup.png" in shown


def test_a_page_that_was_moved_into_a_database_out_of_sight_stays_until_that_is_seen(
    kitchen: Backup, other: str
) -> None:
    kitchen.run()
    kitchen.notion.move(row(kitchen, "Cups"), other)
    kitchen.fail(f"/v1/databases/{other.replace('-', '')}", REFUSED)
    ran = kitchen.run()
    assert ran.code == 1 and "wiki/cups" in kitchen.pages()
    kitchen.heal()
    assert kitchen.run().code == 0
    assert [page for page in kitchen.pages() if "cups" in page] == ["cellar/cups"]


def test_the_list_of_a_database_that_could_not_be_seen_is_right_afterwards(
    kitchen: Backup, other: str
) -> None:
    kitchen.run()
    kitchen.notion.move(row(kitchen, "Cups"), other)
    wiki = kitchen.notion.databases()[0]
    kitchen.fail(f"/v1/databases/{wiki.replace('-', '')}", REFUSED)
    kitchen.run()
    kitchen.heal()
    assert kitchen.run().code == 0
    assert "Cups" not in kitchen.text("wiki/README.md")


def test_a_page_that_was_moved_out_of_all_databases_goes_and_may_come_back(
    kitchen: Backup,
) -> None:
    kitchen.run()
    cups, wiki = row(kitchen, "Cups"), kitchen.notion.databases()[0]
    kitchen.notion.move(cups, kitchen.notion.add_page("", "Attic"))
    ran = kitchen.run()
    assert "removed wiki/cups/ · moved out of the databases" in ran.log
    assert kitchen.pages() == ["wiki/milk", "wiki/tea"]
    assert "https://www.notion.so/" in kitchen.text("wiki/tea/index.md").partition("# Tea")[2]
    kitchen.notion.move(cups, wiki)
    kitchen.run()
    assert "(../cups/index.md)" in kitchen.text("wiki/tea/index.md")


def test_a_page_that_moves_while_the_databases_are_listed_is_backed_up_once(
    kitchen: Backup, other: str
) -> None:
    cups, moves = row(kitchen, "Cups"), iter([True])

    def move(asked: object) -> None:
        if "/query" in getattr(asked, "path", "") and next(moves, False):
            later(kitchen.notion, minutes=1)
            kitchen.notion.move(cups, other)

    kitchen.server.plan = move
    kitchen.run(CONCURRENCY="1")
    kitchen.heal()
    assert kitchen.run().code == 0
    assert [page for page in kitchen.pages() if "cups" in page] == ["cellar/cups"]
    assert dead_links(kitchen) == []


@pytest.mark.parametrize("failing", ["", "Cups", "Milk", "Tea"])
def test_three_pages_can_pass_their_titles_round(kitchen: Backup, failing: str) -> None:
    notion, ids = kitchen.notion, {title: row(kitchen, title) for title in ("Cups", "Milk", "Tea")}
    kitchen.run()
    for old, new in (("Cups", "Milk"), ("Milk", "Tea"), ("Tea", "Cups")):
        notion.rename(ids[old], new)
    if failing:
        kitchen.fail(f"/v1/blocks/{ids[failing]}/children", REFUSED)
    assert kitchen.run().code == (1 if failing else 0)
    ours = {page: kitchen.text(f"{page}/index.md") for page in kitchen.pages()}
    places = {
        old: page
        for page, text in ours.items()
        for old in ids
        if ids[old].replace("-", "") in text.splitlines()[-1]
    }
    assert places == {"Cups": "wiki/milk", "Milk": "wiki/tea", "Tea": "wiki/cups"}
    kitchen.heal()
    assert kitchen.run().code == 0
    assert (kitchen.folder / "wiki/milk/assets/1-a-cup.png").read_bytes() == PNG
    assert "[Milk](../milk/index.md)" in kitchen.text("wiki/cups/index.md")
    assert dead_links(kitchen) == []


def test_links_to_a_renamed_page_are_right_also_when_it_cannot_be_read(kitchen: Backup) -> None:
    kitchen.run()
    cups = row(kitchen, "Cups")
    kitchen.notion.rename(cups, "Mugs")
    kitchen.fail(f"/v1/blocks/{cups}/children", REFUSED)
    assert kitchen.run().code == 1
    assert "(../mugs/index.md)" in kitchen.text("wiki/tea/index.md")
    assert "# Cups" in kitchen.text("wiki/mugs/index.md")
    assert dead_links(kitchen) == []


@pytest.mark.parametrize("change", ["rename", "trash"])
def test_a_page_that_failed_while_what_it_links_to_changed_is_written_by_the_next_run(
    kitchen: Backup, change: str
) -> None:
    kitchen.run()
    tea, cups = row(kitchen, "Tea"), row(kitchen, "Cups")
    kitchen.notion.trash(cups) if change == "trash" else kitchen.notion.rename(cups, "Mugs")
    (kitchen.folder / "wiki/tea/.notion.json").unlink()  # so that it has to be read
    kitchen.fail(f"/v1/blocks/{tea}/children", REFUSED)
    assert kitchen.run().code == 1
    kitchen.heal()
    assert kitchen.run().code == 0
    assert dead_links(kitchen) == []


def test_a_page_that_moved_with_its_database_and_was_not_read_is_written_by_the_next_run(
    kitchen: Backup, other: str
) -> None:
    tea, wiki = row(kitchen, "Tea"), kitchen.notion.databases()[0]
    mention = build.mention_page(row(kitchen, "Wine"), "Wine")
    kitchen.notion.append(tea, [blocks.paragraph(mention)])
    later(kitchen.notion)
    kitchen.run()
    moved = f"docs/kitchen = {wiki}\n{other}"
    (kitchen.folder / "wiki/tea/.notion.json").unlink()  # so that it has to be read
    kitchen.fail(f"/v1/blocks/{tea}/children", REFUSED)
    assert kitchen.run(DATABASES=moved).code == 1
    kitchen.heal()
    assert kitchen.run(DATABASES=moved).code == 0
    assert "(../../../cellar/wine/index.md)" in kitchen.text("docs/kitchen/tea/index.md")
    assert dead_links(kitchen) == []


def test_a_page_whose_new_folder_somebody_else_has_stays_where_it_is(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Cups"), "Mugs")
    mine = kitchen.folder / "wiki/mugs/index.md"
    mine.parent.mkdir()
    mine.write_text("my own notes")
    ran = kitchen.run()
    assert ran.code == 1 and "wiki/mugs/index.md exists and is not part of the backup" in ran.log
    assert mine.read_text() == "my own notes"
    assert (kitchen.folder / "wiki/cups/assets/1-a-cup.png").read_bytes() == PNG
    mine.unlink()
    assert kitchen.run().code == 0
    assert kitchen.pages() == ["wiki/milk", "wiki/mugs", "wiki/tea"]


def test_a_new_page_does_not_get_the_folder_of_one_that_could_not_leave_it(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Cups"), "Mugs")
    kitchen.notion.add_page(kitchen.notion.databases()[0], "Cups")
    (kitchen.folder / "wiki/mugs").mkdir()
    (kitchen.folder / "wiki/mugs/index.md").write_text("my own notes")
    ran = kitchen.run()
    assert ran.code == 1 and "still belongs to another page" in ran.log
    assert "A cup" in kitchen.text("wiki/cups/index.md")


def test_a_page_that_is_only_kept_goes_with_its_database(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.unshare(row(kitchen, "Tea"))
    database = kitchen.notion.databases()[0]
    ran = kitchen.run(DATABASES=f"docs/kitchen = {database}")
    assert ran.code == 0, ran.log
    assert kitchen.pages() == ["docs/kitchen/cups", "docs/kitchen/milk", "docs/kitchen/tea"]
    assert dead_links(kitchen) == []


def test_a_renamed_database_moves_and_breadcrumbs_follow(kitchen: Backup) -> None:
    notion, wiki = kitchen.notion, kitchen.notion.databases()[0]
    notion.append(row(kitchen, "Milk"), [build.block("breadcrumb")])
    later(notion)
    kitchen.run()
    asked = len(kitchen.server.requests)
    notion.rename(wiki, "Handbook")
    assert kitchen.run().code == 0
    assert kitchen.pages() == ["handbook/cups", "handbook/milk", "handbook/tea"]
    assert "Handbook" in kitchen.text("handbook/milk/index.md").partition("# Milk")[2]
    assert read_since(kitchen, asked) == set(), "only folders and links are others"


def test_links_to_a_database_that_is_out_of_sight_just_now_stay(
    kitchen: Backup, other: str
) -> None:
    tea, wine = row(kitchen, "Tea"), row(kitchen, "Wine")
    mentions = build.mention_database(other, "Cellar"), build.mention_page(wine, "Wine")
    kitchen.notion.append(tea, [blocks.paragraph(each) for each in mentions])
    later(kitchen.notion)
    assert kitchen.run().code == 0
    kitchen.notion.append(tea, [blocks.paragraph("News.")])
    kitchen.fail(f"/v1/databases/{other.replace('-', '')}", REFUSED)
    assert kitchen.run().code == 1
    text = kitchen.text("wiki/tea/index.md")
    assert "News." in text
    assert "(../../cellar/README.md)" in text and "(../../cellar/wine/index.md)" in text


def test_no_page_takes_the_folder_of_a_database_that_is_out_of_sight_just_now(
    kitchen: Backup,
) -> None:
    other = kitchen.notion.add_database("Cellar", {})
    wine = kitchen.notion.add_page(other, "Wine")
    later(kitchen.notion)
    wiki = kitchen.notion.databases()[0]
    settings = f"wiki = {wiki}\nwiki/cellar = {other}"
    assert kitchen.run(DATABASES=settings).code == 0
    kitchen.notion.trash(wine)  # no page is in the way: only the list of the database is there
    assert kitchen.run(DATABASES=settings, ALLOW_MASS_DELETE="true").code == 0
    kitchen.notion.add_page(wiki, "Cellar")
    kitchen.fail(f"/v1/databases/{other.replace('-', '')}", REFUSED)
    kitchen.run(DATABASES=settings)
    assert "wiki/cellar" not in kitchen.pages()
    assert [page for page in kitchen.pages() if "wiki/cellar-" in page]


def test_two_databases_of_one_title_keep_their_folders_when_one_is_out_of_sight(
    tmp_path: Path,
) -> None:
    notion = stocked()
    twin = notion.add_database("Wiki", {})
    notion.add_page(twin, "Wine")
    later(notion)
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        backup.run()
        before = backup.stamps()
        assert len({page.split("/")[0] for page in before if page.endswith("index.md")}) == 2
        backup.fail(f"/v1/databases/{twin.replace('-', '')}", REFUSED)
        assert backup.run().code == 1
        assert backup.stamps() == before
