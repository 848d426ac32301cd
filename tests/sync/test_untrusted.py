"""A state, a journal and stores that anybody may have written: whatever they hold, it ends in a sentence, and
what is believed of them names no file that cannot be ours."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backup import store
from backup.errors import StateError
from backup.folder import rebuild
from backup.model import STORE
from backup.slug import is_path
from backup.store import StoredDatabase
from backup.sync import journal
from backup.sync.state import Place, Record, State, dumps, loads
from tests.folder.memories import LACKING, PICTURE, stored

TEA = Record(
    "d" * 32, "wiki/tea", "Tea 🍵", links=("a" * 32, "b" * 32 + "#" + "c" * 32), requests=2,
    files=({"identity": "x", "path": "assets/1-leaf.png", "size": 3, "sha256": "ab"},),
    pending=({"identity": "y", "key": "k"},),
)  # fmt: skip
MILK = replace(TEA, folder="wiki/milk", files=(), stable=False)
STATE = State({"a" * 32: TEA, "b" * 32: MILK}, {"d" * 32: Place("wiki", "Wiki", "", True)})
LINES = [
    journal.page("a" * 32, TEA, "text"),
    journal.page("b" * 32, None),
    journal.claim(TEA.paths()),
]
ODD: list[Any] = [
    *(None, True, -1, 10**400, 1e308, "", ".", "..", "../x", "/etc/passwd", "src", ".git", ".git/hooks"),
    *("a\0b", "\ud800", "x" * 5000, "a/" * 700, "wiki", "README.md", "wiki\\x", [], {}, [[]], [None]),
    *([3], {"path": "main.py"}, [{"path": "../x"}], "e" * 32, {"a": {"b": [1]}}, "NaN"),
]  # fmt: skip

# As a store may have them: a text that begins with # stands for a number that Python would write otherwise.
NUMBERS = ["#1e999", "#1.10", "#-0", "#12345678901234567890.5"]
WIKI = StoredDatabase(
    "d" * 32,
    {"object": "database", "id": "d" * 32, "title": [{"plain_text": "Wiki"}]},
    ({"id": "e" * 32, "properties": {"Name": {"id": "title"}, "7": {"id": "x"}}},),
    ({"id": "v"},),
)
STORES = {
    "wiki": store.dumps(WIKI),
    "wiki/tea": stored("a" * 32, "Tea", "2026-09-01", files=(PICTURE,), pending=(LACKING,)),
}


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside of a JSON value: what it is in, and its key there."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    return [spot for key in keys for spot in ((value, key), *spots(value[key]))]


def mutated(raw: Any, chance: random.Random, *odd: Any) -> Any:
    """A copy of a JSON value of which one or several places hold something else."""
    raw = copied(raw)
    for _ in range(chance.randint(1, 4)):
        if not spots(raw):
            break
        inside, key = chance.choice(spots(raw))
        how = chance.random()
        if how < 0.2:
            del inside[key]
        elif how < 0.4 and isinstance(inside, dict):
            inside[str(chance.choice(ODD))[:6000]] = inside.pop(key)
        else:
            spot = chance.choice(spots(raw))
            inside[key] = copied(chance.choice([*ODD, *odd, spot[0][spot[1]]]))
    return copied(raw)


def copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def garbled(text: str, chance: random.Random) -> str:
    """The text with a piece cut out, doubled, or put elsewhere."""
    start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    at = chance.randrange(len(text) + 1)
    return chance.choice([text[:start] + text[end:], text[:at] + text[start:end] + text[at:]])


def believable(state: State) -> bool:
    """Whether all that the state calls ours may be, and the state can be written and read again."""
    dumps(state)
    assert all(map(is_path, state.owned()))
    for path in state.owned():
        folder, _, name = path.rpartition("/")
        is_whole = name in ("index.md", "README.md", STORE)
        assert is_whole or folder.endswith(("/assets", "/attachments"))
    assert sum(record.requests for record in state.pages.values()) / 2 < 1e18
    assert all(int(id_[-8:], 16) >= 0 for id_ in state.pages)
    again = loads(dumps(state))
    return again == state and again.damage == ()


@settings(max_examples=500)
@given(st.integers(0, 2**64).map(random.Random), st.booleans())
def test_no_state_is_too_odd_to_be_read(chance: random.Random, whole: bool) -> None:
    text = dumps(STATE).decode()
    text = json.dumps(mutated(json.loads(text), chance)) if whole else garbled(text, chance)
    try:
        assert believable(loads(text))
    except StateError:
        pass


@settings(max_examples=500)
@given(st.integers(0, 2**64).map(random.Random), st.booleans())
def test_no_journal_is_too_odd_to_be_read(chance: random.Random, whole: bool) -> None:
    if whole:
        text = "\n".join(json.dumps(mutated(json.loads(line), chance)) for line in LINES)
    else:
        text = garbled("".join(LINES), chance)
    replayed = journal.replay(STATE, text, lambda record, text, store: chance.random() < 0.5)
    for record in replayed.state.pages.values():
        assert all(map(is_path, record.paths()))
    assert all(map(is_path, replayed.claimed))
    dumps(replayed.state)


@settings(max_examples=500)
@given(st.integers(0, 2**64).map(random.Random), st.booleans())
def test_no_store_is_too_odd_to_be_read_when_the_state_is_lost(
    chance: random.Random, whole: bool
) -> None:
    texts = {folder: data.decode() for folder, data in STORES.items()}
    folder = chance.choice([*texts])
    if whole:
        lines = texts[folder].splitlines()
        at = chance.randrange(len(lines))
        line = json.dumps(
            mutated(json.loads(lines[at]), chance, *NUMBERS, *NUMBERS), sort_keys=True
        )
        lines[at] = re.sub('"#([^"]*)"', r"\1", line)
        texts[folder] = "\n".join(lines)
    else:
        texts[folder] = garbled(texts[folder], chance)
    stores = {f"{folder}/{STORE}": text.encode() for folder, text in texts.items()}
    found = rebuild.rebuilt(stores, {}, stores.items(), {".": ""}, {"wiki": "d" * 32})
    assert believable(State(found.pages, found.databases))
