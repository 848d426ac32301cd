"""What makes a difference, and what makes none: pages are written again only when they say something
else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.sample import sample
from fakenotion import build, properties
from fakenotion.faults import Reply
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import later, read_since, row


def addressed(value: Any, order: Callable[[Mapping[str, Any]], list[str]] = list) -> Any:
    """The same answer as Notion might give it tomorrow: other hosts in the addresses of pages and views, other
    pictures of people, and perhaps another order of keys. Lists keep theirs, it means something."""
    if isinstance(value, list):
        return [addressed(each, order) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: addressed(value[key], order) for key in order(value)}
    if found.get("object") in ("page", "database", "data_source"):
        shown = found["parent"]["database_id"] if found["object"] == "data_source" else found["id"]
        found["url"] = f"https://www.notion.so/Another-slug-{shown.replace('-', '')}"
    if found.get("object") == "view" and "url" in found:
        found["url"] = found["url"].replace(
            "https://app.notion.com/p/", "https://www.notion.so/View-"
        )
    if "avatar_url" in found:
        found["avatar_url"] = "https://example.com/another.png"
    return found


def shuffled(value: Any) -> Any:
    """The same, with all keys in another order."""
    return addressed(value, lambda mapping: sorted(mapping, reverse=True))


class Changing(StandIn):
    """A stand-in whose answers can be put in other words."""

    words: Callable[[Any], Any] = staticmethod(lambda value: value)

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        made = super().reply(method, target, headers, body)
        if not target.startswith("/v1/"):
            return made
        return replace(made, body=json.dumps(self.words(json.loads(made.body))).encode())


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[tuple[Backup, Changing]]:
    with backing_up(tmp_path / "repository", sample(), stand_in=Changing) as backup:
        assert isinstance(backup.server, Changing)
        yield backup, backup.server


def test_other_words_for_the_same_make_no_difference(changing: tuple[Backup, Changing]) -> None:
    backup, server = changing
    assert backup.run().code == 0
    before, commits = backup.stamps(), backup.commits()
    server.words = shuffled
    assert backup.run().code == 0
    assert (backup.stamps(), backup.commits()) == (before, commits)


def test_a_full_sync_writes_no_byte_when_only_addresses_differ(
    changing: tuple[Backup, Changing],
) -> None:
    backup, server = changing
    assert backup.run().code == 0
    before, commits = backup.stamps(), backup.commits()
    server.words = addressed
    assert backup.run("--full-sync").code == 0
    assert (backup.stamps(), backup.commits()) == (before, commits)


@pytest.fixture
def labelled(tmp_path: Path) -> Iterator[Backup]:
    """Two pages with a select property."""
    notion = Workspace("Labels", now=wiki().now)
    columns = {"Name": properties.of("title"), "State": properties.select("Open", "Closed")}
    database = notion.add_database("Wiki", columns)
    for title in ("Tea", "Cups"):
        notion.add_page(database, title, {"State": "Open"})
    later(notion)
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        yield backup


def test_a_renamed_option_is_written_in_every_row_that_has_it(labelled: Backup) -> None:
    labelled.run()
    source = labelled.notion.source(labelled.notion.databases()[0])
    labelled.notion.rename_option(source, "State", "Open", "In progress")
    ran = labelled.run()
    assert ran.code == 0
    assert "settings, properties or the program changed" in ran.log
    for page in ("tea", "cups"):
        assert "In progress" in labelled.text(f"wiki/{page}/index.md")


def test_a_renamed_property_is_written_in_every_row(labelled: Backup) -> None:
    labelled.run()
    source = labelled.notion.source(labelled.notion.databases()[0])
    labelled.notion.rename_property(source, "State", "Condition")
    assert labelled.run().code == 0
    assert "Condition" in labelled.text("wiki/tea/index.md")


def test_the_order_of_columns_is_not_taken_from_a_store_that_somebody_changed(
    labelled: Backup,
) -> None:
    labelled.run()
    at = labelled.folder / "wiki/.notion.json"
    good, other = '"order":[["State","Name"]]', '"order":[["Name","State"]]'
    assert good in at.read_text("utf-8")
    at.write_text(at.read_text("utf-8").replace(good, other), "utf-8")
    source = labelled.notion.source(labelled.notion.databases()[0])
    labelled.notion.rename_option(source, "State", "Open", "In progress")
    assert labelled.run().code == 0
    assert good in at.read_text("utf-8")


def test_a_program_that_writes_otherwise_writes_every_page_again_and_says_so(
    labelled: Backup,
) -> None:
    labelled.run()
    path = labelled.folder / ".notion-sync.json"
    path.write_text(re.sub(r'("render_key": ")\w+', r"\1of yesterday", path.read_text()))
    ran = labelled.run()
    assert "2 pages written again without reading" in ran.log
    assert "0 pages read" in ran.log and "the program changed" in ran.log
    assert "nothing changed" in ran.log  # the text is what it was
    assert "nothing changed" in labelled.run().log


def test_a_page_is_written_again_when_it_goes_into_the_archive_or_leaves_it(
    kitchen: Backup,
) -> None:
    kitchen.run()
    milk = row(kitchen, "Milk")
    kitchen.notion.archive(milk)
    kitchen.run()
    assert kitchen.text("wiki/milk/index.md").endswith(" · archived</sub>\n")
    kitchen.notion.unarchive(milk)
    kitchen.run()
    assert "archived" not in kitchen.text("wiki/milk/index.md")


def test_a_relation_that_was_set_from_the_other_side_is_written(kitchen: Backup) -> None:
    notion, wiki_ = kitchen.notion, kitchen.notion.databases()[0]
    notion.relate(wiki_, "Goes with", wiki_)
    tea, cups = notion.node(row(kitchen, "Tea")), notion.node(row(kitchen, "Cups"))
    column = notion.schema_of(tea)["Goes with"]
    for page in (tea, cups):
        page.data["properties"]["Goes with"] = properties.value(column, [])
    later(notion)
    kitchen.run()
    tea.data["properties"]["Goes with"] = properties.value(column, [cups.id])  # and no edit of Tea
    asked = len(kitchen.server.requests)
    assert kitchen.run().code == 0
    assert read_since(kitchen, asked) == set(), "the listing shows it"
    assert "[Cups](../cups/index.md)" in kitchen.text("wiki/tea/index.md")


def test_a_page_is_read_again_when_only_its_image_above_the_title_changed(
    kitchen: Backup,
) -> None:
    kitchen.run()
    milk = kitchen.notion.node(row(kitchen, "Milk"))
    before = milk.edited
    kitchen.notion.set_icon(milk.id, build.emoji("🥛"))
    milk.edited = before  # as if Notion had not counted it as an edit
    assert kitchen.run().code == 0
    assert "# 🥛 Milk" in kitchen.text("wiki/milk/index.md")


def test_a_property_that_changed_between_the_listing_and_the_reading_is_not_missed(
    labelled: Backup,
) -> None:
    """Rows are listed with their properties: an edit within the same minute has no other time."""
    notion, tea = labelled.notion, row(labelled, "Tea")
    notion.set_property(tea, "State", "Open")
    edits = iter([True])

    def edit_late_in_the_minute(asked: Any) -> None:
        if asked.path == f"/v1/blocks/{tea}/children" and next(edits, False):
            notion.set_property(tea, "State", "Closed")
            later(notion, minutes=1)

    labelled.server.plan = edit_late_in_the_minute
    labelled.run()
    labelled.heal()
    labelled.run()
    assert "Closed" in labelled.text("wiki/tea/index.md")


def test_a_property_that_was_set_while_its_page_was_read_is_written_by_the_same_run(
    labelled: Backup,
) -> None:
    notion, tea = labelled.notion, row(labelled, "Tea")
    edits = iter([True])

    def set_while_reading(asked: Any) -> None:
        if asked.path == f"/v1/blocks/{tea}/children" and next(edits, False):
            later(notion, minutes=1)
            notion.set_property(tea, "State", "Closed")

    labelled.server.plan = set_while_reading
    labelled.run()
    assert "Closed" in labelled.text("wiki/tea/index.md")
