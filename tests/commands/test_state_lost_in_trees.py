"""A tree of which the state is lost: the pages are found again where they lie."""

from __future__ import annotations

import pytest

from fakenotion import blocks
from tests.support.groves import Grove, Grown


@pytest.fixture
def grove(grown: Grown) -> Grove:
    """Home with Rooms, in which Bath lies, and with a database Tasks."""
    made = grown()
    home = made.root("Home", "Our home")
    home.page("Rooms", "All rooms").page("Bath", "Blue")
    home.database("Tasks").row("Door", None, "Fix it").page("Hinge", "Rusty")
    made.roots = home.id
    made.run()
    return made


def lose(grove: Grove) -> None:
    grove.backup.git("rm", "-q", ".notion-sync.json")
    grove.backup.git("commit", "-q", "-m", "Lose the state")


@pytest.mark.parametrize("root", ["", "docs = ", ". = "])
def test_a_lost_state_changes_no_file_at_any_depth(root: str, grove: Grove) -> None:
    root += grove.roots
    grove.run(DATABASES=root)
    before = grove.files
    lose(grove)
    ran = grove.run(code=1, DATABASES=root)
    assert grove.files == before and "Rebuilt from the 5 pages" in ran.log
    assert "exists and is not part of the backup" not in ran.log
    grove.run(DATABASES=root)
    commits = grove.backup.commits()
    grove.run(DATABASES=root)
    assert grove.backup.commits() == commits and grove.files == before


def test_what_changed_meanwhile_is_written_and_moved(grove: Grove) -> None:
    lose(grove)
    nodes = {
        grove.notion.title(each): each.id
        for each in grove.notion.nodes.values()
        if each.kind == "page"
    }
    grove.notion.rename(nodes["Rooms"], "Chambers")
    grove.notion.rename(nodes["Hinge"], "Lock")
    grove.run(code=1)
    assert grove.files == grove.from_scratch()


def test_without_stores_a_lost_state_is_rebuilt_from_the_front_matter(grove: Grove) -> None:
    bare = {"KEEP_JSON": "false", "FRONT_MATTER": "true"}
    grove.run(**bare)
    before = grove.files
    lose(grove)
    grove.run(code=1, **bare)
    assert grove.files == before


def test_without_stores_and_front_matter_a_lost_state_is_rebuilt_from_the_history(
    grove: Grove,
) -> None:
    grove.run(KEEP_JSON="false")
    before = grove.files
    lose(grove)
    grove.notion.append(grove.roots, [blocks.paragraph("News.")])
    grove.run(code=1, KEEP_JSON="false")
    assert grove.files.keys() == before.keys() and "News." in grove.text("home")
