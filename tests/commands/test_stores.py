"""The .notion.json beside each page: when it saves a reading, when it is not trusted, and how it comes
and goes."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backup.sync.state import NAME
from fakenotion import blocks, faults
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.support.backups import Backup
from tests.support.kitchen import later, read_since, row
from tests.support.publishing import (
    all_remote_files,
    at_remote,
    clone,
    published_to,
    push,
    remote_text,
    state_of,
    write,
)
from tests.support.publishing import later as pass_time

STORE = ".notion.json"
LIST = "wiki/README.md"  # a table where there are stores
STORES = {f"wiki/{name}/{STORE}" for name in ("tea", "cups", "milk")}


@pytest.fixture
def backed_up(kitchen: Backup) -> Backup:
    """The wiki is backed up; each page has its store."""
    assert kitchen.run().code == 0
    assert kitchen.files().keys() >= STORES
    return kitchen


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    """A clone whose remote has a backup of two pages."""
    with published_to(tmp_path) as target:
        pass_time(target)
        assert target.run().code == 0
        yield target


def read(backup: Backup, *flags: str, code: int = 0, **environ: str) -> tuple[set[str], str]:
    """The titles of the pages that a run reads, and what it says."""
    asked = len(backup.server.requests)
    ran = backup.run(*flags, **environ)
    assert ran.code == code, ran.log
    found = read_since(backup, asked)
    titles = {title for title in ("Tea", "Cups", "Milk") if _has(backup, title, found)}
    return titles, ran.log


def _has(backup: Backup, title: str, ids: set[str]) -> bool:
    try:
        return row(backup, title) in ids
    except StopIteration:
        return False


def pages(backup: Backup) -> dict[str, Any]:
    """The entries of the state, by folder."""
    raw = json.loads(backup.text(NAME))["pages"]
    return {each["folder"]: each for each in raw.values()}


def test_the_state_names_each_store_by_its_digest(backed_up: Backup) -> None:
    for folder, record in pages(backed_up).items():
        content = (backed_up.folder / folder / STORE).read_bytes()
        assert record["store"] == hashlib.sha256(content).hexdigest()


def test_a_text_that_was_deleted_comes_back_without_reading(backed_up: Backup) -> None:
    text, stamps = backed_up.text("wiki/tea/index.md"), backed_up.stamps()
    (backed_up.folder / "wiki/tea/index.md").unlink()
    titles, log = read(backed_up)
    assert titles == set() and backed_up.text("wiki/tea/index.md") == text
    assert "1 to write again without reading" in log and "its Markdown was deleted here" in log
    changed = {path for path, stamp in backed_up.stamps().items() if stamps.get(path) != stamp}
    assert changed <= {"wiki/tea/index.md", NAME, "wiki/README.md"}


def test_a_text_that_was_edited_stays_until_its_page_changes(backed_up: Backup) -> None:
    (backed_up.folder / "wiki/tea/index.md").write_text("Mine.\n")
    assert read(backed_up)[0] == set()
    assert backed_up.text("wiki/tea/index.md") == "Mine.\n"
    later(backed_up.notion)
    backed_up.notion.append(row(backed_up, "Tea"), [blocks.paragraph("More.")])
    assert read(backed_up)[0] == {"Tea"}
    assert "More." in backed_up.text("wiki/tea/index.md")


@pytest.mark.parametrize("bad", [b"", b"{", b'{"version": 1}', b"Take"])
def test_a_store_that_does_not_fit_is_not_trusted_and_read_when_it_is_needed(
    backed_up: Backup, bad: bytes
) -> None:
    at = backed_up.folder / f"wiki/tea/{STORE}"
    good = at.read_bytes()
    at.write_bytes(good.replace(bad, b"Give") if bad in good and bad.isalpha() else bad)
    assert read(backed_up)[0] == set(), "an unchanged run does not read stores"
    assert read(backed_up, IMAGE_STYLE="markdown")[0] == {"Tea"}
    assert at.read_bytes() == good


def test_an_unchanged_run_opens_no_store(backed_up: Backup) -> None:
    opened: list[str] = []
    is_heard = [True]

    def hear(event: str, about: Any) -> None:  # a hook of Python stays; this one ends with the test
        if is_heard[0] and event == "open" and str(about[0]).endswith(STORE):
            opened.append(str(about[0]))

    sys.addaudithook(hear)
    try:
        assert backed_up.run().code == 0
        assert opened == []
        assert backed_up.run(IMAGE_STYLE="markdown").code == 0
        assert len(opened) >= len(STORES)
    finally:
        is_heard[0] = False


def test_a_store_that_was_deleted_comes_back_by_reading_its_page(backed_up: Backup) -> None:
    before, stamps = backed_up.files(), backed_up.stamps()
    (backed_up.folder / f"wiki/tea/{STORE}").unlink()
    assert read(backed_up)[0] == {"Tea"}
    assert backed_up.files() == before
    assert backed_up.stamps()["wiki/tea/index.md"] == stamps["wiki/tea/index.md"]


def test_a_file_of_somebody_else_in_the_place_of_a_store_costs_that_page_alone(
    kitchen: Backup,
) -> None:
    theirs = kitchen.folder / f"wiki/tea/{STORE}"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    _, log = read(kitchen, code=1)
    assert f"wiki/tea/{STORE} exists and is not part of the backup" in log
    assert theirs.read_text() == "mine"
    assert kitchen.files().keys() & STORES == STORES and kitchen.pages() == [
        "wiki/cups",
        "wiki/milk",
    ]


def test_stores_go_when_they_are_not_wanted_and_nothing_is_read_for_that(backed_up: Backup) -> None:
    texts = {path: each for path, each in backed_up.files().items() if path.endswith("/index.md")}
    titles, log = read(backed_up, KEEP_JSON="false")
    assert titles == set() and "0 to read" in log
    there = backed_up.files()
    assert not [path for path in there if path.endswith(STORE)]
    assert {path: there[path] for path in texts} == texts
    assert not any("store" in each for each in pages(backed_up).values())
    stamps = backed_up.stamps()
    assert read(backed_up, KEEP_JSON="false")[0] == set() and backed_up.stamps() == stamps


def test_the_only_copy_of_a_page_does_not_go_with_its_store(backed_up: Backup) -> None:
    text = backed_up.text("wiki/tea/index.md")
    backed_up.environ = {"ON_DELETE": "keep", "KEEP_JSON": "false"}
    backed_up.notion.trash(row(backed_up, "Tea"))
    (backed_up.folder / "wiki/tea/index.md").unlink()
    later(backed_up.notion)
    _, log = read(backed_up)
    assert backed_up.text("wiki/tea/index.md") == text, log
    read(backed_up)
    assert backed_up.text("wiki/tea/index.md") == text
    assert not [path for path in backed_up.files() if path.endswith(STORE)]


def test_without_stores_a_page_is_read_to_be_written_otherwise(kitchen: Backup) -> None:
    kitchen.environ["KEEP_JSON"] = "false"
    assert kitchen.run().code == 0
    assert not STORES & kitchen.files().keys()
    assert read(kitchen, IMAGE_STYLE="markdown")[0] == {"Tea", "Cups", "Milk"}


def test_a_backup_without_stores_gets_them_and_no_text_is_written_again(kitchen: Backup) -> None:
    assert kitchen.run(KEEP_JSON="false").code == 0
    stamps = kitchen.stamps()
    titles, log = read(kitchen)
    assert titles == {"Tea", "Cups", "Milk"} and kitchen.files().keys() >= STORES
    assert re.search(r"Without a .notion.json so far: 3 pages, .*about [1-9]\d* requests", log)
    again = kitchen.stamps()
    assert {path for path in stamps if stamps[path] != again[path]} <= {NAME, LIST}
    assert read(kitchen)[0] == set()


def test_an_upgrade_that_was_cut_off_goes_on_with_the_rest(kitchen: Backup) -> None:
    assert kitchen.run(KEEP_JSON="false", CONCURRENCY="1").code == 0
    seen: list[str] = []

    def refuse(asked: Asked) -> Fault | None:
        seen.extend([asked.path] if asked.path.startswith("/v1/blocks/") else [])
        return faults.error(401) if len(seen) > 2 else None

    kitchen.server.plan = refuse
    assert kitchen.run(CONCURRENCY="1").code == 2
    kitchen.heal()
    done = STORES & kitchen.files().keys()
    assert 0 < len(done) < 3
    titles, _ = read(kitchen)
    assert len(titles) == 3 - len(done) and kitchen.files().keys() >= STORES


def test_a_lost_state_comes_back_without_reading_what_was_not_edited_lately(
    backed_up: Backup,
) -> None:
    later(backed_up.notion, 3 * 24 * 60)
    backed_up.notion.append(row(backed_up, "Milk"), [blocks.paragraph("Fresh.")])
    later(backed_up.notion)
    assert read(backed_up)[0] == {"Milk"}
    before = backed_up.files()
    (backed_up.folder / NAME).unlink()
    titles, log = read(backed_up, code=1)
    assert titles == {"Milk"}, "it may have been read in the minute of its last edit"
    assert "Rebuilt from the 3 pages of the backup (2 by their .notion.json" in log
    assert backed_up.files() == before


def test_a_lost_state_does_not_believe_a_store_that_gives_another_text(backed_up: Backup) -> None:
    later(backed_up.notion, 3 * 24 * 60)
    backed_up.notion.append(row(backed_up, "Milk"), [blocks.paragraph("Fresh.")])
    later(backed_up.notion)
    assert read(backed_up)[0] == {"Milk"}
    before = backed_up.files()
    (backed_up.folder / NAME).unlink()
    at = backed_up.folder / f"wiki/tea/{STORE}"
    at.write_bytes(at.read_bytes().replace(b"Take ", b"Give "))
    assert read(backed_up, code=1)[0] == {"Tea", "Milk"}
    assert backed_up.files() == before


@pytest.mark.parametrize("size", ["1e999", "1.10", '"\\ud800"'])
def test_a_lost_state_does_not_believe_a_store_with_values_that_no_run_writes(
    backed_up: Backup, size: str
) -> None:
    before = backed_up.files()
    (backed_up.folder / NAME).unlink()
    at = backed_up.folder / f"wiki/cups/{STORE}"
    at.write_text(re.sub(r'"size":\d+', lambda _: f'"size":{size}', at.read_text("utf-8")), "utf-8")
    titles, log = read(backed_up, code=1)
    assert "Cups" in titles and "Rebuilt from the " in log
    assert backed_up.files() == before


class TestPublishing:
    def test_stores_are_published_with_their_pages(self, target: Backup) -> None:
        files = all_remote_files(target)
        assert {f"wiki/tea/{STORE}", f"wiki/milk/{STORE}"} <= set(files)
        assert all(each["store"] for each in state_of(target).values())

    def test_a_commit_of_a_page_has_its_store(self, target: Backup) -> None:
        write(target, "Tea", "More.")
        assert target.run(COMMIT="page").code == 0
        shown = at_remote(target, "log", "-2", "--name-only", "--format=%s", "main")
        assert f"wiki/tea/{STORE}" in shown and f"wiki/milk/{STORE}" not in shown

    def test_stores_go_from_the_branch_whatever_the_clone_shows(
        self, target: Backup, tmp_path: Path
    ) -> None:
        other = clone(target, tmp_path / "other", "--sparse")
        other.git("sparse-checkout", "set", "--no-cone", "/code.py")
        text = remote_text(target, "wiki/tea/index.md")
        assert read(other, KEEP_JSON="false")[0] == set()
        assert not [path for path in all_remote_files(target) if path.endswith(STORE)]
        assert remote_text(target, "wiki/tea/index.md") == text
        assert not any("store" in each for each in state_of(target).values())

    @pytest.mark.parametrize("style", ["html", "markdown"])
    def test_a_clone_that_shows_nothing_writes_pages_again_without_reading(
        self, target: Backup, tmp_path: Path, style: str
    ) -> None:
        other = clone(target, tmp_path / "other", "--sparse")
        other.git("sparse-checkout", "set", "--no-cone", "/code.py")
        before = set(all_remote_files(target))
        titles, _ = read(other, IMAGE_STYLE=style, FRONT_MATTER=str(style == "html").lower())
        assert titles == set() and set(all_remote_files(target)) == before

    def test_the_only_copy_of_a_page_does_not_go_from_the_branch_with_its_store(
        self, target: Backup
    ) -> None:
        text = remote_text(target, "wiki/tea/index.md")
        target.environ = {"ON_DELETE": "keep", "KEEP_JSON": "false"}
        target.notion.trash(row(target, "Tea"))
        target.git("pull", "-q")
        target.git("rm", "-q", "wiki/tea/index.md")
        push(target)
        pass_time(target)
        for _ in range(2):
            read(target)
            assert remote_text(target, "wiki/tea/index.md") == text
        assert not [path for path in all_remote_files(target) if path.endswith(STORE)]

    def test_a_text_that_was_deleted_on_the_branch_comes_back(self, target: Backup) -> None:
        text = remote_text(target, "wiki/tea/index.md")
        target.git("pull", "-q")
        target.git("rm", "-q", "wiki/tea/index.md")
        push(target)
        assert read(target)[0] == set()
        assert remote_text(target, "wiki/tea/index.md") == text


def test_a_page_that_is_locked_says_so_without_being_read(backed_up: Backup) -> None:
    backed_up.notion.set_locked(row(backed_up, "Milk"))
    assert read(backed_up)[0] == set()
    assert backed_up.text("wiki/milk/index.md").endswith(" · locked</sub>\n")
    backed_up.notion.set_locked(row(backed_up, "Milk"), locked=False)
    assert read(backed_up)[0] == set()
    assert "locked" not in backed_up.text("wiki/milk/index.md")
