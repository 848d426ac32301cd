"""Pages are read whole and in order, and what cannot be read is said where it is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from backup.model import Page
from backup.notion import read
from fakenotion import blocks as b
from fakenotion import properties as p
from fakenotion.build import block
from fakenotion.server import Asked
from tests.notion.service import (
    Service,
    at_once,
    built,
    lists,
    one_page,
    outline,
    read_page,
    row_of,
    saying,
    texts,
    unread,
)

Serve = Callable[..., Service]

NESTED = (
    b.heading(2, "Before"),
    b.columns(
        [b.paragraph("Left"), block("toggle", "Fold", children=[b.paragraph("Deep")])],
        [b.table([["a", "b"], ["c", "d"]])],
    ),
    *b.bullets(
        "One", block("bulleted_list_item", "Two", children=b.numbers("Two a", "Two b")), "Three"
    ),
    b.tabs({"First": [b.paragraph("In first")], "Second": [b.to_do("In second")]}),
    b.heading(3, "Toggle heading", children=[b.paragraph("Under it")]),
    b.paragraph("After"),
)


# -- order ---------------------------------------------------------------------------------------


def test_a_nested_page_is_read_whole(serve: Serve) -> None:
    workspace, page = one_page(*NESTED)
    found = read_page(serve(workspace), page)
    assert outline(found.blocks) == built(NESTED)
    assert (found.id, found.title) == (page.replace("-", ""), "Page")
    assert unread(found) == []


@pytest.mark.parametrize("threads", [1, 4])
def test_the_order_is_notions_with_any_number_of_threads(threads: int, serve: Serve) -> None:
    workspace, page = one_page(*NESTED)
    service = serve(workspace, latency=0.001, most=2)
    with ThreadPoolExecutor(threads) as pool:
        assert outline(read_page(service, page, pool.submit).blocks) == built(NESTED)


def test_the_order_is_notions_when_the_first_answer_comes_last(
    serve: Serve, pool: ThreadPoolExecutor
) -> None:
    toggles = [block("toggle", f"T{n}", children=[b.paragraph(f"In {n}")]) for n in range(3)]
    workspace, page = one_page(*toggles)
    service = serve(workspace)
    first, *others = workspace.listed(page)
    answered, rest = set(), threading.Event()

    def first_comes_last(asked: Asked) -> None:
        if first in asked.path:
            assert rest.wait(timeout=30)
        answered.update(id_ for id_ in others if id_ in asked.path)
        if len(answered) == len(others):
            rest.set()

    service.stand_in.plan = first_comes_last
    assert outline(read_page(service, page, pool.submit).blocks) == built(toggles)


def test_siblings_are_asked_for_at_the_same_time(serve: Serve, pool: ThreadPoolExecutor) -> None:
    toggles = [block("toggle", f"T{n}", children=[b.paragraph(f"In {n}")]) for n in range(4)]
    workspace, page = one_page(*toggles)
    service = serve(workspace)
    meet = threading.Barrier(4)

    def all_four(asked: Asked) -> None:
        if page not in asked.path:
            meet.wait(timeout=30)

    row = row_of(service, page)
    service.stand_in.plan = all_four
    found = read.page(service.client, row, {}, pool.submit)
    assert outline(found.blocks) == built(toggles)


def test_more_than_a_hundred_children_stay_in_order_at_every_level(serve: Serve) -> None:
    inside = [b.paragraph(f"In {number}") for number in range(230)]
    workspace, page = one_page(
        *(b.paragraph(f"Top {number}") for number in range(120)),
        block("toggle", "Fold", children=inside),
    )
    service = serve(workspace)
    assert texts(read_page(service, page)) == [
        *(f"Top {number}" for number in range(120)),
        "Fold",
        *(f"In {number}" for number in range(230)),
    ]
    assert len(service.stand_in.requests) == 2 + 3


def test_a_block_that_a_moving_list_shows_twice_is_read_once(serve: Serve) -> None:
    workspace, page = one_page(b.paragraph("Once"), b.paragraph("Other"))
    service = serve(workspace)
    ((one, other),) = (each["results"] for each in service.client.children(page))
    row = row_of(service, page)
    twice = {"object": "list", "results": [one, other, one], "has_more": False}
    service.stand_in.plan = lambda asked: saying(twice)
    assert texts(read.page(service.client, row, {}, at_once)) == ["Once", "Other"]


# -- what is asked for ---------------------------------------------------------------------------


def test_only_blocks_with_children_are_asked_for(serve: Serve) -> None:
    workspace, page = one_page(*NESTED)
    service = serve(workspace)
    found = read_page(service, page)
    holders = [each.id for each in found.walk() if each.children]
    assert sorted(lists(service)) == sorted([page, *holders])
    assert len(service.stand_in.requests) == 1 + len(holders)


def test_an_empty_page_costs_one_request(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    assert read_page(service, page).blocks == ()
    assert service.paths() == [f"blocks/{page}/children"]


def test_pages_and_databases_inside_are_named_but_not_read(serve: Serve) -> None:
    workspace, page = one_page(block("toggle", "Fold", children=[b.paragraph("Inside")]))
    (toggle,) = workspace.listed(page)
    for parent in (page, toggle):
        workspace.add_page(parent, "Sub page", blocks=[b.paragraph("Its own text")])
        workspace.add_database("Sub database", {"Name": p.of("title")}, parent=parent)
    service = serve(workspace)
    found = read_page(service, page)
    kinds = [(each.type, each.data.get("title"), each.children) for each in found.walk()]
    assert kinds.count(("child_page", "Sub page", ())) == 2
    assert kinds.count(("child_database", "Sub database", ())) == 2
    assert sorted(lists(service)) == sorted([page, toggle])


def test_an_unsupported_block_is_not_asked_for_children_it_says_it_has(serve: Serve) -> None:
    odd = block("unsupported", block_type="ai_block", children=[b.paragraph("Hidden")])
    workspace, page = one_page(odd, b.paragraph("After"))
    service = serve(workspace)
    found = read_page(service, page)
    assert [each.type for each in found.walk()] == ["unsupported", "paragraph"]
    assert lists(service) == [page]


def test_pages_read_at_the_same_time_do_not_get_mixed_up(
    serve: Serve, pool: ThreadPoolExecutor
) -> None:
    workspace, first = one_page()
    (database,) = workspace.databases()
    pages = [first] + [workspace.add_page(database, f"Page {n}") for n in range(5)]
    for page in pages:
        fold = block("toggle", f"Fold {page}", children=[b.paragraph(f"In {page}")])
        workspace.append(page, [fold] * 4)
    service = serve(workspace, latency=0.001)
    rows = [row_of(service, page) for page in pages]

    def one(row: read.Row) -> Page:
        return read.page(service.client, row, {}, pool.submit)

    with ThreadPoolExecutor(6) as readers:
        found = list(readers.map(one, rows))
    assert [texts(each) for each in found] == [[f"Fold {id_}", f"In {id_}"] * 4 for id_ in pages]


def test_an_executor_that_stops_ends_the_reading(serve: Serve) -> None:
    """As when the run is interrupted: what waits is cancelled, nobody waits for ever."""
    workspace, page = one_page(*NESTED)
    service = serve(workspace)
    pool: Executor = ThreadPoolExecutor(1)
    row = row_of(service, page)
    stopping = threading.Event()

    def stop(asked: Asked) -> None:
        if not stopping.is_set():
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)

    service.stand_in.plan = stop
    with pytest.raises(RuntimeError, match="cannot schedule new futures"):
        read.page(service.client, row, {}, pool.submit)
    pool.shutdown()
