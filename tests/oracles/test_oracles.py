"""The stand-ins themselves: they see what the hosts are known to do."""

from __future__ import annotations

import pytest

from tests.oracles import Char, expected, gitea, github, misread, runs, select, visible
from tests.oracles.filters import (
    dollar_pairs,
    emoji_aliases,
    heading_attributes,
    math_in_lines,
    ticked_links,
    wiki_links,
)


def test_characters_are_seen_with_their_marks_and_links() -> None:
    html = github("a **b *c*** [`d`](https://e.co) <ins>e</ins><mark>f</mark> ~~g~~")
    assert runs(html) == [
        {"text": "a", "marks": [], "href": None},
        {"text": "b", "marks": ["b"], "href": None},
        {"text": "c", "marks": ["b", "i"], "href": None},
        {"text": "d", "marks": ["c"], "href": "https://e.co"},
        {"text": "e", "marks": ["u"], "href": None},
        {"text": "f", "marks": ["m"], "href": None},
        {"text": "g", "marks": ["s"], "href": None},
    ]
    assert visible(github("a\\\nb"))[:3] == [
        Char("a", frozenset(), None),
        Char("\n", frozenset(), None),
        Char("\n", frozenset(), None),
    ]


def test_code_between_dollars_is_math_unless_a_letter_stands_before() -> None:
    assert runs(github("$`x`$$`y`$"))[0]["marks"] == ["eq"]
    assert runs(github("a$`x`$"))[0] == {"text": "a$", "marks": [], "href": None}
    assert runs(gitea("`x`"))[0]["marks"] == ["c"]


NAIVE = ["**bold:**text", "日本語**「太字」**です", "**bold **text", "f**(x)**y"]


@pytest.mark.parametrize("markdown", NAIVE)
def test_delimiters_that_fail_on_both_hosts_are_noticed(markdown: str) -> None:
    wanted = expected([{"text": markdown.replace("*", ""), "marks": [], "href": None}])
    assert misread(wanted, github(markdown))
    assert misread(wanted, gitea(markdown))


def test_delimiters_that_fail_on_gitea_alone_are_noticed_there() -> None:
    assert select(github("text**🔥hot**!"), "strong")
    assert not select(gitea("text**🔥hot**!"), "strong")


def test_a_definition_list_exists_on_gitea_alone() -> None:
    assert select(gitea("Term\n: meaning"), "dl > dd")
    assert not select(github("Term\n: meaning"), "dl")


def test_a_wrong_mark_link_or_word_is_reported() -> None:
    wanted = expected([{"text": "a b", "marks": ["b"], "href": None}])
    assert misread(wanted, "<p><b>a b</b></p>") == ""
    assert "became" in misread(wanted, "<p><i>a b</i></p>")
    assert "became" in misread(wanted, "<p><b>ab</b></p>")
    assert "became" in misread(wanted, "<p><b>a</b></p>")
    assert "became" in misread(wanted, '<p><b><a href="https://e.co">a b</a></b></p>')


def test_a_bare_address_may_become_a_link() -> None:
    for address, href in (("www.e.co", "http://www.e.co"), ("a@e.co", "mailto:a@e.co")):
        wanted = expected([{"text": address, "marks": [], "href": None}])
        assert misread(wanted, f'<p><a href="{href}">{address}</a></p>') == ""


def test_only_allowed_elements_and_attributes_are_left() -> None:
    html = github(
        '<u>a</u><b style="x">b</b><video src="x">c</video>'
        '<a id="e">e</a> [f](javascript:f) [g](tel:1) <!-- h --><p align="center">i</p>'
    )
    assert not select(html, "u, [style], video, a[href]")
    assert select(html, 'a[id="user-content-e"]')
    assert "".join(char.text for char in visible(html)).split() == ["abe", "f", "g", "i"]
    assert select(gitea("<u>a</u> [g](tel:1)"), "u + a[href]")
    assert not visible(gitea("<script>a</script>"))


def test_footnotes_and_boxes_are_known() -> None:
    for host in (github, gitea):
        assert select(host("a[^1]\n\n[^1]: note"), "sup a, section, .footnotes")
        assert len(select(host("- [x] a\n- [ ] b"), 'input[type="checkbox"]')) == 2


def test_later_steps_of_the_hosts_are_asked_about() -> None:
    assert emoji_aliases("<p>:tada: 10:30:45 <code>:x:</code></p>") == [":tada:"]
    assert emoji_aliases("<p>:<span></span>tada:</p>") == []
    assert wiki_links("<p>[[a|b]] [<span></span>[c]]</p>") == ["[[a|b]]"]
    assert dollar_pairs("<p>$x$, $5 and $6</p>") == ["$x$"]
    assert dollar_pairs("<p><span>$</span>x<span>$</span></p>") == []
    assert heading_attributes("## a {#b}\n## a \\{#b}") == ["## a {#b}"]
    assert ticked_links("- [x](y)\n- [a](y)\n- [x] y") == ["- [x]("]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("$x$ y", ["$x$"]),
        ("$5 or 6 $.", ["$5 or 6 $"]),
        (r"\$x$", []),
        (r"$x\$", []),
        ("a$x$", []),
        ("$5 and $10 each", []),
        ("`$`x$", []),
        ("$a `b$`", []),
        ("$a `b$", ["$a `b$"]),
        ("$a {b$", []),
        ("$`x`$", []),
        ("$$x$$", ["$$x$$"]),
    ],
)
def test_gitea_finds_math_in_the_raw_line(line: str, found: list[str]) -> None:
    assert math_in_lines(line) == found
