"""What lies on the disk and in the state, and does not fit: it ends in a sentence, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

from tests.backups import Backup
from tests.kitchen import dead_links, later, row, rows


def change_state(backup: Backup, **pages: object) -> None:
    """Replaces the records of pages, by id, or drops them (None)."""
    raw = json.loads(backup.text(".notion-sync.json"))
    for id_, record in pages.items():
        raw["pages"].pop(id_)
        raw["pages"] |= {id_: record} if record else {}
    (backup.folder / ".notion-sync.json").write_text(json.dumps(raw))


def test_a_page_that_the_state_does_not_know_is_left_alone_and_told(kitchen: Backup) -> None:
    kitchen.run()
    change_state(kitchen, **{row(kitchen, "Milk").replace("-", ""): None})
    before = kitchen.files()["wiki/milk/index.md"]
    ran = kitchen.run()
    assert ran.code == 1
    assert "wiki/milk/index.md exists and is not part of the backup" in ran.log
    assert kitchen.files()["wiki/milk/index.md"] == before


def test_files_that_the_state_names_and_are_gone_come_back(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    for path in ("wiki/milk/index.md", "wiki/cups/assets/1-a-cup.png", "wiki/README.md"):
        (kitchen.folder / path).unlink()
    ran = kitchen.run()
    assert ran.code == 0 and "its files are not as they were left" in ran.log
    assert kitchen.files() == before


def test_a_state_that_leads_out_of_the_folder_ends_the_run(kitchen: Backup, tmp_path: Path) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk").replace("-", "")
    (tmp_path / "index.md").write_text("mine")
    change_state(kitchen, **{milk: {"database": "x", "folder": "..", "title": "Milk"}})
    ran = kitchen.run()
    assert ran.code == 1 and "is no place for a file of the backup" in ran.log
    assert (tmp_path / "index.md").read_text() == "mine"


def test_a_state_that_is_no_text_is_made_anew(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    (kitchen.folder / ".notion-sync.json").write_bytes(b"\xff\xfe{")
    ran = kitchen.run()
    assert ran.code == 0 and "made anew from the 3 pages" in ran.log
    assert kitchen.files() == before


def test_a_readme_of_somebody_else_that_is_no_utf_8_stays(kitchen: Backup) -> None:
    (kitchen.folder / "wiki").mkdir()
    (kitchen.folder / "wiki/README.md").write_bytes("schön".encode("latin-1"))
    assert kitchen.run().code == 0
    assert (kitchen.folder / "wiki/README.md").read_bytes() == "schön".encode("latin-1")


def test_two_databases_that_are_given_one_folder_are_a_mistake_of_the_settings(
    kitchen: Backup,
) -> None:
    kitchen.run()
    before = kitchen.files()
    first = kitchen.notion.databases()[0]
    other = kitchen.notion.add_database("Cellar", {})
    ran = kitchen.run(DATABASES=f"docs = {first}\nDocs = {other}")
    assert ran.code == 2 and "the same folder" in ran.log
    assert kitchen.files() == before


def test_two_databases_of_one_title_get_folders_of_their_own(kitchen: Backup) -> None:
    other = kitchen.notion.add_database("WIKI", {})
    kitchen.notion.add_page(other, "Tea")
    later(kitchen.notion)
    assert kitchen.run().code == 0
    folders = {page.split("/")[0] for page in kitchen.pages()}
    ids = (kitchen.notion.databases()[0][-8:], other[-8:])
    assert folders == {f"wiki-{id_}" for id_ in ids}
    assert dead_links(kitchen) == []


def test_a_database_may_lie_inside_another_one(kitchen: Backup) -> None:
    first = kitchen.notion.databases()[0]
    other = kitchen.notion.add_database("Milk", {})
    kitchen.notion.add_page(other, "Oat")
    later(kitchen.notion)
    assert kitchen.run(DATABASES=f"wiki = {first}\nwiki/milk = {other}").code == 0
    milk = row(kitchen, "Milk")[-8:]
    assert sorted(kitchen.pages()) == sorted(
        ["wiki/cups", f"wiki/milk-{milk}", "wiki/milk/oat", "wiki/tea"]
    )


def test_the_list_of_pages_is_right_after_an_interrupted_run(kitchen: Backup) -> None:
    """All pages were done, the list of them was not."""
    kitchen.run()
    state, index = kitchen.text(".notion-sync.json"), kitchen.text("wiki/README.md")
    kitchen.notion.trash(row(kitchen, "Milk"))
    kitchen.run()
    (kitchen.folder / ".notion-sync.json").write_text(state)
    (kitchen.folder / "wiki/README.md").write_text(index)
    milk = rows(kitchen.notion)[2].replace("-", "")
    line = json.dumps({"page": milk, "record": None, "text": ""})
    (kitchen.folder / ".notion-sync.journal").write_text(f"\n{line}")
    assert kitchen.run().code == 0
    assert "Milk" not in kitchen.text("wiki/README.md")
