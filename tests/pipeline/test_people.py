"""Names of people: asked for once, kept in the stores, and ids where Notion gives no name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakenotion import properties
from fakenotion.branches import Branch
from tests.support.groves import Grove, Grown


@pytest.fixture
def wiki(grown: Grown) -> Grove:
    """A database whose rows name an owner, by his id alone."""
    grove = grown(users_named=False)
    home = grove.root("Home", "Words")
    table = home.database("Table", {"Owner": properties.of("people")})
    ben = grove.notion.add_user("Ben Ora", "ben@example.com")
    table.row("Row", {"Owner": [{"object": "user", "id": ben["id"]}]})
    grove.roots = home.id
    return grove


def editor(grove: Grove, page: str) -> Any:
    head = json.loads(grove.backup.text(f"{page}/.notion.json").splitlines()[0])
    return head["page"]["last_edited_by"]


def test_a_person_is_asked_for_once_and_the_store_has_the_name(wiki: Grove) -> None:
    wiki.run()
    assert editor(wiki, "home")["name"] == "Ada Lindqvist"
    assert "person" not in editor(wiki, "home") and wiki.endpoints["user"] == 2
    Branch(wiki.notion, wiki.roots).edit("Other words")
    wiki.run()
    assert wiki.endpoints["user"] == 0
    assert editor(wiki, "home")["name"] == "Ada Lindqvist"
    assert "@example.com" not in str(wiki.backup.files())


def test_a_name_that_the_answer_lacks_is_shown_and_rendering_asks_nothing(wiki: Grove) -> None:
    wiki.run()
    assert "| Owner | Ben Ora |" in wiki.text("home/table/row")
    ran = wiki.run(PROPERTIES="both")
    assert wiki.endpoints["user"] == 0 and wiki.endpoints["page"] <= 3
    assert "| Owner | Ben Ora |" in wiki.text("home/table/row"), ran.log
    texts = {path: text for path, text in wiki.files.items() if path.endswith(".md")}
    assert texts.items() <= wiki.from_scratch(PROPERTIES="both").items()


def test_who_was_renamed_is_asked_for_by_a_full_sync(wiki: Grove) -> None:
    wiki.run()
    ben = next(one for one in wiki.notion.users.values() if one["name"] == "Ben Ora")
    wiki.notion.rename_user(ben["id"], "Ben Oran")
    wiki.run(FULL_SYNC="true")
    assert "| Owner | Ben Oran |" in wiki.text("home/table/row")


def test_without_the_capability_a_handful_is_tried_and_ids_are_shown(wiki: Grove) -> None:
    home = Branch(wiki.notion, wiki.roots)
    people = [wiki.notion.add_user(f"Person {number}") for number in range(9)]
    for number, person in enumerate(people):
        wiki.notion.person = person
        home.page(f"Page {number}", "Words")
    wiki.backup.server.knobs.users_readable = "none"
    wiki.run()
    assert 1 <= wiki.endpoints["user"] <= 5
    assert len(wiki.pages) == 11
    ben = next(one for one in wiki.notion.users.values() if one["name"] == "Ben Ora")
    assert f"| Owner | {ben['id']} |" in wiki.text("home/table/row")
    commits = wiki.backup.commits()
    wiki.run()
    assert (wiki.endpoints["user"], wiki.backup.commits()) == (0, commits)


def test_who_left_is_shown_by_the_id(wiki: Grove) -> None:
    ben = next(one for one in wiki.notion.users.values() if one["name"] == "Ben Ora")
    wiki.notion.remove_user(ben["id"])
    wiki.run()
    assert ben["id"] in wiki.text("home/table/row")
    Branch(wiki.notion, wiki.roots).edit("Other words")
    wiki.run()
    assert wiki.endpoints["user"] == 0


def test_the_author_of_a_comment_has_a_name_where_the_comment_has_none(wiki: Grove) -> None:
    home = Branch(wiki.notion, wiki.roots)
    cleo = wiki.notion.add_guest("Cleo Duarte")
    home.comment("By a guest", by=cleo, shown_as=None)
    wiki.run(COMMENTS="true")
    assert "> **Cleo Duarte** · " in wiki.text("home")
    commits = wiki.backup.commits()
    wiki.run(COMMENTS="true")
    assert wiki.backup.commits() == commits


def test_what_the_state_says_of_people_is_not_trusted(wiki: Grove) -> None:
    wiki.run()
    path = wiki.backup.folder / ".notion-sync.json"
    state = json.loads(path.read_text())
    assert sorted(state["people"].values()) == ["Ada Lindqvist", "Ben Ora"]
    state["people"] = {"../x": "Evil", **dict.fromkeys(state["people"], 7)}
    path.write_text(json.dumps(state))
    wiki.backup.git("commit", "-qam", "Spoiled")
    Branch(wiki.notion, wiki.roots).edit("Other words")
    wiki.run()
    assert editor(wiki, "home")["name"] == "Ada Lindqvist"
    assert "Evil" not in path.read_text()
