"""Dollars that are only dollars: no host may read them as math."""

from __future__ import annotations

import pytest

from tests.support.on_page import CELL, SUMMARY, is_read_as_meant, write
from tests.support.rich import Run, equation, text

EVERYWHERE = "paragraph, heading, cell, quote, list item, summary"
WRAPPED = r"<span>\$</span>"

BARE = [
    "costs $5",
    "between $5 and $10 each",
    "$HOME/bin:$PATH",
    "US$ 5, 6 US$x",
    "`$`",
]


@pytest.mark.parametrize("content", BARE)
def test_dollars_that_cannot_pair_stay_bare(content: str) -> None:
    assert write(text(content)).replace("\\`", "`") == content
    assert is_read_as_meant(text(content), places=EVERYWHERE)


def test_a_pair_that_only_gitea_would_see_is_escaped() -> None:
    assert write(text("$5 or 6 $.")) == r"\$5 or 6 \$."
    assert is_read_as_meant(text("$5 or 6 $."), places=EVERYWHERE)


PAIRS: dict[str, tuple[list[Run], str]] = {
    "a pair": ([text("$x$")], f"{WRAPPED}x{WRAPPED}"),
    "a pair across marks": (
        [text("$a "), text("b", "b"), text("c$")],
        f"{WRAPPED}a **b**c{WRAPPED}",
    ),
    "two together": ([text("a$$b")], f"a{WRAPPED}{WRAPPED}b"),
    "next to an equation": ([text("$ "), equation("x")], f"{WRAPPED} $`x`$"),
    "next to code": ([text("$"), text("x", "c"), text("$")], f"{WRAPPED}`x`{WRAPPED}"),
    "behind Chinese": ([text("价$5和6$")], r"价\$5和6\$"),
    "a dollar in later code": ([text("$a "), text("b$", "c")], r"\$a `b$`"),
}


@pytest.mark.parametrize(("runs", "expected"), PAIRS.values(), ids=PAIRS)
def test_pairs_are_written_so_that_no_host_takes_them_for_math(
    runs: list[Run], expected: str
) -> None:
    assert write(*runs) == expected
    assert is_read_as_meant(*runs, places=EVERYWHERE)


def test_each_cell_is_judged_alone_and_html_needs_no_backslash() -> None:
    assert write(text("$x$"), where=CELL) == f"{WRAPPED}x{WRAPPED}"
    assert write(text("$x$"), where=SUMMARY) == "<span>$</span>x<span>$</span>"
    assert write(text("$5"), where=SUMMARY) == "$5"
