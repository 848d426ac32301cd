"""Runs against a Notion that is as unkind as the real one: lists that move, budgets, lost access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakenotion import blocks, build, faults, properties
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import later, read_since, row

TEN = [f"Page {number}" for number in range(10)]


@pytest.fixture
def ten(tmp_path: Path) -> Iterator[Backup]:
    """Ten pages, a minute apart, of which Notion lists four at once."""
    notion = wiki()
    for title in TEN:
        later(notion, minutes=1)
        notion.add_page(notion.databases()[0], title)
    later(notion)
    with backing_up(tmp_path / "repository", notion, git=False, most=4) as backup:
        yield backup


def during_the_listing(backup: Backup, change: Callable[[], None]) -> None:
    """Lets something happen between the first page of the next listing and its second one."""
    left = [change]

    def plan(asked: Asked) -> Fault | None:
        if left and asked.path.endswith("/query") and not asked.body.get("is_archived"):
            left.pop()()
        return None

    backup.server.plan = plan


def test_a_page_that_slips_through_a_moving_list_stays_as_it_is(ten: Backup) -> None:
    ten.run()
    before = ten.files()
    during_the_listing(ten, lambda: ten.notion.trash(row(ten, "Page 0")))
    ran = ten.run()
    assert ran.code == 0 and "kept in wiki/page-4/: still in a database" in ran.log
    assert ten.files() == before
    assert "1 removed · 9 unchanged" in ten.run().log
    assert sorted(ten.pages()) == [f"wiki/page-{number}" for number in range(1, 10)]


def test_a_page_that_a_moving_list_shows_twice_is_one_page(ten: Backup) -> None:
    first = row(ten, "Page 0")
    ten.notion.trash(first)
    ten.run()
    during_the_listing(ten, lambda: ten.notion.restore(first))
    ran = ten.run()
    assert ran.code == 0, ran.log
    ten.heal()
    assert ten.run().code == 0
    assert sorted(ten.pages()) == [f"wiki/page-{number}" for number in range(10)]


def test_what_slipped_through_a_first_listing_is_there_after_the_next_run(ten: Backup) -> None:
    during_the_listing(ten, lambda: ten.notion.trash(row(ten, "Page 0")))
    ten.run()
    assert ten.run().code == 0
    assert sorted(ten.pages()) == [f"wiki/page-{number}" for number in range(1, 10)]


def test_a_budget_is_waited_for_and_costs_nothing_but_time(ten: Backup) -> None:
    ten.run()
    unhurried = ten.files()
    again = ten.folder.parent / "again"
    again.mkdir()
    ten.server.limit(12, 1)
    ran = ten.run(GITHUB_WORKSPACE=str(again))
    assert ran.code == 0, ran.log
    assert ten.server.throttled > 0
    assert max(ten.server.windows) == 12
    written = {path: (again / path).read_bytes() for path in unhurried}
    assert written == unhurried


@pytest.mark.parametrize("lost", ["unshare", "unshare_sources"])
def test_a_database_that_is_not_shown_any_more_loses_nothing(kitchen: Backup, lost: str) -> None:
    other = kitchen.notion.add_database("Other", {})
    kitchen.notion.add_page(other, "Far away")
    later(kitchen.notion)
    named = {"DATABASES": "\n".join(kitchen.notion.databases())}
    kitchen.run(**named)
    before = kitchen.files()
    getattr(kitchen.notion, lost)(other)
    ran = kitchen.run(**named)
    assert ran.code == 1 and "DATABASES line 2" in ran.log
    assert kitchen.files().keys() == before.keys()
    assert kitchen.text("other/far-away/index.md")
    getattr(kitchen.notion, lost.replace("un", "", 1))(other)
    assert "nothing changed" in kitchen.run(**named).log


def test_a_source_that_moves_to_another_database_takes_its_pages_along(kitchen: Backup) -> None:
    notion = kitchen.notion
    second = notion.add_source(notion.databases()[0], "More", {})
    notion.add_page(second, "Extra")
    other = notion.add_database("Other", {})
    later(notion)
    kitchen.run()
    before = kitchen.text("wiki/extra/index.md")
    notion.move(second, other)
    ran = kitchen.run()
    assert ran.code == 0 and "renamed: Extra → other/extra/" in ran.log
    assert kitchen.text("other/extra/index.md") == before


@pytest.mark.parametrize("lost", ["trash", "unshare"])
def test_one_source_of_several_is_judged_by_its_pages(kitchen: Backup, lost: str) -> None:
    second = kitchen.notion.add_source(kitchen.notion.databases()[0], "More", {})
    kitchen.notion.add_page(second, "Extra")
    later(kitchen.notion)
    kitchen.run()
    getattr(kitchen.notion, lost)(second)
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert ("wiki/extra" in kitchen.pages()) is (lost == "unshare")
    assert len(kitchen.pages()) == (4 if lost == "unshare" else 3)


def test_credentials_that_expire_before_the_address_does_are_requested_again(
    kitchen: Backup,
) -> None:
    kitchen.server.fail_next(faults.expired_token(), path="cup.png")
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert kitchen.text("wiki/cups/index.md").count("1-a-cup.png") == 1
    assert len(kitchen.server.downloads) == 2


def test_a_relation_that_was_set_from_the_other_side_is_shown(kitchen: Backup) -> None:
    notion = kitchen.notion
    wiki_ = notion.databases()[0]
    notion.relate(wiki_, "Needs", wiki_, "Needed by")
    later(notion)
    kitchen.run()
    tea, cups = row(kitchen, "Tea"), row(kitchen, "Cups")
    notion.set_property(tea, "Needs", [cups])
    asked = len(kitchen.server.requests)
    assert kitchen.run().code == 0
    assert read_since(kitchen, asked) == {tea}, "the listing shows the other side"
    assert "Needed by | [Tea](../tea/index.md)" in kitchen.text("wiki/cups/index.md")


def test_another_order_of_properties_is_not_a_change(kitchen: Backup) -> None:
    notion = kitchen.notion
    source = notion.source(notion.databases()[0])
    for name in ("Weight", "Color", "Price", "Size"):
        notion.add_property(source, name, properties.number(), 1)
    later(notion)
    kitchen.run()
    before = kitchen.files()
    notion.reorder_properties(source, "another order")
    asked = len(kitchen.server.requests)
    ran = kitchen.run()
    assert "nothing changed" in ran.log and kitchen.files() == before
    assert read_since(kitchen, asked) == set()


def test_a_folder_of_pages_is_reported_with_its_place(kitchen: Backup) -> None:
    folder = kitchen.notion.add_folder(row(kitchen, "Milk"))
    kitchen.notion.add_page(folder, "Inside")
    later(kitchen.notion)
    ran = kitchen.run()
    assert "warning: Milk: Notion's API does not give blocks of the type 'folder'" in ran.log
    assert "`folder`" in kitchen.text("wiki/milk/index.md")


@pytest.mark.parametrize("copies", ["empty", "missing", "follow", "always"])
def test_a_synced_copy_shows_its_original_whatever_its_own_id_gives(
    kitchen: Backup, copies: str
) -> None:
    kitchen.server.knobs.copies = copies
    words = build.block("synced_block", children=[blocks.paragraph("Everywhere the same.")])
    attic = kitchen.notion.add_page("", "Attic", {}, [words])
    (original,) = kitchen.notion.listed(attic)
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.synced_copy(original)])
    later(kitchen.notion)
    assert kitchen.run().code == 0
    assert "Everywhere the same." in kitchen.text("wiki/milk/index.md")


def test_a_user_who_leaves_costs_no_page(kitchen: Backup) -> None:
    notion = kitchen.notion
    who = notion.add_user("Ben Okafor")
    notion.add_property(notion.databases()[0], "Owner", properties.of("people"), [who])
    notion.append(row(kitchen, "Milk"), [blocks.paragraph(build.mention_user(who))])
    notion.remove_user(who["id"])
    later(notion)
    assert kitchen.run().code == 0
    assert len(kitchen.pages()) == 3


@pytest.mark.parametrize("lost", ["trash", "purge"])
def test_a_database_that_is_trashed_keeps_its_pages_here(kitchen: Backup, lost: str) -> None:
    other = kitchen.notion.add_database("Other", {})
    kitchen.notion.add_page(other, "Far away")
    later(kitchen.notion)
    named = {"DATABASES": "\n".join(kitchen.notion.databases())}
    kitchen.run(**named)
    getattr(kitchen.notion, lost)(other)
    ran = kitchen.run(**named)
    assert ran.code == 1 and "DATABASES line 2" in ran.log
    assert "other/far-away" in kitchen.pages()


def test_a_database_that_is_moved_or_renamed_keeps_its_pages(kitchen: Backup) -> None:
    notion = kitchen.notion
    database = notion.databases()[0]
    kitchen.run()
    notion.move(database, notion.add_page("", "Attic"))
    assert "nothing changed" in kitchen.run().log
    notion.rename(database, "Handbook")
    assert kitchen.run().code == 0
    assert sorted(kitchen.pages()) == ["handbook/cups", "handbook/milk", "handbook/tea"]
