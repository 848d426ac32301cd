"""docs/format.md describes the state as this program reads and writes it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from backup.files.pending import Pending
from backup.files.records import FileRecord
from backup.model import File
from backup.sync import journal
from backup.sync.state import VERSION, List, Place, Record, State, dumps, loads, to_json

SPECIFICATION = (Path(__file__).parents[2] / "docs/format.md").read_text("utf-8")
[EXAMPLE] = re.findall(r"(?s)```json\n(.*?)```", SPECIFICATION)
FILE = File("k", "image", "https://e.co/x", False, "n", "w")
WAITING = Pending("i", FILE, 1, "2026-09-01", True, "the server answered 404 (Not Found)")


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    return re.split(r"(?m)^#+ ", SPECIFICATION.partition(f"# {heading}\n")[2])[0]


def described(heading: str) -> dict[str, str]:
    """The keys in the table of a section, each with what is said of it."""
    rows = re.findall(r"(?m)^\| (`.*?`) \| (.*) \|$", section(heading))
    return {key: words for names, words in rows for key in re.findall(r"`(\w+)`", names)}


def keys(kind: type[Any]) -> set[str]:
    """What the state holds of such a value."""
    return {each.name for each in fields(kind)} - {"unknown"}


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        (
            ".notion-sync.json",
            {*json.loads(EXAMPLE), "elsewhere", "failed", "outside", "unseen_since"},
        ),
        ("An entry of `databases`", keys(Place)),
        ("An entry of `pages`", keys(Record)),
        ("An entry of `lists`", keys(List)),
        ("An entry of `files`", keys(FileRecord)),
        ("An entry of `pending`", set(WAITING.to_json())),
    ],
)
def test_every_key_is_described_and_no_other(heading: str, written: set[str]) -> None:
    assert described(heading).keys() == written


def test_the_file_that_waits_has_every_key_that_one_may_have() -> None:
    assert all(getattr(WAITING, each.name) != each.default for each in fields(Pending))
    own = keys(Pending) - {"file"}
    assert WAITING.to_json().keys() == own | (keys(File) - {"hosted"})  # it would be signed


@pytest.mark.parametrize(("kind", "heading"), [(Place, "databases"), (Record, "pages")])
def test_what_must_be_there_and_what_stands_for_what_is_not(kind: type[Any], heading: str) -> None:
    shown = described(f"An entry of `{heading}`")
    given = {each.name: each.default for each in fields(kind) if each.name != "unknown"}
    for name, default in given.items():
        is_required = type(default) not in (str, int, bool, tuple)
        assert ("Required." in shown[name]) == is_required, name
        if type(default) in (int, bool):
            assert f"Default: {json.dumps(default)}." in shown[name], name


def test_the_example_is_a_state_as_it_is_written() -> None:
    state = loads(EXAMPLE)
    assert state.damage == () and len(state.pages) == 2
    assert dumps(state).decode() == EXAMPLE
    assert not any(each.unknown for each in (*state.pages.values(), *state.databases.values()))


def test_the_example_shows_every_key_of_a_page_and_of_a_database() -> None:
    raw = json.loads(EXAMPLE)
    assert {key for each in raw["pages"].values() for key in each} == keys(Record)
    assert {key for each in raw["databases"].values() for key in each} == keys(Place)


def test_the_example_holds_files_that_are_understood() -> None:
    for record in loads(EXAMPLE).pages.values():
        assert [FileRecord.from_json(each).to_json() for each in record.files] == [*record.files]
        assert [Pending.from_json(each).to_json() for each in record.pending] == [*record.pending]


def test_its_version_is_the_one_that_is_written() -> None:
    assert f"This is version {VERSION} of the state." in SPECIFICATION
    assert f"The version of the format: {VERSION}." in section(".notion-sync.json")


def test_the_lines_of_a_journal_are_those_that_are_written() -> None:
    record = next(iter(loads(EXAMPLE).pages.values()))
    digest = "0" * 64
    lines = [journal.page("7" * 32, record, digest, digest), journal.page("7" * 32, None)]
    lines.append(journal.claim(["wiki/README.md"]))
    found = re.findall(r"(?m)^\| `(\{.*?\})` \|", section(".notion-sync.journal"))
    assert [set(re.findall(r'"(\w*)": ?', each)) for each in found] == [
        set(json.loads(line)) for line in lines
    ]
    assert json.loads(lines[0])["record"] == json.loads(json.dumps(to_json(record)))
    assert json.loads(lines[1]) == {"page": "7" * 32, "record": None, "text": ""}


def test_each_name_of_version_1_leads_to_the_key_that_it_is_said_to_be() -> None:
    old = dict(re.findall(r"\| `(\w+)` \| `(\w+)` \|$", section("Version 1"), re.MULTILINE))
    assert len(old) == 6
    databases, pages = EXAMPLE.replace('"version": 2', '"version": 1').split('  "pages":')
    for before, now in old.items():
        pages = pages.replace(f'"{now}":', f'"{before}":')
        if now != "parent":  # of a database, it came later
            databases = databases.replace(f'"{now}":', f'"{before}":')
    assert loads(f'{databases}  "pages":{pages}') == loads(EXAMPLE) != State()
