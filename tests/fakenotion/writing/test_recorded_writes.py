"""Writes as they were recorded, sent to the stand-in: they are answered in the recorded shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakenotion.recordings import from_folder
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from fakenotion.writing.writes import Writes
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import block, text
from tests.support.recordings import FOLDERS, OURS

LEAST = {OURS: 2}  # writes of each kind; the collection has dozens


def recorded(folder: Path, method: str, path: str) -> Iterator[tuple[Any, Any]]:
    """What was sent to an endpoint in the newest version, and what was answered."""
    for file in sorted([*folder.glob("[!_]*/*.json"), *folder.glob("_writes/*.json")]):
        read = json.loads(file.read_text("utf-8"))
        for one in read if isinstance(read, list) else [read]:
            asked = one.get("request") or {}
            if asked.get("notion_version") != "2026-03-11" or not asked.get("body"):
                continue
            if asked["method"] == method and re.fullmatch(path, asked["path"]):
                yield asked["body"], one["response"]


def alike(value: Any) -> Any:
    """An answer without what differs from one workspace to the next."""
    if isinstance(value, list):
        return [alike(item) for item in value]
    if not isinstance(value, dict):
        return value
    changing = {"id", "parent", "request_id", "url", "created_by", "last_edited_by"}
    changing |= {"created_time", "last_edited_time", "data_sources"}
    outer = "object" in value
    kept = {k: alike(v) for k, v in value.items() if not (outer and k in changing)}
    return [*kept.items()]  # also the order of the keys


def parent_for(author: Author, home: str, children: list[Any]) -> str:
    """Something that takes these blocks."""
    type_ = children[0]["type"] if children else "paragraph"
    if type_ == "column":
        sides = [block("column", children=[])] * 2
        return str(author.append(home, block("column_list", children=sides))[0]["id"])
    if type_ == "table_row":
        width = len(children[0]["table_row"]["cells"])
        row = block("table_row", cells=[[]] * width)
        table = block("table", table_width=width, children=[row])
        return str(author.append(home, table)[0]["id"])
    return home


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_appends(folder: Path, author: Author, writes: Writes, workspace: Workspace) -> None:
    writes.knobs.empty_columns = True
    tried = 0
    for body, answer in recorded(folder, "PATCH", r"/v1/blocks/[^/]+/children"):
        if '"file_upload"' in json.dumps(body) or "mention" in json.dumps(body):
            continue  # what they refer to is not here
        tried += 1
        home = workspace.add_page("", f"Page {tried}")
        children = body["children"]
        if re.search(r'"block_id": |"page_id": ', json.dumps(children)):
            continue
        made = author.append(parent_for(author, home, children), *children)
        expected = answer["results"][: len(children)]
        assert [alike(one) for one in made] == [alike(one) for one in expected]
    assert tried >= LEAST.get(folder, 20)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_pages_below_a_page(folder: Path, author: Author, home: str) -> None:
    tried = 0
    for body, answer in recorded(folder, "POST", r"/v1/pages"):
        if "page_id" not in body["parent"] or "custom_emoji" in json.dumps(body):
            continue
        tried += 1
        parent = {"type": "page_id", "page_id": home}
        made = author.made("POST", "pages", {**body, "parent": parent})
        assert alike(made) == alike(answer)
    assert tried >= LEAST.get(folder, 10)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_databases_below_a_page(folder: Path, author: Author, home: str) -> None:
    tried = 0
    for body, answer in recorded(folder, "POST", r"/v1/databases"):
        if '"relation"' in json.dumps(body):
            continue  # the other data source is not here
        tried += 1
        parent = {"type": "page_id", "page_id": home}
        made = author.made("POST", "databases", {**body, "parent": parent})
        assert alike(made) == alike(answer)
    assert tried >= LEAST.get(folder, 10)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_was_recorded_can_be_written_to(folder: Path) -> None:
    workspace = from_folder(folder)
    stand_in = StandIn(workspace)
    stand_in.writes.allow("ntn_write")
    with stand_in.serving() as url:
        author = Author(url)
        author.session.headers["Authorization"] = "Bearer ntn_write"
        page = next(node for node in workspace.nodes.values() if node.recorded.get("page"))
        icon = {"type": "emoji", "emoji": "🍎"}
        before = author.json(f"pages/{page.id}")["properties"]
        changed = author.made("PATCH", f"pages/{page.id}", {"icon": icon})
        assert (changed["icon"], changed["properties"]) == (icon, before)
        for node in list(workspace.nodes.values()):
            type_ = node.recorded.get("block", {}).get("type", "")
            if node.kind == "block" and type_ in ("paragraph", "to_do", "heading_1"):
                before = author.json(f"blocks/{node.id}")
                body = {type_: {"rich_text": [text("New")]}}
                after = author.made("PATCH", f"blocks/{node.id}", body)
                assert after[type_].keys() == before[type_].keys()
                assert after[type_]["rich_text"][0]["plain_text"] == "New"
        for moved in (True, False):
            body = {"in_trash": moved}
            assert author.made("PATCH", f"pages/{page.id}", body)["in_trash"] is moved
        author.close()
