"""docs/format.md describes the stores as this program writes and reads them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from backup import exact_json, store
from backup.model import Block, Json
from backup.store import VERSION, StoredDatabase, StoredPage, lean
from tests.store.test_store import ID, PEOPLE, block, stored
from tests.support.notion_shapes import text

SPECIFICATION = (Path(__file__).parents[2] / "docs/format.md").read_text("utf-8")
[EXAMPLE] = re.findall(r"(?s)```jsonl\n(.*?)```", SPECIFICATION)
ROW = re.compile(r"(?m)^\| (`.*?`) \| (.*?) \|")


def rows(heading: str) -> list[tuple[str, str]]:
    """The first two cells of each row of the tables below a heading."""
    found = re.split(r"(?m)^#+ ", SPECIFICATION.partition(f"# {heading}\n")[2])[0]
    return ROW.findall(found)


def described(heading: str) -> set[str]:
    """The keys that have a row there."""
    return {key for names, _ in rows(heading) for key in re.findall(r"`(\w+)`", names)}


def first(kept: StoredPage | StoredDatabase) -> Json:
    """The first line of a store."""
    found: Json = json.loads(store.dumps(kept).decode().split("\n")[0])
    return found


def test_every_key_of_the_first_line_is_described_and_no_other() -> None:
    kept = stored()
    page = first(replace(kept, page=replace(kept.page, id="another", comments=({"id": "c"},))))
    database = first(StoredDatabase("another", {"id": ID}, ({"id": "s"},), ({},), ({},)))
    odd = first(stored(properties={"text": "no rich text"}))
    assert described("The first line") == {*page, *database, *odd}
    where = {names.strip("`"): place for names, place in rows("The first line")}
    assert {key for key, place in where.items() if place == "page"} == page.keys() - database.keys()
    assert {key for key, place in where.items() if place == "both"} >= page.keys() & database.keys()


def test_what_a_line_leaves_out_and_adds_is_described_and_nothing_else() -> None:
    inner = Block.from_api({**block(2, below=1), **PEOPLE})
    outer = {**block(1, "toggle"), **PEOPLE, "has_children": True}
    content = store.dumps(stored(Block.from_api(outer, (inner,), "too deep", True))).decode()
    _, line, below = map(json.loads, content.splitlines())
    for raw, (_, short, *_) in ((outer, line), (inner.raw, below)):
        changed = {key for key, value in raw.items() if short.get(key, "absent") != value}
        assert described("The line of a block") == {*changed, *line[2]}


def test_what_stands_for_rich_text_is_read_and_written_as_described() -> None:
    examples = rows("Rich text")
    assert len(examples) == 4
    for short, whole in examples:
        assert exact_json.dumps(lean.loads(short.strip("`"))) == whole.strip("`")
        assert lean.dumps(json.loads(whole.strip("`"))) == short.strip("`")


def test_the_example_comes_back_byte_for_byte() -> None:
    kept = store.loads(EXAMPLE.encode())
    assert isinstance(kept, StoredPage) and store.clean(kept.page) == kept.page
    assert kept.files and kept.page.comments and len([*kept.page.walk()]) == 4
    assert store.dumps(kept).decode() == EXAMPLE


def test_its_version_is_the_one_that_is_written() -> None:
    assert f"This is version {VERSION} of it." in SPECIFICATION
    assert f"The version of this form: {VERSION}." in SPECIFICATION


@pytest.mark.parametrize("key", ["request_id", "avatar_url", "email", "bot", "expiry_time"])
def test_what_is_left_out_for_good_is_named(key: str) -> None:
    user = {"object": "user", "person": {"email": "a@b.c"}, "avatar_url": "x", "bot": {"name": "x"}}
    file = {"type": "file", "file": {"url": "https://e.co/x", "expiry_time": "2026-09-01"}}
    raw = block(1, rich_text=[text("x")], caption=file, who=user) | {"request_id": "x"}
    [kept] = store.clean(stored(Block.from_api(raw)).page).blocks
    assert f'"{key}":' in json.dumps(raw).replace('": ', '":')
    assert key == "bot" or f'"{key}":' not in json.dumps(kept.raw).replace('": ', '":')
    assert f"`{key}`" in SPECIFICATION.partition("# What is left out for good\n")[2]
