"""Answers that drip, are too large, make no sense or do not come; and sections of meeting notes."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any

import pytest
from urllib3.util import connection as connection_of_urllib3

from backup.errors import Busy, NotionError
from backup.notion.client import Client
from backup.notion.wire import Bounds
from fakenotion import blocks as b
from fakenotion import faults
from fakenotion.build import block
from fakenotion.faults import JSON, Fault
from tests.notion.rows import filled, rows_of, titles
from tests.notion.service import (
    TOKEN,
    Service,
    Time,
    lists,
    one_page,
    read_page,
    texts,
    unread,
)

Serve = Callable[..., Service]
PAGE = "2b6f1d40-5e0a-8123-a456-0123456789ab"


# -- one answer ----------------------------------------------------------------------------------


@contextmanager
def _server(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that treats each connection so, until the event is set."""
    over = threading.Event()

    def treat(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                answer(connection, over)
            except OSError:  # the client has gone
                pass

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=treat, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


def _dripping(head: bytes, drop: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(0.02):
            connection.sendall(drop)

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS = {
    "a body": (OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "a body in chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the length of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "a header": (OK + b"X-Long: ", b"x"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a packed body": (
        OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"a\r\n" + gzip.compress(b"")[:10] + b"\r\n",
        b"5\r\n\x00\x00\x00\xff\xff\r\n",  # an empty block: nothing comes out of it
    ),
}


@pytest.mark.parametrize("name", DRIPS)
def test_an_answer_that_drips_without_end_is_given_up(name: str, time: Time) -> None:
    with _server(_dripping(*DRIPS[name])) as url:
        client = Client(TOKEN, url, gate=time.gate(), tries=2, bounds=Bounds(seconds=0.3))
        with pytest.raises(Busy, match="took more than 0 s"):
            client.page(PAGE)


def test_an_answer_that_is_late_before_it_begins_is_given_up(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All the time goes into the connection, as on a machine that is busy."""
    came: list[bool] = []
    connect = connection_of_urllib3.create_connection

    def slowly(*given: Any, **more: Any) -> socket.socket:
        sleep(0.3)
        return connect(*given, **more)

    monkeypatch.setattr(connection_of_urllib3, "create_connection", slowly)

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
        for _ in range(500):
            if over.wait(0.02):
                return
            connection.sendall(b" ")
        came.append(True)

    with _server(answer) as url:
        client = Client(TOKEN, url, gate=time.gate(), tries=1, bounds=Bounds(seconds=0))
        with pytest.raises(Busy, match="took more than 0 s"):
            client.page(PAGE)
    assert came == []


def _packed(size: int, times: int = 1) -> Fault:
    body = b'{"object": "page", "id": "x", "filler": "' + b"x" * size + b'"}'
    for _ in range(times):
        body = gzip.compress(body)
    encodings = ", ".join(["gzip"] * times)
    return Fault(200, body, {"Content-Type": JSON, "Content-Encoding": encodings})


@pytest.mark.parametrize("times", [0, 1, 2])
def test_an_answer_that_is_too_large_is_not_read(times: int, serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    service.stand_in.plan = lambda asked: _packed(40_000_000, times)
    with pytest.raises(NotionError, match="is larger than 32 MB, and is not read"):
        service.client.page(page)
    assert len(service.stand_in.requests) == 1


def test_an_answer_within_the_bounds_is_read_packed_or_not(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    for fault in (_packed(5_000_000, 0), _packed(5_000_000)):
        service.stand_in.fail_next(fault)
        assert len(service.client.page(page)["filler"]) == 5_000_000


def test_a_query_that_answers_too_much_is_asked_in_smaller_pages(serve: Serve) -> None:
    workspace, _ = filled(60)
    service = serve(workspace)
    service.stand_in.plan = lambda asked: (
        _packed(40_000_000) if asked.body.get("page_size", 0) > 60 else None
    )
    assert len(titles(rows_of(service))) == 60


# -- odd JSON ------------------------------------------------------------------------------------


def test_halves_of_characters_come_in_whole_or_replaced(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    body = rb'{"object":"page","id":"x","a":"\ud83d\ude00 \ud83d","\ude00":["\uD83Dx"]}'
    service.stand_in.plan = lambda asked: Fault(200, body, {"Content-Type": JSON})
    assert service.client.page(page) == {
        "object": "page",
        "id": "x",
        "a": "😀 \ufffd",
        "\ufffd": ["\ufffdx"],
    }


def test_a_number_of_more_digits_than_python_takes_is_a_number(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    body = b'{"object":"page","id":"x","number":' + b"9" * 5000 + b"}"
    service.stand_in.plan = lambda asked: Fault(200, body, {"Content-Type": JSON})
    assert float(service.client.page(page)["number"]) == float("inf")


# -- when Notion does not answer -----------------------------------------------------------------


def test_it_is_said_at_once_when_notion_cannot_be_reached(time: Time) -> None:
    said: list[str] = []
    client = Client(TOKEN, "http://127.0.0.1:9", gate=time.gate(), log=said.append)
    with pytest.raises(Busy):
        client.page(PAGE)
    assert said == [
        "Notion cannot be reached: the connection failed. Trying 5 more times, for about 31 s."
    ]
    with pytest.raises(Busy):
        client.page(PAGE)
    assert len(said) == 1, "it is known"


def test_one_lost_answer_among_good_ones_is_not_worth_a_word(serve: Serve) -> None:
    workspace, page = one_page()
    service = serve(workspace)
    said: list[str] = []
    client = Client(TOKEN, service.stand_in.url, gate=service.time.gate(), log=said.append)
    client.page(page)
    service.stand_in.fail_next(faults.error(502), times=2)
    client.page(page)
    assert said == []
    service.stand_in.fail_next(faults.error(502), times=4)
    client.page(page)
    assert said == ["Notion answers with status 502. Trying 3 more times, for about 28 s."]


# -- meeting notes -------------------------------------------------------------------------------


def _meeting(serve: Serve, *, listed: bool) -> tuple[Service, str, dict[str, str]]:
    """A page with meeting notes; their sections are blocks of another page, or below the notes."""
    workspace, page = one_page()
    other = workspace.add_page("", "Sections")
    words = ("Sum", "Note", "Script")
    parts = [block("paragraph", children=[b.paragraph(word)]) for word in words]
    (notes,) = workspace.append(page, [block("meeting_notes", children=parts if listed else [])])
    ids = workspace.listed(notes) if listed else workspace.append(other, parts)
    names = ("summary_block_id", "notes_block_id", "transcript_block_id")
    sections = dict(zip(names, ids, strict=True))
    workspace.node(notes).data["meeting_notes"]["children"] = sections
    return serve(workspace), page, sections


@pytest.mark.parametrize("listed", [True, False])
def test_meeting_notes_are_read_by_the_ids_of_their_sections(listed: bool, serve: Serve) -> None:
    service, page, sections = _meeting(serve, listed=listed)
    found = read_page(service, page)
    (notes,) = found.blocks
    assert [each.id for each in notes.children] == list(sections.values())
    assert texts(found) == ["", "", "Sum", "", "Note", "", "Script"]
    assert len(lists(service)) == len(set(lists(service)))


def test_sections_of_meeting_notes_that_are_empty_or_hidden(serve: Serve) -> None:
    service, page, sections = _meeting(serve, listed=False)
    notes, script = sections["notes_block_id"], sections["transcript_block_id"]
    service.workspace.node(script).unreadable = True
    service.stand_in.change = lambda path, sent: (
        {**sent, "results": []} if f"{notes}/children" in path else sent
    )
    found = read_page(service, page)
    assert [each.id for each in found.blocks[0].children] == [
        sections["summary_block_id"],
        script,
    ]
    assert unread(found) == [("paragraph", "Notion does not show its content to this integration")]


@pytest.mark.parametrize("odd", [None, 7, [], "x", {"summary_block_id": 7, "notes_block_id": ""}])
def test_meeting_notes_whose_sections_make_no_sense_are_read(odd: object, serve: Serve) -> None:
    service, page, _ = _meeting(serve, listed=False)
    (notes,) = service.workspace.listed(page)
    service.workspace.node(notes).data["meeting_notes"]["children"] = odd
    assert [each.type for each in read_page(service, page).walk()] == ["meeting_notes"]
