"""A copy in another workspace than that of the backup: who and what is not there is named before anything is
written, what is there comes back, and a second run finds the copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from fakenotion import blocks, build, properties
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, clock
from tests.support.kitchen import PNG
from tests.support.looking import Seen
from tests.support.restoring import WRITING, restore


class Removal:
    """A page in one workspace, and a page in another that its copies go to."""

    def __init__(self, backup: Backup, elsewhere: Backup) -> None:
        self.backup, self.elsewhere = backup, elsewhere
        self.top = Branch.root(backup.notion, "Top", "Words")
        self.goal = Branch.root(elsewhere.notion, "Attic")
        elsewhere.server.writes.allow(WRITING)

    def back_up(self) -> None:
        clock(self.backup.notion).forward(minutes=5)
        assert self.backup.run(DATABASES=self.top.id, COMMENTS="true").code == 0

    def restore(self, *arguments: str) -> Seen:
        there = {"NOTION_API_URL": self.elsewhere.url, "RESTORE_INTO": self.goal.id}
        return restore(self.backup, "top", *arguments, **there)

    def copies(self) -> list[str]:
        notion = self.elsewhere.notion
        return [notion.title(notion.node(id_)) for id_ in notion.listed(self.goal.id)]


@pytest.fixture
def removal(tmp_path: Path) -> Iterator[Removal]:
    old, new = (Workspace(name, now=Clock(2026, 9, 1)) for name in ("Old", "New"))
    with (
        backing_up(tmp_path / "repository", old, git=False) as backup,
        backing_up(tmp_path / "other", new, git=False) as elsewhere,
    ):
        yield Removal(backup, elsewhere)


Use: TypeAlias = Callable[[Branch], object]


def party(top: Branch) -> tuple[str, str, str]:
    emoji = top.workspace.add_emoji("party", PNG)
    return emoji["id"], emoji["name"], emoji["url"]


def in_a_comment(*words: str) -> Use:
    return lambda top: top.comment([*words, build.mention_emoji(*party(top))])


EMOJIS: dict[str, Use] = {
    "icon": lambda top: top.workspace.set_icon(top.id, build.custom_emoji(*party(top))),
    "callout": lambda top: top.block(
        build.block("callout", "c", icon=build.custom_emoji(*party(top)))
    ),
    "text": lambda top: top.block(blocks.paragraph("Hi ", build.mention_emoji(*party(top)))),
    "title": lambda top: top.page(["Hi ", build.mention_emoji(*party(top))]),
    "comment": in_a_comment("Hi "),
}


@pytest.mark.parametrize("where", EMOJIS)
def test_an_emoji_that_the_other_workspace_does_not_have_is_named(
    removal: Removal, where: str
) -> None:
    EMOJIS[where](removal.top)
    removal.back_up()
    said = removal.restore("--dry-run", "--json")
    assert "custom-emoji" in {each["code"] for each in said.json["losses"]}, said.out
    said = removal.restore()
    assert said.code == 0 and "(party)" in said.out and "Proven" in said.out, said.out
    said = removal.restore()
    assert said.code == 0 and "there already" in said.out, said.out
    assert removal.copies() == ["Top"]


@pytest.mark.parametrize("where", EMOJIS)
def test_an_emoji_that_is_there_comes_back(removal: Removal, where: str) -> None:
    EMOJIS[where](removal.top)
    removal.back_up()
    removal.elsewhere.notion.emojis += removal.backup.notion.emojis
    said = removal.restore("--json")
    codes = {each["code"] for each in said.json["losses"]}
    assert said.code == 0 and "custom-emoji" not in codes, said.out


def looked_for(top: Branch) -> None:
    notion, person = top.workspace, top.workspace.person
    database = top.database("Things", {"Who": properties.of("people")})
    (table,) = notion.views_of(database.id)
    notion.change_view(
        table, name="Mine", where={"property": "Who", "people": {"contains": person["id"]}}
    )


PEOPLE: dict[str, Use] = {
    "comment": lambda top: top.comment(["See ", build.mention_user(top.workspace.person)]),
    "title": lambda top: top.page(["By ", build.mention_user(top.workspace.person)]),
    "name of a database": lambda top: top.database(
        ["By ", build.mention_user(top.workspace.person)]
    ),
    "view": looked_for,
}


@pytest.mark.parametrize("where", PEOPLE)
def test_a_person_who_is_there_comes_back(removal: Removal, where: str) -> None:
    PEOPLE[where](removal.top)
    removal.back_up()
    person = removal.backup.notion.person
    removal.elsewhere.notion.users.setdefault(person["id"], person)
    said = removal.restore("--json")
    codes = {each["code"] for each in said.json["losses"]}
    assert said.code == 0 and codes <= {"comment-form"}, said.out


def test_what_is_lost_in_comments_does_not_make_a_copy_another_one(removal: Removal) -> None:
    top, notion = removal.top, removal.top.workspace
    somebody = notion.add_user("Bo")
    program = notion.files.keep("setup.exe", b"MZ and what can be read")
    top.comment(["See ", build.mention_user(somebody), build.text("!", link="javascript:x")])
    top.comment("Take it", files=[("productivity", program)])
    removal.back_up()
    said = removal.restore("--dry-run", "--json")
    codes = {each["code"] for each in said.json["losses"]}
    assert codes == {"comment-form", "people", "address", "file-type"}
    for found in ("Restored top", "there already"):
        said = removal.restore()
        assert said.code == 0 and found in said.out and "Proven" in said.out, said.out
    assert removal.copies() == ["Top"]
