"""What it costs to see every change in a tree of pages, in a fresh clone each time."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fakenotion.faults import Fault
from fakenotion.trees import Tree, as_recorded, chain, star, ten_ary
from tests.support.groves import Grown

SHAPES: list[Callable[[int], Tree]] = [star, ten_ary, as_recorded, chain]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pages", [1, 120])
def test_an_unchanged_tree_costs_what_the_formula_says_and_nothing_is_written(
    shape: Callable[[int], Tree], pages: int, grown: Grown
) -> None:
    tree = shape(pages if shape is not chain else min(pages, 60))
    grove = grown(tree)
    grove.run()
    commits, stamps = grove.backup.commits(), grove.backup.stamps()
    assert len(grove.pages) == len(tree.pages) + 1
    grove.run()
    checks = 2 * (len(tree.pages) // 50)  # of pages whose time a list showed, and of leaves
    assert grove.asked == 1 + tree.walk() + checks
    assert grove.backup.commits() == commits and grove.backup.stamps().keys() == stamps.keys()


@pytest.mark.parametrize("shape", [ten_ary, as_recorded, chain])
@pytest.mark.parametrize("place", [0, 7, 29])
def test_one_edit_costs_the_walk_one_page_and_the_lists_of_that_page(
    shape: Callable[[int], Tree], place: int, grown: Grown
) -> None:
    tree = shape(30)
    grove = grown(tree)
    grove.run()
    walk = tree.walk()
    page = tree.branch(place).edit("Other words")
    grove.run()
    assert grove.asked == 1 + walk + 1 + 1
    (path,) = [each for each in grove.changed if each.endswith(".md")]
    assert "Other words" in grove.backup.text(path)
    assert page.title in grove.backup.text(path)


def test_a_list_of_ten_thousand_blocks_with_one_page_is_not_listed(grown: Grown) -> None:
    tree = star(1)
    grove = grown(tree)
    tree.top.text(*[f"Line {number}" for number in range(900)])
    grove.run()
    grove.run()
    assert grove.endpoints["children"] == 0 and grove.asked == 2
    tree.branch(0).edit("Other words")
    grove.run()
    assert "Other words" in grove.text("root/page-1")


def test_without_child_pages_nothing_is_walked(grown: Grown) -> None:
    tree = ten_ary(30)
    grove = grown(tree)
    grove.run(CHILD_PAGES="false")
    assert grove.pages == ["root"]
    assert "https://www.notion.so/" in grove.text("root")
    commits = grove.backup.commits()
    grove.run(CHILD_PAGES="false")
    assert grove.asked == 1 and grove.backup.commits() == commits
    grove.run()
    assert len(grove.pages) == 31
    grove.run(CHILD_PAGES="false")
    assert len(grove.pages) == 31 and grove.asked == 1


def test_a_page_that_makes_no_sense_costs_no_other_one_of_its_list(grown: Grown) -> None:
    grove = grown()
    home = grove.root("Home", *map(str, range(250)))  # it takes less to ask for each page in it
    odd, fine = home.page("Odd", "Strange"), home.page("Fine", "Some words")
    grove.roots = home.id
    grove.run()
    fine.edit("Other words")
    parent = {"type": "page_id", "page_id": home.id}
    body = json.dumps({"object": "page", "id": odd.id, "parent": parent}).encode()
    grove.backup.fail(f"/v1/pages/{odd.id}", Fault(body=body))
    assert "without its properties" in grove.run(1).log
    assert "Other words" in grove.text("home/fine") and "home/odd" in grove.pages
