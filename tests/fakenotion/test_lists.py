"""Lists and queries: pages, cursors, filters, the cap, and what is cut short."""

from __future__ import annotations

from typing import Any

import pytest

from fakenotion import build, properties
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


@pytest.fixture
def books(workspace: Workspace, clock: Clock) -> str:
    """A data source of seven rows, two minutes apart; the first was made at 08:00."""
    database = workspace.add_database("Books", {"Pages": properties.number()})
    for number in range(7):
        workspace.add_page(database, f"Book {number}", {"Pages": number})
        clock.forward(minutes=2)
    return workspace.source(database)


def titles(answer: Any) -> list[str]:
    return [row["properties"]["Name"]["title"][0]["plain_text"] for row in answer["results"]]


def all_rows(client: Client, source: str, **body: Any) -> list[str]:
    found, cursor = [], {}
    while True:
        answer = client.rows(source, **body, **cursor)
        found += titles(answer)
        if not answer["has_more"]:
            return found
        cursor = {"start_cursor": answer["next_cursor"]}


def test_rows_come_in_pages_newest_first(books: str, client: Client) -> None:
    first = client.rows(books, page_size=3)
    assert titles(first) == ["Book 6", "Book 5", "Book 4"]
    assert first["has_more"] is True
    assert first["next_cursor"].startswith("s:")
    assert all_rows(client, books, page_size=3) == [f"Book {number}" for number in range(6, -1, -1)]


def test_a_page_may_be_shorter_than_asked_for(
    books: str, client: Client, stand_in: StandIn
) -> None:
    stand_in.knobs.most = 2
    assert len(client.rows(books)["results"]) == 2
    assert len(all_rows(client, books)) == 7


@pytest.mark.parametrize("size", [0, 101, "many"])
def test_a_page_size_out_of_bounds_is_refused(size: Any, books: str, client: Client) -> None:
    assert client.post(f"data_sources/{books}/query", {"page_size": size}).status_code == 400
    assert client.get("users", params={"page_size": size}).status_code == 400


@pytest.mark.parametrize("cursor", ["null", "s:1:2", "00000000-0000-0000-0000-000000000000"])
def test_a_cursor_that_was_never_given_out_is_refused(
    cursor: str, books: str, workspace: Workspace, client: Client
) -> None:
    page = workspace.add_page("", "Home", {}, [build.block("divider")])
    query = client.post(f"data_sources/{books}/query", {"start_cursor": cursor})
    children = client.get(f"blocks/{page}/children", params={"start_cursor": cursor})
    assert (query.status_code, children.status_code) == (400, 400)
    assert "start_cursor provided is invalid" in query.json()["message"]


def test_children_page_by_the_id_of_the_next_block(workspace: Workspace, client: Client) -> None:
    page = workspace.add_page("", "Home")
    ids = workspace.append(page, [build.block("paragraph", str(n)) for n in range(5)])
    first = client.json(f"blocks/{page}/children", page_size=2)
    assert first["next_cursor"] == ids[2]
    rest = client.json(f"blocks/{page}/children", start_cursor=ids[2])
    assert [one["id"] for one in rest["results"]] == ids[2:]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)


def test_the_cap_ends_a_query_and_is_named_on_each_page(
    books: str, client: Client, stand_in: StandIn
) -> None:
    stand_in.knobs.cap = 4
    first = client.rows(books, page_size=2)
    last = client.rows(books, page_size=2, start_cursor=first["next_cursor"])
    incomplete = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    assert (first["request_status"], last["request_status"]) == (incomplete, incomplete)
    assert last["has_more"] is False
    stand_in.knobs.cap = 7
    assert "request_status" not in client.rows(books)


def test_rows_behind_the_cap_are_reached_by_their_time(
    books: str, client: Client, stand_in: StandIn
) -> None:
    stand_in.knobs.cap = 4
    sorts = [{"timestamp": "created_time", "direction": "ascending"}]
    first = client.rows(books, sorts=sorts)
    after = {"on_or_after": first["results"][-1]["created_time"]}
    rest = client.rows(
        books, sorts=sorts, filter={"timestamp": "created_time", "created_time": after}
    )
    assert titles(first) == [f"Book {number}" for number in range(4)]
    assert titles(rest) == [f"Book {number}" for number in range(3, 7)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"on_or_after": "2026-10-01T08:08:00Z"}, [6, 5, 4]),
        ({"after": "2026-10-01T10:08:00+02:00"}, [6, 5]),
        ({"before": "2026-10-01T08:02:00.000Z"}, [0]),
        ({"on_or_before": "2026-10-01T08:02:00Z"}, [1, 0]),
        ({"equals": "2026-10-01T08:04:00Z"}, [2]),
        ({"on_or_after": "tomorrow"}, []),
    ],
)
def test_rows_are_filtered_by_the_time_of_their_last_edit(
    condition: dict[str, str], expected: list[int], books: str, client: Client
) -> None:
    wanted = {"timestamp": "last_edited_time", "last_edited_time": condition}
    assert all_rows(client, books, filter=wanted) == [f"Book {number}" for number in expected]


def test_filters_are_joined(books: str, client: Client) -> None:
    early = {"timestamp": "created_time", "created_time": {"before": "2026-10-01T08:02:00Z"}}
    late = {"timestamp": "created_time", "created_time": {"after": "2026-10-01T08:10:00Z"}}
    assert all_rows(client, books, filter={"or": [early, late]}) == ["Book 6", "Book 0"]
    assert all_rows(client, books, filter={"and": [early, late]}) == []


def test_a_filter_we_do_not_know_is_refused_not_ignored(books: str, client: Client) -> None:
    for wanted in ({"property": "Pages", "number": {"equals": 1}}, {"timestamp": "birthday"}):
        assert client.post(f"data_sources/{books}/query", {"filter": wanted}).status_code == 400


def test_rows_are_sorted_by_a_timestamp(books: str, workspace: Workspace, client: Client) -> None:
    workspace.rename(workspace.listed(books)[0], "Edited last")
    sorts = [{"timestamp": "last_edited_time", "direction": "descending"}]
    assert all_rows(client, books, sorts=sorts)[:2] == ["Edited last", "Book 6"]


def test_archived_rows_are_a_partition_of_their_own(
    books: str, workspace: Workspace, client: Client
) -> None:
    row = workspace.listed(books)[0]
    workspace.archive(row)
    assert "Book 0" not in all_rows(client, books)
    assert all_rows(client, books, is_archived=True) == ["Book 0"]
    assert client.json(f"pages/{row}")["is_archived"] is True


@pytest.mark.parametrize("form", ["filter_properties", "filter_properties[]"])
def test_only_the_properties_asked_for_are_sent(form: str, books: str, client: Client) -> None:
    row = client.post(f"data_sources/{books}/query", {}, params={form: ["title"]}).json()[
        "results"
    ][0]
    assert list(row["properties"]) == ["Name"]
    assert list(client.json(f"pages/{row['id']}", **{form: "Pages"})["properties"]) == ["Pages"]


def test_a_row_that_leaves_during_a_query_lets_another_one_be_skipped(
    books: str, workspace: Workspace, client: Client
) -> None:
    first = client.rows(books, page_size=3)
    workspace.trash(first["results"][0]["id"])
    rest = client.rows(books, page_size=100, start_cursor=first["next_cursor"])
    assert titles(rest) == ["Book 2", "Book 1", "Book 0"]  # and nobody was told of Book 3


def test_a_row_that_comes_during_a_query_lets_another_one_come_twice(
    books: str, workspace: Workspace, client: Client
) -> None:
    first = client.rows(books, page_size=3)
    workspace.add_page(books, "Newest")
    rest = client.rows(books, page_size=100, start_cursor=first["next_cursor"])
    assert titles(rest) == ["Book 4", "Book 3", "Book 2", "Book 1", "Book 0"]


def test_an_edit_during_a_query_by_time_moves_the_row(
    books: str, workspace: Workspace, client: Client
) -> None:
    sorts = [{"timestamp": "last_edited_time", "direction": "ascending"}]
    first = client.rows(books, page_size=3, sorts=sorts)
    workspace.rename(first["results"][0]["id"], "Edited")
    rest = client.rows(books, page_size=100, sorts=sorts, start_cursor=first["next_cursor"])
    assert titles(rest) == ["Book 4", "Book 5", "Book 6", "Edited"]


def test_a_cursor_expires(books: str, client: Client, stand_in: StandIn) -> None:
    now = 0.0
    stand_in.knobs.timer, stand_in.knobs.cursor_life = lambda: now, 60
    path, more = f"data_sources/{books}/query", {"page_size": 3}
    more["start_cursor"] = client.rows(books, **more)["next_cursor"]
    now = 60.0
    assert client.post(path, more).status_code == 200
    now = 60.5
    answer = client.post(path, more)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert "start_cursor provided is invalid" in answer.json()["message"]


def test_cursors_can_be_made_to_expire_at_once(
    books: str, client: Client, stand_in: StandIn
) -> None:
    cursor = client.rows(books, page_size=3)["next_cursor"]
    stand_in.expire_cursors()
    path = f"data_sources/{books}/query"
    assert client.post(path, {"start_cursor": cursor, "page_size": 3}).status_code == 400
    assert len(all_rows(client, books, page_size=3)) == 7


@pytest.fixture
def crowded(workspace: Workspace) -> str:
    """A page with thirty references of each kind that Notion cuts."""
    database = workspace.add_database("Targets", {"Twins": properties.of("relation"),
                                                  "Notes": properties.of("rich_text"),
                                                  "Who": properties.of("people")})  # fmt: skip
    workspace.relate(database, "Twins", database)
    rows = [workspace.add_page(database, f"Target {number}") for number in range(30)]
    mentions = [part for row in rows for part in (build.mention_page(row, "x"), ", ")]
    values = {"Twins": rows, "Notes": mentions, "Who": [workspace.person] * 30}
    return workspace.add_page(database, "Crowded", values)


def test_a_page_holds_no_more_than_twenty_five_references(crowded: str, client: Client) -> None:
    values = client.json(f"pages/{crowded}")["properties"]
    assert len(values["Twins"]["relation"]) == 25
    assert values["Twins"]["has_more"] is True
    assert len(values["Who"]["people"]) == 25
    kinds = [run["type"] for run in values["Notes"]["rich_text"]]
    assert kinds.count("mention") == 25


@pytest.mark.parametrize(("name", "whole"), [("Twins", 30), ("Who", 30), ("Notes", 60)])
def test_the_property_endpoint_gives_the_whole_value(
    name: str, whole: int, crowded: str, client: Client
) -> None:
    value = client.json(f"pages/{crowded}")["properties"][name]
    path, found, cursor = f"pages/{crowded}/properties/{value['id']}", [], {}
    while True:
        answer = client.json(path, page_size=20, **cursor)
        found += [item[value["type"]] for item in answer["results"]]
        if not answer["has_more"]:
            break
        assert answer["property_item"]["next_url"].startswith(client.url)
        cursor = {"start_cursor": answer["next_cursor"]}
    assert len(found) == whole


def test_property_ids_are_percent_encoded_and_accepted_as_they_are(
    workspace: Workspace, client: Client
) -> None:
    names = [f"Column {number}" for number in range(20)]
    database = workspace.add_database("Wide", {name: properties.number() for name in names})
    row = workspace.add_page(database, "Row", dict.fromkeys(names, 7))
    ids = [client.json(f"pages/{row}")["properties"][name]["id"] for name in names]
    assert any("%" in id_ for id_ in ids)
    assert {client.json(f"pages/{row}/properties/{id_}")["number"] for id_ in ids} == {7}


def test_search_finds_titles_and_leaves_out_what_is_in_the_trash(
    books: str, workspace: Workspace, client: Client
) -> None:
    workspace.trash(workspace.listed(books)[0])
    found = client.post("search", {"query": "book", "page_size": 4}).json()
    assert [found["has_more"], len(found["results"])] == [True, 4]
    only = {"filter": {"property": "object", "value": "data_source"}}
    assert [one["id"] for one in client.post("search", only).json()["results"]] == [books]
