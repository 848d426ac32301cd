"""What never ends, or does not fit: every answer, list and page has a bound, and says which."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from backup.errors import Busy, NotionError
from backup.model import Json
from backup.notion import blocks
from backup.notion.blocks import Limits
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion.build import block
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.notion.rows import change_rows, filled, rows_of, source_of, titles
from tests.notion.service import (
    Service,
    at_once,
    one_page,
    read_page,
    saying,
    texts,
    unread,
)

Serve = Callable[..., Service]
PAGE = "2b6f1d40-5e0a-8123-a456-0123456789ab"


def _read(service: Service, page: str, **limits: int) -> int:
    """How many blocks a page has at its top, read within these limits."""
    return len(blocks.tree(service.client, page, at_once, limits=Limits(**limits)))


# -- pages without end ---------------------------------------------------------------------------


def test_synced_blocks_that_each_show_the_next_one_twice_fail_the_page(serve: Serve) -> None:
    """Eighteen of them are 2^18 blocks, from as many requests as there are originals."""
    workspace, page = one_page()
    other = workspace.add_page("", "Other")
    (inner,) = workspace.append(other, [block("synced_block", children=[b.paragraph("In")])])
    for _ in range(18):
        pair = [b.synced_copy(inner), b.synced_copy(inner)]
        (inner,) = workspace.append(other, [block("synced_block", children=pair)])
    workspace.append(page, [b.synced_copy(inner)])
    service = serve(workspace)
    with pytest.raises(NotionError, match=r"more than 100,000 blocks.*Split it"):
        read_page(service, page)
    assert len(service.stand_in.requests) < 30


def test_blocks_that_are_each_others_children_end(serve: Serve) -> None:
    workspace, page = one_page(block("toggle", "One", children=[b.paragraph("Two")]))
    (one,) = workspace.listed(page)
    (two,) = workspace.listed(one)
    service = serve(workspace)

    def changed(path: str, sent: Any) -> Any:
        for each in sent.get("results", []):
            each["has_children"] = True
        return {**sent, "results": [raw_one]} if f"{two}/children" in path else sent

    raw_one = service.client.block(one)
    service.stand_in.change = changed
    found = read_page(service, page)
    assert texts(found) == ["One", "Two", "One"]
    assert unread(found) == [("toggle", "a block that contains itself")]


def test_a_block_that_is_its_own_child_ends(serve: Serve) -> None:
    workspace, page = one_page(block("toggle", "One", children=[b.paragraph("Two")]))
    (one,) = workspace.listed(page)
    service = serve(workspace)
    raw_one = service.client.block(one)
    service.stand_in.change = lambda path, sent: (
        {**sent, "results": [raw_one]} if f"{one}/children" in path else sent
    )
    assert unread(read_page(service, page)) == [("toggle", "a block that contains itself")]


def _endless(results: Callable[[int], list[Json]]) -> Callable[[Asked], Fault]:
    """Lists that always go on, with a new cursor each time."""
    numbers = itertools.count()

    def plan(asked: Asked) -> Fault:
        number = next(numbers)
        more = {"has_more": True, "next_cursor": f"cursor-{number}"}
        return saying({"object": "list", "results": results(number), **more})

    return plan


def _block(id_: str) -> Json:
    return {"object": "block", "id": id_, "type": "divider", "divider": {}}


@pytest.mark.parametrize("found", [[], [_block(f"{n:032x}") for n in range(100)]])
def test_a_list_that_goes_on_for_ever_with_nothing_new_fails_the_page(
    found: list[Json], serve: Serve
) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = _endless(lambda number: found)
    with pytest.raises(NotionError, match="does not end: it gave 20 parts with nothing new"):
        _read(service, page)
    assert len(service.stand_in.requests) < 25


def test_children_without_end_fail_the_page_with_the_number(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = _endless(
        lambda number: [_block(f"{number:016x}{n:016x}") for n in range(100)]
    )
    with pytest.raises(NotionError, match="more than 1,000 blocks"):
        _read(service, page, blocks=1_000)
    assert len(service.stand_in.requests) < 15


def test_a_page_that_takes_too_many_requests_or_bytes_says_so(serve: Serve) -> None:
    toggles = [block("toggle", f"T{n}", children=[b.paragraph("In " * 500)]) for n in range(9)]
    workspace, page = one_page(*toggles)
    service = serve(workspace)
    assert _read(service, page, requests=10) == 9
    with pytest.raises(NotionError, match="takes more than 9 requests"):
        _read(service, page, requests=9)
    with pytest.raises(NotionError, match=r"more than 0\.01 MB"):
        _read(service, page, size=10_000)


def test_rows_without_end_fail_the_listing(serve: Serve) -> None:
    workspace, _ = filled(1)
    service = serve(workspace)
    service.stand_in.plan = _endless(lambda number: [])
    with pytest.raises(NotionError, match="does not end"):
        rows_of(service)


def test_an_odd_row_costs_no_other_one(serve: Serve) -> None:
    deep: Json = {}
    for _ in range(300):
        deep = {"a": deep}
    workspace, _ = filled(3)
    service = serve(workspace)
    odd: list[Any] = [7, None, {"object": "page"}, {"id": 7}, {"id": "7" * 32, "properties": 7}]
    change_rows(service, lambda rows: [*odd, *rows, {**rows[0], "id": "f" * 32, "icon": deep}])
    found = rows_of(service)
    assert titles(found)[:3] == ["Row 0", "Row 1", "Row 2"]
    assert not found.complete


# -- cursors that are refused, queries that are too much -----------------------------------------


def _refusing(times: int, path: str) -> Callable[[Asked], Fault | None]:
    """So many cursors are refused."""
    left = iter(range(times))

    def plan(asked: Asked) -> Fault | None:
        has_cursor = "start_cursor" in asked.query or "start_cursor" in asked.body
        if path in asked.path and has_cursor and next(left, None) is not None:
            return faults.error(400, "The start_cursor provided is invalid: abc")
        return None

    return plan


@pytest.mark.parametrize("times", [1, 2])
def test_rows_whose_cursor_is_refused_are_listed_again(times: int, serve: Serve) -> None:
    workspace, _ = filled(5)
    service = serve(workspace, most=2)
    service.stand_in.plan = _refusing(times, "/query")
    assert titles(rows_of(service)) == [f"Row {number}" for number in range(5)]


def test_a_cursor_that_is_always_refused_is_an_error(serve: Serve) -> None:
    workspace, _ = filled(5)
    service = serve(workspace, most=2)
    service.stand_in.plan = _refusing(99, "/query")
    with pytest.raises(NotionError, match="start_cursor provided is invalid"):
        rows_of(service)
    assert len(service.stand_in.requests) == 6


def test_blocks_whose_cursor_is_refused_are_listed_again(serve: Serve) -> None:
    workspace, page = one_page(*(b.paragraph(f"Line {number}") for number in range(5)))
    service = serve(workspace, most=2)
    service.stand_in.plan = _refusing(1, "/children")
    assert texts(read_page(service, page)) == [f"Line {number}" for number in range(5)]


@pytest.mark.parametrize("status", [503, 504])
def test_a_query_that_is_too_much_is_asked_in_smaller_pages(status: int, serve: Serve) -> None:
    workspace, _ = filled(60)
    service = serve(workspace)
    service.stand_in.plan = lambda asked: (
        faults.error(status) if asked.body.get("page_size", 0) > 30 else None
    )
    assert titles(rows_of(service)) == [f"Row {number}" for number in range(60)]
    sizes = [asked.body["page_size"] for asked in service.stand_in.requests if asked.status == 200]
    assert set(sizes) == {25}


def test_a_query_that_fails_however_small_is_an_error(serve: Serve) -> None:
    workspace, _ = filled(3)
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.error(503)
    with pytest.raises(Busy, match="status 503"):
        list(service.client.query(source_of(service), {}))
    sizes = [asked.body["page_size"] for asked in service.stand_in.requests]
    assert sorted(set(sizes)) == [12, 25, 50, 100]
