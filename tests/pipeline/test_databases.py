"""Databases in pages: with their rows, as views of others, as wikis, and as they come and go."""

from __future__ import annotations

import pytest

from backup.model import bare_id
from fakenotion import properties
from fakenotion.branches import PLACES, Branch
from fakenotion.faults import error
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links


@pytest.fixture
def grove(grown: Grown) -> Grove:
    """Home with a database Tasks, in which Door lies, with a page Hinge in it."""
    made = grown()
    home = made.root("Home", "Our home")
    tasks = home.database("Tasks", {"State": properties.select("Open", "Done")})
    tasks.row("Door", {"State": "Open"}, "Fix it").page("Hinge", "Rusty")
    made.roots = home.id
    made.run()
    assert made.pages == ["home", "home/tasks/door", "home/tasks/door/hinge"]
    return made


def find(grove: Grove, title: str) -> Branch:
    nodes = grove.notion.nodes.values()
    found = (each for each in nodes if each.kind in ("page", "database"))
    return Branch(grove.notion, next(e.id for e in found if grove.notion.title(e) == title))


def quiet(grove: Grove) -> None:
    """One more run does nothing."""
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits


def test_a_database_lies_below_its_page_with_all_rows(grove: Grove) -> None:
    assert "[Tasks](tasks/README.md)" in grove.text("home")
    assert "[Door](door/index.md)" in grove.backup.text("home/tasks/README.md")
    assert "| State | Open |" in grove.text("home/tasks/door").replace("  ", " ")
    assert dead_links(grove.backup) == []
    quiet(grove)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("inline", [True, False])
def test_a_new_database_is_found_wherever_it_stands(place: str, inline: bool, grove: Grove) -> None:
    find(grove, "Hinge").database("Parts", at=place, inline=inline).row("Screw")
    grove.run()
    assert "home/tasks/door/hinge/parts/screw" in grove.pages
    assert "(parts/README.md)" in grove.text("home/tasks/door/hinge")
    quiet(grove)


def test_a_row_that_is_edited_is_the_only_one_read(grove: Grove) -> None:
    find(grove, "Door").edit("Paint it")
    grove.run()
    assert [path for path in grove.changed if path.endswith(".md")] == ["home/tasks/door/index.md"]


def test_a_renamed_database_moves_with_its_rows(grove: Grove) -> None:
    find(grove, "Tasks").rename("Chores")
    grove.run()
    assert grove.pages == ["home", "home/chores/door", "home/chores/door/hinge"]
    assert "home/tasks/README.md" not in grove.files
    assert "(chores/README.md)" in grove.text("home")
    assert dead_links(grove.backup) == []


def test_a_database_moves_into_another_page(grove: Grove) -> None:
    garden = Branch(grove.notion, grove.roots).page("Garden")
    grove.run()
    find(grove, "Tasks").move(garden)
    grove.run()
    assert "home/garden/tasks/door/hinge" in grove.pages
    assert "home/tasks/README.md" not in grove.files
    assert dead_links(grove.backup) == []
    quiet(grove)


def test_a_page_becomes_a_row_and_a_row_a_page(grove: Grove) -> None:
    home = Branch(grove.notion, grove.roots)
    find(grove, "Hinge").move(find(grove, "Tasks"))
    find(grove, "Door").move(home)
    grove.run()
    assert grove.pages == ["home", "home/door", "home/tasks/hinge"]
    assert dead_links(grove.backup) == []
    assert grove.files == grove.from_scratch()


def test_a_database_in_the_trash_goes_with_its_rows(grove: Grove) -> None:
    grove.notion.trash(find(grove, "Tasks").id)
    grove.run()
    assert grove.pages == ["home"]
    assert not [path for path in grove.files if "tasks" in path]
    quiet(grove)
    assert not [path for path in grove.files if "tasks" in path], "in a fresh clone either"
    grove.notion.restore(find(grove, "Tasks").id)
    grove.run()
    assert "home/tasks/door/hinge" in grove.pages and "home/tasks/README.md" in grove.files


def test_a_database_that_only_its_page_shows_is_reported(grove: Grove) -> None:
    parts = find(grove, "Hinge").database("Parts")
    parts.row("Screw")
    grove.backup.fail(f"/v1/databases/{bare_id(parts.id)}", error(404))
    ran = grove.run()
    assert (
        f"warning: Hinge: A database in it ({bare_id(parts.id)}) is not shared with the integration."
        in ran.log
    )
    assert "](https://www.notion.so/" in grove.text("home/tasks/door/hinge")
    grove.backup.heal()
    ran = grove.run()
    assert "home/tasks/door/hinge/parts/screw" in grove.pages and "warning" not in ran.log
    grove.backup.fail(f"/v1/databases/{bare_id(parts.id)}", error(404))
    ran = grove.run()
    assert "Parts: kept in home/tasks/door/hinge/parts/: not shown" in ran.log
    assert "home/tasks/door/hinge/parts/screw" in grove.pages


def test_a_database_that_is_not_shared_any_more_is_reported_and_stays(grove: Grove) -> None:
    grove.notion.unshare(find(grove, "Tasks").id)
    ran = grove.run()
    assert "home/tasks/door/hinge" in grove.pages and "home/tasks/README.md" in grove.files
    assert "Tasks: kept in home/tasks/: not shown to the integration" in ran.log
    assert "Tasks" not in grove.text("home")
    quiet(grove)
    grove.notion.share(find(grove, "Tasks").id)
    ran = grove.run()
    assert "kept" not in ran.log and "[Tasks](tasks/README.md)" in grove.text("home")
    quiet(grove)


def test_a_database_below_a_block_in_the_trash_is_kept_and_reported(grove: Grove) -> None:
    home = Branch(grove.notion, grove.roots)
    column = home.place("column")
    column.database("Parts").row("Screw")
    grove.run()
    grove.notion.trash(column.above.id)
    ran = grove.run()
    assert "home/parts/screw" in grove.pages
    assert "Parts" in ran.log and "trash" in ran.log


def test_a_database_and_a_page_of_one_name_have_two_folders(grove: Grove) -> None:
    Branch(grove.notion, grove.roots).page("tasks", "Words")
    grove.run()
    names = {path.split("/")[1] for path in grove.pages if path.startswith("home/tasks-")}
    assert len(names) == 2 and dead_links(grove.backup) == []


def test_rows_of_several_sources_lie_in_one_folder(grove: Grove) -> None:
    find(grove, "Tasks").source("More").row("Window")
    grove.run()
    assert "home/tasks/window" in grove.pages and "home/tasks/door" in grove.pages


def test_a_source_that_nobody_shared_is_reported_and_fails_nothing(grove: Grove) -> None:
    parts = find(grove, "Hinge").database("Parts")
    parts.row("Screw")
    grove.backup.fail("/v1/data_sources/", error(404))
    ran = grove.run()
    assert f"A database in it ({bare_id(parts.id)}) is not shared with the integration." in ran.log
    assert "Tasks: kept in home/tasks/: not shown to the integration" in ran.log
    assert "home/tasks/door" in grove.pages


# -- linked views ---------------------------------------------------------------------------


def test_a_linked_view_leads_to_the_database_that_it_shows(grove: Grove) -> None:
    home = Branch(grove.notion, grove.roots)
    home.page("Garden").linked(find(grove, "Tasks"), "Open tasks")
    ran = grove.run()
    assert "Open tasks: a view of [Tasks](../tasks/README.md)" in grove.text("home/garden")
    assert "warning" not in ran.log and dead_links(grove.backup) == []
    assert grove.endpoints["views"] == 1
    quiet(grove)
    assert grove.endpoints["views"] == grove.endpoints["view"] == 0


def test_a_view_of_a_database_that_is_not_shared_is_said_and_does_not_fail(grove: Grove) -> None:
    away = grove.root("Away").database("Secrets")
    find(grove, "Hinge").linked(away, "What is to do")
    grove.notion.unshare(away.above.id)
    ran = grove.run()
    assert "warning: What is to do: Notion does not show its rows" in ran.log
    assert "share that database" in grove.text("home/tasks/door/hinge")
    assert "What is to do" in grove.text("home/tasks/door/hinge")
    quiet(grove)
    assert grove.endpoints["views"] == 0
    grove.run(FULL_SYNC="true")
    assert grove.endpoints["views"] == 2, "those of Tasks, and where else its rows are shown"
    grove.notion.share(away.above.id)
    away.move(Branch(grove.notion, grove.roots))
    ran = grove.run()
    assert "a view of [Secrets](../../../secrets/README.md)" in grove.text("home/tasks/door/hinge")
    assert "Notion does not show its rows" not in ran.log
    quiet(grove)


def test_a_view_of_a_database_that_is_hidden_just_now_is_found_later(grove: Grove) -> None:
    tasks = find(grove, "Tasks")
    grove.notion.unshare(tasks.id)
    Branch(grove.notion, grove.roots).page("Garden").linked(tasks, "Open tasks")
    grove.run()
    assert "a view of" not in grove.text("home/garden")
    grove.notion.share(tasks.id)
    grove.run()
    assert "Open tasks: a view of [Tasks](../tasks/README.md)" in grove.text("home/garden")
    quiet(grove)
    assert grove.endpoints["views"] == 0


@pytest.mark.parametrize("path", ["/v1/views", "/v1/views/"])
def test_a_view_of_which_notion_refuses_the_original_is_found_by_the_next_run(
    path: str, grove: Grove
) -> None:
    Branch(grove.notion, grove.roots).page("Garden").linked(find(grove, "Tasks"), "Open tasks")
    grove.backup.fail(path, error(404))
    grove.run()
    assert "a view of" not in grove.text("home/garden")
    grove.backup.heal()
    grove.run()
    assert "Open tasks: a view of [Tasks](../tasks/README.md)" in grove.text("home/garden")


def test_a_view_is_found_later_whose_original_was_refused_after_its_page_was_written(
    grove: Grove,
) -> None:
    home = Branch(grove.notion, grove.roots)
    rakes = home.page("Shed").page("Corner").database("Rakes", {})
    home.page("Garden").linked(rakes, "All rakes")
    source = bare_id(rakes.first_source)
    grove.backup.server.plan = lambda asked: (
        error(404) if source in map(bare_id, asked.query.get("data_source_id", ())) else None
    )
    grove.run()
    assert "a view of" not in grove.text("home/garden")
    grove.backup.heal()
    grove.run()
    found = "All rakes: a view of [Rakes](../shed/corner/rakes/README.md)"
    assert found in grove.text("home/garden")
    quiet(grove)
    assert grove.endpoints["views"] == 0


def test_an_original_that_notion_refuses_twice_is_not_asked_for_again(grove: Grove) -> None:
    Branch(grove.notion, grove.roots).page("Garden").linked(find(grove, "Tasks"), "Open tasks")
    grove.backup.fail("/v1/views", error(404))
    grove.run()
    grove.run()
    assert grove.endpoints["views"] > 0
    grove.run()
    grove.run()
    assert grove.endpoints["views"] == 0


@pytest.mark.parametrize("order", [("1/2", "2/2"), ("2/2", "1/2")])
def test_a_view_whose_database_another_part_sees_first_is_found(
    order: tuple[str, str], grove: Grove
) -> None:
    home, away = Branch(grove.notion, grove.roots), grove.root("Away").database("Secrets")
    home.page("Garden").linked(away, "What is to do")
    grove.notion.unshare(away.above.id)
    for part in order:
        grove.run(SHARD=part)
    assert "a view of" not in grove.text("home/garden")
    grove.notion.share(away.above.id)
    away.move(home)
    for part in (*order, order[0]):
        ran = grove.run(SHARD=part)
    assert "What is to do: a view of [Secrets](../secrets/README.md)" in grove.text("home/garden")
    assert "Notion does not show its rows" not in ran.log
    quiet(grove)
    assert grove.endpoints["views"] == 0


def test_a_view_in_a_list_that_is_not_listed_is_left_alone(grove: Grove) -> None:
    hinge = find(grove, "Hinge")
    hinge.linked(find(grove, "Tasks"), "Open tasks")
    hinge.text(*[f"Line {number}" for number in range(300)])
    hinge.page("Oil")
    grove.run()
    quiet(grove)


# -- wikis ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page_parents", [False, True])
def test_databases_in_a_wiki_lie_in_its_folder(page_parents: bool, grove: Grove) -> None:
    wiki = Branch(grove.notion, grove.roots).wiki("Wiki", page_parents=page_parents)
    wiki.row("Welcome", None, "Hello").page("More")
    wiki.database("Books").row("Dune")
    grove.run()
    assert {"home/wiki/welcome", "home/wiki/welcome/more", "home/wiki/books/dune"} <= set(
        grove.pages
    )
    assert dead_links(grove.backup) == []
    quiet(grove)
    grove.notion.trash(find(grove, "Dune").id)
    grove.run()
    assert "home/wiki/books/dune" not in grove.pages
    grove.notion.trash(find(grove, "Books").id)
    grove.run()
    assert "home/wiki/books/README.md" not in grove.files


@pytest.mark.parametrize("status", [403, 404, 400])
def test_a_data_source_that_is_refused_costs_no_other_one(status: int, grown: Grown) -> None:
    grove = grown()
    tasks = grove.root("Home").database("Tasks", {"Size": properties.number()})
    door = tasks.row("Door", None, "Fix it")
    more = tasks.source("More")
    more.row("Roof", None, "Paint it")
    grove.roots = tasks.id
    grove.run()
    before, commits = grove.files, grove.backup.commits()
    grove.backup.fail(f"/v1/data_sources/{bare_id(more.id)}", error(status, "Not for you."))
    assert "Not for you." in grove.run(1).log
    assert grove.files == before and grove.backup.commits() == commits
    door.edit("Fixed")
    tasks.row("Key", None, "Find it")
    grove.run(1)
    assert grove.pages == ["tasks/door", "tasks/key", "tasks/roof"]
    assert "Fixed" in grove.text("tasks/door") and "Roof" in grove.backup.text("tasks/README.md")
    grove.backup.heal()
    grove.run()
    assert grove.files == grove.from_scratch()


def test_a_new_database_of_which_a_data_source_is_refused_is_backed_up(grown: Grown) -> None:
    grove = grown()
    tasks = grove.root("Home").database("Tasks", {"Size": properties.number()})
    tasks.row("Door", None, "Fix it")
    more = tasks.source("More")
    more.row("Roof", None, "Paint it")
    grove.roots = tasks.id
    grove.backup.fail(f"/v1/data_sources/{bare_id(more.id)}", error(403))
    grove.run(1)
    assert grove.pages == ["tasks/door"]
    commits = grove.backup.commits()
    grove.run(1)
    assert grove.backup.commits() == commits
    grove.backup.heal()
    grove.run()
    assert grove.files == grove.from_scratch()
