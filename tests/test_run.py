"""The main job, from a Notion that changes to a repository: what its owner sees after each run."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from backup.demo import blocks, build
from backup.demo.faults import Fault
from backup.demo.sample import edit, sample
from backup.demo.server import Asked
from tests.backups import TOKEN, Backup, backing_up, wiki
from tests.kitchen import PNG, dead_links, later, row, rows


def test_the_sample_is_backed_up_whole_and_without_dead_links(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample()) as backup:
        ran = backup.run()
        assert ran.code == 0, ran.log
        assert len(backup.pages()) == 16
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
        assert len(backup.server.requests) - asked == 2 * 4  # database, source, rows, archived rows


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


def test_only_the_edited_page_is_read_again(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.stamps()
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.paragraph("Cold.")])
    asked = len(kitchen.server.requests)
    ran = kitchen.run()
    written = {path for path, stamp in kitchen.stamps().items() if before.get(path) != stamp}
    assert written == {"wiki/milk/index.md", ".notion-sync.json"}
    source = kitchen.notion.source(kitchen.notion.databases()[0])
    assert [each.path for each in kitchen.server.requests[asked:]][4:] == [
        f"/v1/blocks/{row(kitchen, 'Milk')}/children",
        f"/v1/data_sources/{source.replace('-', '')}/query",  # was it edited meanwhile?
    ]
    assert "1 updated" in ran.log


def test_a_rename_moves_the_folder_and_rewrites_the_links_to_it(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Cups"), "Mugs & bowls")
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert kitchen.pages() == ["wiki/milk", "wiki/mugs-bowls", "wiki/tea"]
    assert "[Mugs & bowls](../mugs-bowls/index.md)" in kitchen.text("wiki/tea/index.md")
    assert (kitchen.folder / "wiki/mugs-bowls/assets/1-a-cup.png").read_bytes() == PNG
    assert not (kitchen.folder / "wiki/cups").exists()
    assert dead_links(kitchen) == []


def test_a_breadcrumb_follows_the_name_of_its_database(kitchen: Backup) -> None:
    database = kitchen.notion.databases()[0]
    kitchen.notion.append(row(kitchen, "Milk"), [build.block("breadcrumb")])
    kitchen.run(DATABASES=f"docs = {database}")
    assert "[Wiki](../README.md)" in kitchen.text("docs/milk/index.md")
    kitchen.notion.rename(database, "Kitchen")
    kitchen.run(DATABASES=f"docs = {database}")
    assert "[Kitchen](../README.md)" in kitchen.text("docs/milk/index.md")


def test_a_rename_downloads_no_picture_again(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Cups"), "Mugs")
    downloads = len(kitchen.server.downloads)
    kitchen.run()
    assert len(kitchen.server.downloads) == downloads


def test_two_pages_can_swap_titles(kitchen: Backup) -> None:
    kitchen.run()
    cups, milk = row(kitchen, "Cups"), row(kitchen, "Milk")
    kitchen.notion.append(milk, [blocks.paragraph("white")])
    kitchen.notion.rename(cups, "Milk")
    kitchen.notion.rename(milk, "Cups")
    assert kitchen.run().code == 0
    assert "white" in kitchen.text("wiki/cups/index.md")
    assert (kitchen.folder / "wiki/milk/assets/1-a-cup.png").read_bytes() == PNG
    assert not (kitchen.folder / "wiki/cups/assets").exists()
    assert "[Milk](../milk/index.md)" in kitchen.text("wiki/tea/index.md")


def test_a_swap_in_which_one_page_fails_loses_neither(kitchen: Backup) -> None:
    kitchen.run()
    cups, milk = row(kitchen, "Cups"), row(kitchen, "Milk")
    kitchen.notion.rename(cups, "Milk")
    kitchen.notion.rename(milk, "Cups")
    kitchen.fail(f"/v1/blocks/{cups}", Fault(status=400, body=b"{}"))
    assert kitchen.run().code == 1
    assert (kitchen.folder / "wiki/milk/assets/1-a-cup.png").read_bytes() == PNG
    kitchen.heal()
    assert kitchen.run().code == 0
    assert dead_links(kitchen) == []


def test_a_title_can_be_taken_over_from_a_page_that_is_thrown_away(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.trash(row(kitchen, "Cups"))
    kitchen.notion.rename(row(kitchen, "Milk"), "Cups")
    assert kitchen.run().code == 0
    assert kitchen.pages() == ["wiki/cups", "wiki/tea"]
    assert not (kitchen.folder / "wiki/cups/assets").exists()
    assert dead_links(kitchen) == []


def test_of_two_equal_titles_both_get_a_suffix_and_the_one_that_stays_keeps_it(
    kitchen: Backup,
) -> None:
    kitchen.run()
    second = kitchen.notion.add_page(kitchen.notion.databases()[0], "MILK")
    kitchen.run()
    twins = [folder for folder in kitchen.pages() if folder.startswith("wiki/milk")]
    assert len(twins) == 2 and all(re.fullmatch(r"wiki/milk-[0-9a-f]{8}", each) for each in twins)
    kitchen.notion.trash(second)
    assert kitchen.run().code == 0
    assert [folder for folder in kitchen.pages() if folder.startswith("wiki/milk")] == [twins[0]]


def test_a_page_in_the_trash_is_removed_and_comes_back_when_restored(kitchen: Backup) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.trash(milk)
    ran = kitchen.run()
    assert "wiki/milk" not in kitchen.pages() and "1 removed" in ran.log
    kitchen.notion.restore(milk)
    kitchen.run()
    assert "wiki/milk" in kitchen.pages()


@pytest.mark.parametrize("what", ["purge", "unshare"])
def test_a_page_that_notion_no_longer_shows_is_kept_and_reported(
    kitchen: Backup, what: str
) -> None:
    kitchen.run()
    getattr(kitchen.notion, what)(row(kitchen, "Milk"))
    ran = kitchen.run()
    assert ran.code == 0
    assert "wiki/milk" in kitchen.pages()
    assert "warning: Milk: kept in wiki/milk/" in ran.log


@pytest.mark.parametrize("parent", [None, "elsewhere", {}, {"type": None}])
def test_a_page_that_does_not_say_where_it_is_is_kept(kitchen: Backup, parent: object) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.archive(milk)  # it leaves the list, and a server that knows no archive …
    odd = json.dumps({"object": "page", "id": milk, "parent": parent}).encode()
    none = json.dumps({"object": "list", "results": [], "has_more": False}).encode()

    def partial(asked: Asked) -> Fault | None:
        if asked.body.get("is_archived"):
            return Fault(body=none)  # … lists it nowhere
        return Fault(status=200, body=odd) if asked.path.startswith("/v1/pages/") else None

    kitchen.server.plan = partial
    kitchen.run()
    assert "wiki/milk" in kitchen.pages()


def test_odd_options_in_a_schema_do_not_stop_the_run(kitchen: Backup) -> None:
    source = kitchen.notion.source(kitchen.notion.databases()[0])
    for options in (["x"], 3, [None]):
        column = {"id": "a", "name": "State", "type": "select", "select": {"options": options}}
        kitchen.notion.node(source).data["properties"]["State"] = column
        assert kitchen.run().code == 0


def test_an_archived_page_is_kept_up_to_date(kitchen: Backup) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.archive(milk)
    kitchen.notion.append(milk, [blocks.paragraph("Sour.")])
    kitchen.run()
    assert "Sour." in kitchen.text("wiki/milk/index.md")


def test_when_most_pages_would_go_at_once_none_goes(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*(f"Page {n}" for n in range(10)))) as backup:
        backup.run()
        for page in rows(backup.notion)[:6]:
            backup.notion.trash(page)
        ran = backup.run()
        assert ran.code == 1 and len(backup.pages()) == 10
        assert "6 of 10 pages would be removed at once" in ran.log


def test_a_database_that_suddenly_lists_nothing_loses_nothing(kitchen: Backup) -> None:
    kitchen.run()
    for page in rows(kitchen.notion):
        kitchen.notion.trash(page)
    assert kitchen.run().code == 1
    assert len(kitchen.pages()) == 3


def test_a_page_that_is_edited_while_it_is_read_is_read_again(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")
    edits = iter(["One.", "Two."])

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk}/children" and (words := next(edits, "")):
            later(kitchen.notion, minutes=1)
            kitchen.notion.append(milk, [blocks.paragraph(words)])

    kitchen.server.plan = edit_while_reading
    assert kitchen.run().code == 0
    assert "One.\n\nTwo." in kitchen.text("wiki/milk/index.md")


def test_a_page_that_is_edited_all_the_time_is_taken_after_three_readings(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")

    def edit_while_reading(asked: Asked) -> None:
        if asked.path == f"/v1/blocks/{milk}/children":
            later(kitchen.notion, minutes=1)
            kitchen.notion.append(milk, [blocks.paragraph("More.")])

    kitchen.server.plan = edit_while_reading
    assert kitchen.run().code == 0
    kitchen.heal()
    readings = [each for each in kitchen.server.requests if milk in each.path]
    assert len(readings) == 3
    kitchen.run()
    assert kitchen.text("wiki/milk/index.md").count("More.") == 3


def test_copies_of_a_synced_block_are_read_once_in_a_run(kitchen: Backup) -> None:
    inner = [
        blocks.paragraph("Shared."),
        build.block("toggle", "More", children=[blocks.paragraph("Deep.")]),
    ]
    original = build.block("synced_block", children=inner, synced_from=None)
    (id_,) = kitchen.notion.append(row(kitchen, "Tea"), [original])
    for title in ("Milk", "Cups"):
        kitchen.notion.append(
            row(kitchen, title), [blocks.synced_copy(id_), blocks.synced_copy(id_)]
        )
    later(kitchen.notion)
    assert kitchen.run().code == 0
    asked = [each.path for each in kitchen.server.requests if each.path.endswith("/children")]
    assert len(asked) == 3 + 2  # the pages, the original, the toggle in it
    assert kitchen.text("wiki/milk/index.md").count("Deep.") == 2


def test_a_page_edited_in_the_minute_of_its_reading_is_read_once_more(kitchen: Backup) -> None:
    milk = row(kitchen, "Milk")
    kitchen.notion.append(milk, [blocks.paragraph("One.")])
    kitchen.run()
    kitchen.notion.append(milk, [blocks.paragraph("Two.")])  # the same minute: no new time stamp
    later(kitchen.notion)
    assert kitchen.run().code == 0
    assert "Two." in kitchen.text("wiki/milk/index.md")
    asked = len(kitchen.server.requests)
    kitchen.run()
    assert len(kitchen.server.requests) - asked == 4


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


def test_a_picture_that_cannot_be_had_is_told_and_tried_again(kitchen: Backup) -> None:
    kitchen.fail("cup.png", Fault(status=404, body=b""))
    ran = kitchen.run()
    assert ran.code == 1 and "not backed up" in kitchen.text("wiki/cups/index.md")
    kitchen.heal()
    assert kitchen.run().code == 0
    assert (kitchen.folder / "wiki/cups/assets/1-a-cup.png").read_bytes() == PNG


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


def test_a_state_of_a_later_version_ends_the_run_before_anything_happens(kitchen: Backup) -> None:
    kitchen.run()
    later_state = '{"version": 99, "pages": {}, "databases": {}}'
    (kitchen.folder / ".notion-sync.json").write_text(later_state)
    before = kitchen.files()
    ran = kitchen.run()
    assert ran.code == 1 and "later version" in ran.log
    assert kitchen.files() == before


@pytest.mark.parametrize("text", ["{", "[]", "<<<<<<< a\n=======\n>>>>>>> b\n", None])
def test_a_lost_or_broken_state_is_made_anew_and_costs_no_page(
    kitchen: Backup, text: str | None
) -> None:
    kitchen.run()
    before = kitchen.files()
    kitchen.notion.unshare(row(kitchen, "Milk"))
    at = kitchen.folder / ".notion-sync.json"
    at.write_text(text) if text else at.unlink()
    ran = kitchen.run()
    assert ran.code == 0 and "made anew from the 3 pages" in ran.log
    assert "wiki/milk" in kitchen.pages()
    kitchen.notion.share(row(kitchen, "Milk"))
    assert kitchen.run().code == 0
    assert kitchen.files() == before


def test_a_deleted_file_comes_back(kitchen: Backup) -> None:
    kitchen.run()
    (kitchen.folder / "wiki/cups/assets/1-a-cup.png").unlink()
    assert kitchen.run().code == 0
    assert kitchen.git("status", "--porcelain") == ""


def test_a_dry_run_tells_the_plan_and_writes_nothing(kitchen: Backup) -> None:
    ran = kitchen.run("--dry-run")
    assert ran.code == 0 and "Would be: 3 new" in ran.log and "wiki/tea/" in ran.log
    assert kitchen.files() == {}


def test_without_commit_the_files_are_written_and_git_is_left_alone(kitchen: Backup) -> None:
    assert kitchen.run(COMMIT="false").code == 0
    assert len(kitchen.pages()) == 3
    assert kitchen.git("rev-list", "--all") == ""


def test_what_was_written_without_commit_is_committed_later(kitchen: Backup) -> None:
    kitchen.run(COMMIT="false")
    assert kitchen.run().code == 0
    assert kitchen.git("status", "--porcelain") == ""


def test_a_full_sync_reads_everything_and_changes_nothing(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    asked = len(kitchen.server.requests)
    assert kitchen.run("--full-sync").code == 0
    assert len(kitchen.server.requests) - asked == 4 + 3 + 1
    assert kitchen.files() == before and kitchen.commits() == 1


def test_a_setting_that_shapes_the_text_writes_the_pages_again(kitchen: Backup) -> None:
    kitchen.run()
    ran = kitchen.run(FRONT_MATTER="false")
    assert "3 updated" in ran.log
    assert kitchen.text("wiki/tea/index.md").startswith("# Tea")


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


def test_no_output_shows_the_token(kitchen: Backup) -> None:
    kitchen.notion.rename(row(kitchen, "Tea"), f"Tea {TOKEN}")
    assert TOKEN not in kitchen.run().log


def test_a_title_cannot_speak_to_the_runner(kitchen: Backup) -> None:
    kitchen.notion.rename(row(kitchen, "Tea"), "::error::x\n::add-mask::a ##[error]y")
    ran = kitchen.run(GITHUB_ACTIONS="true")
    commands = [line for line in ran.log.splitlines() if re.search(r"^\s*::|##\[", line)]
    assert {line.split("::")[1].split(" ")[0] for line in commands} <= {"group", "endgroup"}


def test_the_outputs_say_what_was_done(kitchen: Backup, tmp_path: Path) -> None:
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
        "pull-request": "",
    }


def test_a_link_to_a_block_lands_on_it_and_the_anchor_goes_with_the_link(kitchen: Backup) -> None:
    notion, milk = kitchen.notion, row(kitchen, "Milk")
    (target,) = notion.append(milk, [blocks.paragraph("Here.")])
    link = f"https://www.notion.so/{milk.replace('-', '')}#{target.replace('-', '')}"
    (linking,) = notion.append(
        row(kitchen, "Tea"), [blocks.paragraph(build.text("there", link=link))]
    )
    later(notion)
    kitchen.run()
    anchor = f"b-{target[-8:]}"
    assert f'<a id="{anchor}"></a>Here.' in kitchen.text("wiki/milk/index.md")
    assert f"(../milk/index.md#{anchor})" in kitchen.text("wiki/tea/index.md")
    notion.edit(linking, "no more")
    later(notion)
    kitchen.run()
    assert "<a id" not in kitchen.text("wiki/milk/index.md")


def test_verify_finds_nothing_in_a_good_backup_and_names_what_is_wrong(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", sample()) as backup:
        ran = backup.run("--verify")
        assert ran.code == 0 and "18 files: 0 problems" in ran.log, ran.log
        path = backup.folder / "how-to-wiki/harmonics-in-ten-minutes/index.md"
        path.write_text(path.read_text() + "\n[gone](../nowhere/index.md)\n")
        ran = backup.run("--verify")
        assert ran.code == 1 and "how-to-wiki/nowhere/index.md" in ran.log


def test_the_state_has_one_line_for_each_page_and_no_signature(kitchen: Backup) -> None:
    kitchen.run()
    text = kitchen.text(".notion-sync.json")
    assert set(json.loads(text)["pages"]) == {id_.replace("-", "") for id_ in rows(kitchen.notion)}
    assert sum('"folder": "wiki/' in line for line in text.splitlines()) == 3
    assert "X-Amz" not in text and "Signature" not in text


def test_what_an_interrupted_run_finished_is_not_read_again(kitchen: Backup) -> None:
    kitchen.run(COMMIT="false")
    finished = {"page": row(kitchen, "Tea").replace("-", "")}
    state = json.loads(kitchen.text(".notion-sync.json"))
    finished["record"] = state["pages"].pop(finished["page"])
    finished["text"] = hashlib.sha256(kitchen.files()["wiki/tea/index.md"]).hexdigest()
    (kitchen.folder / ".notion-sync.json").write_text(json.dumps(state))
    orphan = kitchen.folder / "wiki/tea/assets/1-half.png"
    orphan.parent.mkdir()
    orphan.write_bytes(b"half")
    lines = [finished, {"claim": ["wiki/tea/assets/1-half.png"]}]
    journal = "".join("\n" + json.dumps(line) for line in lines) + '\n{"page": "cut'
    (kitchen.folder / ".notion-sync.journal").write_text(journal)
    asked = len(kitchen.server.requests)
    assert kitchen.run().code == 0
    assert len(kitchen.server.requests) - asked == 4
    assert not orphan.exists()
    assert kitchen.git("status", "--porcelain") == ""


def test_a_database_given_another_folder_moves_there(kitchen: Backup) -> None:
    kitchen.run()
    database = kitchen.notion.databases()[0]
    assert kitchen.run(DATABASES=f"docs/kitchen = {database}").code == 0
    assert kitchen.pages() == ["docs/kitchen/cups", "docs/kitchen/milk", "docs/kitchen/tea"]
    assert not (kitchen.folder / "wiki").exists()
    assert dead_links(kitchen) == []


def test_what_counts_is_the_clock_of_notion_and_not_that_of_the_runner(kitchen: Backup) -> None:
    kitchen.notion.now.time += timedelta(days=400)  # type: ignore[attr-defined]  # a Clock
    milk = row(kitchen, "Milk")
    kitchen.notion.append(milk, [blocks.paragraph("One.")])
    kitchen.run()
    kitchen.notion.append(milk, [blocks.paragraph("Two.")])
    kitchen.run()
    assert "Two." in kitchen.text("wiki/milk/index.md")
