"""Differences that random texts brought to light, one test for each kind."""

from __future__ import annotations

from tests.support.on_page import ITEM, SUMMARY, is_read_as_meant, write
from tests.support.rich import equation, text


def test_an_address_that_runs_into_a_second_one_leaves_neither_half_escaped() -> None:
    assert is_read_as_meant(text("éhttps://e.co/?a&copy;=2=éhttps://e.co/?a&copy;=2"))


def test_an_entity_is_seen_although_its_semicolon_is_a_sentence_mark() -> None:
    assert is_read_as_meant(text("https://e.co/a_b&#35; c"), text("https://e.co/&lt;"))


def test_only_an_ascii_blank_ends_a_bare_address() -> None:
    for blank in "\u2009\u00a0\u3000":
        assert is_read_as_meant(text(f"https://e.co/a{blank}b&c"))


def test_a_backslash_before_an_address_in_angle_brackets_is_doubled() -> None:
    assert write(text("\\https://e.co/(a) b")) == "\\\\<https://e.co/(a)> b"
    assert is_read_as_meant(text("\\https://e.co/(a)*"))


def test_tildes_before_an_address_in_angle_brackets_cannot_pair() -> None:
    assert is_read_as_meant(text(";~~https://e.co/(b)<b>;~~https://e.co/(b)*"))


def test_code_that_looks_like_the_end_of_a_definition_does_not_swallow_the_block() -> None:
    assert is_read_as_meant(text("[a "), text("x]: y", "c"), text(" b"))
    assert is_read_as_meant(text("a", link="https://e.co"), text("]: y", "c"))
    assert is_read_as_meant(text("[a\nb"), text("]:", "c"))


def test_code_of_one_blank_between_cut_marks_does_not_touch_other_code() -> None:
    assert is_read_as_meant(text(": ", "c"), text(" ", "ic"), text("b"))
    assert is_read_as_meant(text("&", "bc"), text("\u2009", "bisc"), text("+", "bi"))


def test_code_on_both_sides_of_control_characters_is_one_piece_of_code() -> None:
    assert write(text("a", "c"), text("\x00"), text("b", "c")) == "`ab`"
    assert is_read_as_meant(text("\\", "c"), text("\x07", "b"), text("\\", "c"))


def test_a_dollar_behind_an_address_in_a_summary_does_not_become_part_of_it() -> None:
    assert write(text("https://e.co/a"), equation("x"), where=SUMMARY) == (
        "https://e.co/a<span></span>$<code>x</code>$"
    )


def test_a_box_behind_an_indent_at_the_start_of_an_item_is_text() -> None:
    assert write(text("  [x] a"), where=ITEM) == "\u00a0\u00a0\\[x] a"
    assert is_read_as_meant(text("  [x] a"), places="list item, numbered item, to-do")


def test_dollars_that_touch_an_address_are_no_math() -> None:
    for content in ("a@e.co$x$", "$x$https://e.co", "$x$www.e.co"):
        assert is_read_as_meant(text(content), places="paragraph, cell, heading, summary")


def test_dollars_around_code_are_no_math_inside_a_mark_either() -> None:
    runs = [text("a$", "i"), text("b", "ic"), text("$", "i")]
    assert is_read_as_meant(*runs, places="paragraph, caption, summary, HTML caption")


def test_marks_that_begin_and_end_at_every_letter_stay_apart() -> None:
    assert is_read_as_meant(
        *(text(char, marks) for char, marks in zip("abcdef", MIXED, strict=True))
    )
    assert is_read_as_meant(
        *(text(char, marks) for char, marks in zip("!?.*_~", MIXED, strict=True))
    )


MIXED = ["b", "bi", "is", "ib", "s", "bs"]
