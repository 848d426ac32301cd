"""What changes when people work in Notion: times, the trash, sharing, moving, views."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import blocks, build, properties
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

MADE = "2026-10-01T08:00:00.000Z"
LATER = "2026-10-01T08:05:00.000Z"


class World:
    """A page with a database, a row in it, a child page, and a nested block."""

    def __init__(self, workspace: Workspace, clock: Clock, client: Client) -> None:
        self.workspace, self.client = workspace, client
        self.home = workspace.add_page("", "Home")
        columns = {"State": properties.select("Open", "Done")}
        self.database = workspace.add_database("Tasks", columns, parent=self.home)
        self.source = workspace.source(self.database)
        self.row = workspace.add_page(self.database, "Task", {"State": "Open"})
        self.child = workspace.add_page(self.row, "Child")
        inner = build.block("paragraph", "inner")
        self.outer = workspace.append(self.row, [build.block("toggle", "t", children=[inner])])[0]
        self.inner = workspace.listed(self.outer)[0]
        clock.forward(minutes=5, seconds=34)

    def edited(self, name: str) -> str:
        path = {"database": "databases", "source": "data_sources"}.get(name, "pages")
        if name in ("outer", "inner"):
            path = "blocks"
        return self.client.json(f"{path}/{getattr(self, name)}")["last_edited_time"]

    def rows(self) -> list[str]:
        return [row["id"] for row in self.client.rows(self.source)["results"]]

    def listed(self, id_: str) -> list[str]:
        return [block["id"] for block in self.client.children(id_)]


@pytest.fixture
def world(workspace: Workspace, clock: Clock, client: Client) -> World:
    return World(workspace, clock, client)


def changed(world: World) -> set[str]:
    names = ("home", "row", "child", "outer", "inner", "source")
    return {name for name in names if world.edited(name) == LATER}


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (lambda w: w.workspace.edit(w.inner, "new words"), {"inner", "row"}),
        (lambda w: w.workspace.append(w.outer, [build.block("divider")]), {"row"}),
        (lambda w: w.workspace.trash(w.inner), {"inner", "row"}),
        (lambda w: w.workspace.rename(w.row, "Renamed"), {"row"}),
        (lambda w: w.workspace.set_property(w.row, "State", "Done"), {"row"}),
        (lambda w: w.workspace.rename(w.child, "Renamed"), {"child"}),
        (lambda w: w.workspace.append(w.child, [build.block("divider")]), {"child"}),
        (lambda w: w.workspace.trash(w.child), {"child", "row"}),
        (lambda w: w.workspace.add_page(w.row, "Second child"), {"row"}),
        (lambda w: w.workspace.add_page(w.database, "Second row"), set()),
        (lambda w: w.workspace.add_database("Second", {}, parent=w.home), {"home"}),
        (lambda w: w.workspace.trash(w.database), {"home"}),
        (lambda w: w.workspace.move(w.database, w.workspace.add_page("", "Attic")), {"home"}),
        (lambda w: w.workspace.trash(w.row), {"row"}),
        (lambda w: w.workspace.add_comment(w.row, "Hello"), set()),
        (lambda w: w.workspace.add_comment(w.inner, "Hello"), set()),
        (lambda w: w.workspace.unshare(w.child), {"gone"}),
        (lambda w: w.workspace.rename_option(w.source, "State", "Open", "New"), {"source"}),
    ],
    ids=[
        *("edit a block", "add a block", "remove a block", "rename", "set a property"),
        *("rename a child", "write in a child", "trash a child", "add a child", "add a row"),
        *("add a database", "trash a database", "move a database"),
        *("trash a row", "comment on a page", "comment on a block", "unshare", "rename an option"),
    ],
)
def test_a_change_touches_what_notion_touches(change: Any, touched: set[str], world: World) -> None:
    change(world)
    if touched == {"gone"}:
        assert world.edited("row") == MADE
    else:
        assert changed(world) == touched


def test_the_block_of_a_page_or_database_has_its_own_times(world: World) -> None:
    world.workspace.append(world.child, [build.block("divider")])
    world.workspace.rename(world.database, "Chores")
    (page,) = [one for one in world.client.children(world.row) if one["type"] == "child_page"]
    (database,) = world.client.children(world.home)
    assert (page["last_edited_time"], page["created_time"]) == (LATER, MADE)
    assert (database["last_edited_time"], database["created_time"]) == (LATER, MADE)
    assert world.edited("row") == MADE


def test_times_are_rounded_down_to_the_minute_but_not_those_of_databases(
    world: World, clock: Clock
) -> None:
    world.workspace.edit(world.inner, "one")
    assert world.edited("row") == LATER
    clock.forward(seconds=20)
    world.workspace.edit(world.inner, "two")
    assert world.edited("row") == LATER
    world.workspace.rename(world.database, "Chores")
    assert world.edited("database") == "2026-10-01T08:05:54.000+00:00"


def test_the_trash_hides_from_lists_but_not_from_a_direct_look(world: World) -> None:
    for id_ in (world.row, world.child, world.inner):
        world.workspace.trash(id_)
    assert world.rows() == []
    assert world.listed(world.row) == [world.outer]
    assert world.listed(world.outer) == []
    assert world.client.json(f"pages/{world.row}")["in_trash"] is True
    assert world.client.json(f"blocks/{world.inner}")["in_trash"] is True
    world.workspace.restore(world.row)
    assert world.rows() == [world.row]
    assert world.client.json(f"pages/{world.row}")["in_trash"] is False


def test_what_lies_in_a_trashed_page_is_in_the_trash(world: World) -> None:
    world.workspace.trash(world.row)
    assert world.client.json(f"pages/{world.child}")["in_trash"] is True


def test_a_purged_page_is_deleted_with_all_below(world: World) -> None:
    world.workspace.purge(world.row)
    paths = (f"pages/{world.row}", f"pages/{world.child}", f"blocks/{world.inner}/children")
    assert [world.client.get(path).status_code for path in paths] == [404, 404, 404]


def test_unshared_leaves_lists_silently_and_comes_back(world: World) -> None:
    world.workspace.unshare(world.child)
    assert world.listed(world.row) == [world.outer]
    assert world.client.get(f"pages/{world.child}").status_code == 404
    world.workspace.share(world.child)
    assert world.listed(world.row) == [world.child, world.outer]
    world.workspace.unshare(world.row)
    assert world.rows() == []
    assert world.client.get(f"blocks/{world.inner}").status_code == 404


def test_a_moved_page_keeps_its_id_and_says_where_it_is(world: World) -> None:
    other = world.workspace.add_database("Other", {"Size": properties.number()}, parent=world.home)
    world.workspace.move(world.row, other)
    moved = world.client.json(f"pages/{world.row}")
    assert moved["parent"]["database_id"] == other
    assert set(moved["properties"]) == {"Name", "Size"}
    assert world.rows() == []
    world.workspace.move(world.row, world.home)
    moved = world.client.json(f"pages/{world.row}")
    assert moved["parent"] == {"type": "page_id", "page_id": world.home}
    assert moved["properties"]["title"]["title"][0]["plain_text"] == "Task"


def test_nothing_moves_below_itself(world: World) -> None:
    with pytest.raises(ValueError, match="below itself"):
        world.workspace.move(world.database, world.row)


def test_a_rename_shows_in_mentions_and_in_the_address(world: World) -> None:
    mention = build.mention_page(world.row, "Task")
    page = world.workspace.add_page("", "Other", {}, [blocks.paragraph(mention)])
    world.workspace.rename(world.row, "Better name")
    run = world.client.children(page)[0]["paragraph"]["rich_text"][0]
    assert run["plain_text"] == "Better name"
    assert "/Better-name-" in world.client.json(f"pages/{world.row}")["url"]
    world.workspace.unshare(world.row)
    run = world.client.children(page)[0]["paragraph"]["rich_text"][0]
    assert run["plain_text"] == "Untitled"


def test_a_renamed_option_shows_in_its_rows(world: World) -> None:
    world.workspace.rename_option(world.source, "State", "Open", "To be done")
    state = world.client.json(f"pages/{world.row}")["properties"]["State"]
    assert state["select"]["name"] == "To be done"
    world.workspace.rename_property(world.source, "State", "Where it is")
    renamed = world.client.json(f"pages/{world.row}")["properties"]["Where it is"]
    assert renamed == state


def test_a_database_may_have_several_data_sources(world: World) -> None:
    second = world.workspace.add_source(world.database, "More", {"Size": properties.number()})
    row = world.workspace.add_page(second, "In the second")
    sources = world.client.json(f"databases/{world.database}")["data_sources"]
    assert [one["name"] for one in sources] == ["Tasks", "More"]
    found = world.client.rows(second)["results"]
    assert [one["id"] for one in found] == [row]
    assert found[0]["parent"]["database_id"] == world.database


def test_a_linked_view_has_no_data_source_but_names_its_original(world: World) -> None:
    linked = world.workspace.add_database("Untitled", parent=world.child, is_inline=True)
    world.workspace.add_view(linked, world.source, "Board", "board")
    block = world.client.children(world.child)[0]
    assert (block["child_database"], block["has_children"]) == ({"title": "Untitled"}, False)
    assert world.client.json(f"databases/{linked}")["data_sources"] == []
    view = world.client.json("views", database_id=linked)["results"][0]
    assert world.client.json(f"views/{view['id']}")["data_source_id"] == world.source
    assert len(world.client.json("views", data_source_id=world.source)["results"]) == 2


@pytest.mark.parametrize(
    ("copies", "shown", "hidden"),
    [
        ("empty", [], []),
        ("missing", 404, 404),
        ("follow", ["shared words"], 404),
        ("always", ["shared words"], ["shared words"]),
    ],
)
def test_a_synced_copy_answers_under_its_own_id_in_different_ways(
    copies: str, shown: Any, hidden: Any, world: World, stand_in: StandIn
) -> None:
    original = build.block("synced_block", children=[build.block("paragraph", "shared words")])
    source = world.workspace.append(world.child, [original])[0]
    copy = world.workspace.append(world.row, [blocks.synced_copy(source)])[0]
    stand_in.knobs.copies = copies
    raw = world.client.json(f"blocks/{copy}")
    assert (raw["has_children"], raw["synced_block"]["synced_from"]["block_id"]) == (True, source)
    assert len(world.listed(source)) == 1
    for expected in (shown, hidden):
        answer = world.client.get(f"blocks/{copy}/children")
        found = answer.json().get("results", answer.status_code)
        words = (
            [one["paragraph"]["rich_text"][0]["plain_text"] for one in found]
            if (isinstance(found, list))
            else found
        )
        assert words == expected
        world.workspace.unshare(world.child)


def test_comments_hang_on_the_page_or_block_they_are_made_on(world: World) -> None:
    first = world.workspace.add_comment(world.row, "On the page")
    world.workspace.add_comment(world.inner, "On a block", world.workspace.bot)
    on_page = world.client.json("comments", block_id=world.row)["results"]
    on_block = world.client.json("comments", block_id=world.inner)["results"]
    assert [one["id"] for one in on_page] == [first]
    assert on_block[0]["display_name"] == {"type": "integration", "resolved_name": "Backup"}
    assert world.client.json(f"comments/{first}")["rich_text"][0]["plain_text"] == "On the page"


def test_templates_are_pages_but_no_rows(world: World) -> None:
    made = world.workspace.add_template(world.source, "Empty task", [], True)
    answer = world.client.json(f"data_sources/{world.source}/templates")
    assert answer["templates"] == [{"id": made, "name": "Empty task", "is_default": True}]
    assert made not in world.rows()


def test_ids_are_the_same_in_every_run(clock: Clock) -> None:
    def build_one() -> list[str]:
        made = Workspace(now=clock)
        page = made.add_page("", "Home", {}, [build.block("divider"), build.block("divider")])
        made.add_database("Tasks", {}, parent=page)
        return [node.id for node in made.nodes.values()]

    assert build_one() == build_one()
    assert len(set(build_one())) == 5


def test_a_block_goes_where_it_is_put(world: World) -> None:
    first, last = world.workspace.append(world.child, blocks.bullets("a", "d"))
    world.workspace.append(world.child, blocks.bullets("b", "c"), after=first)
    texts = [
        block["bulleted_list_item"]["rich_text"][0]["plain_text"]
        for block in world.client.children(world.child)
    ]
    assert texts == ["a", "b", "c", "d"]
    assert world.listed(world.child)[-1] == last


def test_a_wrong_property_name_is_refused(world: World) -> None:
    with pytest.raises(KeyError, match="Sate"):
        world.workspace.add_page(world.database, "Row", {"Sate": "Open"})


def test_what_may_not_be_read_whole_comes_as_an_id_alone(world: World) -> None:
    world.workspace.make_partial(world.row)
    world.workspace.make_partial(world.inner)
    assert world.client.rows(world.source)["results"] == [{"object": "page", "id": world.row}]
    assert world.client.children(world.outer) == [{"object": "block", "id": world.inner}]


def test_types_that_nobody_knows_yet_are_passed_on(world: World) -> None:
    new = build.block("hologram", "words", beam=3)
    world.workspace.append(world.child, [new])
    block = world.client.children(world.child)[0]
    assert (block["type"], block["hologram"]["beam"]) == ("hologram", 3)


def test_a_database_whose_source_is_not_shared_has_none(world: World) -> None:
    world.workspace.unshare(world.source)
    assert world.client.json(f"databases/{world.database}")["data_sources"] == []


def test_runs_that_look_the_same_are_kept_as_one(world: World) -> None:
    parts = [build.text("x" * 2000), "y", build.text("bold", bold=True), " and ", "plain"]
    link = [build.text("a", link="https://e.org/"), build.text("b", link="https://e.org/")]
    (block,) = world.workspace.append(world.child, [blocks.paragraph(*parts, *link)])
    found = world.client.json(f"blocks/{block}")["paragraph"]["rich_text"]
    words = [run["plain_text"] for run in found]
    assert words == ["x" * 2000 + "y", "bold", " and plain", "ab"]
    assert [run["text"]["content"] for run in found] == words
    world.workspace.edit(block, ["one ", "two"])
    found = world.client.json(f"blocks/{block}")["paragraph"]["rich_text"]
    assert [run["plain_text"] for run in found] == ["one two"]


def test_a_folder_shows_none_of_its_pages(world: World) -> None:
    folder = world.workspace.add_folder(world.child)
    inside = world.workspace.add_page(folder, "Inside")
    (block,) = world.client.children(world.child)
    assert (block["type"], block["unsupported"]) == ("unsupported", {"block_type": "folder"})
    assert block["has_children"] is False
    refused = world.client.get(f"blocks/{folder}/children")
    assert refused.status_code == 400
    assert "Block type folder is not supported via the API" in refused.json()["message"]
    assert world.client.json(f"pages/{inside}")["parent"]["block_id"] == folder
    found = world.client.post("search", {"query": "Inside"}).json()["results"]
    assert [one["id"] for one in found] == [inside]


def test_a_database_may_be_of_a_type(world: World) -> None:
    made = world.workspace.add_database("Sprints", {}, parent=world.home, database_type="projects")
    source = world.workspace.source(made)
    assert world.client.json(f"databases/{made}")["database_type"] == "projects"
    assert world.client.json(f"data_sources/{source}")["database_type"] == "projects"
    assert "database_type" not in world.client.json(f"databases/{world.database}")


def test_meeting_notes_have_their_old_name_in_the_older_version(
    world: World, stand_in: StandIn
) -> None:
    world.workspace.append(world.child, [build.block("meeting_notes", title=build.runs("Mon"))])
    assert world.client.children(world.child)[0]["type"] == "meeting_notes"
    older = Client(stand_in.url, "2025-09-03")
    block = older.children(world.child)[0]
    older.close()
    assert block["type"] == "transcription"
    assert block["transcription"]["title"][0]["plain_text"] == "Mon"
