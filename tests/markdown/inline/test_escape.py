"""Literal text: escaped where it must be, and untouched where it need not be."""

from __future__ import annotations

import pytest

from backup.markdown.context import Where
from backup.markdown.lint import complaints
from tests.support.on_page import BLOCK, CELL, HEADING, ITEM, SUMMARY, is_read_as_meant, write
from tests.support.rich import Run, text

ORDINARY = [
    "It costs 5 * 3 = 15, or ~5 min and ~6 min.",
    "snake_case, C:\\dir, AT&T, a < b, <3, 1 > 0, C#, #tag",
    "[draft] (see below) {braces} 10:30:45 | 3.5 - 2 + 1",
    "He said: “no!” … — don't; 100 % (50/50)",
    "e.g. foo@bar, x^2, a=b, 1) one, $5 and $10 each",
    "https://e.co/a?b=1&c=d#e is an address, and https://e.co/a_b, too.",
    "日本語の文章です。「引用」もあります。",
    "हिन्दी में लिखा हुआ, ภาษาไทย, עברית, العربية",
]


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_prose_carries_no_backslashes(sentence: str) -> None:
    assert write(text(sentence)) == sentence
    assert is_read_as_meant(text(sentence))


ESCAPED = {
    "stars in a word": ("2*3", r"2\*3"),
    "stars that look like bold": ("**no**", r"\*\*no\*\*"),
    "underscores at a word's edge": ("_x_ __y__", r"\_x\_ \_\_y\_\_"),
    "tildes that could pair": ("a~b~ ~~c~~", r"a\~b\~ \~\~c\~\~"),
    "backticks": ("`x`", r"\`x\`"),
    "tags": ("a <b> </b> <!-- c -->", r"a \<b> \</b> \<!-- c -->"),
    "an address in angle brackets": ("<3@e.co>", r"\<3@e.co>"),
    "entities": ("&amp; &#35; &nosuch;", r"\&amp; \&#35; &nosuch;"),
    "a link": ("[a](b) ![c](d)", r"[a\](b) ![c\](d)"),
    "a footnote": ("a[^1]", r"a\[^1]"),
    "a backslash before punctuation": (r"\* \a", r"\\\* \a"),
    "a backslash at the end": ("a\\", r"a\\"),
}


@pytest.mark.parametrize(("content", "expected"), ESCAPED.values(), ids=ESCAPED)
def test_what_would_be_markup_is_escaped(content: str, expected: str) -> None:
    assert write(text(content)) == expected
    assert is_read_as_meant(text(content))


AT_LINE_START = {
    "# a": r"\# a",
    "###": r"\###",
    "- a": r"\- a",
    "+ a": r"\+ a",
    "* a": r"\* a",
    "-": r"\-",
    "1. a": r"1\. a",
    "2024) a": r"2024\) a",
    "> a": r"\> a",
    "---": r"\---",
    "- - -": r"\- - -",
    "_ _ _": r"\_ _ _",
    "===": r"\===",
    "~~~": r"\~~~",
    "|a|": r"\|a|",
    ":-- | --:": r"\:-- | --:",
    ": a": r"\: a",
    "[a]: b": r"[a\]: b",
    "[^a]: b": r"\[^a\]: b",
    "[!NOTE]": r"\[!NOTE]",
}


@pytest.mark.parametrize("content", AT_LINE_START)
def test_what_would_open_a_block_is_escaped_at_the_start(content: str) -> None:
    assert write(text(content)) == AT_LINE_START[content]
    assert is_read_as_meant(text(content))


@pytest.mark.parametrize("content", AT_LINE_START)
def test_what_would_open_a_block_is_escaped_behind_a_break(content: str) -> None:
    assert write(text("a\n" + content)) == "a\\\n" + AT_LINE_START[content]
    assert is_read_as_meant(text("a\n" + content))


@pytest.mark.parametrize("start", ["", "a\n", "a\\\n", "a\n\u00a0\u00a0"])
@pytest.mark.parametrize("run", [text("[!NOTE] b"), text("!NOTE", link="https://e.co")])
def test_words_that_read_as_an_alert_are_none_at_the_start_of_any_line(
    run: Run, start: str
) -> None:
    for where in (BLOCK, ITEM):
        written = write(text(start), run, where=where)
        assert complaints(f"# T\n\n{written}\n") == []
    assert is_read_as_meant(text(start), run)


@pytest.mark.parametrize(
    "content", ["1986 was", "#tag", "-5 degrees", "+1", "=5", "3.5 m", "(1) a"]
)
def test_what_only_looks_like_a_block_is_left_alone(content: str) -> None:
    assert write(text(content)) == content
    assert write(text("a\n" + content)) == "a\\\n" + content
    assert is_read_as_meant(text(content + "\n" + content))


AT_ITEM_START = {
    "[ ] a": r"\[ ] a",
    "[x] a": r"\[x] a",
    "[X]": r"\[X]",
    "[a] b": "[a] b",
}


@pytest.mark.parametrize("content", AT_ITEM_START)
def test_a_box_at_the_start_of_an_item_is_text(content: str) -> None:
    assert write(text(content), where=ITEM) == AT_ITEM_START[content]
    assert is_read_as_meant(text(content), places="list item, numbered item, to-do")


def test_a_link_that_reads_x_at_the_start_of_an_item_is_not_a_box() -> None:
    run = text("x", link="https://e.co")
    assert write(run, where=ITEM) == "<span></span>[x](https://e.co)"
    assert write(run) == "[x](https://e.co)"
    assert is_read_as_meant(run, places="list item, numbered item, to-do")


IN_HEADINGS = {
    "C #": r"C \#",
    "#": r"\#",
    "a ## b ##": r"a ## b \##",
    "C#": "C#",
    "Use {#x}": r"Use \{#x}",
    "{a} b": "{a} b",
    "- a": "- a",
    "1. a": "1. a",
}


@pytest.mark.parametrize("content", IN_HEADINGS)
def test_headings_have_traps_of_their_own(content: str) -> None:
    assert write(text(content), where=HEADING) == IN_HEADINGS[content]
    assert is_read_as_meant(text(content), places="heading")


BROKEN_UP = {
    "an emoji's name": (":tada: 10:30:45 a::b", ":<span></span>tada: 10:30:45 a::b"),
    "an emoji's name in signs and digits": (":+1: :100:", ":<span></span>+1: :<span></span>100:"),
    "a wiki link": ("see [[Home]] [[a", "see [<span></span>[Home]] [[a"),
    "an address with a pipe": ("https://e.co/a|b", "https:<span></span>//e.co/a|b"),
    "an address with an entity": ("https://e.co/?a&lt;b", r"https:<span></span>//e.co/?a\&lt;b"),
    "an address with a name": (
        "https://e.co/:tada:",
        "https:<span></span>//e.co/:<span></span>tada:",
    ),
    "an address without a scheme": ("www.e.co/a*b", r"www<span></span>.e.co/a\*b"),
}


@pytest.mark.parametrize(("content", "expected"), BROKEN_UP.values(), ids=BROKEN_UP)
def test_what_a_later_step_would_act_on_is_broken_up(content: str, expected: str) -> None:
    assert write(text(content)) == expected
    assert is_read_as_meant(text(content), places="paragraph, heading, quote, list item, summary")


ADDRESSES: dict[str, tuple[list[Run], str]] = {
    "with stars and underscores": ([text("https://e.co/_a_*b c")], "<https://e.co/_a_*b> c"),
    "before a mark": (
        [text("https://e.co"), text("bold", "b")],
        "<https://e.co>**bold**",
    ),
    "before a break": ([text("https://e.co\nb")], "<https://e.co>\\\nb"),
    "at the end of a sentence": ([text("(see https://e.co/a).")], "(see <https://e.co/a>)."),
    "in brackets": ([text("(see https://e.co/a) b")], "(see https://e.co/a) b"),
    "with brackets of its own": ([text("https://e.co/A_(b) c")], "<https://e.co/A_(b)> c"),
}


@pytest.mark.parametrize(("runs", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_bare_addresses(runs: list[Run], expected: str) -> None:
    assert write(*runs) == expected
    assert is_read_as_meant(*runs)


@pytest.mark.parametrize(
    ("where", "expected"),
    [(BLOCK, "a | b"), (CELL, r"a \| b"), (HEADING, "a | b"), (SUMMARY, "a | b")],
)
def test_a_pipe_is_escaped_in_cells_only(where: Where, expected: str) -> None:
    assert write(text("a | b"), where=where) == expected
