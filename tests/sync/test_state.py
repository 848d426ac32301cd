"""The state file: what it keeps, what it refuses, and that two runs can share it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backup.errors import BrokenState, StateError
from backup.sync.state import NAME, Place, Record, State, dumps, loads
from backup.sync.untrusted import described

TEA = Record("db", "wiki/tea", "Tea", edited="2026-09-01T08:00:00.000Z", links=("x", "y#z"))
MILK = Record(
    "db", "wiki/milk", "Milk 🥛", files=({"path": "assets/1-cow.png", "size": 3},), store="5" * 64
)
DB, OTHER = "d" * 32, "e" * 32
STATE = State(
    {"b" * 32: TEA, "a" * 32: MILK},
    {
        DB: Place("wiki", "Wiki", "🧭", True, store="6" * 64),
        OTHER: Place("docs", "Docs"),
    },  # theirs is somebody else's
)


def test_a_state_comes_back_as_it_was_written() -> None:
    assert loads(dumps(STATE)) == STATE


def test_no_file_is_an_empty_state() -> None:
    assert loads("") == State()
    assert loads(dumps(State())) == State()


def test_every_page_is_one_line_in_the_order_of_the_ids() -> None:
    lines = [line for line in dumps(STATE).decode().splitlines() if '"folder": "wiki/' in line]
    assert ["milk" in lines[0], "tea" in lines[1], len(lines)] == [True, True, 2]


def test_a_state_is_the_same_however_somebody_has_broken_its_lines() -> None:
    text = dumps(STATE).decode()
    page, other = (f'    "{id_}": ' for id_ in sorted(STATE.pages))
    for changed in (
        text.replace(f",\n{other}", f", {other}"),
        text.replace(page, f"\n{page}"),
        text.replace('"pages": {', '"pages":\n  {'),
        text.replace(': {"', ': \n{"'),
        f"{text}\n\n",
    ):
        assert changed != text
        assert loads(changed) == STATE


def test_pages_below_a_key_of_somebody_else_are_not_those_of_the_state() -> None:
    text = dumps(STATE).decode()
    lines = text.partition('  "pages": {\n')[2]
    nested = '{\n  "version": 2, "databases": {}, "other": {\n  "pages": {\n' + lines + "}"
    with pytest.raises(BrokenState):
        loads(nested)


def test_what_this_version_does_not_know_is_kept() -> None:
    raw = json.loads(dumps(STATE))
    raw["later"] = {"a": [1]}
    raw["pages"]["a" * 32]["colour"] = "blue"
    again = json.loads(dumps(loads(json.dumps(raw))))
    assert again == raw


def test_the_order_in_which_things_came_makes_no_difference() -> None:
    def turned(value: object) -> object:
        if isinstance(value, list):
            return [turned(each) for each in value]
        pairs = value.items() if isinstance(value, dict) else ()
        return {key: turned(each) for key, each in reversed(list(pairs))} or value

    text = dumps(STATE).decode()
    assert dumps(loads(json.dumps(turned(json.loads(text))))).decode() == text


def test_merge_conflict_markers_are_called_by_their_name() -> None:
    with pytest.raises(BrokenState, match="merge-conflict markers"):
        loads(
            f"<<<<<<< HEAD\n{dumps(STATE).decode()}=======\n{dumps(STATE).decode()}>>>>>>> other\n"
        )


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '{"version": 2}',
        '{"version": 2, "databases": {}, "pages": []}',
        "[" * 100_000,
        '{"version": 2, "databases": {}, "pages": {}, "later": '
        + '{"a":' * 5000
        + "1"
        + "}" * 5001,
        '{"version": 2, "databases": 3, "pages": {}}',
        f"<<<<<<< HEAD\n{dumps(STATE).decode()}=======\n{dumps(STATE).decode()}>>>>>>> other\n",
    ],
)
def test_what_is_not_a_state_is_told_apart_from_an_empty_one(text: str) -> None:
    with pytest.raises(BrokenState, match="notion-sync"):
        loads(text)


def test_a_state_of_a_later_version_is_refused_and_not_called_broken() -> None:
    with pytest.raises(StateError, match="newer version") as caught:
        loads(dumps(STATE).decode().replace('"version": 2', '"version": 3'))
    assert not isinstance(caught.value, BrokenState)


def test_a_page_owns_its_text_its_store_and_its_files_and_a_database_its_list_and_its_store() -> (
    None
):
    assert STATE.owned() == {
        "wiki/tea/index.md": "b" * 32,
        "wiki/milk/index.md": "a" * 32,
        "wiki/milk/.notion.json": "a" * 32,
        "wiki/milk/assets/1-cow.png": "a" * 32,
        "wiki/README.md": DB,
        "wiki/.notion.json": DB,
    }


def test_two_files_with_one_content_are_one_path() -> None:
    twice = {"path": "assets/1-cow.png"}
    assert replace(MILK, files=(twice, twice)).paths() == (
        "wiki/milk/index.md",
        "wiki/milk/.notion.json",
        "wiki/milk/assets/1-cow.png",
    )


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


WRONG: list[dict[str, object]] = [
    *({"folder": each} for each in ("../x", "..", ".", "", "/etc", "C:/x", "wiki//milk", "wiki/../../x")),
    *({"folder": each} for each in ("wiki/.git", "wiki/.GitHub", ".gitea/x", "wiki\\milk", "wiki/a\0b", "a/\ud800")),
    *({"folder": each} for each in ("wiki/" + "x" * 5000, "wiki/" + "x" * 300, "x/" * 600 + "x", 3, None, ["wiki"])),
    *({"folder": each} for each in (".notion-sync.tmp/x", "src/milk", "wiki", "wiki/milk/deeper")),
    *({"files": each} for each in (3, {}, [3], [{}], [{"path": 3}], [{"path": "main.py"}], [{"path": "index.md"}])),
    *({"files": [{"path": each}]} for each in ("../NOTES.md", "assets", "assets/../../x", "assets/a/b", "assets/", "assets/.git")),
    {"files": [{"path": "assets/1.png", "size": deep(500)}]},
    *({"links": each} for each in (3, [3], [None], [["x"]], "x")),
    *({"requests": each} for each in (10**400, -1, True, 1.5, "1")),
    *({each: 3} for each in ("title", "icon", "edited", "stable", "pending", "render_key", "parent")),
    {"pending": [3]},
    {"later": deep(500)},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:40])
def test_a_damaged_entry_is_left_out_and_named_and_costs_no_other(wrong: dict[str, object]) -> None:
    raw = json.loads(dumps(STATE))
    raw["pages"]["a" * 32] |= wrong
    found = loads(json.dumps(raw))
    assert (found.pages, found.databases) == ({"b" * 32: TEA}, STATE.databases)
    assert [(each.file, each.entry) for each in found.damage] == [(NAME, "a" * 32)]
    [(name, what)] = described(found.damage)
    assert name == NAME and what.startswith("1 damaged entry was left out (1 with ")


@pytest.mark.parametrize("id_", ["", "x", "A" * 32, "a" * 31, "../" + "a" * 29, "a" * 32 + "\n"])
def test_an_id_that_is_none_is_left_out(id_: str) -> None:
    raw = json.loads(dumps(STATE))
    raw["pages"][id_] = raw["pages"].pop("a" * 32)
    found = loads(json.dumps(raw))
    assert set(found.pages) == {"b" * 32} and len(found.damage) == 1


def test_two_pages_in_one_folder_are_one() -> None:
    raw = json.loads(dumps(STATE))
    raw["pages"]["b" * 32]["folder"] = "wiki/milk"
    found = loads(json.dumps(raw))
    assert set(found.pages) == {"a" * 32} and len(found.damage) == 1


@pytest.mark.parametrize(
    "wrong", [{"title": 3}, {"sources": ["../users/me"]}, {"sources": [3]}, {"index": "yes"}]
)
def test_the_pages_of_a_damaged_database_stay(wrong: dict[str, object]) -> None:
    raw = json.loads(dumps(STATE))
    raw["databases"][DB] |= wrong
    found = loads(json.dumps(raw))
    assert found.pages == STATE.pages and len(found.damage) == 1
    assert found.databases[DB] == Place("wiki", "")


@pytest.mark.parametrize("folder", ["../x", "", ".git", "/", ".notion-sync.tmp", 3])
def test_a_database_whose_folder_cannot_be_is_left_out_with_the_pages_in_it(folder: object) -> None:
    raw = json.loads(dumps(STATE))
    raw["databases"][DB]["folder"] = folder
    found = loads(json.dumps(raw))
    assert found.pages == {} and set(found.databases) == {OTHER} and len(found.damage) == 3


def test_a_page_may_lie_where_its_database_has_been_if_this_program_says_so() -> None:
    """It could not be moved, say."""
    moved = replace(STATE, databases={DB: Place("books", "Books"), OTHER: Place(".", "All")})
    assert loads(dumps(moved)) == moved
    assert loads(dumps(moved)).damage == ()
    assert dumps(loads(dumps(moved))) == dumps(moved)


def test_a_version_that_is_not_a_number_is_not_overwritten() -> None:
    raw = json.loads(dumps(STATE))
    for version in ("2", 1.5, True, None, deep(500), 10**400):
        with pytest.raises(StateError, match="newer version"):
            loads(json.dumps({**raw, "version": version}))


@pytest.mark.parametrize("digest", ["x", "5" * 63, "G" * 64, "5" * 63 + "\n"])
def test_a_digest_that_is_not_one_is_damage(digest: str) -> None:
    for kind, id_ in (("pages", "a" * 32), ("databases", DB)):
        raw = json.loads(dumps(STATE))
        raw[kind][id_]["store"] = digest
        assert [each.entry for each in loads(json.dumps(raw)).damage] == [id_]


def test_no_page_lies_where_a_store_would_be() -> None:
    raw = json.loads(dumps(STATE))
    raw["pages"]["a" * 32]["folder"] = "wiki/.notion.json"
    assert [each.entry for each in loads(json.dumps(raw)).damage] == ["a" * 32]
