"""The builders that other tests write their pages with."""

from __future__ import annotations

import pytest

from backup.model import plain_text
from fakenotion import blocks, build


def test_a_run_has_all_its_annotations() -> None:
    run = build.text("hi", bold=True, color="red", link="https://example.org/")
    assert run["annotations"] == {
        "bold": True,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "code": False,
        "color": "red",
    }
    assert run["href"] == run["text"]["link"]["url"] == "https://example.org/"


def test_a_mark_that_notion_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="blod"):
        build.text("hi", blod=True)


def test_strings_and_runs_mix() -> None:
    rich = build.runs(["See ", build.mention_page("0" * 32, "Home"), "."])
    assert plain_text(rich) == "See Home."
    assert build.runs("") == []


def test_a_built_block_becomes_the_value_that_rooms_work_on() -> None:
    made = build.tree(blocks.columns([blocks.paragraph("a")], [], ratios=(0.25, 0.75)))
    assert [block.type for block in made.walk()] == [
        *("column_list", "column", "paragraph", "column")
    ]
    assert made.children[0].data == {"width_ratio": 0.25}


def test_a_block_without_an_id_gets_one_from_its_content() -> None:
    first, same, other = (build.block("paragraph", words) for words in ("a", "a", "b"))
    assert first["id"] == same["id"] != other["id"]
    assert build.is_placeholder(first["id"])
    given = build.block("paragraph", "a", id="3a" * 16)
    assert given["id"] == "3a3a3a3a-3a3a-3a3a-3a3a-3a3a3a3a3a3a"


def test_two_blocks_share_nothing() -> None:
    first, second = build.block("paragraph"), build.block("paragraph")
    first["paragraph"]["rich_text"].append(build.text("only here"))
    assert second["paragraph"]["rich_text"] == []


def test_a_page_is_built_whole_and_any_key_can_be_set() -> None:
    page = build.page("3a" * 16, "Home", in_trash=True)
    assert page["properties"]["title"]["title"][0]["plain_text"] == "Home"
    assert (page["in_trash"], page["is_archived"]) == (True, False)
