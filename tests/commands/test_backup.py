"""The main job, from a Notion that changes to a repository: what its owner sees after each run."""

from __future__ import annotations

import re
from pathlib import Path

from demo.sample import edit, sample
from fakenotion import blocks
from fakenotion.faults import Fault
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import PNG, dead_links, row


def test_the_sample_is_backed_up_whole_and_without_dead_links(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample()) as backup:
        ran = backup.run()
        assert ran.code == 0, ran.log
        assert len(backup.pages()) == 21
        assert dead_links(backup) == []
        assert backup.git("status", "--porcelain") == ""


def test_a_second_run_writes_no_byte_and_makes_no_commit(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample()) as backup:
        backup.run()
        before, commits = backup.stamps(), backup.commits()
        asked = len(backup.server.requests)
        ran = backup.run()
        assert (ran.code, backup.stamps(), backup.commits()) == (0, before, commits)
        assert "nothing changed" in ran.log
        assert (
            len(backup.server.requests) - asked == 3 * 4 + 2
        )  # database, source, rows, archived rows; and two lists


def test_a_morning_of_edits_is_one_commit_with_just_these_changes(tmp_path: Path) -> None:
    notion = sample()
    with backing_up(tmp_path / "repository", notion) as backup:
        backup.run()
        edit(notion)
        assert backup.run().code == 0
        changed = backup.git(
            "-c", "core.quotePath=false", "show", "--name-status", "-M", "--format="
        )
        words = {line.split("\t")[-1]: line[0] for line in changed.splitlines()}
        assert words["how-to-wiki/when-a-gateway-stops-answering/index.md"] == "R"
        assert words["how-to-wiki/harmonics-in-ten-minutes/index.md"] == "M"
        assert words["reading-list/notes-on-mud/index.md"] == "D"
        assert backup.commits() == 2
        assert dead_links(backup) == []


def test_odd_options_in_a_schema_do_not_stop_the_run(kitchen: Backup) -> None:
    source = kitchen.notion.source(kitchen.notion.databases()[0])
    for options in (["x"], 3, [None]):
        column = {"id": "a", "name": "State", "type": "select", "select": {"options": options}}
        kitchen.notion.node(source).data["properties"]["State"] = column
        assert kitchen.run().code == 0


def test_a_page_that_fails_keeps_its_last_copy_and_the_others_are_saved(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.text("wiki/milk/index.md")
    for title in ("Milk", "Tea"):
        kitchen.notion.append(row(kitchen, title), [blocks.paragraph("New.")])
    milk = row(kitchen, "Milk")
    kitchen.fail(f"/v1/blocks/{milk}", Fault(status=400, body=b"{}"))
    ran = kitchen.run()
    kitchen.heal()
    assert ran.code == 1 and "error: Milk:" in ran.log
    assert kitchen.text("wiki/milk/index.md") == before
    assert "New." in kitchen.text("wiki/tea/index.md")
    assert kitchen.run().code == 0
    assert "New." in kitchen.text("wiki/milk/index.md")


def test_a_image_that_cannot_be_downloaded_is_reported_and_tried_again(kitchen: Backup) -> None:
    kitchen.fail("cup.png", Fault(status=404, body=b""))
    ran = kitchen.run()
    assert ran.code == 1 and "not backed up" in kitchen.text("wiki/cups/index.md")
    kitchen.heal()
    assert kitchen.run().code == 0
    assert (kitchen.folder / "wiki/cups/assets/1-a-cup.png").read_bytes() == PNG


def test_without_commit_the_files_are_written_and_git_is_left_alone(kitchen: Backup) -> None:
    kitchen.init()
    assert kitchen.run(COMMIT="false").code == 0
    assert len(kitchen.pages()) == 3
    assert kitchen.git("rev-list", "--all") == ""


def test_what_was_written_without_commit_is_committed_later(kitchen: Backup) -> None:
    kitchen.init()
    kitchen.run(COMMIT="false")
    assert kitchen.run().code == 0
    assert kitchen.git("status", "--porcelain") == ""


def test_a_wrong_token_is_a_configuration_mistake_and_changes_nothing(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    kitchen.server.knobs.token = "another"
    ran = kitchen.run()
    assert ran.code == 2 and "NOTION_TOKEN" in ran.log
    assert kitchen.files() == before


def test_one_database_that_is_not_shared_does_not_stop_the_other(kitchen: Backup) -> None:
    other = kitchen.notion.add_database("Private", {})
    kitchen.notion.unshare(other)
    ran = kitchen.run(DATABASES=f"{kitchen.notion.databases()[0]}\n{other}")
    assert ran.code == 1 and "Connections" in ran.log
    assert len(kitchen.pages()) == 3


def test_a_title_cannot_speak_to_the_runner(kitchen: Backup) -> None:
    kitchen.notion.rename(row(kitchen, "Tea"), "::error::x\n::add-mask::a ##[error]y")
    ran = kitchen.run(GITHUB_ACTIONS="true")
    commands = [line for line in ran.log.splitlines() if re.search(r"^\s*::|##\[", line)]
    assert {line.split("::")[1].split(" ")[0] for line in commands} <= {"group", "endgroup"}


def test_the_outputs_say_what_was_done(kitchen: Backup, tmp_path: Path) -> None:
    kitchen.init()
    path = tmp_path / "outputs"
    kitchen.run(GITHUB_OUTPUT=str(path))
    found = dict(re.findall(r"^([a-z-]+)<<(?:\S+)\n(.*)\n", path.read_text(), re.MULTILINE))
    assert found == {
        "changed": "true",
        "commit": kitchen.git("rev-parse", "HEAD"),
        "pages-written": "3",
        "pages-removed": "0",
        "pages-failed": "0",
        "pages-unchanged": "0",
        "files-written": "1",
        "failed-pages": "[]",
        "problems": "0",
        "pull-request": "",
        "pages": "3",
        "databases": "1",
        "linked-views": "0",
        "requests": "11",
        "requests-listing": "7",
        "requests-reading": "4",
        "requests-comments": "0",
        "requests-files": "0",
    }
