"""The file beside a page's Markdown: nothing of what Notion said is lost in it, or changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup import exact_json, store
from backup.markdown.runs import page_mention
from backup.model import Block, Json, Page, bare_id
from backup.store import StoredDatabase, StoredPage
from tests.support.cases import case
from tests.support.notion_shapes import equation, text
from tests.support.recordings import QUERIES, TREES, page, rows

ID = "0abc0001-0000-4000-8000-000000000001"
PEOPLE = {
    "created_by": {"object": "user", "id": "0abc0009-0000-4000-8000-000000000009"},
    "last_edited_by": {"object": "user", "id": "0abc0009-0000-4000-8000-000000000009"},
}
TIMES = {
    "created_time": "2026-02-21T10:15:00.000Z",
    "last_edited_time": "2026-02-21T10:15:00.000Z",
}
PAGE: Json = {"object": "page", "id": ID, **PEOPLE, **TIMES, "icon": None, "properties": {}}


def block(number: int, type_: str = "paragraph", below: int | None = None, **data: Any) -> Json:
    """A block object as Notion gives it, in the page or in the block `below`."""
    parent = {"type": "page_id", "page_id": ID}
    if below is not None:
        parent = {"type": "block_id", "block_id": id_of(below)}
    own = {"object": "block", "id": id_of(number), "parent": parent, **PEOPLE, **TIMES}
    return {**own, "has_children": False, "in_trash": False, "type": type_, type_: data}


def id_of(number: int) -> str:
    return f"0abc{number:04x}-0000-4000-8000-{number:012x}"


def stored(*blocks: Block, **more: Any) -> StoredPage:
    return StoredPage(Page(ID.replace("-", ""), {**PAGE, **more}, blocks))


def one(raw: Json) -> StoredPage:
    return stored(Block.from_api(raw))


def again(kept: StoredPage) -> StoredPage:
    back = store.loads(store.dumps(kept))
    assert isinstance(back, StoredPage)
    return back


def lines(kept: StoredPage) -> list[str]:
    return store.dumps(kept).decode().split("\n")[:-1]


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
keys = st.sampled_from(
    [
        *("annotations", "href", "plain_text", "text", "type", "content", "link", "url", "color"),
        *("object", "id", "parent", "in_trash", "has_children", "created_by", "mention", "bold"),
        *("as_received", "page_id", "block_id", "last_edited_by", "paragraph", "italic"),
    ]
)
values = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    *(words, st.sampled_from(["default", "text", "user", "block", "paragraph", '"text":', "\\"])),
)
anything = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | words, inner, max_size=6),
    max_leaves=12,
)
runs = st.builds(
    lambda words, link, marks, odd: {**text(words, link, **marks), **odd},
    words,
    st.none() | words,
    st.dictionaries(st.sampled_from(["bold", "italic", "code", "underline"]), st.booleans()),
    st.dictionaries(keys | words, anything, max_size=1),
)
objects = st.dictionaries(keys | words, anything | st.lists(runs, max_size=3), max_size=8)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: True is not 1, and 1 is not 1.0."""
    return exact_json.dumps(one) == exact_json.dumps(other)


@given(objects, st.lists(objects, max_size=3), words, st.booleans())
def test_any_object_comes_back_as_it_was(
    raw: Json, blocks: list[Json], why: str, lacking: bool
) -> None:
    made = [{**each, "id": str(number)} for number, each in enumerate(blocks)]
    below = tuple(Block.from_api(each, (), why, lacking) for each in made)
    top = Block.from_api({**block(7), **raw, "id": "7"}, below)
    kept = StoredPage(Page("7", {**raw, "id": "7"}, (top, *below)), ({"path": why},), ({"a": 1},))
    back = again(kept)
    assert back.page == store.clean(kept.page)
    assert (back.files, back.pending) == (kept.files, kept.pending)
    assert same(back.page.raw, kept.page.raw)
    pairs = zip(back.page.walk(), kept.page.walk(), strict=True)
    assert all(same(after.raw, before.raw) for after, before in pairs)
    assert store.dumps(back) == store.dumps(kept)


def test_every_recorded_page_and_row_comes_back_as_it_was() -> None:
    for path in (*TREES, *QUERIES):
        for recorded in [page(path)] if path in TREES else rows(path):
            with case(path):
                kept = StoredPage(recorded)
                assert again(kept).page == store.clean(recorded)
                assert store.dumps(again(kept)) == store.dumps(kept)


def test_the_first_line_has_the_version_and_the_page_and_each_other_a_block_with_its_depth() -> (
    None
):
    inner = Block.from_api(block(3, below=2, rich_text=[text("in")]))
    outer = Block.from_api({**block(2, "toggle"), "has_children": True}, (inner,))
    head, *rest = map(json.loads, lines(stored(outer, Block.from_api(block(4)))))
    assert (head["version"], head["page"]["id"]) == (1, ID)
    assert [(depth, raw["id"]) for depth, raw in rest] == [
        (0, id_of(2)),
        (1, id_of(3)),
        (0, id_of(4)),
    ]


def test_one_changed_block_is_one_changed_line() -> None:
    blocks = [block(n, rich_text=[text(f"word {n}")]) for n in range(1, 9)]
    before = lines(stored(*map(Block.from_api, blocks)))
    blocks[3] = block(4, rich_text=[text("another")])
    after = lines(stored(*map(Block.from_api, blocks)))
    assert [n for n, line in enumerate(after) if line != before[n]] == [4]


def test_keys_are_sorted_and_a_text_with_line_breaks_stays_on_its_line() -> None:
    raw = block(1, zulu=1, alpha={"b": 1, "a": "one\ntwo\r\u2028three\x85"})
    data = store.dumps(one(raw))
    assert data.count(b"\n") == 2
    assert b"\r" not in data
    for line in data.decode().split("\n")[:-1]:
        value = json.loads(line)
        assert line == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again(one(raw)).page.blocks[0].raw == raw


@pytest.mark.parametrize("digits", ["1.0", "1.10", "12345678901234567890", "0.12345678901234567"])
def test_a_number_is_in_the_file_as_it_was_received(digits: str) -> None:
    raw = block(1, count=exact_json.loads(digits))
    assert f'"count":{digits}' in lines(one(raw))[1]
    assert f'"count":{digits}' in lines(again(one(raw)))[1]


def test_what_is_as_always_takes_no_room() -> None:
    raw = block(
        1, rich_text=[text("Tea"), text("here", "https://example.com/"), text("b", bold=True)]
    )
    line = lines(one(raw))[1]
    assert '{"text":"Tea"}' in line
    assert '{"href":"https://example.com/","text":"here"}' in line
    assert '{"annotations":{"bold":true},"text":"b"}' in line
    assert "in_trash" not in line
    assert "parent" not in line
    assert again(one(raw)).page.blocks[0].raw == raw


@pytest.mark.parametrize("id_", [None, 7, ID, {"a": 1}])
def test_a_person_comes_back_whatever_the_id_is(id_: Any) -> None:
    raw = {**block(1), "created_by": {"object": "user", "id": id_}}
    assert again(one(raw)).page.blocks[0].raw == raw


@pytest.mark.parametrize("run", [page_mention("a" * 32), equation("e=mc^2"), text('"text":"x"}')])
def test_a_run_of_any_kind_comes_back(run: Json) -> None:
    raw = block(1, rich_text=[run, {"text": "as if lean"}, text("x")])
    assert again(one(raw)).page.blocks[0].raw == raw


def test_what_could_not_be_read_is_remembered() -> None:
    kept = stored(Block.from_api(block(1), (), "Notion does not show it", True))
    (back,) = again(kept).page.blocks
    assert (back.unread, back.lacking) == ("Notion does not show it", True)


def test_the_same_block_may_be_shown_in_two_places() -> None:
    copies = [
        Block.from_api(block(n, "synced_block"), (Block.from_api(block(9, below=8)),))
        for n in (1, 2)
    ]
    assert again(stored(*copies)).page == store.clean(stored(*copies).page)


def database(columns: dict[str, Json]) -> StoredDatabase:
    source = {"object": "data_source", "id": "s", "properties": columns}
    raw = {"object": "database", "id": "d" * 32, "title": [text("Wiki")]}
    return StoredDatabase("d" * 32, raw, (source,), ({"id": "v"},), ({"id": "t"},))


def columns(stored: StoredDatabase) -> list[str]:
    return list(stored.sources[0]["properties"])


def test_a_database_comes_back_with_the_order_of_its_columns() -> None:
    kept = database({"Zeta": {"id": "1"}, "Alpha": {"id": "2", "type": "select"}})
    back = store.loads(store.dumps(kept))
    assert isinstance(back, StoredDatabase) and back == kept
    assert columns(back) == ["Zeta", "Alpha"]


def test_columns_keep_their_places_when_notion_gives_another_order() -> None:
    before = database({"Zeta": {"id": "1"}, "Alpha": {"id": "2"}, "Gone": {"id": "3"}})
    now = database({"New": {"id": "4"}, "Alpha": {"id": "2"}, "Renamed": {"id": "1"}})
    assert columns(store.in_order(now, before)) == ["Renamed", "Alpha", "New"]
    assert store.in_order(before, before) == before


def test_the_digest_is_the_sha256_of_the_bytes() -> None:
    assert store.digest(b"abc").startswith("ba7816bf8f01cfea414140de5dae2223")
    assert len(store.digest(b"")) == 64


def test_a_store_that_is_damaged_below_its_first_line_still_says_whose_it_is() -> None:
    for kept in (stored(), database({})):
        damaged = store.dumps(kept) + b"\nnotes of mine\n"
        with pytest.raises(store.StoreError):
            store.loads(damaged)
        assert store.subject(damaged) in ("d" * 32, bare_id(ID))
    for strange in (b"", b"notes of mine", b"[]", b'{"version": 99, "page": {"id": "1"}}'):
        assert store.subject(strange) == ""
