"""The rows of a data source: all of them, and the truth about it when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from backup.errors import Busy, NotionError
from backup.model import Json, bare_id
from backup.notion.read import SourceRows
from fakenotion import build, faults
from fakenotion.server import Asked
from tests.notion.rows import change_rows, edited_since, filled, rows_of, titles
from tests.notion.service import Service

Serve = Callable[..., Service]


def test_a_row_says_what_the_plan_needs(serve: Serve) -> None:
    workspace, (page,) = filled(1)
    workspace.set_icon(page, build.emoji("🌊"))
    service = serve(workspace)
    listing = rows_of(service)
    (row,) = listing.rows
    assert (row.id, row.title, row.icon) == (bare_id(page), "Row 0", "🌊")
    assert row.parent == bare_id(workspace.databases()[0])
    assert row.source == bare_id(workspace.source(row.parent))
    assert row.edited == "2026-09-01T08:01:00.000Z"
    assert {**row.raw, "request_id": ""} == {**service.client.page(page), "request_id": ""}
    assert listing.complete
    assert listing.problems == ()


def test_more_than_a_hundred_rows_come_all_in_the_order_of_their_making(serve: Serve) -> None:
    workspace, _ = filled(250)
    service = serve(workspace)
    listing = rows_of(service)
    assert titles(listing) == [f"Row {number}" for number in range(250)]
    assert listing.complete
    assert len(service.stand_in.requests) == 3 + 1  # and one for the archived


def test_an_empty_database_is_complete(serve: Serve) -> None:
    workspace, _ = filled(0)
    assert rows_of(serve(workspace)) == SourceRows((), True)


def test_archived_rows_are_rows(serve: Serve) -> None:
    workspace, pages = filled(5)
    workspace.archive(pages[1])
    workspace.archive(pages[3])
    listing = rows_of(serve(workspace))
    assert sorted(titles(listing)) == [f"Row {number}" for number in range(5)]
    assert listing.complete


def test_a_workspace_without_an_archive_has_no_archived_rows(serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    words = "body failed validation: body.is_archived should be not present, instead was `true`."

    def no_archive(asked: Asked) -> faults.Fault | None:
        return faults.error(400, words) if "is_archived" in asked.body else None

    service.stand_in.plan = no_archive
    listing = rows_of(service)
    assert titles(listing) == ["Row 0", "Row 1"]
    assert listing.complete


def test_an_archive_that_is_refused_for_another_reason_is_not_an_empty_one(serve: Serve) -> None:
    workspace, pages = filled(2)
    workspace.archive(pages[1])
    service = serve(workspace)
    service.stand_in.plan = lambda asked: (
        faults.error(400, "Odd.") if "is_archived" in asked.body else None
    )
    listing = rows_of(service)
    assert titles(listing) == ["Row 0"] and not listing.complete
    assert "Its archived rows were refused" in listing.problems[0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.error(400, "The start_cursor provided is invalid: s:1:2"), NotionError),
        (faults.error(404), NotionError),
        (faults.error(500), Busy),
    ],
)
def test_an_archive_that_cannot_be_read_to_its_end_is_not_an_empty_one(
    fault: faults.Fault, error: type[NotionError], serve: Serve
) -> None:
    workspace, pages = filled(6)
    for page in pages[:4]:
        workspace.archive(page)
    service = serve(workspace, most=3)

    def second_page(asked: Asked) -> faults.Fault | None:
        is_second = "is_archived" in asked.body and "start_cursor" in asked.body
        return fault if is_second else None

    service.stand_in.plan = second_page
    with pytest.raises(error):
        rows_of(service)


def test_rows_in_the_trash_are_none(serve: Serve) -> None:
    workspace, pages = filled(3)
    workspace.trash(pages[1])
    assert titles(rows_of(serve(workspace))) == ["Row 0", "Row 2"]


@pytest.mark.parametrize("key", ["in_trash", "archived"])
def test_a_trashed_row_that_is_listed_all_the_same_is_none(key: str, serve: Serve) -> None:
    workspace, _ = filled(2)
    service = serve(workspace)
    change_rows(service, lambda rows: [{**rows[0], key: True}, *rows[1:]])
    assert titles(rows_of(service)) == ["Row 1"]


# -- more rows than a query gives ----------------------------------------------------------------


def test_rows_beyond_the_cap_come_from_further_queries(serve: Serve) -> None:
    workspace, _ = filled(35)
    service = serve(workspace, cap=10, most=4)
    listing = rows_of(service)
    assert titles(listing) == [f"Row {number}" for number in range(35)]
    assert listing.complete
    filters = [
        asked.body["filter"] for asked in service.stand_in.requests if "filter" in asked.body
    ]
    times = [one["created_time"]["on_or_after"] for one in filters]
    assert times == sorted(times)
    assert len(set(times)) == 3  # rows 0-9, 9-18, 18-27, 27-34


def test_archived_rows_beyond_the_cap_come_too(serve: Serve) -> None:
    workspace, pages = filled(30)
    for page in pages[:25]:
        workspace.archive(page)
    listing = rows_of(serve(workspace, cap=10))
    assert sorted(titles(listing)) == sorted(f"Row {number}" for number in range(30))
    assert listing.complete


def test_more_rows_in_one_minute_than_a_query_gives_are_not_complete(serve: Serve) -> None:
    workspace, _ = filled(30, minutes=0)
    service = serve(workspace, cap=10)
    listing = rows_of(service)
    assert len(listing.rows) == 10
    assert not listing.complete
    (problem,) = listing.problems
    assert "Notion did not list every row" in problem
    assert len(service.stand_in.requests) == 3  # once more from that minute on, then the archived


def test_a_full_minute_in_the_middle_is_not_complete_either(serve: Serve) -> None:
    workspace, _ = filled(5)
    database = workspace.databases()[0]
    for number in range(20):
        workspace.add_page(database, f"Import {number}")
    listing = rows_of(serve(workspace, cap=10))
    assert not listing.complete
    assert len(listing.problems) == 1


def test_a_last_row_that_does_not_say_when_it_was_made_does_not_stop_the_windows(
    serve: Serve,
) -> None:
    workspace, _ = filled(15)
    service = serve(workspace, cap=10)

    def no_time(rows: list[Json]) -> list[Json]:
        return [*rows[:-1], {**rows[-1], "created_time": "long ago"}] if len(rows) == 10 else rows

    change_rows(service, no_time)
    assert titles(rows_of(service)) == [f"Row {number}" for number in range(15)]


# -- what was edited meanwhile -------------------------------------------------------------------


def test_rows_edited_from_a_minute_on_are_listed_alone(serve: Serve) -> None:
    workspace, _ = filled(5)
    service = serve(workspace)
    moment = datetime(2026, 9, 1, 8, 3, 59, tzinfo=timezone.utc)
    assert sorted(edited_since(service, moment)) == ["Row 3", "Row 4"]
    elsewhere = moment.astimezone(timezone(timedelta(hours=5)))
    assert sorted(edited_since(service, elsewhere)) == ["Row 3", "Row 4"]
