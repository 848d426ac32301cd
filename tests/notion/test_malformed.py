"""Answers with anything odd anywhere: a page or a listing, or an error that says so; never a crash.

The chance in it is seeded: a seed is the same case in every run.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from backup.errors import BackupError, NotionError
from backup.model import Json, NamedRoot, bare_id
from backup.notion import read
from backup.notion.resolve import resolve
from demo.sample import sample
from tests.notion.rows import listed
from tests.notion.service import Service, at_once, row_of, serving
from tests.support.cases import case

ODD: tuple[Any, ...] = (None, 0, 7, True, "", "text", [], {}, [None], ["text"], [{}], {"id": None})
SEEDS = range(50)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container inside, with each key or number of it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, held in inner:
        yield value, key
        if isinstance(held, dict | list):
            yield from _places(held)


def _spoiled(sent: Json, random: Random) -> Json:
    """The answer with one to three odd values in it, or with keys missing."""
    made = copy.deepcopy(sent)
    for _ in range(random.randrange(1, 4)):
        holder, key = random.choice(list(_places(made)))
        if isinstance(holder, dict) and random.random() < 0.3:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(random.choice(ODD))
        if not made:
            break
    return made


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Service]:
    with serving(sample(), most=5) as service:
        yield service


@pytest.fixture
def service(stand_in: Service) -> Service:
    stand_in.stand_in.change = None
    return stand_in


def _spoil(service: Service, seed: int) -> None:
    random = Random(seed)
    service.stand_in.change = lambda path, sent: (
        _spoiled(sent, random) if random.random() < 0.5 else sent
    )


def test_pages_are_read_or_refused(service: Service) -> None:
    database, *_ = service.workspace.databases()
    schema = service.client.data_source(service.workspace.source(database))["properties"]
    pages = service.workspace.listed(service.workspace.source(database))
    rows = [row_of(service, page) for page in pages]
    for seed in SEEDS:
        _spoil(service, seed)
        with case(f"seed {seed}"):
            try:
                found = read.page(service.client, rows[seed % len(rows)], schema, at_once)
            except BackupError as error:
                assert str(error)
            else:
                assert all(isinstance(block.id, str) for block in found.walk())


def test_databases_are_listed_or_refused(service: Service) -> None:
    database, *_ = service.workspace.databases()
    setting = NamedRoot(bare_id(database), setting="DB1_NOTION_ID")
    for seed in SEEDS:
        _spoil(service, seed)
        with case(f"seed {seed}"):
            try:
                resolved = resolve(service.client, setting)
                listings = [listed(service, each, resolved.id) for each in resolved.sources]
            except BackupError as error:
                assert str(error)
            else:
                assert all(len(row.id) == 32 for listing in listings for row in listing.rows)


def test_whatever_is_in_a_page_that_lies_in_a_page_is_said_of_that_page() -> None:
    raw = {"id": "1" * 32, "properties": {"Odd": {"id": {1, 2}, "relation": []}}}
    with pytest.raises(NotionError, match="is not understood"):
        read.child(raw, "")
