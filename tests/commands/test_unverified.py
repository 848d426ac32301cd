"""What the verify command cannot read or compare, it says: nothing counts as good that nobody looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakenotion import blocks, build
from tests.support.backups import Backup
from tests.support.kitchen import later, row
from tests.support.looking import look

PICTURE = "wiki/cups/assets/1-a-cup.png"
STORE = ".notion.json"


@pytest.fixture
def unreadable(kitchen: Backup) -> Iterator[Backup]:
    """A backup with an image that cannot be read. Root may read every file but what a disk refuses: here it
    is the memory of a process that has ended."""
    assert kitchen.run().code == 0
    at = kitchen.folder / PICTURE
    at.chmod(0)
    is_root = os.access(at, os.R_OK)
    command = ["mount", "--bind", "/proc/self/mem", at]
    if is_root and (not shutil.which("mount") or subprocess.run(command, check=False).returncode):
        pytest.skip("only root may mount a disk")
    yield kitchen
    if is_root:
        subprocess.run(["umount", at], check=True)


def flip(path: Path) -> None:
    """One bit of a byte in its middle is another one."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_an_image_that_cannot_be_read_is_named(unreadable: Backup) -> None:
    seen = look(unreadable.folder, "verify", "--json")
    assert seen.code == 1 and seen.named == {PICTURE}
    assert "cannot be read" in seen.json["problems"][0]["what"]
    ran = unreadable.run("--verify")
    assert f"error: {PICTURE}: cannot be read" in ran.log


def notes(backup: Backup) -> list[str]:
    found: list[str] = look(backup.folder, "verify", "--json").json["notes"]
    return found


@pytest.mark.parametrize("change", [flip, Path.unlink])
def test_of_a_page_without_a_sound_store_it_says_that_nobody_compared_its_text(
    kitchen: Backup, change: Callable[[Path], None]
) -> None:
    assert kitchen.run().code == 0 and notes(kitchen) == []
    change(kitchen.folder / f"wiki/tea/{STORE}")
    for path in ("wiki/tea/index.md", "wiki/README.md", "wiki/database.csv"):
        flip(kitchen.folder / path)
    assert notes(kitchen) == [
        "1 page not compared: their own .notion.json is missing or damaged.",
        "The lists of pages of 1 database not compared: the .notion.json of one, or of a page in it, is missing "
        "or damaged.",
    ]


def test_of_a_database_without_a_sound_store_it_says_that_nobody_compared_its_table(
    kitchen: Backup,
) -> None:
    assert kitchen.run().code == 0
    flip(kitchen.folder / f"wiki/{STORE}")
    flip(kitchen.folder / "wiki/README.md")
    assert any(note.startswith("The lists of pages of 1 database not") for note in notes(kitchen))


@pytest.mark.parametrize("how", ["damaged", "missing", "given up"])
def test_a_link_to_a_block_is_counted_where_no_store_says_whether_that_is_there(
    kitchen: Backup, how: str
) -> None:
    notion, milk = kitchen.notion, row(kitchen, "Milk")
    (block,) = notion.append(milk, [blocks.paragraph("Cold.")])
    there = f"{build.url(milk)}#{block}".replace("-", "")
    notion.append(row(kitchen, "Tea"), [blocks.paragraph(build.text("x", link=there))])
    later(notion)
    assert kitchen.run(KEEP_JSON=str(how != "given up").lower()).code == 0
    page, at = kitchen.folder / "wiki/milk/index.md", kitchen.folder / f"wiki/milk/{STORE}"
    assert '<a id="b-' in page.read_text("utf-8")
    assert not any("1 link" in note for note in notes(kitchen))
    page.write_text(re.sub("<a .*</a>", "", page.read_text("utf-8")), "utf-8")
    if how == "damaged":
        at.write_text("{")
    elif how == "missing":
        at.unlink()
    assert any(note.startswith("1 link to a place in a page") for note in notes(kitchen))
