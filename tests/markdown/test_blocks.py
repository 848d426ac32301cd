"""Golden files: block JSON as Notion gives it, and the Markdown that we write for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backup.markdown.blocks import RENDERERS
from backup.markdown.lint import complaints
from backup.markdown.page import render
from backup.model import Page
from tests.support.notion_shapes import context, tree

GOLDEN = Path(__file__).parent.parent / "golden" / "blocks"
CASES = sorted(GOLDEN.glob("*.json"))


def load(case: Path) -> dict[str, Any]:
    return json.loads(case.read_text(encoding="utf-8"))


def rendered(case: dict[str, Any]) -> str:
    raw = case.get("page", {"id": "0123456789abcdef0123456789abcdef"})
    page = Page(raw["id"], raw, tuple(map(tree, case["blocks"])))
    surroundings = case.get("context", {})
    options = {**surroundings.get("options", {})}
    return render(page, context({**surroundings, "options": options}))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_blocks_become_the_expected_markdown(
    case: Path, golden: Callable[[Path, str], None]
) -> None:
    golden(case.with_suffix(".md"), rendered(load(case)))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_expected_markdown_has_nothing_that_a_host_misreads(case: Path) -> None:
    assert complaints(case.with_suffix(".md").read_text(encoding="utf-8")) == []


def test_every_block_type_has_a_case() -> None:
    found = {
        block.type for case in CASES for raw in load(case)["blocks"] for block in tree(raw).walk()
    }
    assert RENDERERS.keys() <= found


def test_a_second_renderer_for_a_type_is_refused() -> None:
    from backup.markdown.blocks.register import renders

    with pytest.raises(ValueError, match="two renderers for the block type 'quote'"):
        renders("quote")(lambda block, context: "")
