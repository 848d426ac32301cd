"""What people write to name a page, and what is reported when that is none, or several."""

from __future__ import annotations

import pytest

from backup.errors import ConfigError
from backup.restore.choice import chosen
from backup.sync.state import Place, Record, State

WIKI, TEA, POT, DEEP, OTHER = (f"{number:032x}" for number in (1, 2, 3, 4, 5))
NOW = State(
    {
        TEA: Record(WIKI, "wiki/tea", "Tea & more"),
        POT: Record(WIKI, "wiki/pot", "Pot"),
        DEEP: Record(TEA, "wiki/tea/pot", "Pot"),
        OTHER: Record("", "backup/wiki", "Folder"),
    },
    {WIKI: Place("wiki", "Wiki")},
)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("wiki/tea", TEA),
        ("./wiki/tea/", TEA),
        ("wiki/tea/index.md", TEA),
        ("wiki/README.md", WIKI),
        ("wiki", WIKI),
        ("notes/wiki/tea", TEA),
        ("wiki\\tea", TEA),
        (TEA, TEA),
        ("00000000-0000-0000-0000-000000000002", TEA),
        (f"https://www.notion.so/team/Tea-{TEA}?pvs=4", TEA),
        (f"https://www.notion.so/team/{WIKI}?v={9:032x}&p={TEA}&pm=s", TEA),
        ("Tea & more", TEA),
        ("tea  &  MORE", TEA),
        ("Wiki", WIKI),
    ],
)
def test_it_is_the_page_that_is_meant(text: str, id_: str) -> None:
    assert chosen(NOW, text, "notes") == id_


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Pot", "2 pages have the title 'Pot'. Write a folder: wiki/pot, wiki/tea/pot."),
        ("tea/pot", "Did you mean wiki/pot?"),
        ("wiki/coffee", "RESTORE_AT"),
        ("../../etc/passwd", "no page"),
        (f"{9:032x}", "no page"),
        ("x" * 5_000, "no page 'xxx"),
    ],
)
def test_what_is_not_a_page_is_reported_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        chosen(NOW, text, ".")
    assert said in str(error.value) and len(str(error.value)) < 600
