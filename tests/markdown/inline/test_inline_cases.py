"""The shared collection of rich texts: what must be seen of each, on both hosts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backup.markdown.blocks.quotes import quote
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.model import Block, LocalFile
from tests.oracles import expected, gitea, github, misread
from tests.oracles.filters import dollar_pairs, emoji_aliases, math_in_lines, wiki_links

COLLECTION = Path(__file__).parents[4] / "shared" / "reference" / "richtext-cases.json"
AROUND = {
    "block": (Where.BLOCK, "{}"),
    "heading": (Where.HEADING, "## {}"),
    "cell": (Where.CELL, "| {} |\n| --- |"),
    "quote": (Where.BLOCK, "> {}"),
    "item": (Where.ITEM, "- {}"),
    "html": (Where.SUMMARY, "<details>\n<summary>{}</summary>\n</details>"),
}
CONTEXT = Context(files={"emoji/e": LocalFile("assets/emoji/party.png", "party", 1)})


def cases() -> list[dict[str, Any]]:
    if not COLLECTION.exists():
        return []
    return list(json.loads(COLLECTION.read_text(encoding="utf-8"))["cases"])


@pytest.mark.skipif(not cases(), reason=f"{COLLECTION.name} is not beside this repository")
@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_a_case_is_seen_as_expected(case: dict[str, Any]) -> None:
    where, around = AROUND[case["context"]]
    markdown = around.format(inline(case["rich_text"], CONTEXT, where))
    if case["context"] == "quote":
        markdown = quote(Block("", "quote", {"rich_text": case["rich_text"]}), CONTEXT)
    for host in (github, gitea):
        html = host(markdown)
        assert misread_letters(case, html) == ""
        assert not emoji_aliases(html) + wiki_links(html) + dollar_pairs(html)
    assert where is Where.SUMMARY or not math_in_lines(markdown)


def misread_letters(case: dict[str, Any], html: str) -> str:
    """The collection compares without white space, so words that run together are no difference."""
    found = misread(expected(case["expect"]["runs"]), html)
    return "" if found.startswith("words: ") else found
