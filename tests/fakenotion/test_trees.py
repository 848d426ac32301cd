"""Generated trees: shapes whose cost is known, and random ones with everything in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from fakenotion.branches import PLACES, Branch
from fakenotion.server import StandIn
from fakenotion.trees import Tree, as_recorded, chain, random_tree, star, ten_ary
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

SEEDS = range(12)


class Walk:
    """Everything below the root of a tree, as a client finds it."""

    def __init__(self, client: Client, tree: Tree) -> None:
        self.client, self.tree = client, tree
        self.blocks: dict[str, Any] = {}  # of pages and databases
        self.found: list[str] = []  # pages, as often as they were listed
        self.kinds: Counter[str] = Counter()
        self.list(tree.root)

    def list(self, id_: str) -> None:
        for block in self.client.children(id_):
            kind = block["type"]
            copied = (block.get("synced_block") or {}).get("synced_from")
            assert block["parent"][block["parent"]["type"]] == id_
            self.kinds["copy" if copied else kind] += 1
            if kind in ("child_page", "child_database"):
                self.blocks[block["id"]] = block
            if kind == "child_page":
                self.found.append(block["id"])
            if kind == "child_database":
                self.database(block["id"])
            elif block["has_children"] and not copied:
                self.list(block["id"])

    def database(self, id_: str) -> None:
        sources = self.client.json(f"databases/{id_}")["data_sources"]
        self.kinds[f"database of {min(len(sources), 2)}"] += 1
        for source in sources:
            for row in self.client.rows(source["id"])["results"]:
                if row["object"] == "data_source":
                    self.kinds["database in a wiki"] += 1
                    self.database(row["parent"]["database_id"])
                else:
                    self.found.append(row["id"])
                    self.list(row["id"])


@cache
def walked(seed: int) -> Walk:
    """The walk through a random tree."""
    tree = random_tree(seed)
    with StandIn(tree.workspace).serving() as url:
        client = Client(url)
        made = Walk(client, tree)
        client.close()
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_each_page_of_a_random_tree_is_found_once(seed: int) -> None:
    walk = walked(seed)
    assert sorted(walk.found) == sorted(walk.tree.pages)
    assert len(walk.found) >= 30


def test_blocks_of_random_pages_say_what_the_pages_say() -> None:
    tree = random_tree(1)
    tree.clock.forward(minutes=5)
    for place in (0, 7, 14):
        tree.branch(place).edit("Other words")
    with StandIn(tree.workspace).serving() as url:
        client = Client(url)
        walk = Walk(client, tree)
        for id_, block in walk.blocks.items():
            kind = block["type"].removeprefix("child_")
            said = client.json(f"{kind}s/{id_}")
            assert said["last_edited_time"][:16] == block["last_edited_time"][:16]
            assert said["parent"] == block["parent"]
        client.close()


def test_random_trees_hold_everything() -> None:
    trees = [walked(seed).tree for seed in SEEDS]
    kinds = sum((walked(seed).kinds for seed in SEEDS), Counter())
    places = {
        tree.workspace.node(tree.workspace.node(page).parent).data.get("type")
        for tree in trees
        for page in tree.pages
        if tree.workspace.node(tree.workspace.node(page).parent).kind == "block"
    }
    assert places == {"toggle", "callout", "quote", "bulleted_list_item", "heading_2", "column",
                      "paragraph", "synced_block"}  # fmt: skip
    assert len(places) == len(PLACES) - 1
    for kind in ("copy", "database of 0", "database of 1", "database of 2", "database in a wiki"):
        assert kinds[kind] > 0, kind
    assert any(tree.workspace.comments for tree in trees)
    assert max(tree.depth(page) for tree in trees for page in tree.pages) > 4


def test_a_seed_is_a_tree() -> None:
    def said(seed: int) -> list[Any]:
        nodes = random_tree(seed).workspace.nodes.values()
        return [(node.id, node.parent, node.edited, node.data) for node in nodes]

    assert said(3) == said(3)
    assert said(3) != said(4)


@pytest.mark.parametrize(
    ("grow", "walk", "deepest"),
    [(star, 3, 1), (ten_ary, 30, 3), (chain, 300, 300), (as_recorded, 84, 6)],
)
def test_the_cost_of_a_walk_is_what_asking_costs(
    grow: Callable[[int], Tree], walk: int, deepest: int
) -> None:
    tree = grow(300)
    seen: dict[str, Any] = {}
    stand_in = StandIn(tree.workspace)
    with stand_in.serving() as url:
        client = Client(url)
        for container, size, pages in tree.containers():
            if -(-size // 100) <= pages:
                found = client.children(container)
                seen |= {one["id"]: one for one in found if one["type"] == "child_page"}
            else:
                below = tree.workspace.children(tree.workspace.node(container))
                seen |= {
                    one.id: client.json(f"pages/{one.id}") for one in below if one.kind == "page"
                }
        client.close()
    assert set(seen) == set(tree.pages)
    assert stand_in.spent() == {"reading": tree.walk()}
    assert (tree.walk(), max(map(tree.depth, tree.pages))) == (walk, deepest)


def test_lists_as_recorded_hold_as_many_pages_as_recorded_ones() -> None:
    held = [pages for _, _, pages in as_recorded(1_000).containers()]
    assert sum(held) == 1_000
    assert round(sum(held) / len(held), 1) == 3.6


def test_a_generated_tree_has_a_clock_that_stands_later_than_all_of_it() -> None:
    tree = ten_ary(20)
    newest = max(node.edited for node in tree.workspace.nodes.values())
    assert (tree.clock() - newest).days >= 1
    tree.branch(5).edit("Words")
    assert tree.branch(5).node.edited == tree.clock()
    assert tree.top.node.edited < tree.clock()


def test_a_chain_may_be_deep_and_its_titles_long() -> None:
    tree = chain(60, title="長" * 30)
    assert tree.depth(tree.pages[-1]) == 60
    assert len(tree.branch(59).title.encode()) > 90


def test_a_page_has_words_that_are_made_when_they_are_read() -> None:
    tree = star(5, words=3)
    before = len(tree.workspace.nodes)
    assert len(tree.workspace.listed(tree.pages[0])) == 3
    assert len(tree.workspace.nodes) == before + 3


def test_branches_add_what_people_add(workspace: Workspace, client: Client) -> None:
    home = Branch.root(workspace, "Handbook", "Welcome")
    tasks = home.page("Onboarding", at="toggle").database("Tasks", inline=True)
    door = tasks.row("Get a key", {}, "At the desk").page("Which door")
    linked = home.linked(tasks)
    assert (door.title, door.above.title, tasks.title) == ("Which door", "Get a key", "Tasks")
    kinds = [block["type"] for block in client.children(home.id)]
    assert kinds == ["paragraph", "toggle", "child_database"]
    assert client.json(f"databases/{linked.id}")["data_sources"] == []
    door.edit("The left one").edit("The right one")
    (words,) = client.children(door.id)
    assert words["paragraph"]["rich_text"][0]["plain_text"] == "The right one"
    assert door.move(None).node.parent == ""
    with pytest.raises(ValueError, match="no such place: cellar"):
        home.page("Lost", at="cellar")


def test_requests_are_counted_by_what_they_were_for(workspace: Workspace) -> None:
    page = Branch.root(workspace, "Home")
    table = page.database("Table")
    address = workspace.files.keep("a.txt", b"text")
    page.comment("See", files=[("productivity", address)])
    stand_in = StandIn(workspace)
    with stand_in.serving() as url:
        client = Client(url)
        client.post("search")
        client.rows(table.first_source)
        mark = stand_in.answered
        client.children(page.id)
        client.json(f"pages/{page.id}/markdown")
        (comment,) = client.json("comments", block_id=page.id)["results"]
        client.session.get(comment["attachments"][0]["file"]["url"], timeout=20)
        client.get("users/me")
        client.close()
    assert stand_in.spent() == {"listing": 2, "reading": 2, "comments": 1, "files": 1, "other": 1}
    assert stand_in.spent(mark) == {"reading": 2, "comments": 1, "files": 1, "other": 1}
    assert stand_in.endpoints(mark) == dict.fromkeys(
        ("children", "markdown", "comments", "file", "me"), 1
    )
