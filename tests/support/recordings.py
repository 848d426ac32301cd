"""Answers as Notion's API gave them: pages with their blocks, rows, and single answers.

`tests/recorded/` holds some in the recorded shapes, with texts, ids, addresses and dates of our own. The
real recordings belong to their authors; where they lie beside this repository, they are read as well.
Either folder holds `_trees` (a page with everything below it), `_queries` (a data source with its rows)
and folders of answers, each with the request that it answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backup.model import Block, Json, Page

OURS = Path(__file__).parents[1] / "recorded"
REAL = Path(__file__).parents[3] / "shared" / "fixtures"
FOLDERS = [folder for folder in (OURS, REAL) if folder.is_dir()]
TREES = [path for folder in FOLDERS for path in sorted((folder / "_trees").rglob("*.json"))]
QUERIES = [path for folder in FOLDERS for path in sorted((folder / "_queries").rglob("*.json"))]


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


def answers(folder: Path, *versions: str) -> Iterator[Any]:
    """All single answers of some API versions, but for those to DELETE, which we never send."""
    for path in sorted(folder.glob("[!_]*/*.json")):
        read = json.loads(path.read_text("utf-8"))
        for recorded in read if isinstance(read, list) else [read]:
            request = recorded.get("request") or {}
            if request.get("notion_version") in versions and request["method"] != "DELETE":
                yield recorded["response"]
