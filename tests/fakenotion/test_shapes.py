"""The stand-in's answers have the shape of the real API's recorded ones, per version."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.sample import sample
from fakenotion import answers
from fakenotion.server import StandIn
from tests.fakenotion.client import Client
from tests.fakenotion.crawl import Crawl
from tests.fakenotion.shapes import Shapes, differences, recorded_shapes, shapes
from tests.support.recordings import FOLDERS

NEW, OLD = "2026-03-11", "2025-09-03"
UNSEEN = "not among the recordings; as Notion's typings have it (SDK 5.26)"
NOT_READ = "answers to writing, or to what a backup does not ask for"
NULLABLE = "recorded with the other value only; the typings allow both"
EXPECTED: dict[str, str] = {
    "icon icon: never recorded": UNSEEN,
    "inside value place: never recorded": UNSEEN,
    "list view: never recorded": UNSEEN,
    "view reference: never recorded": UNSEEN,
    "view board: never recorded": UNSEEN,
    "view table.sorts: list was never recorded": NULLABLE,
    "mention custom_emoji: never recorded": UNSEEN,
    "mention link_preview: never recorded": UNSEEN,
    "mention template_mention: never recorded": UNSEEN,
    "payload of link_preview: never recorded": UNSEEN,
    "payload of meeting_notes: never recorded": UNSEEN,
    "payload of transcription: never recorded": UNSEEN,
    "payload of numbered_list_item.list_format: not recorded": UNSEEN,
    "payload of numbered_list_item.list_start_index: not recorded": UNSEEN,
    "property_item people: never recorded": UNSEEN,
    "property_item verification: never recorded": UNSEEN,
    "database.icon: object was never recorded": NULLABLE,
    "inside value formula date.date: null was never recorded": NULLABLE,
    "inside value verification.date: null was never recorded": NULLABLE,
    "inside value verification.verified_by: null was never recorded": NULLABLE,
    "mention date.end: string was never recorded": NULLABLE,
    "payload of callout.icon: null was never recorded": NULLABLE,
    "property_item date.date: object was never recorded": NULLABLE,
    "property_item email.email: string was never recorded": NULLABLE,
    "property_item number.number: null was never recorded": NULLABLE,
    "property_item place.place: object was never recorded": NULLABLE,
    "value place.place: object was never recorded": NULLABLE,
    "async_task: never answered": NOT_READ,
    "file_upload: never answered": NOT_READ,
    "list file_upload: never answered": NOT_READ,
    "list page: never answered": NOT_READ,
    "view_query: never answered": NOT_READ,
    "page_markdown: never answered": "a lossy second form of what the blocks say",
}

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@pytest.fixture(scope="module")
def crawled() -> dict[str, Shapes]:
    """The shapes in every answer about the sample workspace, by version."""
    made, stand_in = {}, StandIn(sample())
    with stand_in.serving() as url:
        for version in (NEW, OLD):
            client = Client(url, version)
            made[version] = shapes(Crawl(client, sample()).all())
            client.close()
    return made


def found(crawled: dict[str, Shapes], folder: Path, version: str) -> set[str]:
    """What differs from the version's own recordings, and from those of both versions.

    The versions differ in nothing but `archived` and one block type, which have their own test.
    """
    ours = crawled[version]
    own, both = recorded_shapes(folder, version), recorded_shapes(folder, NEW, OLD)
    return differences(ours, own) & differences(ours, both)


@each_folder
@pytest.mark.parametrize("version", [NEW, OLD])
def test_every_difference_from_the_recordings_has_a_reason(
    version: str, folder: Path, crawled: dict[str, Shapes]
) -> None:
    assert found(crawled, folder, version) - EXPECTED.keys() == set()


@each_folder
def test_every_reason_is_still_needed(folder: Path, crawled: dict[str, Shapes]) -> None:
    differ = found(crawled, folder, NEW) | found(crawled, folder, OLD)
    assert EXPECTED.keys() - differ == set()


@each_folder
@pytest.mark.parametrize("kind", ["page", "block", "database", "data_source", "comment"])
def test_keys_come_in_the_recorded_order(
    kind: str, folder: Path, crawled: dict[str, Shapes]
) -> None:
    assert crawled[NEW][kind].order == recorded_shapes(folder, NEW)[kind].order


@each_folder
def test_a_missing_key_a_new_key_and_a_wrong_type_are_all_found(folder: Path) -> None:
    comment = {"object": "comment", "id": 7, "parent": {}, "mood": "fine"}
    found = differences(shapes([comment]), recorded_shapes(folder, NEW))
    assert "comment.rich_text: missing" in found
    assert "comment.mood: not recorded" in found
    assert "comment.id: number was never recorded" in found


def test_the_older_version_has_archived_and_the_newer_has_not(
    crawled: dict[str, Shapes],
) -> None:
    for kind in answers.OBJECTS:
        assert crawled[OLD][kind].order[-1] == "archived"
        assert "archived" in crawled[OLD][kind].always
        assert "archived" not in crawled[NEW][kind].keys


def test_every_block_type_and_property_type_is_in_the_sample(
    crawled: dict[str, Shapes],
) -> None:
    kinds = crawled[NEW]
    assert len([kind for kind in kinds if kind.startswith("payload of ")]) == 36
    assert len([kind for kind in kinds if kind.startswith("schema ")]) == 24
    assert len([kind for kind in kinds if kind.startswith("value ")]) == 24
