"""Links that lie in the repository: nothing is read, written, moved or published through one, and each
costs the page that it lies in the way of, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fakenotion import blocks, faults
from tests.support.backups import Backup
from tests.support.kitchen import later, read_since, row

SECRET = "the deploy key"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder outside of the workspace that looks like one of a page."""
    folder = tmp_path / "theirs"
    (folder / "assets").mkdir(parents=True)
    for name in ("index.md", "README.md", "assets/1-a-cup.png", "secret"):
        (folder / name).write_text(SECRET)
    return folder


def everything(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def published(backup: Backup) -> str:
    """All that git has stored."""
    names = backup.git(
        "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"
    )
    blobs = [line.split()[0] for line in names.splitlines() if line.endswith("blob")]
    return "".join(
        backup.git("cat-file", "-p", each) for each in blobs if not is_picture(backup, each)
    )


def is_picture(backup: Backup, blob: str) -> bool:
    return backup.git("cat-file", "-s", blob) == "70"


LINKS = [
    ("wiki/cups", "."),
    ("wiki/cups/assets", "assets"),
    ("wiki/cups/index.md", "secret"),
    ("wiki/cups/assets/1-a-cup.png", "secret"),
]


@pytest.mark.parametrize(("at", "to"), LINKS)
@pytest.mark.parametrize("happens", ["edited", "renamed", "renamed and unreadable", "trashed"])
def test_a_page_of_which_a_part_is_a_link_fails_alone(
    kitchen: Backup, theirs: Path, at: str, to: str, happens: str
) -> None:
    kitchen.init()
    kitchen.run()
    place, before = kitchen.folder / at, everything(theirs)
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    place.symlink_to(theirs / to)
    cups = row(kitchen, "Cups")
    if happens == "trashed":
        kitchen.notion.trash(cups)
    elif happens == "edited":
        kitchen.notion.append(cups, [blocks.paragraph("Washed.")])
    else:
        kitchen.notion.rename(cups, "Mugs")
        if "unreadable" in happens:
            kitchen.fail(f"/blocks/{cups}/children", faults.error(500))
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.paragraph("Fresh.")])
    later(kitchen.notion)
    ran = kitchen.run(ALLOW_MASS_DELETE="true")
    assert "Traceback" not in ran.log
    if happens != "trashed":
        assert ran.code == 1 and "is a symbolic link" in ran.log, ran.log
    assert "Fresh." in kitchen.git("show", "HEAD:wiki/milk/index.md")
    assert everything(theirs) == before
    assert place.is_symlink()
    assert SECRET not in published(kitchen)


def test_a_list_of_pages_that_is_a_link_is_left_alone(kitchen: Backup, theirs: Path) -> None:
    kitchen.run()
    index, before = kitchen.folder / "wiki/README.md", everything(theirs)
    index.unlink()
    index.symlink_to(theirs / "README.md")
    kitchen.notion.rename(row(kitchen, "Milk"), "Oat milk")
    later(kitchen.notion)
    assert kitchen.run().code == 0
    assert index.is_symlink() and everything(theirs) == before
    assert "wiki/oat-milk" in kitchen.pages()


def test_a_database_whose_folder_is_a_link_costs_no_other(kitchen: Backup, theirs: Path) -> None:
    other = kitchen.notion.add_database("Cellar", {})
    kitchen.notion.add_page(other, "Wine")
    later(kitchen.notion)
    (kitchen.folder / "wiki").symlink_to(theirs)
    before, asked = everything(theirs), len(kitchen.server.requests)
    ran = kitchen.run()
    assert ran.code == 1 and "wiki is a symbolic link; nothing is written through it" in ran.log
    assert everything(theirs) == before
    assert (kitchen.folder / "cellar/wine/index.md").is_file()
    assert len(read_since(kitchen, asked)) == 1  # what cannot be written need not be read


@pytest.mark.parametrize("name", [".notion-sync.journal", ".notion-sync.json", ".notion-sync.tmp"])
@pytest.mark.parametrize("to", ["secret", ".", "nowhere"])
@pytest.mark.parametrize("git", [False, True])
def test_a_link_with_one_of_our_names_leads_nowhere(
    kitchen: Backup, theirs: Path, name: str, to: str, git: bool
) -> None:
    if git:
        kitchen.init()
    at, before = kitchen.folder / name, everything(theirs)
    at.symlink_to(theirs / to)
    if git:
        kitchen.git("add", "-A")
        kitchen.git("commit", "-q", "-m", "by hand")
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert everything(theirs) == before and not at.is_symlink()
    assert len(kitchen.pages()) == 3
    assert kitchen.run().code == 0


def test_a_committed_file_in_the_place_of_the_staging_folder_goes(kitchen: Backup) -> None:
    (kitchen.folder / ".notion-sync.tmp").write_text("x")
    assert kitchen.run("--dry-run").code == 0
    assert kitchen.run().code == 0
    assert not (kitchen.folder / ".notion-sync.tmp").exists()


@pytest.mark.parametrize("name", [".notion-sync.journal", ".notion-sync.json"])
def test_a_folder_with_one_of_our_names_ends_the_run_in_a_sentence(
    kitchen: Backup, name: str
) -> None:
    (kitchen.folder / name).mkdir()
    (kitchen.folder / name / "notes.md").write_text("mine")
    before = kitchen.files()
    ran = kitchen.run()
    assert (
        ran.code == 1 and f"{name} is a folder, and the backup keeps a file of this name" in ran.log
    )
    assert kitchen.files() == before


@pytest.mark.parametrize("to", [".git/hooks", ".github/workflows", "../theirs", "inside"])
@pytest.mark.parametrize("output", ["docs", "docs/wiki"])
@pytest.mark.parametrize("commit", ["true", "false"])
def test_an_output_folder_that_is_a_link_is_refused_before_anything_is_written(
    kitchen: Backup, theirs: Path, to: str, output: str, commit: str
) -> None:
    kitchen.init()
    target = (kitchen.folder / to).resolve()
    target.mkdir(parents=True, exist_ok=True)
    (kitchen.folder / "docs").symlink_to(target)
    before, asked = everything(kitchen.folder.parent), len(kitchen.server.requests)
    ran = kitchen.run(OUTPUT_DIR=output, COMMIT=commit)
    assert ran.code == 2 and "OUTPUT_DIR: docs is a symbolic link" in ran.log, ran.log
    assert everything(kitchen.folder.parent) == before
    assert len(kitchen.server.requests) == asked
