"""What the integration can see, as lines to paste: for somebody who has a token and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import bare_id
from backup.settings import Settings
from fakenotion.branches import Branch
from fakenotion.faults import error
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from tests.support.backups import TOKEN, Backup, backing_up
from tests.support.looking import Seen, in_format, look


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Backup]:
    """A page Home, in it a page and a database, and beside it a database of three rows."""
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    home = Branch.root(notion, "Home")
    home.page("Rooms").page("Bath")
    home.database("Tasks").row("Door")
    wiki = Branch(notion, notion.add_database("Wiki", {}))
    for title in ("One", "Two", "Three"):
        wiki.row(title)
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        yield backup


def discovered(backup: Backup, *flags: str) -> Seen:
    """What `status --discover` says where nothing was ever backed up."""
    given = {"NOTION_TOKEN": TOKEN, "NOTION_API_URL": backup.url}
    return look(backup.folder, "status", "--discover", *flags, **given)


def named(backup: Backup, title: str) -> str:
    """The id of something by its title."""
    nodes = backup.notion.nodes.values()
    return next(
        bare_id(each.id)
        for each in nodes
        if each.kind in ("page", "database") and backup.notion.title(each) == title
    )


def pasted(said: str) -> tuple[Settings, Settings]:
    """The settings of somebody who copies the lines for .env, and of one who copies those for a
    workflow."""
    (dotenv,) = re.findall(r'(?s)(DATABASES="\n.*?\n")', said)
    (block,) = re.findall(r"(?m)^ +databases: \|\n((?: +\S.*\n)+)", said)
    lines = "\n".join(line.strip() for line in block.splitlines())
    token = {"NOTION_TOKEN": TOKEN}
    return Settings.read({}, token, dotenv), Settings.read({}, {**token, "DATABASES": lines})


def test_the_roots_are_ready_to_paste_and_what_lies_in_them_is_named(shared: Backup) -> None:
    seen = discovered(shared)
    assert seen.code == 0
    for settings in pasted(seen.out):
        assert [each.id for each in settings.databases] == [
            named(shared, "Wiki"),
            named(shared, "Home"),
        ]
    assert re.search(r"\n *https://\S+ +# Wiki \(database, 3 rows\)\n", seen.out)
    assert re.search(r"\n *https://\S+ +# Home \(page\)\n", seen.out)
    assert re.search(r"\n *# https://\S+ +# Tasks \(database, 1 row, in Home\)\n", seen.out)
    assert re.search(r"\n *# https://\S+ +# Bath \(page, in Rooms\)\n", seen.out)
    assert "2 databases and 7 pages" in seen.out


def test_a_run_without_databases_names_them_and_ends(shared: Backup) -> None:
    ran = shared.run(DATABASES="")
    assert ran.code == 2
    assert pasted(ran.log)[0].databases
    assert ran.log.splitlines()[-2].startswith("error: configuration: DATABASES is missing: ")
    assert shared.files() == {}


def test_an_integration_that_sees_nothing_gets_the_steps(shared: Backup) -> None:
    shared.notion.only_share()
    seen = discovered(shared)
    assert seen.code == 1
    assert "sees no page and no database" in seen.out and "⋯ → Connections" in seen.out
    ran = shared.run(DATABASES="")
    assert (ran.code, ran.log.count("⋯ → Connections")) == (2, 1)


def test_a_refused_token_is_one_sentence(shared: Backup) -> None:
    shared.fail("/search", error(401, "API token is invalid."))
    seen = discovered(shared)
    assert (seen.code, seen.out.count("\n")) == (2, 1) and "Check NOTION_TOKEN." in seen.out
    ran = shared.run(DATABASES="")
    assert ran.code == 2 and "DATABASES is missing" in ran.log and "Check NOTION_TOKEN." in ran.log


def test_a_token_is_needed_for_it_and_for_nothing_else(shared: Backup) -> None:
    seen = look(shared.folder, "status", "--discover")
    assert seen.code == 2 and "NOTION_TOKEN is missing" in seen.out
    assert "DATABASES" not in seen.out
    assert "There is no backup here" in look(shared.folder, "status").out


def test_other_commands_do_not_have_it(shared: Backup) -> None:
    seen = look(shared.folder, "verify", "--discover")
    assert seen.code == 2 and "status --discover" in seen.out


def test_programs_get_the_same_as_json(shared: Backup) -> None:
    said = discovered(shared, "--json").json
    assert said.keys() == in_format("status --discover") - {"folder"}
    found = {each["title"]: each for each in said["shared"]}
    assert said["ok"] and found.keys() == {"Wiki", "Home", "Tasks", "Rooms", "Bath"}
    assert found["Tasks"] == {
        "id": named(shared, "Tasks"),
        "kind": "database",
        "title": "Tasks",
        "in": named(shared, "Home"),
        "rows": 1,
    }


HOSTILE = [
    'a "quote" and \\" another',
    "two\nlines\n::error::x",
    "${{ secrets.NOTION_TOKEN }} $HOME `id`",
    "0123456789abcdef0123456789abcdef",
    "# x = y ## z",
    TOKEN,
    "a" * 5000,
    "",
]


def test_no_title_spoils_the_lines_or_the_log(tmp_path: Path) -> None:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    for title in HOSTILE:
        Branch.root(notion, title)
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        seen = discovered(backup)
        ids = {bare_id(each.id) for each in notion.nodes.values() if each.kind == "page"}
    for settings in pasted(seen.out):
        assert {each.id for each in settings.databases} == ids
    assert TOKEN not in seen.out and "${{" not in seen.out
    assert not [line for line in seen.out.splitlines() if line.startswith("::")]
    assert max(map(len, seen.out.splitlines())) < 200


def test_a_large_workspace_is_cut_and_counted(tmp_path: Path) -> None:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    for number in range(120):
        Branch.root(notion, f"Page {number}")
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        seen = discovered(backup)
    assert seen.out.count("(page)") == 2 * 40
    assert "80 more" in seen.out and "workspace" in seen.out


def test_pages_in_a_column_are_not_taken_for_roots(tmp_path: Path) -> None:
    notion = Workspace("Test", now=Clock(2026, 9, 1))
    Branch.root(notion, "Home").page("Inside", at="column")
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        seen = discovered(backup)
    assert re.search(r"\n *# https://\S+ +# Inside \(page, in Home\)\n", seen.out)
