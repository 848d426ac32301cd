"""A state or a journal that somebody has tampered with: no file of somebody else is changed or deleted,
no run ends in a traceback, and one sentence says what was left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakenotion import blocks
from tests.support.backups import Backup
from tests.support.kitchen import later, row

THEIRS = {
    "src/main.py": "print()\n",
    "src/index.md": "mine",
    "docs/index.md": "mine",
    "docs/assets/logo.png": "mine",
    "NOTES.md": "mine",
    "README.md": "mine",
}


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.fixture
def beside(kitchen: Backup) -> Backup:
    """A backup beside the owner's files, in a repository; it has run."""
    kitchen.init()
    for path, text in THEIRS.items():
        (kitchen.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (kitchen.folder / path).write_text(text)
    kitchen.git("add", "-A")
    kitchen.git("commit", "-q", "-m", "by hand")
    assert kitchen.run().code == 0
    return kitchen


def tamper(backup: Backup, change: Callable[[Any, str], object]) -> None:
    """`change` gets the state and the bare id of Milk; somebody commits what becomes of it."""
    raw = json.loads(backup.text(".notion-sync.json"))
    change(raw, row(backup, "Milk").replace("-", ""))
    (backup.folder / ".notion-sync.json").write_text(json.dumps(raw))
    backup.git("add", "-A")
    backup.git("commit", "-q", "-m", "by hand")


def untouched(backup: Backup) -> None:
    for path, text in THEIRS.items():
        assert backup.text(path) == text
        assert backup.git("show", f"HEAD:{path}") == text.strip()


def of_page(**values: Any) -> Callable[[Any, str], object]:
    return lambda raw, milk: raw["pages"][milk].update(values)


def of_database(**values: Any) -> Callable[[Any, str], object]:
    return lambda raw, _: next(iter(raw["databases"].values())).update(values)


@pytest.mark.parametrize("happens", ["trashed", "renamed", "edited", "nothing"])
@pytest.mark.parametrize(
    "change",
    [
        of_page(folder="src", files=[{"path": "main.py"}]),
        of_page(folder="wiki/milk", files=[{"path": "../../NOTES.md"}]),
        of_page(folder="docs", files=[{"path": "assets/logo.png"}]),
        of_page(folder="src"),
        of_page(folder="."),
        of_page(folder="../theirs"),
    ],
)
def test_a_record_that_names_somebody_elses_files_does_not_touch_them(
    beside: Backup, change: Callable[[Any, str], object], happens: str
) -> None:
    tamper(beside, change)
    milk = row(beside, "Milk")
    if happens == "trashed":
        beside.notion.trash(milk)
    elif happens == "renamed":
        beside.notion.rename(milk, "Oat")
    elif happens == "edited":
        beside.notion.append(milk, [blocks.paragraph("Fresh.")])
    later(beside.notion)
    ran = beside.run(ALLOW_MASS_DELETE="true")
    assert "Traceback" not in ran.log
    assert ".notion-sync.json: 1 damaged entry was left out (1 with a " in ran.log
    untouched(beside)


@pytest.mark.parametrize("where", [".", "docs", "src"])
def test_a_database_that_is_said_to_have_left_a_folder_takes_no_readme_along(
    kitchen: Backup, where: str
) -> None:
    kitchen.run()
    (kitchen.folder / where).mkdir(exist_ok=True)
    (kitchen.folder / where / "README.md").write_text("mine")
    raw = json.loads(kitchen.text(".notion-sync.json"))
    of_database(folder=where, index=True)(raw, "")
    (kitchen.folder / ".notion-sync.json").write_text(json.dumps(raw))
    assert "Traceback" not in kitchen.run(DATABASES=f"wiki = {kitchen.notion.databases()[0]}").log
    assert kitchen.text(f"{where}/README.md") == "mine"


@pytest.mark.parametrize(
    "claim",
    [["NOTES.md"], ["src/main.py"], ["README.md"], ["../x"], [".git/assets/x"], 3, nested(200)],
)
def test_a_journal_deletes_nothing_that_cannot_be_ours(kitchen: Backup, claim: Any) -> None:
    for path in ("NOTES.md", "README.md"):
        (kitchen.folder / path).write_text("mine")
    (kitchen.folder / ".notion-sync.journal").write_text("\n" + json.dumps({"claim": claim}))
    ran = kitchen.run()
    assert ran.code == 0, ran.log
    assert kitchen.text("NOTES.md") == kitchen.text("README.md") == "mine"
    assert (claim == ["README.md"]) or (
        ".notion-sync.journal: 1 damaged entry was left out" in ran.log
    )


@pytest.mark.parametrize("shard", ["", "1/2"])
@pytest.mark.parametrize(
    "change",
    [
        of_page(folder="../x"),
        of_page(folder="x" * 5000),
        of_page(folder="wiki/" + "x" * 5000),
        of_page(folder="wiki/a\0b"),
        of_page(title=3),
        of_page(title=None),
        of_page(edited=[]),
        of_page(links=[3]),
        of_page(files=[{"path": 3}]),
        of_page(requests=10**400),
        of_page(later=nested(400)),
        of_page(title="\ud800"),
        of_page(title="a\0b"),
        of_database(folder="../x"),
        of_database(title=3),
        of_database(sources=["../users"]),
        of_database(sources=[nested(3)]),
        lambda raw, milk: raw["pages"].update({"not an id": raw["pages"].pop(milk)}),
        lambda raw, milk: raw["pages"].update({milk: []}),
        lambda raw, milk: raw.update(later=nested(400)),
        lambda raw, milk: raw.update(pages=[]),
        lambda raw, milk: raw.update(elsewhere=3),
    ],
)
def test_a_damaged_state_costs_a_reading_and_is_as_it_should_be_after_it(
    kitchen: Backup, change: Callable[[Any, str], object], shard: str
) -> None:
    kitchen.run()
    before = kitchen.files()
    raw = json.loads(kitchen.text(".notion-sync.json"))
    change(raw, row(kitchen, "Milk").replace("-", ""))
    (kitchen.folder / ".notion-sync.json").write_text(json.dumps(raw))
    ran = kitchen.run(**({"SHARD": shard} if shard else {}))
    assert ran.code == int("Rebuilt from the 3 pages" in ran.log), ran.log
    assert kitchen.run().code == 0
    assert kitchen.files() == before


def test_a_state_that_is_nested_without_end_is_rebuilt(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    (kitchen.folder / ".notion-sync.json").write_text('{"pages": ' + "[" * 100_000)
    ran = kitchen.run()
    assert ran.code == 1 and "Rebuilt from the 3 pages" in ran.log
    assert kitchen.files() == before
