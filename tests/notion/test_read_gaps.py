"""Synced blocks, and what cannot be read: said where it is missing, or the page fails as a whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from backup.errors import Busy, NotFound, NotionError, Unauthorized
from backup.model import Json
from backup.notion import read
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion import properties as p
from fakenotion.build import block
from fakenotion.faults import Fault
from fakenotion.workspace import Workspace
from tests.notion.service import (
    Service,
    at_once,
    lists,
    one_page,
    outline,
    read_page,
    row_of,
    texts,
    unread,
)

Serve = Callable[..., Service]


# -- synced blocks -------------------------------------------------------------------------------


def _original(workspace: Workspace, parent: str, *children: Json) -> str:
    (id_,) = workspace.append(parent, [block("synced_block", children=children)])
    return id_


def test_an_original_and_its_copy_show_the_same(serve: Serve) -> None:
    workspace, page = one_page()
    original = _original(workspace, page, b.paragraph("Shared"))
    (copy,) = workspace.append(page, [b.synced_copy(original)])
    service = serve(workspace)
    found = read_page(service, page)
    assert [outline(each.children) for each in found.blocks] == [[("paragraph", "Shared", [])]] * 2
    assert [each.id for each in found.blocks] == [original, copy]
    assert unread(found) == []


def test_a_copy_is_read_by_its_original_on_another_page(serve: Serve) -> None:
    workspace, page = one_page()
    other = workspace.add_page("", "Other")
    original = _original(workspace, other, b.paragraph("Shared"))
    workspace.append(page, [b.synced_copy(original)])
    service = serve(workspace)
    assert texts(read_page(service, page)) == ["", "Shared"]
    assert lists(service) == [page, original]


def test_a_copy_whose_original_does_not_answer_may_answer_itself(serve: Serve) -> None:
    workspace, page = one_page()
    original = _original(workspace, workspace.add_page("", "Other"), b.paragraph("Shared"))
    (copy,) = workspace.append(page, [b.synced_copy(original)])
    service = serve(workspace, copies="always")
    service.stand_in.fail_next(faults.error(404), path=f"{original}/children")
    found = read_page(service, page)
    assert texts(found) == ["", "Shared"]
    assert lists(service) == [page, original, copy]
    assert unread(found) == []


@pytest.mark.parametrize("copies", ["empty", "missing", "follow"])
def test_a_copy_of_what_is_not_shared_says_so_and_the_page_goes_on(
    copies: str, serve: Serve
) -> None:
    workspace, page = one_page()
    other = workspace.add_page("", "Secret")
    original = _original(workspace, other, b.paragraph("Hidden"))
    workspace.append(page, [b.synced_copy(original), b.paragraph("After")])
    workspace.unshare(other)
    found = read_page(serve(workspace, copies=copies), page)
    assert texts(found) == ["", "After"]
    assert unread(found) == [
        ("synced_block", "Notion does not show its content to this integration")
    ]


def test_a_synced_block_that_holds_itself_ends(serve: Serve) -> None:
    workspace, page = one_page()
    original = _original(workspace, page, b.paragraph("Round"))
    workspace.append(original, [b.synced_copy(original), b.paragraph("and round")])
    service = serve(workspace)
    found = read_page(service, page)
    assert texts(found) == ["", "Round", "", "and round"]
    assert unread(found) == [("synced_block", "a synced block that contains itself")]
    assert len(service.stand_in.requests) == 2


def test_two_synced_blocks_that_hold_each_other_end(serve: Serve) -> None:
    workspace, page = one_page()
    one = _original(workspace, page, b.paragraph("One"))
    two = _original(workspace, page, b.paragraph("Two"))
    workspace.append(one, [b.synced_copy(two.replace("-", ""))])
    workspace.append(two, [b.synced_copy(one.replace("-", "").upper())])
    found = read_page(serve(workspace), page)
    assert texts(found) == ["", "One", "", "Two", "", "", "Two", "", "One", ""]
    assert len(unread(found)) == 2


def test_two_copies_side_by_side_are_no_circle(serve: Serve) -> None:
    workspace, page = one_page()
    original = _original(workspace, page, b.paragraph("Shared"))
    workspace.append(page, [b.synced_copy(original), b.synced_copy(original)])
    found = read_page(serve(workspace), page)
    assert texts(found) == ["", "Shared"] * 3
    assert unread(found) == []


# -- what cannot be read -------------------------------------------------------------------------


def test_a_block_that_is_not_shown_is_marked_and_the_page_goes_on(serve: Serve) -> None:
    workspace, page = one_page(
        block("toggle", "Fold", children=[b.paragraph("Hidden")]), b.paragraph("After")
    )
    workspace.node(workspace.listed(page)[0]).unreadable = True
    found = read_page(serve(workspace), page)
    assert texts(found) == ["Fold", "After"]
    assert unread(found) == [("toggle", "Notion does not show its content to this integration")]


def test_a_block_that_the_api_does_not_support_is_marked_and_the_page_goes_on(serve: Serve) -> None:
    workspace, page = one_page(
        block("meeting_notes", children=[b.paragraph("Hidden")]), b.paragraph("After")
    )
    (notes, _) = workspace.listed(page)
    service = serve(workspace)
    words = "Block type ai_block is not supported via the API for your bot type."
    service.stand_in.fail_next(faults.error(400, words), path=f"{notes}/children")
    found = read_page(service, page)
    assert texts(found) == ["", "After"]
    assert unread(found) == [("meeting_notes", "Notion's API does not give its content")]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.error(400, "Odd."), "Notion refused it: Odd."),
        (faults.error(403, "Closed: for you."), "Notion refused it: Closed: for you."),
        (faults.error(500), "Notion failed to give it (status 500)"),
        (faults.error(504), "Notion failed to give it (status 504)"),
    ],
)
def test_what_concerns_one_block_is_marked_and_to_be_tried_again(
    fault: Fault, reason: str, serve: Serve
) -> None:
    workspace, page = one_page(
        block("toggle", "Fold", children=[b.paragraph("Inside")]), b.paragraph("After")
    )
    (toggle, _) = workspace.listed(page)
    service = serve(workspace)
    service.stand_in.fail_next(fault, times=24, path=f"{toggle}/children")
    found = read_page(service, page)
    assert unread(found) == [("toggle", reason)] and texts(found) == ["Fold", "After"]
    assert [each.lacking for each in found.walk()] == [True, False]


def test_a_refused_token_inside_fails_the_page(serve: Serve) -> None:
    workspace, page = one_page(block("toggle", "Fold", children=[b.paragraph("Inside")]))
    (toggle,) = workspace.listed(page)
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(401), path=f"{toggle}/children")
    with pytest.raises(Unauthorized):
        read_page(service, page)


def test_trouble_of_notion_inside_fails_the_page(serve: Serve) -> None:
    workspace, page = one_page(block("toggle", "Fold", children=[b.paragraph("Inside")]))
    (toggle,) = workspace.listed(page)
    service = serve(workspace)
    service.stand_in.fail_next(faults.html(), times=6, path=f"{toggle}/children")
    with pytest.raises(Busy):
        read_page(service, page)


def test_a_page_that_is_not_there_is_not_found(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    row = row_of(service, page)
    workspace.purge(page)
    with pytest.raises(NotFound):
        read.page(service.client, row, {}, at_once)


def test_a_page_that_the_api_does_not_support_fails(serve: Serve) -> None:
    workspace, page = one_page(b.paragraph("Hidden"))
    service = serve(workspace)
    words = "Block type ai_block is not supported via the API."
    service.stand_in.fail_next(faults.error(400, words), path="/children")
    with pytest.raises(NotionError, match="ai_block"):
        read_page(service, page)


def test_blocks_nested_without_end_are_cut_where_it_is_said(serve: Serve) -> None:
    nested = b.paragraph("Bottom")
    for _ in range(105):
        nested = block("toggle", "Fold", children=[nested])
    workspace, page = one_page(nested)
    service = serve(workspace)
    found = read_page(service, page)
    assert unread(found) == [("toggle", "nested deeper than 100 levels")]
    assert len(list(found.walk())) == len(service.stand_in.requests) == 100


def test_a_partial_block_keeps_its_place(serve: Serve) -> None:
    workspace, page = one_page(b.paragraph("Before"), b.paragraph("Hidden"), b.paragraph("After"))
    workspace.make_partial(workspace.listed(page)[1])
    found = read_page(serve(workspace), page)
    assert [each.type for each in found.blocks] == ["paragraph", "", "paragraph"]


def test_when_a_page_fails_what_it_still_waited_for_is_not_asked(serve: Serve) -> None:
    toggles = [block("toggle", f"T{n}", children=[b.paragraph("In")]) for n in range(5)]
    schema = {"Name": p.of("title"), "Owners": p.of("people")}
    people = [{"object": "user", "id": f"{n:032x}"} for n in range(30)]
    workspace, page = one_page(*toggles, schema=schema, Owners=people)
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(401), path=workspace.listed(page)[0])
    waiting: list[Future[Json]] = []
    answered = iter([False, True, True])  # not the property; the page and its first toggle

    def only_page_and_first_toggle(run: Callable[[], Json]) -> Future[Json]:
        if next(answered, False):
            return at_once(run)
        waiting.append(Future())
        return waiting[-1]

    row = row_of(service, page)
    with pytest.raises(NotionError):
        read.page(service.client, row, {}, only_page_and_first_toggle)
    assert len(waiting) == 5
    assert all(future.cancelled() for future in waiting)
