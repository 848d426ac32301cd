"""Texts of a size that nobody writes by hand: work that grows with the square would never end."""

from __future__ import annotations

import pytest

from backup.markdown.context import Context
from backup.markdown.page import render
from backup.model import Block, Json, Page


def rich(text: str) -> list[Json]:
    return [{"type": "text", "plain_text": text, "text": {"content": text}}]


def shown(*blocks: Block) -> str:
    return render(Page("p" * 32, {}, blocks), Context())


def paragraph(text: str) -> Block:
    return Block("b" * 32, "paragraph", {"rich_text": rich(text)})


@pytest.mark.parametrize("text", ["[[" * 100_000, "<" + "@" * 100_000, "http://a" + ")" * 100_000])
def test_many_marks_in_a_row_are_escaped_in_one_pass(text: str) -> None:
    assert len(shown(paragraph(text))) > 100_000


def test_pairs_of_brackets_are_broken_up_to_the_last_that_is_closed() -> None:
    assert shown(paragraph("[[a]] [[b")).count("<span></span>") == 1


def test_many_headings_have_their_contents_at_once() -> None:
    headings = [
        Block(f"{n:032x}", f"heading_{1 + n % 3}", {"rich_text": rich(f"Part {n}")})
        for n in range(15_000)
    ]
    lines = shown(Block("c" * 32, "table_of_contents", {}), *headings).split("\n")
    assert "- [Part 0](#part-0)" in lines
    assert "    - [Part 14999](#part-14999)" in lines


def test_the_contents_nest_as_the_headings_do() -> None:
    ranks = [2, 3, 1, 3, 2, 2, 4]
    headings = [
        Block(f"{n:032x}", f"heading_{rank}", {"rich_text": rich(f"H{n}")})
        for n, rank in enumerate(ranks)
    ]
    written = shown(Block("c" * 32, "table_of_contents", {}), *headings).split("\n")
    entries = [line for line in written if line.lstrip().startswith("- [H")]
    depths = [len(line) - len(line.lstrip()) for line in entries]
    assert depths == [0, 2, 0, 2, 2, 2, 4]
