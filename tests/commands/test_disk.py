"""What lies on the disk and in the state, and does not fit: it ends in a sentence, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.sample import sample
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import dead_links, later, read_since, row, rows


def change_state(backup: Backup, **pages: object) -> None:
    """Replaces the records of pages, by id, or drops them (None)."""
    raw = json.loads(backup.text(".notion-sync.json"))
    for id_, record in pages.items():
        raw["pages"].pop(id_)
        raw["pages"] |= {id_: record} if record else {}
    (backup.folder / ".notion-sync.json").write_text(json.dumps(raw))


def test_a_page_that_the_state_lost_is_known_again_by_its_content(kitchen: Backup) -> None:
    kitchen.run()
    change_state(kitchen, **{row(kitchen, "Cups").replace("-", ""): None})
    before = kitchen.files()
    del before[".notion-sync.json"]
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert before.items() <= kitchen.files().items()
    asked = len(kitchen.server.requests)
    assert kitchen.run().code == 0
    assert read_since(kitchen, asked) == set()


def test_a_page_that_the_state_lost_and_that_reads_otherwise_is_left_alone_and_reported(
    kitchen: Backup,
) -> None:
    kitchen.run()
    change_state(kitchen, **{row(kitchen, "Milk").replace("-", ""): None})
    milk = kitchen.folder / "wiki/milk/index.md"
    milk.write_text("My own words.\n")
    before = milk.read_bytes()
    ran = kitchen.run()
    assert ran.code == 1
    assert "wiki/milk/index.md exists and is not part of the backup" in ran.log
    assert milk.read_bytes() == before


def test_files_that_the_state_names_and_that_were_deleted_come_back(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    for path in ("wiki/milk/index.md", "wiki/cups/assets/1-a-cup.png", "wiki/README.md"):
        (kitchen.folder / path).unlink()
    ran = kitchen.run()
    assert ran.code == 0 and "its files were changed or deleted here" in ran.log
    assert kitchen.files() == before


def test_a_readme_of_somebody_else_that_is_not_utf_8_stays(kitchen: Backup) -> None:
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


def test_a_file_of_somebody_else_is_never_overwritten(kitchen: Backup) -> None:
    mine = kitchen.folder / "wiki/milk/index.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own notes")
    ran = kitchen.run()
    assert ran.code == 1 and "wiki/milk/index.md exists and is not part of the backup" in ran.log
    assert mine.read_text() == "my own notes"
    assert "wiki/tea" in kitchen.pages()


def test_a_readme_of_somebody_else_stays(kitchen: Backup) -> None:
    (kitchen.folder / "README.md").write_text("mine")
    database = kitchen.notion.databases()[0]
    assert kitchen.run(DATABASES=f". = {database}").code == 0
    assert kitchen.text("README.md") == "mine"
    assert "tea" in kitchen.pages()


def test_what_else_lies_in_the_workspace_is_neither_touched_nor_committed(kitchen: Backup) -> None:
    kitchen.init()
    (kitchen.folder / "draft.txt").write_text("not yet")
    (kitchen.folder / ".gitignore").write_text("*.md\n")
    (kitchen.folder / "staged.txt").write_text("staged")
    kitchen.git("add", "staged.txt")
    assert kitchen.run().code == 0
    committed = kitchen.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()
    assert "wiki/tea/index.md" in committed
    assert not {"draft.txt", ".gitignore", "staged.txt"} & set(committed)
    assert kitchen.git("status", "--porcelain").splitlines() == [
        "A  staged.txt",
        "?? .gitignore",
        "?? draft.txt",
    ]


def test_a_state_of_a_newer_version_ends_the_run_before_anything_happens(kitchen: Backup) -> None:
    kitchen.run()
    later_state = '{"version": 99, "pages": {}, "databases": {}}'
    (kitchen.folder / ".notion-sync.json").write_text(later_state)
    before = kitchen.files()
    ran = kitchen.run()
    assert ran.code == 1 and "newer version" in ran.log
    assert kitchen.files() == before


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b"<<<<<<< a\n=======\n>>>>>>> b\n", b"\xff\xfe{", None]
)
def test_a_lost_or_broken_state_is_rebuilt_and_costs_no_page(
    kitchen: Backup, text: bytes | None
) -> None:
    kitchen.run()
    before = kitchen.files()
    kitchen.notion.unshare(row(kitchen, "Milk"))
    at = kitchen.folder / ".notion-sync.json"
    at.write_bytes(text) if text else at.unlink()
    ran = kitchen.run()
    assert ran.code == 1 and "Rebuilt from the 3 pages" in ran.log
    assert "the state was lost or damaged" in ran.log
    assert "wiki/milk" in kitchen.pages()
    kitchen.notion.share(row(kitchen, "Milk"))
    assert kitchen.run().code == 0
    assert kitchen.files() == before


def test_the_state_has_one_line_for_each_page_and_no_signature(kitchen: Backup) -> None:
    kitchen.run()
    text = kitchen.text(".notion-sync.json")
    assert set(json.loads(text)["pages"]) == {id_.replace("-", "") for id_ in rows(kitchen.notion)}
    assert sum('"folder": "wiki/' in line for line in text.splitlines()) == 3
    assert "X-Amz" not in text and "Signature" not in text


def test_verify_finds_nothing_in_a_good_backup_and_names_what_is_wrong(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample(), git=False) as backup:
        ran = backup.run("--verify")
        assert ran.code == 0 and "Verified 66 files: 0 problems" in ran.log, ran.log
        path = backup.folder / "how-to-wiki/harmonics-in-ten-minutes/index.md"
        path.write_text(path.read_text() + "\n[gone](../nowhere/index.md)\n")
        ran = backup.run("--verify")
        assert ran.code == 1 and "how-to-wiki/nowhere/index.md" in ran.log
