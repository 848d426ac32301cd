"""Real answers of the API, where they lie beside this repository: pages with their blocks, and rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.model import Block, Json, Page

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
TREES = sorted((FIXTURES / "_trees").rglob("*.json"))
QUERIES = sorted((FIXTURES / "_queries").rglob("*.json"))
needed = pytest.mark.skipif(not TREES, reason=f"no recordings in {FIXTURES}")


def name(path: Path) -> str:
    """The recording's name below the fixtures."""
    return "/".join(path.parts[-2:])


def page(path: Path) -> Page:
    """The page of a tree; children that were not recorded are unread."""
    recorded = json.loads(path.read_text(encoding="utf-8"))
    raw = recorded["page"] or {"id": recorded["root"]}
    return Page(raw["id"], raw, tuple(_blocks(recorded, recorded["root"])))


def _blocks(recorded: Json, parent: str) -> Iterator[Block]:
    for raw in recorded["children"].get(parent, {}).get("results", []):
        separate = raw.get("type") in ("child_page", "child_database")
        children = () if separate else tuple(_blocks(recorded, raw["id"]))
        unread = "not recorded" if raw["id"] in recorded["missing_children_of"] else ""
        yield Block.from_api(raw, children, unread)


def rows(path: Path) -> Iterator[Page]:
    """The rows of a query, with the schema of their database."""
    recorded = json.loads(path.read_text(encoding="utf-8"))
    schema = (recorded["schema"] or {}).get("properties") or {}
    for raw in recorded["response"]["results"]:
        yield Page(raw["id"], raw, (), schema)
