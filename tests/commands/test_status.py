"""The status command: what its owner learns about a backup without Notion."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from backup.markdown.dates import moment
from demo.sample import sample
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.faults import Fault, error
from tests.support.backups import Backup, backing_up, clock, wiki
from tests.support.kitchen import row
from tests.support.looking import look


def test_it_shows_each_database_and_all_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    with backing_up(folder, sample(), git=False) as backup:
        backup.run()
    lines = [line.split("   ") for line in look(folder, "status").out.splitlines()]
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:] if cell.strip()] for cells in lines
    }
    assert rows["database"] == ["pages", "files", "size", "missing"]
    assert rows["How-to wiki"][:2] == ["12", "10"] and rows["Reading list"][:2] == ["6", "5"]
    assert rows["all"][:2] == ["21", "15"]


def test_a_page_that_is_a_root_is_shown_by_its_title_with_what_lies_in_it(tmp_path: Path) -> None:
    notion = wiki("Tea")
    home = Branch.root(notion, "Home")
    home.page("Rooms").page("Bath")
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        backup.run(DATABASES=f"{notion.databases()[0]}\n{home.id}")
    said = look(backup.folder, "status", "--json").json
    assert {each["title"]: each["pages"] for each in said["databases"]} == {"Home": 3, "Wiki": 1}
    assert {each["folder"] for each in said["databases"]} == {"home", "wiki"}


def test_its_numbers_are_those_of_the_disk(kitchen: Backup) -> None:
    kitchen.run()
    said = look(kitchen.folder, "status", "--json").json
    files = {path: content for path, content in kitchen.files().items() if path.startswith("wiki/")}
    assert (said["pages"], said["files"], said["missing_files"]) == (3, 1, 0)
    assert said["bytes"] == sum(map(len, files.values()))
    assert [each["folder"] for each in said["databases"]] == ["wiki"]
    assert f"edited {moment(said['newest_edit'])}" in kitchen.text("wiki/cups/index.md")


@pytest.fixture
def dated(kitchen: Backup) -> Backup:
    """A backup of which git says that it was made two days ago."""
    kitchen.init()
    kitchen.run(COMMIT="false")
    kitchen.git("add", "-A")
    _committed(kitchen, timedelta(days=2, minutes=1))
    return kitchen


def _committed(backup: Backup, ago: timedelta) -> None:
    """Commit what is staged, that long ago."""
    moment = (datetime.now(timezone.utc) - ago).isoformat()
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(
        ["git", *who, "commit", "-qm", "Backup"],
        cwd=backup.folder,
        env={**os.environ, "GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment},
        check=True,
    )


def test_its_age_is_that_of_the_last_commit_of_the_state(dated: Backup) -> None:
    commit = dated.git("rev-parse", "HEAD")
    (dated.folder / "mine.txt").write_text("x")
    dated.git("add", "-A")
    _committed(dated, timedelta(hours=1, minutes=1))
    assert "last changed 2 days ago" in look(dated.folder, "status").out
    assert look(dated.folder, "status", "--json").json["commit"] == commit


def test_of_a_shallow_clone_the_age_is_at_least_that(dated: Backup, tmp_path: Path) -> None:
    (dated.folder / "mine.txt").write_text("x")
    dated.git("add", "-A")
    _committed(dated, timedelta(hours=1, minutes=1))
    dated.git("clone", "-q", "--depth=1", f"file://{dated.folder}", str(tmp_path / "clone"))
    assert "last changed at least 1 hour ago" in look(tmp_path / "clone", "status").out


@pytest.mark.parametrize("second", ["253402300800", "18446744073709551615"])
def test_a_commit_of_a_year_that_no_calendar_has_is_not_believed(
    dated: Backup, second: str
) -> None:
    state = dated.folder / ".notion-sync.json"
    state.write_bytes(state.read_bytes() + b"\n")
    dated.git("commit", "-qam", "Later")
    lines = dated.git("cat-file", "commit", "HEAD").splitlines()
    (at,) = (number for number, line in enumerate(lines) if line.startswith("committer"))
    lines[at] = f"committer Somebody <somebody@example.com> {second} +0000"
    odd = dated.folder.parent / "odd"
    odd.write_text("\n".join(lines) + "\n")
    made = dated.git("hash-object", "-t", "commit", "-w", "--literally", str(odd))
    dated.git("update-ref", "HEAD", made)
    seen = look(dated.folder, "status")
    assert (seen.code, "last changed just now" in seen.out) == (0, True), seen.out


def test_without_git_the_age_is_that_of_the_state_on_the_disk(kitchen: Backup) -> None:
    kitchen.run()
    path = kitchen.folder / ".notion-sync.json"
    os.utime(path, (path.stat().st_mtime - 3 * 3600,) * 2)
    assert "last changed 3 hours ago" in look(kitchen.folder, "status").out


def test_a_file_that_notion_does_not_give_is_wrong_since_its_page_says_so(kitchen: Backup) -> None:
    kitchen.init()
    kitchen.fail("cup.png", Fault(status=404, body=b""))
    kitchen.run()
    seen = look(kitchen.folder, "status", "--json")
    (missing,) = seen.json["missing"]
    assert seen.code == 1 and seen.named == {"wiki/cups"}
    day = kitchen.git("log", "-1", "--format=%cI")
    assert (missing["kind"], missing["folder"], missing["since"]) == ("failed", "wiki/cups", day)
    assert f"cup.png could not be downloaded since {day[:10]}" in look(kitchen.folder, "status").out
    kitchen.heal()
    kitchen.run()
    assert look(kitchen.folder, "status").code == 0


def test_a_page_that_fails_is_named_since_the_day_of_its_first_failure(kitchen: Backup) -> None:
    kitchen.init()
    kitchen.run()
    days = clock(kitchen.notion)
    kitchen.server.knobs.now = lambda: days.time
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.paragraph("Cold.")])
    kitchen.fail(f"/blocks/{row(kitchen, 'Milk')}", error(400))
    commits = kitchen.commits()
    for _ in range(3):
        days.forward(minutes=24 * 60)
        assert kitchen.run().code == 1
    assert kitchen.commits() == commits + 1, "once, when it began to fail"
    assert kitchen.git("log", "-1", "--format=%s") == "Back up Notion: 1 failed"
    seen = look(kitchen.folder, "status", "--json")
    (failed,) = seen.json["failed"]
    day = (days.time - timedelta(days=2)).date().isoformat()
    assert seen.code == 1 and seen.named == {"wiki/milk"}
    assert (failed["title"], failed["folder"], failed["since"]) == ("Milk", "wiki/milk", day)
    assert (
        f"failed since {day}: the log of the last run says why"
        in look(kitchen.folder, "status").out
    )
    kitchen.heal()
    assert kitchen.run().code == 0
    seen = look(kitchen.folder, "status", "--json")
    assert (seen.code, seen.json["failed"]) == (0, [])


def test_a_new_page_that_fails_is_named_until_it_is_deleted(kitchen: Backup) -> None:
    kitchen.fail(f"/blocks/{row(kitchen, 'Milk')}", error(400))
    kitchen.run()
    assert look(kitchen.folder, "status", "--json").named == {"wiki/milk"}
    kitchen.notion.trash(row(kitchen, "Milk"))
    assert kitchen.run().code == 0
    assert look(kitchen.folder, "status").code == 0


def test_what_the_state_says_of_failures_is_not_trusted(kitchen: Backup) -> None:
    kitchen.run()
    path = kitchen.folder / ".notion-sync.json"
    state = json.loads(path.read_text())
    state["failed"] = {"x": {}, "0" * 32: {"since": ["?"], "folder": 7}, "1" * 32: "?"}
    path.write_text(json.dumps(state))
    assert look(kitchen.folder, "status").code == 0 and kitchen.run().code == 0


def test_a_file_that_is_too_large_is_reported_and_nothing_is_wrong(kitchen: Backup) -> None:
    large = kitchen.notion.files.keep("large.bin", bytes(1_100_000))
    kitchen.notion.append(row(kitchen, "Tea"), [blocks.media("file", build.hosted(large), "")])
    kitchen.run(MAX_FILE_MB="1")
    seen = look(kitchen.folder, "status")
    assert seen.code == 0 and "1 file left out, because of MAX_FILE_MB" in seen.out


def test_a_page_that_is_to_be_read_again_is_reported_and_nothing_is_wrong(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki("Tea"), git=False) as backup:
        backup.run()  # in the minute of the page's last edit
        seen = look(backup.folder, "status")
    assert seen.code == 0 and "1 page will be read again" in seen.out


def test_a_file_that_is_not_on_the_disk_is_wrong(kitchen: Backup) -> None:
    kitchen.run()
    (kitchen.folder / "wiki/cups/assets/1-a-cup.png").unlink()
    seen = look(kitchen.folder, "status", "--json")
    assert seen.code == 1 and seen.named == {"wiki"} and seen.json["missing_files"] == 1
    assert "1 file of this database is not on the disk" in seen.out


def test_it_finds_the_backup_in_the_folder_of_the_settings(kitchen: Backup) -> None:
    kitchen.run(OUTPUT_DIR="notes/backup")
    assert look(kitchen.folder, "status").code == 1
    (kitchen.folder / "settings").write_text("OUTPUT_DIR=notes/backup\n")
    seen = look(kitchen.folder, "status", "--env", str(kitchen.folder / "settings"), "--json")
    assert seen.code == 0 and seen.json["folder"] == "notes/backup"
