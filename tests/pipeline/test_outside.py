"""Titles of pages and databases that are not in the backup: asked for once, kept in the state, and no title
where Notion says none."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.faults import Fault
from tests.support.groves import Grove, Grown

ADA = "[Ada Lovelace](https://www.notion.so/"
NAMELESS = "[a page in Notion](https://www.notion.so/"


@dataclass
class Wiki:
    """A backup of `home`, with two rows that are related to `ada`, a page outside of it."""

    grove: Grove
    home: Branch
    books: Branch
    people: Branch
    ada: Branch

    def row(self, number: str) -> str:
        return self.grove.text(f"home/books/{number}")

    def asked_for(self, one: Branch) -> int:
        """How often the last run asked for a page or database itself."""
        paths = (each.path for each in self.grove.backup.server.requests[-self.grove.asked :])
        return sum(path.endswith((f"s/{one.id}", f"s/{one.id.replace('-', '')}")) for path in paths)


@pytest.fixture
def wiki(grown: Grown) -> Wiki:
    grove = grown()
    elsewhere = grove.root("Elsewhere")
    people = elsewhere.database("People", {})
    ada = people.row("Ada Lovelace")
    home = grove.root("Home")
    books = home.database("Books", {"By": properties.relation(people.id, people.first_source)})
    books.row("One", {"By": [ada.id]})
    books.row("Two", {"By": [ada.id]})
    home.block(blocks.link_to_page(ada.id))
    home.block(build.block("link_to_page", type="database_id", database_id=people.id))
    grove.roots = home.id
    return Wiki(grove, home, books, people, ada)


def test_a_page_outside_has_its_title_and_is_asked_for_once(wiki: Wiki) -> None:
    grove = wiki.grove
    grove.run()
    assert f"| By | {ADA}" in wiki.row("one") and f"| By | {ADA}" in wiki.row("two")
    assert f"- 📄 {ADA}" in grove.text("home")
    assert "- 🗂️ [People](https://www.notion.so/" in grove.text("home")
    assert ADA in grove.backup.text("home/books/README.md")
    assert wiki.asked_for(wiki.ada) == 1
    assert wiki.asked_for(wiki.people) == 2, "as a page, and as a database"
    assert grove.backup.run("verify").code == 0


def test_an_unchanged_run_asks_for_no_title_and_an_edited_page_keeps_it(wiki: Wiki) -> None:
    wiki.grove.run()
    commits = wiki.grove.backup.commits()
    wiki.grove.run()
    assert wiki.grove.backup.commits() == commits
    assert (wiki.asked_for(wiki.ada), wiki.asked_for(wiki.people)) == (0, 0)
    wiki.home.edit("Other words")
    wiki.grove.run()
    assert wiki.asked_for(wiki.ada) == 0 and ADA in wiki.grove.text("home")


def test_a_full_sync_learns_the_new_title_of_a_page_outside(wiki: Wiki) -> None:
    wiki.grove.run()
    wiki.ada.rename("Ada King")
    wiki.grove.run(FULL_SYNC="true")
    assert "| By | [Ada King](https://www.notion.so/" in wiki.row("one")
    assert wiki.asked_for(wiki.ada) == 1
    wiki.grove.notion.unshare(wiki.ada.id)
    wiki.grove.run(FULL_SYNC="true")
    assert f"| By | {NAMELESS}" in wiki.row("one"), "what it is called now, nobody knows"


def test_what_notion_does_not_show_has_no_title_and_is_not_asked_for_again(wiki: Wiki) -> None:
    wiki.grove.notion.restrict(wiki.ada.id)
    wiki.grove.run()
    assert f"| By | {NAMELESS}" in wiki.row("one")
    wiki.home.edit("Other words")
    wiki.grove.run()
    assert wiki.asked_for(wiki.ada) == 0
    wiki.grove.notion.unrestrict(wiki.ada.id)
    wiki.grove.run(FULL_SYNC="true")
    assert f"| By | {ADA}" in wiki.row("one")


def test_a_page_that_comes_into_the_backup_is_linked_there(wiki: Wiki) -> None:
    wiki.grove.run()
    roots = f"{wiki.grove.roots}\n{wiki.people.id}"
    wiki.grove.run(DATABASES=roots)
    assert "| By | [Ada Lovelace](../../../people/ada-lovelace/index.md) |" in wiki.row("one")
    assert "- 🗂️ [People](../people/README.md)" in wiki.grove.text("home")
    assert "outside" not in json.loads(wiki.grove.backup.text(".notion-sync.json"))


def test_a_row_of_a_database_that_lies_deeper_is_not_asked_for(wiki: Wiki) -> None:
    deeper = wiki.home.page("Deeper").database("Later", {})
    wiki.home.block(blocks.link_to_page(deeper.row("Last").id))
    wiki.grove.run()
    asked = [each.path for each in wiki.grove.backup.server.requests]
    pages = [path for path in asked if path.startswith("/v1/pages/") and path.count("/") == 3]
    assert pages.count(f"/v1/pages/{wiki.ada.id}") == 1
    assert "[Last](deeper/later/last/index.md)" in wiki.grove.text("home")
    assert not [path for path in pages if deeper.node.children[0] in path]


def test_titles_of_a_lost_state_are_asked_for_again(wiki: Wiki) -> None:
    wiki.grove.run()
    wiki.grove.backup.git("rm", "-q", ".notion-sync.json")
    wiki.grove.backup.git("commit", "-qm", "Lose the state")
    wiki.grove.run(code=1)
    assert f"| By | {ADA}" in wiki.row("one") and f"- 📄 {ADA}" in wiki.grove.text("home")


def test_what_the_state_says_of_titles_is_not_trusted(wiki: Wiki) -> None:
    wiki.grove.run()
    path = wiki.grove.backup.folder / ".notion-sync.json"
    state = json.loads(path.read_text())
    assert sorted(state["outside"].values()) == ["Ada Lovelace", "People"]
    state["outside"] = {"../x": "Evil", **dict.fromkeys(state["outside"], 7)}
    path.write_text(json.dumps(state))
    wiki.grove.backup.git("commit", "-qam", "Spoiled")
    wiki.home.edit("Other words")
    wiki.grove.run()
    assert f"- 📄 {ADA}" in wiki.grove.text("home") and "Evil" not in path.read_text()


def test_a_page_that_was_trashed_keeps_its_title_where_it_is_linked(wiki: Wiki) -> None:
    last = wiki.home.page("Last")
    wiki.home.block(blocks.link_to_page(last.id))
    wiki.grove.run()
    wiki.grove.notion.trash(last.id)
    ran = wiki.grove.run()
    assert "- 📄 [Last](https://www.notion.so/" in wiki.grove.text("home")
    assert ran.log.count("] Home · ") == 1, ran.log
    assert wiki.grove.backup.run("verify").code == 0


@pytest.mark.parametrize("fault", [Fault(status=302, body=b""), Fault(status=404, body=b"{}")])
def test_a_title_that_notion_does_not_give_once_is_left_to_the_next_run(
    wiki: Wiki, fault: Fault
) -> None:
    wiki.grove.backup.fail(f"/v1/pages/{wiki.ada.id}", fault)
    wiki.grove.run()
    assert f"| By | {NAMELESS}" in wiki.row("one")
    wiki.grove.backup.heal()
    wiki.grove.run()
    assert f"| By | {ADA}" in wiki.row("one") and f"- 📄 {ADA}" in wiki.grove.text("home")
    commits = wiki.grove.backup.commits()
    wiki.grove.run()
    assert wiki.grove.backup.commits() == commits and wiki.asked_for(wiki.ada) == 0
