"""What a page shows is in its store: every golden case gives the same Markdown after it was stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backup import store
from backup.markdown.page import render
from backup.model import Page
from backup.store import StoredPage
from tests.markdown import test_blocks, test_properties
from tests.support.notion_shapes import context, tree


def stored(page: Page) -> Page:
    """The page as it comes out of its store, which has no schema."""
    back = store.loads(store.dumps(StoredPage(page)))
    assert isinstance(back, StoredPage)
    return replace(back.page, schema=page.schema)


@pytest.mark.parametrize("path", test_blocks.CASES, ids=lambda path: path.stem)
def test_blocks_give_the_same_from_their_store(path: Path) -> None:
    case = test_blocks.load(path)
    raw = case.get("page", {"id": "0123456789abcdef0123456789abcdef"})
    page = Page(raw["id"], raw, tuple(map(tree, case["blocks"])))
    shown = render(stored(page), context(case.get("context", {})))
    assert shown == path.with_suffix(".md").read_text("utf-8")


@pytest.mark.parametrize("path", test_properties.CASES, ids=lambda path: path.stem)
def test_properties_give_the_same_from_their_store(path: Path) -> None:
    case = test_properties.load(path)
    raw = case["page"]
    columns = {
        name: {"name": name, "type": each["type"]} for name, each in raw["properties"].items()
    }
    page = Page(raw["id"], raw, (), case.get("schema") or columns)  # which say the order
    around = context({"options": test_properties.BOTH, **case.get("context", {})})
    assert render(stored(page), around) == path.with_suffix(".md").read_text("utf-8")
