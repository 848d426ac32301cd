"""What the Markdown of a rich text looks like; that it is also read as meant is asked of both hosts."""

from __future__ import annotations

import pytest

from backup.markdown.blocks.quotes import quote
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline, literal
from backup.model import Block
from tests.support.on_page import BLOCK, CELL, HEADING, ITEM, SUMMARY, is_read_as_meant, write
from tests.support.rich import Run, equation, text

MARKS = {
    "a blank at the edge of a bold run moves out": (
        [text("now "), text(" or ", "b"), text("never")],
        "now  **or** never",
    ),
    "blanks alone cannot be bold": ([text("a"), text("  ", "b"), text("b")], "a  b"),
    "a mark inside a word stays Markdown": (
        [text("re"), text("read", "i"), text("able")],
        "re*read*able",
    ),
    "bold that ends in a colon before a letter needs a tag": (
        [text("Note:", "b"), text("this")],
        "<strong>Note:</strong>this",
    ),
    "bold in front of a full stop needs none": (
        [text("It is "), text("done", "b"), text(".")],
        "It is **done**.",
    ),
    "Chinese brackets in bold between letters need a tag": (
        [text("见"), text("《红楼梦》", "b"), text("一书")],
        "见<strong>《红楼梦》</strong>一书",
    ),
    "Korean letters need none": (
        [text("그는 "), text("작가", "b"), text("이다")],
        "그는 **작가**이다",
    ),
    "an emoji at the edge of italic inside a word needs a tag": (
        [text("so"), text("🎈up", "i")],
        "so<em>🎈up</em>",
    ),
    "bold and italic at once": ([text("both", "bi")], "***both***"),
    "italic inside of bold": (
        [text("all of ", "b"), text("this", "bi"), text(" is", "b")],
        "**all of *this* is**",
    ),
    "italic right behind bold needs a tag": (
        [text("left", "b"), text("right", "i")],
        "**left**<em>right</em>",
    ),
    "marks that overlap are cut": (
        [text("a ", "s"), text("b ", "sb"), text("c", "b")],
        "~~a **b**~~ **c**",
    ),
    "the mark that lasts longest is outside": (
        [text("a", "bi"), text(" b", "i")],
        "***a** b*",
    ),
    "underline and background are tags": (
        [text("u", "u"), text(" and "), text("m", "m")],
        "<ins>u</ins> and <mark>m</mark>",
    ),
    "runs that look the same are one": ([text("hal", "b"), text("ves", "b")], "**halves**"),
    "bold code": ([text("run ", "b"), text("make", "bc")], "**run `make`**"),
}


@pytest.mark.parametrize(("runs", "expected"), MARKS.values(), ids=MARKS)
def test_marks(runs: list[Run], expected: str) -> None:
    assert write(*runs) == expected
    assert is_read_as_meant(*runs)


CODE = {
    "plain": ([text("x = 1", "c")], "`x = 1`"),
    "with a backtick inside": ([text("a ` b", "c")], "``a ` b``"),
    "with a backtick at the edge": ([text("`x`", "c")], "`` `x` ``"),
    "with blanks at both edges": ([text(" x ", "c")], "`  x  `"),
    "with what would be markup": (
        [text("<b> &lt; **x** [[y]] :tada:", "c")],
        "`<b> &lt; **x** [[y]] :tada:`",
    ),
    "over two lines": ([text("a\nb", "c")], "`a`\\\n`b`"),
}


@pytest.mark.parametrize(("runs", "expected"), CODE.values(), ids=CODE)
def test_code(runs: list[Run], expected: str) -> None:
    assert write(*runs) == expected
    assert is_read_as_meant(*runs)


def test_pipes_of_code_and_text_do_not_end_a_cell() -> None:
    runs = [text("a|b "), text("c | d", "c")]
    assert write(*runs, where=CELL) == r"a\|b `c \| d`"
    assert is_read_as_meant(*runs, text(r"e\|f", "c"), places="cell, header cell, property")


BREAKS = {
    "a backslash ends a line": (BLOCK, [text("one\ntwo")], "one\\\ntwo"),
    "an empty line stays": (BLOCK, [text("one\n\ntwo")], "one\\\n\\\ntwo"),
    "blanks before a break go": (BLOCK, [text("one  \ntwo")], "one\\\ntwo"),
    "breaks around a text go": (BLOCK, [text("\n\none\n")], "one"),
    "an indent becomes hard blanks": (BLOCK, [text("a:\n  b")], "a:\\\n\u00a0\u00a0b"),
    "a tab at the start does, too": (BLOCK, [text("a:\n\tb")], "a:\\\n" + "\u00a0" * 4 + "b"),
    "a single blank at the start goes": (BLOCK, [text("a:\n b")], "a:\\\nb"),
    "a tab within a line is a blank": (BLOCK, [text("a\tb")], "a b"),
    "a literal backslash before a break": (BLOCK, [text("C:\\\nD")], "C:\\\\<br>\nD"),
    "other kinds of breaks": (BLOCK, [text("a\r\nb\u2028c\x0bd")], "a\\\nb\\\nc\\\nd"),
    "in a cell": (CELL, [text("one\ntwo")], "one<br>two"),
    "in a summary": (SUMMARY, [text("one\ntwo")], "one<br>two"),
    "in a heading": (HEADING, [text("one\ntwo")], "one two"),
    "within bold in a heading": (HEADING, [text("one\ntwo", "b")], "**one two**"),
    "within bold": (BLOCK, [text("one\ntwo", "b")], "**one\\\ntwo**"),
}


@pytest.mark.parametrize(("where", "runs", "expected"), BREAKS.values(), ids=BREAKS)
def test_breaks(where: Where, runs: list[Run], expected: str) -> None:
    assert write(*runs, where=where) == expected
    assert is_read_as_meant(*runs)


EQUATIONS = {
    "plain": (BLOCK, [text("let "), equation("x_1 < y")], "let $`x_1 < y`$"),
    "behind a letter": (BLOCK, [text("n"), equation("x")], "n<span></span>$`x`$"),
    "one behind the other": (BLOCK, [equation("a"), equation("b")], "$`a`$$`b`$"),
    "with a backtick": (BLOCK, [equation("a`b")], "$``a`b``$"),
    "that ends in a backslash": (BLOCK, [equation("a\\")], "$` a\\ `$"),
    "with breaks": (BLOCK, [equation("a\n+ b")], "$`a + b`$"),
    "with pipes in a cell": (CELL, [equation(r"|x| \| \\|")], r"$`\vert x\vert  \Vert  \\\vert `$"),
    "in a summary": (SUMMARY, [equation("a<b")], "$<code>a&lt;b</code>$"),
    "bold stops before it": (BLOCK, [text("is ", "b"), equation("x", "b")], "**is** $`x`$"),
    "bold goes around it": (
        BLOCK,
        [text("is ", "b"), equation("x", "b"), text(" here", "b")],
        "**is $`x`$ here**",
    ),
    "without anything in it": (BLOCK, [text("a"), equation(" "), text("b")], "ab"),
}


@pytest.mark.parametrize(("where", "runs", "expected"), EQUATIONS.values(), ids=EQUATIONS)
def test_equations(where: Where, runs: list[Run], expected: str) -> None:
    assert write(*runs, where=where) == expected


@pytest.mark.parametrize("runs", [case[1] for case in EQUATIONS.values()], ids=EQUATIONS)
def test_equations_are_read_as_math(runs: list[Run]) -> None:
    assert is_read_as_meant(*runs, places="paragraph, heading, quote, list item, summary")


def test_extra_marks_go_onto_every_piece() -> None:
    assert write(text("Name "), text("x", "i"), marks="b") == "**Name *x***"
    assert write(text("a "), text("b", "b"), where=SUMMARY, marks="i") == (
        "<em>a <strong>b</strong></em>"
    )


@pytest.mark.parametrize("word", ["Note", "tip", "IMPORTANT", "Warning", "Caution"])
def test_a_quote_that_opens_with_a_bold_note_is_not_an_alert_on_gitea(word: str) -> None:
    runs = [text(word, "b"), text(": mind the gap")]
    quoted = quote(Block("", "quote", {"rich_text": runs}), Context())
    assert quoted == f"> <strong>{word}</strong>: mind the gap"
    assert write(*runs) == f"**{word}**: mind the gap"


def test_a_quote_that_opens_with_other_bold_words_stays_markdown() -> None:
    runs = [text("Note well", "b"), text(" this")]
    assert quote(Block("", "quote", {"rich_text": runs}), Context()) == "> **Note well** this"


def test_plain_text_is_escaped_for_its_place() -> None:
    assert literal("a|b *c*") == r"a|b \*c\*"
    assert literal("a|b *c*", CELL) == r"a\|b \*c\*"
    assert literal("a < b & c", SUMMARY) == "a &lt; b &amp; c"
    assert literal("- a", ITEM) == r"\- a"
    assert literal("- a", HEADING) == "- a"


def test_nothing_gives_nothing() -> None:
    assert write() == write(text("")) == write(text(" \n ", "b")) == ""
    assert inline(None, Context()) == ""


SHAPES = {
    "2021: no href, link with a type": (
        {
            "type": "text",
            "text": {"content": "a", "link": {"type": "url", "url": "https://e.co"}},
            "annotations": {"bold": True},
        },
        "**[a](https://e.co)**",
    ),
    "text without plain_text": ({"type": "text", "text": {"content": "a*b"}}, r"a\*b"),
    "plain_text without text": ({"plain_text": "a*b"}, r"a\*b"),
    "an empty run": ({}, ""),
    "no run at all": (None, ""),
    "annotations that are no object": ({"plain_text": "a", "annotations": ["bold"]}, "a"),
    "annotations of wrong types": ({"plain_text": "a", "annotations": {"bold": "yes"}}, "a"),
    "a mention without a kind": ({"type": "mention", "mention": {}, "plain_text": "m"}, "m"),
    "an equation without expression": ({"type": "equation", "equation": {}}, ""),
    "a link that is no address": ({"plain_text": "a", "href": "https://[e"}, "[a](https://[e)"),
}


@pytest.mark.parametrize(("run", "expected"), SHAPES.values(), ids=SHAPES)
def test_odd_shapes_of_runs_are_tolerated(run: Run, expected: str) -> None:
    assert write(run) == expected


def test_half_characters_and_controls_never_reach_the_file() -> None:
    split = [text("\ud83d"), text("\ude00 a\x00b\x1bc "), text("\udc00", "b")]
    assert write(*split) == "😀 abc **\ufffd**"
    assert write(text("\ud800", "c"), equation("\udfff")).encode("utf-8")
