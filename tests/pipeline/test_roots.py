"""What settings may name: a page, several, and what lies in another one of them."""

from __future__ import annotations

import pytest

from backup.model import bare_id, dashed_id
from fakenotion import blocks, build, faults
from fakenotion.branches import Branch
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links


def two(grown: Grown) -> tuple[Grove, Branch, Branch]:
    """Home with Rooms, and a database Tasks with a row Door."""
    grove = grown()
    home = grove.root("Home", "Our home")
    rooms = home.page("Rooms", "All rooms")
    rooms.page("Bath", "Blue")
    return grove, home, rooms


def test_a_page_has_the_folder_that_is_given(grown: Grown) -> None:
    grove, home, _ = two(grown)
    grove.run(DATABASES=f"docs/home = {home.id}")
    assert grove.pages == ["docs/home", "docs/home/rooms", "docs/home/rooms/bath"]


def test_a_page_may_be_the_output_folder_itself(grown: Grown) -> None:
    grove, home, _ = two(grown)
    grove.run(DATABASES=f". = {home.id}")
    assert "index.md" in grove.files and "rooms/bath/index.md" in grove.files
    commits = grove.backup.commits()
    grove.run(DATABASES=f". = {home.id}")
    assert grove.backup.commits() == commits
    home.rename("House")
    grove.run(DATABASES=f". = {home.id}")
    assert "# House" in grove.backup.text("index.md")


def test_a_page_may_be_named_by_a_variable_with_a_label(grown: Grown) -> None:
    grove, home, _ = two(grown)
    grove.run(DATABASES="", DB1_NOTION_ID=home.id, DB1_LABEL="Handbook")
    assert grove.pages[0] == "handbook" and "# Home" in grove.text("handbook")


def test_a_root_inside_another_root_is_none(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    grove.run(DATABASES=f"{home.id}\nrooms = {rooms.id}")
    assert grove.pages == ["home", "home/rooms", "home/rooms/bath"]
    grove.run(DATABASES=rooms.id)
    assert grove.pages == ["home", "rooms", "rooms/bath"]
    grove.run(DATABASES=f"{home.id}\n{rooms.id}")
    assert grove.pages == ["home", "home/rooms", "home/rooms/bath"]
    assert dead_links(grove.backup) == []


def test_taking_out_one_of_two_roots_keeps_what_the_other_has(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    grove.run(DATABASES=f"{home.id}\n{rooms.id}")
    commits = grove.backup.commits()
    grove.run(DATABASES=home.id)
    assert grove.backup.commits() == commits


def test_a_root_that_is_taken_out_stays_and_is_reported(grown: Grown) -> None:
    grove, home, _ = two(grown)
    garden = grove.root("Garden", "Green")
    grove.run(DATABASES=f"{home.id}\n{garden.id}")
    commits = grove.backup.commits()
    ran = grove.run(DATABASES=garden.id)
    assert "home" in grove.pages and grove.backup.commits() == commits
    assert "home/" in ran.log and "No longer backed up" in ran.log


def delete(grove: Grove, folder: str) -> None:
    """The owner deletes a folder, and commits that."""
    grove.backup.git("rm", "-r", "-q", "--", folder)
    grove.backup.git("commit", "-q", "-m", "by hand")


@pytest.mark.parametrize("keep_json", ["true", "false"])
def test_what_no_setting_leads_to_is_forgotten_once_its_folder_is_deleted(
    grown: Grown, keep_json: str
) -> None:
    grove, home, rooms = two(grown)
    rooms.database("Tasks").row("Door", None, "Fix it")
    garden = grove.root("Garden", ["See ", build.mention_page(rooms.id, "Rooms")])
    grove.run(DATABASES=f"{home.id}\n{garden.id}", KEEP_JSON=keep_json)
    grove.roots = garden.id
    grove.run(KEEP_JSON=keep_json)
    delete(grove, "home")
    ran = grove.run(KEEP_JSON=keep_json)
    assert "No longer backed up" not in ran.log
    assert grove.files == grove.from_scratch(KEEP_JSON=keep_json)
    assert grove.backup.run("verify").code == grove.backup.run("status").code == 0
    commits = grove.backup.commits()
    grove.run(KEEP_JSON=keep_json)
    assert grove.backup.commits() == commits
    grove.run(DATABASES=f"{home.id}\n{garden.id}", KEEP_JSON=keep_json)
    assert "home/rooms/tasks/door" in grove.pages


def test_pages_in_a_page_are_forgotten_once_they_are_off_and_deleted(grown: Grown) -> None:
    grove, home, _ = two(grown)
    grove.roots = home.id
    grove.run()
    grove.run(CHILD_PAGES="false")
    delete(grove, "home/rooms")
    grove.run(CHILD_PAGES="false")
    assert grove.files == grove.from_scratch(CHILD_PAGES="false")
    assert grove.backup.run("verify").code == 0


@pytest.mark.parametrize("how", ["keep", "unshare", "leave"])
def test_what_is_kept_links_to_where_its_target_is_now(grown: Grown, how: str) -> None:
    grove, home, rooms = two(grown)
    old = grove.root("Old") if how == "leave" else home.page("Old")
    grove.notion.append(old.id, [blocks.paragraph(build.mention_page(rooms.id, "Rooms"))])
    environ = {"DATABASES": home.id, "ON_DELETE": "keep"}
    grove.run(**{**environ, "DATABASES": f"{home.id}\n{old.id}"})
    if how != "leave":
        {"keep": grove.notion.trash, "unshare": grove.notion.unshare}[how](old.id)
    grove.run(**environ)
    rooms.rename("Chambers")
    style = {} if how == "leave" else {"FRONT_MATTER": "true"}
    grove.run(**environ, **style)
    assert dead_links(grove.backup) == []
    assert grove.backup.run("verify", **style).code == 0
    commits = grove.backup.commits()
    grove.run(**environ, **style)
    assert grove.backup.commits() == commits
    rooms.move(None)
    grove.run(**{**environ, "ON_DELETE": "remove"}, ALLOW_MASS_DELETE="true")
    assert dead_links(grove.backup) == []


def test_a_database_that_does_not_answer_is_not_called_no_longer_backed_up(grown: Grown) -> None:
    grove, home, _ = two(grown)
    tasks = Branch(grove.notion, grove.notion.add_database("Tasks", {}))
    tasks.row("Door", None, "Fix it")
    environ = {"DATABASES": f"{home.id}\n{tasks.id}", "CHILD_PAGES": "false"}
    grove.run(**environ)
    grove.backup.fail("/query", faults.error(400))
    assert "No longer backed up" not in grove.run(1, **environ).log


def test_a_database_that_was_deleted_for_good_is_forgotten_once_its_folder_is_deleted(
    grown: Grown,
) -> None:
    grove, home, rooms = two(grown)
    tasks = rooms.database("Tasks")
    tasks.row("Door", None, "Fix it").page("Key")
    grove.roots = home.id
    grove.run()
    grove.notion.purge(tasks.id)
    assert "kept in home/rooms/tasks/" in grove.run().log
    delete(grove, "home/rooms/tasks")
    grove.run()
    assert grove.backup.run("verify").code == 0
    assert "kept in" not in grove.run().log


def test_a_root_in_the_trash_fails_the_run_and_keeps_its_files(grown: Grown) -> None:
    grove, home, _ = two(grown)
    garden = grove.root("Garden", "Green")
    grove.run(DATABASES=f"{home.id}\n{garden.id}")
    grove.notion.trash(home.id)
    ran = grove.run(code=1, DATABASES=f"{home.id}\n{garden.id}")
    assert "is a page in Notion's trash" in ran.log
    assert grove.pages == ["garden", "home", "home/rooms", "home/rooms/bath"]
    assert grove.backup.run(DATABASES=home.id).code != 0


def test_a_database_in_a_page_that_is_a_root_is_none(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    tasks = rooms.database("Tasks")
    tasks.row("Door", None, "Fix it")
    grove.run(DATABASES=f"{tasks.id}\n{home.id}")
    assert "home/rooms/tasks/door" in grove.pages
    assert "tasks/door" not in grove.pages


def test_a_page_moves_up_to_be_a_root_and_back(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    grove.run(DATABASES=f"{home.id}\n{rooms.id}")
    rooms.move(None)
    grove.run(DATABASES=f"{home.id}\n{rooms.id}")
    assert grove.pages == ["home", "rooms", "rooms/bath"]
    rooms.move(home)
    grove.run(DATABASES=f"{home.id}\n{rooms.id}")
    assert grove.pages == ["home", "home/rooms", "home/rooms/bath"]


def test_what_lies_in_a_page_whose_list_fails_stays_there(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    tasks = home.database("Tasks")
    tasks.row("Door", None, "Fix it")
    grove.roots = f"{home.id}\n{rooms.id}\n{tasks.id}"
    grove.run(KEEP_JSON="false")
    before, commits = grove.files, grove.backup.commits()
    grove.backup.fail(f"/v1/blocks/{home.id}/children", faults.error(400))
    ran = grove.run(1, KEEP_JSON="false")
    assert "moved" not in ran.log
    assert grove.files == before and grove.backup.commits() == commits


@pytest.mark.parametrize("at", ["Attic", "Shed"])
def test_a_page_that_moved_out_of_a_page_whose_list_fails_moves(at: str, grown: Grown) -> None:
    grove, home, rooms = two(grown)
    others = {title: grove.root(title) for title in ("Attic", "Shed")}
    for other in others.values():
        other.page("Box")
    grove.roots = f"{others['Attic'].id}\n{home.id}\n{others['Shed'].id}"
    grove.run()
    rooms.move(others[at])
    grove.backup.fail(f"/v1/blocks/{home.id}/children", faults.error(400))
    grove.run(1)
    assert f"{at.lower()}/rooms/bath" in grove.pages and "home/rooms" not in grove.pages


def test_a_root_that_left_another_has_its_own_folder(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    grove.roots = f"{home.id}\n{rooms.id}"
    grove.run()
    rooms.move(None)
    grove.run()
    assert grove.pages == ["home", "rooms", "rooms/bath"]


def test_without_child_pages_no_database_in_a_page_is_asked_for(grown: Grown) -> None:
    grove, home, _ = two(grown)
    home.database("Tasks").row("Door", None, "Fix it")
    grove.roots = home.id
    grove.run()
    grove.run(CHILD_PAGES="false")
    assert set(grove.endpoints) == {"page"}


def test_what_a_workspace_does_not_show_for_a_failed_search_is_not_forgotten(grown: Grown) -> None:
    grove, home, _ = two(grown)
    grove.root("Garden", "Green")
    grove.roots = "workspace"
    grove.run()
    delete(grove, "home/index.md")
    delete(grove, "home/.notion.json")
    failing = ("/v1/search", f"/v1/pages/{home.id}", f"/v1/pages/{dashed_id(home.id)}")
    grove.backup.server.plan = lambda asked: faults.error(400) if asked.path in failing else None
    ran = grove.run(1)
    assert "No longer backed up" not in ran.log and "removed" not in ran.log
    assert bare_id(home.id) in grove.backup.text(".notion-sync.json")


def test_two_jobs_do_not_take_turns_in_writing_a_link_that_one_of_them_cannot_know(
    grown: Grown,
) -> None:
    grove, home, _ = two(grown)
    old = grove.root("Old")
    unread = old.page("Unread", "text")
    grove.notion.append(old.id, [blocks.paragraph(build.mention_page(unread.id, "Unread"))])
    grove.backup.fail(f"/v1/blocks/{unread.id}/children", faults.error(400))
    grove.run(1, DATABASES=old.id)
    grove.run(DATABASES=home.id)
    written = grove.backup.git("log", "--format=%H", "--", "old")
    grove.run(1, DATABASES=old.id)
    grove.run(DATABASES=home.id)
    assert grove.backup.git("log", "--format=%H", "--", "old") == written


def test_a_kept_page_whose_store_somebody_edited_says_what_to_do(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    old = home.page("Old")
    grove.notion.append(old.id, [blocks.paragraph(build.mention_page(rooms.id, "Rooms"))])
    kept = {"DATABASES": home.id, "ON_DELETE": "keep"}
    grove.run(**kept)
    grove.notion.trash(old.id)
    grove.run(**kept)
    store = grove.backup.folder / "home/old/.notion.json"
    store.write_text(store.read_text("utf-8") + "\n", "utf-8")
    grove.backup.git("commit", "-qam", "by hand")
    rooms.rename("Chambers")
    assert "bring the file back from git" in grove.run(1, **kept).log


def test_a_database_that_is_kept_for_its_rows_is_named_also_without_its_files(grown: Grown) -> None:
    grove, home, rooms = two(grown)
    tasks = rooms.database("Tasks")
    tasks.row("Door", None, "Fix it")
    grove.roots = home.id
    grove.run()
    grove.notion.purge(tasks.id)
    grove.run()
    for name in ("README.md", "database.csv", ".notion.json"):
        delete(grove, f"home/rooms/tasks/{name}")
    for _ in range(2):
        assert "kept in home/rooms/tasks/" in grove.run().log
