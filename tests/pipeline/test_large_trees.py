"""What large trees cost, and what a run checks of what it believes."""

from __future__ import annotations

import itertools
import re
import signal
import time
from functools import partial

import pytest

from backup.model import bare_id
from backup.pipeline import walk
from backup.sync.rotation import SHARES
from fakenotion import faults
from fakenotion.branches import Branch
from fakenotion.faults import Fault
from fakenotion.nodes import counted_id
from fakenotion.server import Asked
from fakenotion.trees import Tree, chain, ten_ary
from fakenotion.trees import grown as grow
from tests.support.backups import Patient, Ticking
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links


def comb(teeth: int) -> Tree:
    """A page with so many pages in it, each of which has one more."""
    return grow(2 * teeth, lambda number: 0 if number <= teeth else number - teeth)


def test_some_pages_are_asked_for_to_see_whether_lists_are_right(grown: Grown) -> None:
    tree = ten_ary(110)
    grove = grown(tree)
    grove.run()
    ran = grove.run()
    assert grove.asked == 1 + tree.walk() + 2 + 2  # two pages, and the lists of two leaves
    assert "warning" not in ran.log


def test_where_lists_show_wrong_times_every_page_is_asked_for(grown: Grown) -> None:
    tree = ten_ary(110)
    grove = grown(tree)
    grove.run()
    tree.workspace.stale_lists = True
    for place in range(100, 110):
        tree.branch(place).edit("Other words")
    warning = "do not show when the pages in them were edited"
    logs = (grove.run(GITHUB_RUN_NUMBER=str(run)).log for run in range(80))
    assert any(warning in log for log in logs)
    assert sum("Other words" in grove.text(page) for page in grove.pages) == 10


def test_a_page_that_came_into_a_leaf_without_a_trace_is_found_in_time(grown: Grown) -> None:
    tree = ten_ary(110)
    grove = grown(tree)
    grove.run()
    attic = Branch.root(tree.workspace, "Attic", id=counted_id("attic"))
    attic.page("Trunk", "Old letters").move(tree.branch(105), quiet=True)
    for run in range(60):
        grove.run(GITHUB_RUN_NUMBER=str(run))
        if any("trunk" in page for page in grove.pages):
            return
    raise AssertionError("it was not found")


def test_sixty_levels_of_long_titles_stay_within_the_limits_and_all_links_lead_on(
    grown: Grown,
) -> None:
    tree = chain(
        60,
        title="A title of ninety bytes, which is more than a folder's name may have, and then a number",
    )
    grove = grown(tree)
    grove.run()
    assert len(grove.pages) == 61 and dead_links(grove.backup) == []
    assert max(len(page) for page in grove.pages) <= 400
    assert max(page.count("/") for page in grove.pages) < 40
    assert grove.files == grove.from_scratch()


def test_a_long_walk_is_done_in_shares_and_a_search_finds_the_rest(grown: Grown) -> None:
    tree = comb(370)
    grove = grown(tree)
    grove.run()
    commits = grove.backup.commits()
    ran = grove.run()
    assert grove.asked < 1 + tree.walk() // 4
    assert "a search showed which of the other pages were edited" in ran.log
    assert grove.backup.commits() == commits
    for place in (400, 500, 600):
        tree.branch(place).edit("Other words").rename(f"Renamed {place}")
    tree.branch(450).page("New", "Fresh")
    grove.run()
    texts = [grove.text(page) for page in grove.pages]
    assert sum("Other words" in text for text in texts) == 3
    assert any("Fresh" in text for text in texts)
    tree.workspace.trash(tree.pages[700])
    for run in range(7):
        grove.run(GITHUB_RUN_NUMBER=str(run))
    assert len(grove.pages) == 741
    grove.run(FULL_SYNC="true")
    assert grove.asked > tree.walk()


@pytest.fixture
def in_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small trees are large, too."""
    monkeypatch.setattr(walk, "IN_ONE_RUN", 5)


def turn_of(id_: str) -> int:
    """The run in which a container has its turn."""
    return int(bare_id(id_)[-8:], 16) % SHARES


def not_due(*ids: str) -> str:
    """A run in which none of these containers has its turn."""
    return str(min(set(range(SHARES)) - set(map(turn_of, ids))))


def stop_at(grove: Grove, number: int) -> None:
    """The next run is stopped when it reads so many pages; the others come once it has heard."""
    stop = grove.backup.stop = Patient()
    readings = itertools.count(1)

    def plan(asked: Asked) -> Fault | None:
        if not asked.path.endswith("/children") or next(readings) < number:
            return None
        stop.request()
        assert stop.heard.wait(60)
        return None

    grove.backup.server.plan = plan


def heal(grove: Grove) -> None:
    grove.backup.stop = grove.backup.server.plan = None


@pytest.mark.usefixtures("in_shares")
def test_a_run_in_shares_continues_a_first_one_that_was_cut_off(grown: Grown) -> None:
    grove = grown(comb(60))
    stop_at(grove, 70)
    grove.run(143)
    assert 1 < len(grove.pages) < 121
    heal(grove)
    grove.run()
    assert len(grove.pages) == 121


@pytest.mark.usefixtures("in_shares")
def test_a_page_that_failed_is_tried_again_by_the_next_run_in_shares(grown: Grown) -> None:
    tree = comb(10)
    grove = grown(tree)
    grove.run()
    turn = not_due(tree.root, tree.pages[2])
    tree.branch(12).edit("Edited early")
    tree.clock.forward(hours=2)
    tree.branch(13).edit("Edited late")
    grove.backup.fail(f"{tree.pages[12]}/children", faults.error(400))
    grove.run(1, GITHUB_RUN_NUMBER=turn)
    heal(grove)
    grove.run(GITHUB_RUN_NUMBER=turn)
    assert sum("Edited" in grove.text(page) for page in grove.pages) == 2
    assert "failed" not in grove.backup.text(".notion-sync.json")


@pytest.mark.usefixtures("in_shares")
def test_edits_that_a_stopped_run_in_shares_did_not_read_are_read_by_the_next(grown: Grown) -> None:
    tree = comb(10)
    grove = grown(tree)
    grove.run()
    turn = not_due(tree.root, *tree.pages[:10])
    for place in range(10, 20):
        tree.branch(place).edit(f"Edited {place}")
        tree.clock.forward(hours=2)
    stop_at(grove, 1)
    grove.run(143, CONCURRENCY="1", GITHUB_RUN_NUMBER=turn)
    heal(grove)
    tree.branch(19).edit("Edited again")
    grove.run(GITHUB_RUN_NUMBER=turn)
    assert sum("Edited" in grove.text(page) for page in grove.pages) == 10
    assert "unseen_since" not in grove.backup.text(".notion-sync.json")


@pytest.mark.usefixtures("in_shares")
def test_edits_that_a_failed_search_did_not_show_are_looked_for_by_the_next(grown: Grown) -> None:
    tree = comb(10)
    grove = grown(tree)
    grove.run()
    due = turn_of(tree.root)
    tooth = next(place for place in range(10) if turn_of(tree.pages[place]) != due)
    tree.branch(10 + tooth).edit("Edited early")
    tree.clock.forward(hours=2)
    tree.top.edit("Edited late")
    grove.backup.fail("/v1/search", faults.error(400))
    ran = grove.run(1, GITHUB_RUN_NUMBER=str(due))
    assert "search" in ran.log
    heal(grove)
    grove.run(GITHUB_RUN_NUMBER=str(due))
    assert sum("Edited" in grove.text(page) for page in grove.pages) == 2
    assert "unseen_since" not in grove.backup.text(".notion-sync.json")


def test_a_long_run_says_how_far_it_is(grown: Grown) -> None:
    grove = grown(ten_ary(12))
    grove.backup.stop = Ticking(partial(next, itertools.count(0, 60)))
    ran = grove.run()
    assert re.search(r"\d+ of \d+ pages known so far are done, \d+ to go in this round", ran.log)
    assert re.search(r"\(about \d+ minutes?\); \d+ requests left in this minute", ran.log)


def below(tree: Tree, asked: Asked) -> bool:
    """Whether this asks for a page that lies in one of the ten pages of the root."""
    return asked.path in {f"/v1/pages/{id_}" for id_ in tree.pages[10:]}


def test_while_many_new_pages_are_listed_what_is_finished_is_published(grown: Grown) -> None:
    tree = ten_ary(30)
    grove = grown(tree)
    grove.backup.stop = Ticking(partial(next, itertools.count(0, 60)))
    published: list[str] = []

    def plan(asked: Asked) -> Fault | None:
        if asked.path == f"/v1/blocks/{tree.pages[9]}/children":
            return Fault(wait=1.0)  # it is the last of its level
        if not below(tree, asked):
            return None
        for _ in range(0 if published else 500):
            shown = grove.backup.git("ls-tree", "-r", "--name-only", "HEAD")
            if shown.count("index.md") == 11:
                published.append(shown)
                break
            time.sleep(0.1)
        return Fault(wait=1.0)

    grove.backup.server.plan = plan
    ran = grove.run(PUBLISH_EVERY="1")
    assert published
    assert "pages known so far are done, and what lies in them is being listed" in ran.log


def test_a_run_that_is_stopped_while_it_lists_new_pages_saves_what_it_has(grown: Grown) -> None:
    tree = ten_ary(30)
    grove = grown(tree)
    grove.backup.stop = stop = Patient()

    def plan(asked: Asked) -> Fault | None:
        if below(tree, asked):
            stop.request()
            assert stop.heard.wait(60)
        return None

    grove.backup.server.plan = plan
    ran = grove.run(128 + signal.SIGTERM)
    assert "The pages and databases inside those that were read were not all listed" in ran.log
    assert len(grove.pages) == 11
    grove.backup.stop = grove.backup.server.plan = None
    grove.run()
    assert grove.files == grove.from_scratch()


def test_three_parts_back_up_a_tree_as_one_does(grown: Grown) -> None:
    tree = ten_ary(60)
    grove = grown(tree)
    for _ in range(3):  # each time, one level more: what lies in a page is known when that was read
        everyone(grove)
    assert len(grove.pages) == 61
    assert grove.files == grove.from_scratch()
    tree.branch(3).move(tree.branch(7))
    tree.branch(58).move(tree.top)
    tree.branch(20).edit("Other words")
    everyone(grove)
    assert grove.files == grove.from_scratch(), "within one round"


def everyone(grove: Grove) -> None:
    """Three runners, one after the other, each with a third of the pages; the root's comes first."""
    first = int(grove.roots[-8:], 16)
    for part in range(first, first + 3):
        grove.run(SHARD=f"{part % 3 + 1}/3")
