"""The delimiter check: which pairs stay Markdown, and which become tags."""

from __future__ import annotations

import pytest

from backup.markdown.inline.marks import Close, Glued, Open, glued_before, glued_behind, written
from tests.oracles import gitea, github

YES, MAYBE, NO = Glued


def marked(pattern: str) -> str:
    """What becomes of a text in which (b …) stands for a bold stretch, (i …), (s …) for the others."""
    parts: list[str | Open | Close] = []
    stack: list[Open] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "(":
            stack.append(Open(pattern[at + 1], len(parts)))
            parts.append(stack[-1])
            at += 3
        else:
            parts.append(Close(*stack.pop()) if pattern[at] == ")" else pattern[at])
            at += 1
    return written(parts)


CERTAIN = {
    "(b bold)": "**bold**",
    "a (b b) c": "a **b** c",
    "a(i b)c": "a*b*c",
    "a(b b)c(b d)e": "a**b**c**d**e",
    "x (b !) y": "x **!** y",
    "(b a) (i b)": "**a** *b*",
    "(b (i a))": "***a***",
    "(b a (i b))": "**a *b***",
    "(i (b a) b)": "***a** b*",
    "(s a(b b)c)": "~~a**b**c~~",
    "(b a), b": "**a**, b",
    "a, (b b)": "a, **b**",
    "「(b 太)」": "「**太**」",
}
UNCERTAIN = {
    "a(b !)": "a<strong>!</strong>",
    "(b a.)b": "<strong>a.</strong>b",
    "太(b 「字」)です": "太<strong>「字」</strong>です",
    "a(b 🔥b)": "a<strong>🔥b</strong>",
    "a(b €)c": "a<strong>€</strong>c",
    "a(b \U0001fae8)c": "a<strong>\U0001fae8</strong>c",
    "a(b ⹏)c": "a<strong>⹏</strong>c",
    "(b a)(i b)": "**a**<em>b</em>",
    "(i a)(b b)": "*a*<strong>b</strong>",
    "(b a(i b)c)": "**a<em>b</em>c**",
    "a(b (i b))c": "a<strong><em>b</em></strong>c",
    "\\*(b b)": "\\*<strong>b</strong>",
    "(s ~a)": "<del>~a</del>",
    "a(s ,)b": "a<del>,</del>b",
    "(b  a)": "<strong> a</strong>",
}


@pytest.mark.parametrize("pattern", CERTAIN)
def test_delimiters_stay_where_both_hosts_surely_read_them(pattern: str) -> None:
    assert marked(pattern) == CERTAIN[pattern]


@pytest.mark.parametrize("pattern", UNCERTAIN)
def test_tags_stand_where_a_host_could_read_delimiters_otherwise(pattern: str) -> None:
    assert marked(pattern) == UNCERTAIN[pattern]


@pytest.mark.parametrize("pattern", [*CERTAIN, *UNCERTAIN])
def test_no_delimiter_is_left_over_on_any_host(pattern: str) -> None:
    markdown = marked(pattern)
    for host in (github, gitea):
        html = host(markdown)
        assert "**" not in html
        assert html.count("<strong>") == pattern.count("(b ")
        assert html.count("<em>") == pattern.count("(i ")
        assert html.count("<del>") + html.count("<s>") == pattern.count("(s ")


GLUED = {
    "a**b": (YES, YES),
    "a **b": (YES, NO),
    "a** b": (NO, YES),
    "a **": (NO, NO),
    "**a": (YES, NO),
    "a**": (NO, YES),
    "a**(": (NO, YES),
    ")**a": (YES, NO),
    ")**(": (YES, YES),
    "a**€": (MAYBE, YES),
    "€**a": (YES, MAYBE),
    "€**€": (MAYBE, MAYBE),
    "$**a": (YES, NO),
    "a~**b": (YES, MAYBE),
    "a**\u00a0": (NO, YES),
    "a**\u0301": (YES, YES),
}


@pytest.mark.parametrize("text", GLUED)
def test_a_run_is_glued_to_its_neighbours(text: str) -> None:
    start = text.index("**")
    found = (glued_behind(text, start, start + 2), glued_before(text, start, start + 2))
    assert found == GLUED[text]
