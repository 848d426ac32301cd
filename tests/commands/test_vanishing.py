"""Pages that Notion does not list any more: what is proof that they are gone, and what is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fakenotion import blocks
from fakenotion.faults import JSON, Fault
from fakenotion.routes import Request
from fakenotion.server import Asked
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import later, row, rows

TEN = [f"Page {number}" for number in range(10)]


def query_of(notion: Workspace) -> str:
    """The path of the query of the first database's rows."""
    return f"/v1/data_sources/{notion.source(notion.databases()[0]).replace('-', '')}/query"


def test_a_database_that_suddenly_has_no_data_source_loses_nothing(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    kitchen.notion.unshare_sources(kitchen.notion.databases()[0])
    ran = kitchen.run()
    assert ran.code == 2 and "no data source that this integration can see" in ran.log
    assert kitchen.files() == before


def test_an_error_in_the_middle_of_a_listing_removes_nothing(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False, most=4) as backup:
        backup.run()
        before = backup.files()
        backup.notion.trash(rows(backup.notion)[0])
        path, refused = query_of(backup.notion), Fault(400, b"{}")

        def from_the_second_page_on(asked: Asked) -> Fault | None:
            return refused if asked.path == path and asked.body.get("start_cursor") else None

        backup.server.plan = from_the_second_page_on
        ran = backup.run()
        assert ran.code == 1, ran.log
        assert backup.files() == before
        backup.heal()
        assert backup.run().code == 0
        assert len(backup.pages()) == 9


def test_rows_past_the_cap_of_a_query_are_listed_too(tmp_path: Path) -> None:
    notion = wiki()
    for title in TEN * 2:
        later(notion, minutes=1)
        notion.add_page(notion.databases()[0], title)
    later(notion)
    with backing_up(tmp_path / "repository", notion, git=False, cap=6, most=4) as backup:
        assert backup.run().code == 0
        assert len(backup.pages()) == 20
        backup.notion.trash(rows(notion)[3])
        assert backup.run().code == 0
        assert len(backup.pages()) == 19


def test_a_minute_with_more_rows_than_a_query_gives_is_reported_and_removes_nothing(
    tmp_path: Path,
) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False) as backup:
        backup.run()
        before = backup.pages()
        backup.notion.trash(rows(backup.notion)[0])
        backup.server.knobs.cap = 6
        ran = backup.run()
        assert ran.code == 1 and "Notion did not list every row" in ran.log
        assert backup.pages() == before


def test_a_new_page_does_not_take_the_place_of_one_that_was_not_listed(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False) as backup:
        backup.run()
        before = backup.text("wiki/page-9/index.md")
        hidden = row(backup, "Page 9")
        later(backup.notion)
        twin = backup.notion.add_page(backup.notion.databases()[0], "Page 9")
        backup.notion.make_partial(hidden)  # so the listing is not complete
        backup.run()
        assert backup.text("wiki/page-9/index.md") == before
        assert f"wiki/page-9-{twin[-8:]}" in backup.pages()


def test_trashed_pages_stay_when_the_owner_wants_to_keep_them(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.trash(row(kitchen, "Milk"))
    ran = kitchen.run(ON_DELETE="keep")
    assert ran.code == 0 and "kept in wiki/milk/: in Notion's trash; ON_DELETE=keep" in ran.log
    assert "wiki/milk" in kitchen.pages()
    assert kitchen.run().code == 0
    assert "wiki/milk" not in kitchen.pages()


def test_many_pages_go_at_once_when_that_is_allowed(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False) as backup:
        backup.run()
        for page in rows(backup.notion)[:6]:
            backup.notion.trash(page)
        assert backup.run().code == 1
        assert len(backup.pages()) == 10
        assert backup.run(ALLOW_MASS_DELETE="true").code == 0
        assert len(backup.pages()) == 4


@pytest.mark.parametrize("hidden", [6, 10])
def test_when_many_pages_are_not_to_be_seen_any_more_all_stay_and_the_run_is_loud(
    tmp_path: Path, hidden: int
) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False) as backup:
        backup.run()
        before = backup.files()
        for page in rows(backup.notion)[:hidden]:
            backup.notion.unshare(page)
        ran = backup.run()
        assert ran.code == 1
        assert f"{hidden} of 10 pages are no longer listed by Notion" in ran.log
        assert backup.files() == before
        for page in rows(backup.notion):
            backup.notion.share(page)
        assert backup.run().code == 0


def test_a_page_that_was_deleted_for_good_is_forgotten_once_its_folder_is_deleted(
    kitchen: Backup,
) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.purge(milk)
    assert kitchen.run().code == 0
    assert "wiki/milk" in kitchen.pages()
    shutil.rmtree(kitchen.folder / "wiki/milk")
    ran = kitchen.run()
    assert ran.code == 0 and "removed wiki/milk/" in ran.log
    assert milk.replace("-", "") not in kitchen.text(".notion-sync.json")
    assert "Milk" not in kitchen.text("wiki/README.md")


def test_a_page_of_which_notion_cannot_be_asked_stays(kitchen: Backup) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.trash(milk)
    kitchen.fail(f"/v1/pages/{milk}", Fault(400, b"{}"))
    ran = kitchen.run()
    assert "kept in wiki/milk/: Notion could not be asked about it" in ran.log
    kitchen.heal()
    kitchen.run()
    assert "wiki/milk" not in kitchen.pages()


def test_a_page_that_the_listing_missed_stays(kitchen: Backup) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")

    def without_milk(asked: Asked) -> Fault | None:
        if not asked.path.endswith("/query") or asked.body.get("is_archived"):
            return None
        listed = [each for each in rows(kitchen.notion) if each != milk]
        pages = [
            kitchen.server.api.show(kitchen.notion.node(id_), Request("GET", "/")) for id_ in listed
        ]
        body = {"object": "list", "results": pages, "has_more": False, "next_cursor": None}
        return Fault(200, json.dumps(body).encode(), {"Content-Type": JSON})

    kitchen.server.plan = without_milk
    ran = kitchen.run()
    assert "kept in wiki/milk/: still in a database of this backup" in ran.log
    assert "wiki/milk" in kitchen.pages()


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


def test_when_most_pages_would_go_at_once_none_goes(tmp_path: Path) -> None:
    with backing_up(tmp_path / "repository", wiki(*TEN), git=False) as backup:
        backup.run()
        for page in rows(backup.notion)[:6]:
            backup.notion.trash(page)
        ran = backup.run()
        assert ran.code == 1 and len(backup.pages()) == 10
        assert "6 of 10 pages would be removed at once, so none was. They are: “" in ran.log
        assert "” and 3 more. If that is intended" in ran.log


def test_a_database_that_suddenly_lists_nothing_loses_nothing(kitchen: Backup) -> None:
    kitchen.run()
    for page in rows(kitchen.notion):
        kitchen.notion.trash(page)
    assert kitchen.run().code == 1
    assert len(kitchen.pages()) == 3


@pytest.mark.parametrize("where", ["row", "child page"])
def test_the_text_of_a_page_that_notion_shows_no_more_comes_back_from_its_store(
    kitchen: Backup, where: str
) -> None:
    milk = row(kitchen, "Milk")
    inside = kitchen.notion.add_page(milk, "Oat", {}, [blocks.paragraph("Grown.")])
    later(kitchen.notion)
    kitchen.run()
    gone, folder = (milk, "wiki/milk") if where == "row" else (inside, "wiki/milk/oat")
    kitchen.notion.unshare(gone)
    kitchen.run()
    before = kitchen.files()
    (kitchen.folder / folder / "index.md").unlink()
    ran = kitchen.run()
    assert f"{folder}/index.md" in kitchen.files(), ran.log
    assert kitchen.files() == before and "its Markdown was deleted here" in ran.log
    assert kitchen.run().log.count("its Markdown was deleted here") == 0
