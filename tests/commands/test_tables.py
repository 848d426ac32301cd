"""README.md and database.csv of a database, over whole runs: what they show, and what it costs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakenotion import faults, properties
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up
from tests.support.kitchen import later, row

SCHEMA = {
    "Name": properties.of("title"),
    "Price": properties.number(),
    "State": properties.select("Idea", "Done"),
    "Age": properties.formula('dateBetween(now(), prop("Day"), "days")'),
}
CUPS = {"Blue cup": (3, "Done"), "Red cup": (1.5, "Idea"), "Old cup": (20, "Idea")}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backup]:
    """A database with a view of its own: the price first, the dearest on top."""
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    database = notion.add_database(
        "Shop", SCHEMA, description="What we *sell*.", icon={"type": "emoji", "emoji": "🛒"}
    )
    for title, (price, state) in CUPS.items():
        later(notion, 1)
        notion.add_page(database, title, {"Price": price, "State": state})
    age(notion, 1)
    sorts = [{"property": "Price", "direction": "descending"}]
    [view] = notion.views_of(database)
    columns = ["Price", "Name", ("State", False, 200), "Age"]
    notion.change_view(view, columns=columns, sorts=sorts)
    later(notion)
    with backing_up(tmp_path / "repository", notion) as backup:
        yield backup


def age(notion: Workspace, days: int) -> None:
    """Formulas give another result, though nobody edited a row."""
    for id_ in notion.node(notion.source(notion.databases()[0])).children:
        value = {"type": "number", "number": days}
        notion.node(id_).data["properties"]["Age"]["formula"] = value


def run(backup: Backup, *flags: str, **environ: str) -> list[str]:
    """The paths of what a good run asked."""
    before = len(backup.server.requests)
    ran = backup.run(*flags, **environ)
    assert ran.code == 0, ran.log
    return [each.path for each in backup.server.requests[before:]]


def table(backup: Backup, path: str = "shop/README.md") -> list[list[str]]:
    lines = [line for line in backup.text(path).splitlines() if line.startswith("|")]
    return [line.strip("| ").split(" | ") for line in lines]


def sheet(backup: Backup) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(backup.text("shop/database.csv"), newline="")))


def views(asked: list[str]) -> list[str]:
    return [path for path in asked if path.startswith("/v1/views")]


def test_the_readme_shows_the_rows_as_the_first_view_of_the_database_does(shop: Backup) -> None:
    run(shop)
    assert shop.text("shop/README.md").startswith("# 🛒 Shop\n\nWhat we \\*sell\\*.\n\n| Price |")
    assert table(shop) == [
        ["Price", "Name", "Age"],
        ["---", "---", "---"],
        ["20", "📄 [Old cup](old-cup/index.md)", "1"],
        ["3", "📄 [Blue cup](blue-cup/index.md)", "1"],
        ["1.5", "📄 [Red cup](red-cup/index.md)", "1"],
    ]


def test_the_csv_has_every_property_and_the_rows_as_they_were_made(shop: Backup) -> None:
    run(shop)
    rows = sheet(shop)
    assert [(each["Name"], float(each["Price"]), each["State"]) for each in rows] == [
        (title, *values) for title, values in CUPS.items()
    ]
    assert [each["path"] for each in rows] == [
        f"{name}-cup/index.md" for name in ("blue", "red", "old")
    ]
    assert rows[0]["id"] == row(shop, "Blue cup")


def test_a_result_that_changes_without_an_edit_makes_no_commit_and_views_are_not_asked_again(
    shop: Backup,
) -> None:
    assert len(views(run(shop))) == 2
    before, tip = shop.stamps(), shop.git("rev-parse", "HEAD")
    age(shop.notion, 2)
    later(shop.notion)
    assert views(run(shop)) == []
    assert shop.stamps() == before and shop.git("rev-parse", "HEAD") == tip


def test_an_edited_row_is_a_changed_line_and_leaves_all_others_as_they_were_stored(
    shop: Backup,
) -> None:
    run(shop)
    age(shop.notion, 2)
    shop.notion.set_property(row(shop, "Red cup"), "Price", 30)
    later(shop.notion)
    assert views(run(shop)) == []
    assert [line[0] for line in table(shop)[2:]] == ["30", "20", "3"]
    assert [line[2] for line in table(shop)[2:]] == ["2", "1", "1"]
    changed = shop.git("show", "--format=", "--unified=0", "HEAD", "--", "shop/database.csv")
    assert len(re.findall(r"(?m)^[+-][^+-]", changed)) == 2


def test_rows_that_come_go_or_get_another_name_change_the_table_without_a_request_for_it(
    shop: Backup,
) -> None:
    run(shop)
    notion = shop.notion
    notion.rename(row(shop, "Old cup"), "Older cup")
    notion.trash(row(shop, "Blue cup"))
    notion.add_page(notion.databases()[0], "New cup", {"Price": 100})
    later(notion)
    assert views(run(shop)) == []
    assert [line[1] for line in table(shop)[2:]] == [
        f"📄 [{name.capitalize()} cup]({name}-cup/index.md)" for name in ("new", "older", "red")
    ]
    assert [each["Name"] for each in sheet(shop)] == ["Red cup", "Older cup", "New cup"]
    assert shop.run("--verify").code == 0


def test_a_changed_view_is_seen_by_a_full_sync_and_when_the_database_changes(shop: Backup) -> None:
    run(shop)
    [view] = shop.notion.views_of(shop.notion.databases()[0])
    shop.notion.change_view(view, columns=["State", "Name"])
    later(shop.notion)
    run(shop)
    assert table(shop)[0] == ["Price", "Name", "Age"]
    assert len(views(run(shop, "--full-sync"))) == 2
    assert table(shop)[0] == ["State", "Name"]
    shop.notion.change_view(view, columns=["Age", "Name"])
    shop.notion.rename_property(shop.notion.source(shop.notion.databases()[0]), "Age", "Days")
    later(shop.notion)
    assert len(views(run(shop))) == 2
    assert table(shop)[0] == ["Days", "Name"]


@pytest.mark.parametrize("fault", [faults.error(404), faults.error(400), faults.restricted()])
@pytest.mark.parametrize("path", ["/v1/views", "/v1/views/"])
def test_views_that_notion_refuses_once_are_asked_for_again(
    shop: Backup, fault: Any, path: str
) -> None:
    shop.fail(path, fault)
    ran = shop.run()
    assert ran.code == 0 and "Notion refused to say what views the database has" in ran.log
    assert table(shop)[0][0] == "Name" and len(table(shop)[0]) == 4
    shop.heal()
    assert len(views(run(shop))) == 2
    assert table(shop)[0] == ["Price", "Name", "Age"]
    assert views(run(shop)) == []


def test_a_database_that_shows_no_view_is_asked_again(shop: Backup) -> None:
    """It was in the trash for a moment: nobody can delete the last view."""
    none = {"object": "list", "results": [], "has_more": False, "next_cursor": None, "view": {}}
    shop.fail("/v1/views", faults.Fault(body=json.dumps({**none, "type": "view"}).encode()))
    run(shop)
    shop.heal()
    assert len(views(run(shop))) == 2
    assert table(shop)[0] == ["Price", "Name", "Age"]


def test_views_that_notion_refuses_for_good_stay_and_are_asked_for_in_every_seventh_run(
    shop: Backup,
) -> None:
    run(shop)
    shop.notion.rename_property(shop.notion.source(shop.notion.databases()[0]), "Age", "Days")
    later(shop.notion)
    shop.fail("/v1/views", faults.restricted())
    asked = [len(views(run(shop, GITHUB_RUN_NUMBER=str(number)))) for number in range(9)]
    assert asked[:2] == [1, 1] and sum(asked[2:]) == 1
    assert table(shop)[0] == ["Price", "Name", "Days"]


def test_when_notion_does_not_answer_about_views_the_next_run_asks_again(shop: Backup) -> None:
    shop.fail("/v1/views", faults.redirect("https://example.com/"))
    ran = shop.run()
    assert ran.code == 0 and ran.log.count("Notion did not answer what views the database has") == 1
    assert table(shop)[0][0] == "Name"
    shop.heal()
    assert len(views(run(shop))) == 2
    assert table(shop)[0] == ["Price", "Name", "Age"]


@pytest.mark.parametrize("name", ["README.md", "database.csv"])
def test_a_foreign_file_stays_and_the_table_is_written_once_it_is_deleted(
    shop: Backup, name: str
) -> None:
    path = shop.folder / "shop" / name
    path.parent.mkdir()
    path.write_text("id,path,mine\nx,y,z\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "mine")
    for _ in range(2):
        run(shop)
        assert path.read_text() == "id,path,mine\nx,y,z\n"
    tip = shop.git("rev-parse", "HEAD")
    run(shop)
    assert shop.git("rev-parse", "HEAD") == tip
    path.unlink()
    shop.git("commit", "-qam", "not mine any more")
    run(shop)
    assert "Blue cup" in path.read_text() and shop.run("--verify").code == 0


@pytest.mark.parametrize("name", ["README.md", "database.csv", ".notion.json"])
def test_a_file_that_somebody_deleted_or_changed_comes_back(shop: Backup, name: str) -> None:
    run(shop)
    whole = shop.text(f"shop/{name}")
    (shop.folder / "shop" / name).unlink()
    shop.git("commit", "-qam", "a mistake")
    run(shop)
    assert shop.text(f"shop/{name}") == whole
    assert shop.git("status", "--porcelain") == "" and shop.run("--verify").code == 0


def test_a_store_that_somebody_wrote_in_is_not_believed_when_a_table_is_made(shop: Backup) -> None:
    run(shop)
    store = shop.folder / "shop/.notion.json"
    whole = store.read_text()
    store.write_text(whole.replace("Price", "Costs"))
    shop.git("commit", "-qam", "mine")
    shop.notion.rename(row(shop, "Old cup"), "Older cup")
    later(shop.notion)
    run(shop)
    assert store.read_text() == whole
    assert table(shop)[0] == ["Price", "Name", "Age"] and "Older cup" in table(shop)[2][1]


def test_after_a_lost_state_a_table_is_still_ours(shop: Backup) -> None:
    run(shop)
    (shop.folder / ".notion-sync.json").unlink()
    shop.git("commit", "-qam", "a mistake")
    shop.notion.rename(row(shop, "Old cup"), "Older cup")
    later(shop.notion)
    assert shop.run().code == 1, "a lost state is reported"
    assert "Older cup" in shop.text("shop/README.md")
    assert "Older cup" in shop.text("shop/database.csv")


def test_a_table_of_rows_that_nobody_knows_any_more_is_not_taken_for_somebody_elses(
    shop: Backup,
) -> None:
    run(shop)
    left = shop.text("shop/database.csv")
    branch = shop.git("branch", "--show-current").strip()
    shop.git("checkout", "-q", "--orphan", "anew")
    shop.git("rm", "-rqf", ".")
    (shop.folder / "shop").mkdir()
    (shop.folder / "shop/database.csv").write_text(left)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "begin anew")
    shop.git("branch", "-M", branch)
    for title in CUPS:
        shop.notion.trash(row(shop, title))
    shop.notion.add_page(shop.notion.databases()[0], "Jug", {"Price": 7})
    later(shop.notion)
    run(shop)
    assert "Jug" in shop.text("shop/database.csv") and shop.run("--verify").code == 0


def test_without_stores_the_readme_is_a_list_and_with_them_again_a_table(shop: Backup) -> None:
    run(shop)
    whole = shop.text("shop/README.md")
    asked = run(shop, KEEP_JSON="false")
    assert views(asked) == []
    titles = ["Blue cup", "Old cup", "Red cup"]
    assert re.findall(r"(?m)^- 📄 \[(.*)\]", shop.text("shop/README.md")) == titles
    assert not (shop.folder / "shop/database.csv").exists()
    assert "shop/database.csv" not in shop.git("ls-files")
    assert shop.run("--verify", KEEP_JSON="false").code == 0
    run(shop)
    assert shop.text("shop/README.md") == whole and len(sheet(shop)) == 3


def test_a_database_that_moves_takes_its_table_along(shop: Backup) -> None:
    run(shop)
    before = shop.text("shop/database.csv")
    database = shop.notion.databases()[0]
    asked = run(shop, DATABASES=f"store = {database}")
    assert views(asked) == []
    assert shop.text("store/database.csv") == before and not (shop.folder / "shop").exists()
    assert shop.git("status", "--porcelain") == "" and table(shop, "store/README.md")[2][0] == "20"


def test_more_rows_than_one_file_shows_have_several_and_lose_them_again(shop: Backup) -> None:
    database = shop.notion.databases()[0]
    for number in range(499):
        shop.notion.add_page(database, f"Cup {number}", {"Price": 0})
    later(shop.notion)
    run(shop)
    assert "[README-2.md](README-2.md)" in shop.text("shop/README.md")
    assert len(table(shop)) == 502 and len(table(shop, "shop/README-2.md")) == 4
    assert shop.run("--verify").code == 0
    shop.notion.trash(row(shop, "Cup 7"))
    shop.notion.trash(row(shop, "Cup 8"))
    later(shop.notion)
    run(shop)
    assert not (shop.folder / "shop/README-2.md").exists() and len(table(shop)) == 502
    assert "shop/README-2.md" not in shop.git("ls-files")
    assert "README-2" not in shop.text("shop/README.md")


def test_each_data_source_has_a_table_under_its_name(shop: Backup) -> None:
    database = shop.notion.databases()[0]
    source = shop.notion.add_source(database, "Jugs", {"Jug": properties.of("title")})
    shop.notion.add_page(source, "Tall jug")
    later(shop.notion)
    run(shop)
    text = shop.text("shop/README.md")
    first, second = re.findall(r"(?m)^## (.*)$", text)
    assert second == "Jugs" and text.index("Blue cup") < text.index("## Jugs")
    assert text.index("## Jugs") < text.index("Tall jug")
    assert {each["source"] for each in sheet(shop)} == {first, "Jugs"}
    assert shop.run("--verify").code == 0


def test_jobs_that_share_a_database_make_one_table_of_it(target: Backup) -> None:
    titles = [f"Cup {number}" for number in range(8)]
    database = target.notion.databases()[0]
    source = target.notion.source(database)
    target.notion.node(source).data["properties"] |= properties.named(
        {"Price": properties.number()}
    )
    for title in titles:
        target.notion.add_page(database, title, {"Price": 7})
    later(target.notion)
    for part in ("1/2", "2/2"):
        ran = target.run(SHARD=part)
        assert ran.code == 0, ran.log
    target.git("fetch", "-q")
    text = target.git("show", "origin/main:wiki/database.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {each["Name"] for each in rows} == {"Tea", "Milk", *titles}
    assert [each["Price"] for each in rows if each["Name"] in titles] == ["7"] * 8
