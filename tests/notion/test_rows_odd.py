"""One odd row costs that row and the proof that all were listed, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from backup.model import bare_id
from fakenotion import build
from tests.notion.rows import change_rows, edited_since, filled, rows_of, source_of, titles
from tests.notion.service import Service, saying

Serve = Callable[..., Service]
NO_ID = {"object": "page", "id": "../../other", "properties": {}}


def test_a_row_listed_twice_is_one_row(serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    change_rows(service, lambda rows: [*rows, rows[0]])
    assert titles(rows_of(service)) == ["Row 0", "Row 1"]


def test_a_row_that_may_not_be_read_costs_no_other_row(serve: Serve) -> None:
    workspace, pages = filled(3)
    workspace.make_partial(pages[1])
    listing = rows_of(serve(workspace))
    assert titles(listing) == ["Row 0", "Row 2"]
    assert not listing.complete
    assert listing.problems == (
        "Rows that came without properties, because the integration may not read them: 1.",
    )


@pytest.mark.parametrize("odd", [None, "text", 7, [], {}, {"object": "page", "id": None}, NO_ID])
def test_a_row_that_makes_no_sense_costs_no_other_row(odd: object, serve: Serve) -> None:
    workspace, _ = filled(3)
    service = serve(workspace)
    change_rows(service, lambda rows: [odd, *rows[1:]])
    listing = rows_of(service)
    assert titles(listing) == ["Row 1", "Row 2"]
    assert not listing.complete
    assert listing.problems == ("Rows that could not be understood: 1.",)


@pytest.mark.parametrize("odd", [None, 7, "text", [None], {"a": 1}])
@pytest.mark.parametrize("key", ["icon", "last_edited_time", "created_time", "parent", "object"])
def test_odd_parts_of_a_row_cost_nothing_else(key: str, odd: object, serve: Serve) -> None:
    workspace, pages = filled(2)
    service = serve(workspace)
    change_rows(service, lambda rows: [{**rows[0], key: odd}, *rows[1:]])
    listing = rows_of(service)
    assert {row.id for row in listing.rows} == {bare_id(page) for page in pages}
    assert all(isinstance(row.edited, str) and row.edited != "None" for row in listing.rows)


@pytest.mark.parametrize("odd", [None, 7, "text", [None], {"type": "title", "title": [None, "a"]}])
def test_an_odd_title_is_none(odd: object, serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    change_rows(service, lambda rows: [{**rows[0], "properties": {"Name": odd}}, *rows[1:]])
    assert titles(rows_of(service)) == ["", "Row 1"]


def test_a_title_with_half_an_emoji_can_be_printed(serve: Serve) -> None:
    workspace, _ = filled(1)
    service = serve(workspace)
    title = {"id": "title", "type": "title", "title": build.runs("Tide \ud83c\udf0a and \ud83c")}
    change_rows(service, lambda rows: [{**rows[0], "properties": {"Name": title}}])
    (row,) = rows_of(service).rows
    assert row.title == "Tide 🌊 and \ufffd"


def test_databases_that_are_rows_of_a_wiki_and_rows_are_told_apart(serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    parent = {"type": "database_id", "database_id": "2" * 32}
    nested = {"object": "data_source", "id": "1" * 32, "parent": parent, "properties": {}}
    change_rows(service, lambda rows: [*rows, nested])
    listing = rows_of(service)
    assert titles(listing) == ["Row 0", "Row 1"]
    assert listing.complete and not listing.problems
    assert listing.databases == ("2" * 32,)


@pytest.mark.parametrize("odd", [None, "incomplete", [], {"type": None}, {"type": "complete"}])
def test_only_the_word_incomplete_says_incomplete(odd: object, serve: Serve) -> None:
    workspace, _ = filled(1)
    service = serve(workspace)
    (raw,) = service.client.query(source_of(service), {})
    service.stand_in.plan = lambda asked: saying({**raw, "request_status": odd})
    assert rows_of(service).complete


@pytest.mark.parametrize("odd", [None, "text", {}, {"object": "page", "id": "1" * 32}, NO_ID])
def test_an_odd_row_does_not_hide_what_was_edited(odd: object, serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    change_rows(service, lambda rows: [odd, *rows])
    moment = datetime(2026, 9, 1, tzinfo=timezone.utc)
    assert sorted(edited_since(service, moment)) == ["Row 0", "Row 1"]
