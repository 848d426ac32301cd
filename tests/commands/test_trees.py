"""What happens in a tree from one run to the next: edits, moves, removals at any depth."""

from __future__ import annotations

import pytest

from fakenotion import blocks, build
from fakenotion.branches import PLACES, Branch
from fakenotion.faults import Fault, error
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links


@pytest.fixture
def grove(grown: Grown) -> Grove:
    """Home with Rooms, in which Bath lies; beside it Garden."""
    made = grown()
    home = made.root("Home", "Our home")
    home.page("Rooms", "All rooms").page("Bath", "Blue")
    home.page("Garden", "Green")
    made.roots = home.id
    made.run()
    assert made.pages == ["home", "home/garden", "home/rooms", "home/rooms/bath"]
    return made


def find(grove: Grove, title: str) -> Branch:
    nodes = grove.notion.nodes.values()
    pages = (each for each in nodes if each.kind in ("page", "database"))
    return Branch(
        grove.notion, next(each.id for each in pages if grove.notion.title(each) == title)
    )


def test_the_parent_shows_a_link_where_the_child_stands(grove: Grove) -> None:
    assert "[Rooms](rooms/index.md)" in grove.text("home")
    assert "[Bath](bath/index.md)" in grove.text("home/rooms")
    assert dead_links(grove.backup) == []


def test_an_edit_in_a_grandchild_writes_that_page_alone(grove: Grove) -> None:
    find(grove, "Bath").edit("White")
    grove.run()
    assert [each for each in grove.changed if each.endswith(".md")] == ["home/rooms/bath/index.md"]
    assert "White" in grove.text("home/rooms/bath")


def test_two_edits_in_one_minute_are_both_seen(grove: Grove) -> None:
    bath = find(grove, "Bath").edit("White")
    grove.backup.run(DATABASES=grove.roots)
    bath.edit("Red")
    grove.run()
    assert "Red" in grove.text("home/rooms/bath")


def test_a_new_page_in_a_page_is_backed_up_and_linked(grove: Grove) -> None:
    find(grove, "Bath").page("Tub", "Deep")
    grove.run()
    assert "Deep" in grove.text("home/rooms/bath/tub")
    assert "[Tub](tub/index.md)" in grove.text("home/rooms/bath")
    assert dead_links(grove.backup) == []


@pytest.mark.parametrize("place", PLACES)
def test_where_in_a_page_a_child_stands_makes_no_difference_for_its_folder(
    place: str, grove: Grove
) -> None:
    find(grove, "Bath").page("Tub", "Deep", at=place)
    grove.run()
    assert "Deep" in grove.text("home/rooms/bath/tub")
    assert "[Tub](tub/index.md)" in grove.text("home/rooms/bath")
    find(grove, "Tub").edit("Shallow")
    grove.run()
    assert "Shallow" in grove.text("home/rooms/bath/tub")


def test_a_synced_copy_leads_to_the_one_page_where_the_original_is(grove: Grove) -> None:
    original = find(grove, "Rooms").place("synced").text("Shared")
    original.page("Key", "Under the mat")
    find(grove, "Garden").copy_of(original)
    grove.backup.server.knobs.copies = "always"
    grove.run()
    assert [page for page in grove.pages if "key" in page] == ["home/rooms/key"]
    assert "(../rooms/key/index.md)" in grove.text("home/garden")
    assert dead_links(grove.backup) == []
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits


def test_a_renamed_ancestor_moves_whole_folders_and_reads_nothing_below(grove: Grove) -> None:
    garden = find(grove, "Garden")
    for number in range(20):
        garden.page(f"Bed {number}", "Roses")
    grove.run()
    garden.rename("Park")
    walk = 1 + 1 + 1 + 1  # the root, and the lists of Home, Rooms and Garden
    grove.run()
    assert grove.asked == walk + 1 + 1  # and the page that was renamed
    assert "home/park/bed-7" in grove.pages and "home/garden/bed-7" not in grove.pages
    assert "[Park](park/index.md)" in grove.text("home")
    statuses = [each for each in grove.changed if each.startswith("R")]
    assert statuses.count("R100") >= 20
    assert dead_links(grove.backup) == []


def test_a_page_goes_into_another_page_with_all_that_lies_in_it(grove: Grove) -> None:
    find(grove, "Rooms").move(find(grove, "Garden"))
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/garden/rooms", "home/garden/rooms/bath"]
    assert "rooms" not in grove.text("home")
    assert "[Rooms](rooms/index.md)" in grove.text("home/garden")
    assert dead_links(grove.backup) == []


def test_a_move_that_touches_no_time_is_seen_all_the_same(grove: Grove) -> None:
    find(grove, "Bath").move(find(grove, "Garden"), quiet=True)
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/garden/bath", "home/rooms"]
    assert "[Bath](bath/index.md)" in grove.text("home/garden")
    assert "Bath" not in grove.text("home/rooms")
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits


def test_pages_in_another_order_are_shown_in_that_order(grove: Grove) -> None:
    home = Branch(grove.notion, grove.roots)
    find(grove, "Rooms").move(find(grove, "Garden"), quiet=True).move(home, quiet=True)
    grove.run()
    text = grove.text("home")
    assert text.index("[Garden]") < text.index("[Rooms]")
    assert grove.files == grove.from_scratch()


def test_parent_and_child_change_places(grove: Grove) -> None:
    grove.notion.swap(find(grove, "Rooms").id, find(grove, "Bath").id)
    grove.run()
    assert grove.pages == ["home", "home/bath", "home/bath/rooms", "home/garden"]
    assert "Blue" in grove.text("home/bath") and "All rooms" in grove.text("home/bath/rooms")
    assert dead_links(grove.backup) == []


@pytest.mark.parametrize("shown", ["both", "none"])
def test_a_page_that_moves_during_the_run_is_backed_up_once(shown: str, grove: Grove) -> None:
    bath, garden = find(grove, "Bath"), find(grove, "Garden")
    with grove.notion.moving(bath.id, garden.id, shown=shown):
        grove.run()
        assert sum("bath" in page for page in grove.pages) == 1
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/garden/bath", "home/rooms"]
    assert dead_links(grove.backup) == []


def test_a_page_in_the_trash_goes_with_what_lies_in_it(grove: Grove) -> None:
    grove.notion.trash(find(grove, "Rooms").id)
    ran = grove.run()
    assert grove.pages == ["home", "home/garden"]
    assert "removed home/rooms/bath/" in ran.log and "in Notion's trash" in ran.log
    assert "Rooms" not in grove.text("home")


def test_what_was_moved_out_in_time_stays(grove: Grove) -> None:
    find(grove, "Bath").move(find(grove, "Garden"))
    grove.notion.trash(find(grove, "Rooms").id)
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/garden/bath"]


def test_a_page_that_was_moved_out_of_the_tree_goes(grove: Grove) -> None:
    attic = grove.root("Attic")
    find(grove, "Rooms").move(attic)
    ran = grove.run()
    assert grove.pages == ["home", "home/garden"]
    assert "moved out" in ran.log


def test_a_page_that_is_not_shared_any_more_stays_with_all_below_it(grove: Grove) -> None:
    rooms = find(grove, "Rooms")
    grove.notion.unshare(rooms.id)
    ran = grove.run()
    assert "Rooms" in ran.log and "not shown to the integration" in ran.log
    assert grove.pages == ["home", "home/garden", "home/rooms", "home/rooms/bath"]
    assert "Bath" not in [line for line in ran.log.splitlines() if "kept" in line]
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits
    grove.notion.share(rooms.id)
    grove.run()
    assert "[Rooms](rooms/index.md)" in grove.text("home")


def test_the_only_page_in_another_comes_back_once_it_is_shared_again(grove: Grove) -> None:
    bath = find(grove, "Bath")
    grove.notion.unshare(bath.id)
    grove.run()
    assert "Bath" not in grove.text("home/rooms") and "home/rooms/bath" in grove.pages
    grove.run()
    grove.notion.share(bath.id)
    grove.run()
    assert "[Bath](bath/index.md)" in grove.text("home/rooms")


def test_the_only_page_in_another_goes_once_that_is_allowed(grove: Grove) -> None:
    grove.notion.trash(find(grove, "Bath").id)
    grove.run(ON_DELETE="keep")
    grove.run(ON_DELETE="keep")
    assert "home/rooms/bath" in grove.pages
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/rooms"]


def test_what_lies_in_a_kept_page_of_the_trash_is_neither_unchanged_nor_read(grove: Grove) -> None:
    grove.notion.trash(find(grove, "Rooms").id)
    for environ in ({}, {"FULL_SYNC": "true"}):
        ran = grove.run(ON_DELETE="keep", **environ)
        assert "home/rooms/bath" in grove.pages
        assert "Notion shows 2 pages" in ran.log and "kept: Bath" in ran.log
        assert "] Bath" not in ran.log


@pytest.mark.parametrize("what", ["a block", "a file"])
def test_a_failed_download_is_reported_though_the_page_is_written_a_second_time(
    what: str, grove: Grove
) -> None:
    bath = find(grove, "Bath")
    toggle = bath.place("toggle").text("Behind it")
    kept = grove.notion.files.keep("notes.txt", b"notes")
    bath.block(blocks.media("file", build.hosted(kept)))
    bath.page("Tub", "Deep")  # once it is there, the page is written again with a link to it
    path = f"/v1/blocks/{toggle.id}/children" if what == "a block" else "notes.txt"
    grove.backup.fail(path, error(400))
    ran = grove.run(code=1)
    assert "[Tub](tub/index.md)" in grove.text("home/rooms/bath")
    assert "] Bath · a page it refers to was renamed" in ran.log


def test_a_storm_of_404_removes_nothing(grove: Grove) -> None:
    pages = [find(grove, title).id for title in ("Rooms", "Bath", "Garden")]
    for page in pages:
        grove.notion.unshare(page)
    grove.run()
    assert len(grove.pages) == 4


def test_a_page_out_of_the_trash_comes_back(grove: Grove) -> None:
    rooms = find(grove, "Rooms")
    grove.notion.trash(rooms.id)
    grove.run()
    grove.notion.restore(rooms.id)
    grove.run()
    assert grove.pages == ["home", "home/garden", "home/rooms", "home/rooms/bath"]
    assert "[Bath](bath/index.md)" in grove.text("home/rooms")


def test_too_many_removals_are_refused_with_the_page_at_the_top(grove: Grove) -> None:
    rooms = find(grove, "Rooms")
    for number in range(20):
        rooms.page(f"Room {number}")
    grove.run()
    grove.notion.trash(rooms.id)
    ran = grove.run(code=1)
    assert len(grove.pages) == 24
    assert "22 of 24 pages would be removed at once" in ran.log and "“Rooms”" in ran.log
    grove.run(ALLOW_MASS_DELETE="true")
    assert grove.pages == ["home", "home/garden"]


def test_without_child_pages_later_on_nothing_goes(grove: Grove) -> None:
    grove.run(CHILD_PAGES="false")
    assert len(grove.pages) == 4
    find(grove, "Home").rename("House")
    grove.run(CHILD_PAGES="false")
    assert grove.pages == ["house", "house/garden", "house/rooms", "house/rooms/bath"]
    assert dead_links(grove.backup) == []


def test_a_list_that_cannot_be_read_is_reported_and_removes_nothing(grove: Grove) -> None:
    grove.notion.trash(find(grove, "Bath").id)
    rooms = find(grove, "Rooms").id
    grove.backup.fail(f"/v1/blocks/{rooms}/children", Fault(status=400, body=b"{}"))
    grove.run(code=1)
    assert "home/rooms/bath" in grove.pages
    grove.backup.heal()
    grove.run()
    assert "home/rooms/bath" not in grove.pages


def test_the_same_tree_gives_the_same_files_however_it_came_about(grove: Grove) -> None:
    find(grove, "Rooms").move(find(grove, "Garden"))
    find(grove, "Bath").rename("Sauna").page("Stove")
    grove.run()
    assert grove.files == grove.from_scratch()


@pytest.mark.parametrize("listed", [True, False])
def test_pages_that_are_archived_or_locked_say_so_when_notion_shows_them_whole(
    listed: bool, grown: Grown
) -> None:
    grove = grown()
    home = grove.root("Home", "Words")
    child = home.page("Child", "Words")
    grove.roots = home.id
    grove.notion.lists_archived = listed
    grove.run()
    grove.notion.set_locked(home.id)
    grove.notion.archive(child.id)
    grove.run()
    assert grove.text("home").endswith(" · locked</sub>\n") and grove.endpoints["children"] <= 2
    grove.run(FULL_SYNC="true")
    assert grove.text("home/child").endswith(" · archived</sub>\n")
    commits = grove.backup.commits()
    grove.run()
    assert grove.backup.commits() == commits
    grove.notion.unarchive(child.id)
    grove.notion.set_locked(home.id, locked=False)
    grove.run(FULL_SYNC="true")
    assert "locked" not in grove.text("home") and "archived" not in grove.text("home/child")


def test_a_page_that_is_dragged_into_a_toggle_of_its_page_stands_there(grove: Grove) -> None:
    toggle = find(grove, "Rooms").place("toggle")
    grove.run()
    find(grove, "Bath").move(toggle, quiet=True)
    grove.run()
    assert grove.text("home/rooms").encode() == grove.from_scratch()["home/rooms/index.md"]


def test_what_is_new_in_a_page_of_another_part_waits_for_it_and_the_run_says_so(
    grove: Grove,
) -> None:
    bath = find(grove, "Bath")
    number = int(bath.id[-8:], 16) % 2
    part, other = f"{number + 1}/2", f"{2 - number}/2"
    tubs = [bath.page(title, "New") for title in ("Tub", "Sink")]
    assert len({int(each.id[-8:], 16) % 2 for each in tubs}) == 2
    ran = grove.run(SHARD=other)
    assert "New or edited in other shards: 1 page; " in ran.log
    assert len(grove.pages) == 4
    for each in (part, other):
        ran = grove.run(SHARD=each)
    assert "other shards" not in ran.log
    assert {"home/rooms/bath/tub", "home/rooms/bath/sink"} <= {*grove.pages}
