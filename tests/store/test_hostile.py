"""A store lies in a repository, where others write, too: whatever is in it, it is read or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup import store
from backup.errors import StoreError
from backup.model import Block, Page
from backup.store import StoredPage
from tests.store.test_store import block, id_of, stored
from tests.support.recordings import TREES, page

HEAD = {"version": 1, "page": {"id": "a" * 32}, "files": [], "pending": []}


DATABASE = b'{"database":{"id":"d"},"sources":[],"templates":[],"version":1,"views":[]}\n'


def data(*lines: Any, **head: Any) -> bytes:
    """The bytes of a page's store with a changed first line and these blocks."""
    values = [{**HEAD, **head}, *lines]
    return "".join(f"{json.dumps(each)}\n" for each in values).encode()


def line(depth: Any, id_: Any = "b", **more: Any) -> list[Any]:
    return [depth, {"id": id_, "type": "x", **more}]


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": data().replace(b"aaaa", b"\xff\xfe", 1),
    "no object": b"[1]\n",
    "no version": b'{"page":{"id":"a"}}\n',
    "a version that is no number": data(version="1"),
    "a version that is true": data(version=True),
    "a newer version": data(version=2),
    "an older version": data(version=0),
    "neither page nor database": b'{"version":1}\n',
    "a page that is no object": data(page=[]),
    "files that are no list": data(files={}),
    "files that are no objects": data(files=["x"]),
    "pending that is null": data(pending=None),
    "an id that is no text": data(id=7),
    "a database with blocks": DATABASE + b"[0,{}]\n",
    "a database that is a list": DATABASE.replace(b'{"id":"d"}', b"[]"),
    "a database without its sources": DATABASE.replace(b"sources", b"others"),
    "an empty line": data() + b"\n",
    "a line that is no list": data({"id": "b"}),
    "a short line": data([0]),
    "a long line": data([*line(0), {}, {}]),
    "a depth that is true": data(line(False)),
    "a negative depth": data(line(-1)),
    "a depth without a parent": data(line(0), line(2, "c")),
    "a first block that is deep": data(line(1)),
    "an enormous depth": data(line(10**30)),
    "a block that is no object": data([0, "b"]),
    "a block without an id": data([0, {"type": "x"}]),
    "an id of a block that is no text": data(line(0, 7)),
    "a block twice in one place": data(line(0), line(0)),
    "notes of another kind": data([*line(0), {"unread": 7}]),
    "notes that nobody knows": data([*line(0), {"odd": True}]),
    "lists nested deeply": data([0, {"id": "b", "x": nested(70)}]),
    "lists nested beyond all": data()
    + b'[0,{"id":"b","x":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}]\n",
    "a page nested deeply": data(page={"id": "a", "x": nested(70)}),
    "blocks nested deeply": data(*(line(depth, str(depth)) for depth in range(300))),
    "a mark of a merge": data().replace(b"\n", b"\n<<<<<<< HEAD\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_this_version_did_not_write_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(StoreError) as caught:
        store.loads(REFUSED[name])
    said = str(caught.value)
    assert said.startswith("A .notion.json ")
    assert said.endswith(".")
    assert "\n" not in said


def test_the_versions_are_told_apart() -> None:
    for name, age in (("a newer version", "newer"), ("an older version", "older")):
        with pytest.raises(StoreError, match=age):
            store.loads(REFUSED[name])


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(tail: bytes) -> None:
    for bytes_ in (tail, data() + tail, data(line(0)) + tail + b"\n"):
        read_or_refused(bytes_)


def test_a_store_with_any_change_is_read_or_refused() -> None:
    whole = store.dumps(StoredPage(page(TREES[3])))
    random = Random(7)
    for _ in range(400):
        at = random.randrange(len(whole))
        end = at + random.choice((1, 1, 1, 40, len(whole)))
        read_or_refused(
            whole[:at] + random.choice((b"", b"0", b'"', b"{", b"\n", b"[")) + whole[end:]
        )


def read_or_refused(bytes_: bytes) -> None:
    try:
        found = store.loads(bytes_)
    except StoreError:
        return
    store.dumps(found)


TOO_MUCH: dict[str, Callable[[], StoredPage]] = {
    "blocks": lambda: stored(chain(200)),
    "lists": lambda: stored(Block.from_api(block(1, x=nested(70)))),
    "lists without end": lambda: stored(Block.from_api(block(1, x=nested(5_000)))),
    "twice": lambda: stored(Block.from_api(block(1)), Block.from_api(block(1))),
    "halves": lambda: stored(Block.from_api(block(1, x="\ud800"))),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_could_not_be_read_back_is_not_written(name: str) -> None:
    with pytest.raises(StoreError):
        store.dumps(TOO_MUCH[name]())


def chain(levels: int) -> Block:
    """A block with a block in it, and so on."""
    found = Block.from_api(block(0))
    for number in range(1, levels):
        found = Block.from_api(block(number), (found,))
    return found


def test_a_hundred_levels_of_blocks_are_kept() -> None:
    kept = StoredPage(Page("a" * 32, {"id": "a" * 32}, (chain(101),)))
    assert store.loads(store.dumps(kept)) == StoredPage(store.clean(kept.page))
    assert id_of(0) in store.dumps(kept).decode()
