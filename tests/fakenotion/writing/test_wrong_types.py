"""Writes with something of the wrong type at any place: refused, never a crash, and nothing done."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from fakenotion import properties
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from fakenotion.writing.record import Snapshot
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.test_blocks import LEAVES
from tests.fakenotion.writing.texts import block, text

WRONG: tuple[Any, ...] = (None, 3, "x", [3], {"x": 1})
LINK = {"content": "x", "link": {"url": "https://example.com"}}
DAY = {"start": "2026-10-01", "end": None, "time_zone": "Europe/Kyiv"}
LOOK = {"bold": True, "color": "red"}
RICH = [
    {"type": "text", "text": LINK, "annotations": LOOK},
    {"type": "mention", "mention": {"type": "date", "date": DAY}},
    {"type": "equation", "equation": {"expression": "x"}},
]
ICON = {"type": "icon", "icon": {"name": "pizza", "color": "red"}}
COVER = {"type": "external", "external": {"url": "https://example.com/a.png"}}
VALUES: dict[str, Any] = {
    "Name": {"title": RICH},
    "Number": {"number": 3},
    "One": {"select": {"name": "A"}},
    "Many": {"multi_select": [{"name": "B", "color": "red"}]},
    "State": {"status": {"name": "Open"}},
    "Date": {"date": DAY},
    "Files": {"files": [{"name": "a", "type": "external", "external": COVER["external"]}]},
    "Site": {"url": "https://example.com"},
    "Place": {"place": {"lat": 1, "lon": 2}},
}
OPTIONS = [{"name": "C", "color": "red"}, {"name": "B"}]


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The path of each part of a body."""
    pairs: Any = ()
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inside in pairs:
        yield (*path, key)
        yield from places(inside, *path, key)


def replaced(body: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    made = copy.deepcopy(body)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = wrong
    return made


def schema(other: str) -> dict[str, Any]:
    return {
        "Name": {"title": {}},
        "N": {"type": "number", "number": {"format": "euro"}},
        "One": {"select": {"options": OPTIONS}},
        "State": {"status": {"options": [{"name": "A", "group": "Complete"}]}},
        "No": {"unique_id": {"prefix": "NO"}},
        "Link": {"relation": {"data_source_id": other, "dual_property": {}}},
        "Sum": {
            "rollup": {
                "relation_property_name": "Link",
                "rollup_property_name": "Number",
                "function": "sum",
            }
        },
        "Twice": {"formula": {"expression": 'prop("N") * 2'}},
    }


@pytest.fixture
def source(workspace: Workspace, home: str) -> str:
    columns = {
        "Number": properties.number(),
        "One": properties.select("A"),
        "Many": properties.multi_select("A"),
        "State": properties.status(To_do=["Open"]),
        **{name: properties.of(name.lower()) for name in ("Date", "Files", "Place")},
        "Site": properties.of("url"),
    }
    return workspace.source(workspace.add_database("Rows", columns, parent=home))


def requests_of(kind: str, home: str, source: str, block_: str) -> tuple[str, str, Any]:
    """A good request of each endpoint."""
    database = {"type": "page_id", "page_id": home}
    everything = [block(type_, **data) for type_, data in LEAVES.items()]
    first = {"properties": schema(source)}
    return {
        "blocks": ("PATCH", f"blocks/{home}/children", {"children": everything}),
        "texts": (
            "PATCH",
            f"blocks/{home}/children",
            {
                "children": [
                    {"type": "callout", "callout": {"rich_text": RICH, "icon": ICON}},
                    block("toggle", "x", children=[block("to_do", "x", checked=True)]),
                ],
                "position": {"type": "after_block", "after_block": {"id": block_}},
            },
        ),
        "row": (
            "POST",
            "pages",
            {
                "parent": {"type": "data_source_id", "data_source_id": source},
                "properties": VALUES,
                "icon": ICON,
                "cover": COVER,
            },
        ),
        "page": ("PATCH", f"pages/{home}", {"icon": {"emoji": "🍎"}, "is_locked": True}),
        "block": ("PATCH", f"blocks/{block_}", {"paragraph": {"rich_text": RICH, "color": "red"}}),
        "database": (
            "POST",
            "databases",
            {"parent": database, "title": RICH, "is_inline": True, "initial_data_source": first},
        ),
        "source": (
            "PATCH",
            f"data_sources/{source}",
            {
                "properties": {
                    "Many": {"multi_select": {"options": OPTIONS}},
                    "Site": {"description": "Web"},
                }
            },
        ),
        "view": (
            "POST",
            "views",
            {
                "data_source_id": source,
                "create_database": {"parent": database, "position": {"type": "page_start"}},
                "name": "x",
                "type": "table",
                "configuration": {"type": "table", "frozen_column_index": 0},
            },
        ),
        "comment": (
            "POST",
            "comments",
            {
                "parent": {"type": "page_id", "page_id": home},
                "rich_text": [text("x")],
                "display_name": {"type": "custom", "custom": {"name": "Ada"}},
            },
        ),
        "upload": (
            "POST",
            "file_uploads",
            {"filename": "a.png", "content_type": "image/png", "mode": "single_part"},
        ),
    }[kind]


KINDS = (
    "blocks",
    "texts",
    "row",
    "page",
    "block",
    "database",
    "source",
    "view",
    "comment",
    "upload",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_of_the_wrong_type_is_refused(
    kind: str, author: Author, stand_in: StandIn, workspace: Workspace, home: str, source: str
) -> None:
    (anchor,) = author.append(home, block("paragraph", "x"))
    method, path, body = requests_of(kind, home, source, anchor["id"])
    author.made(method, path, body)
    headers = {"Authorization": "Bearer ntn_write", "Notion-Version": "2026-03-11"}
    before = Snapshot.of(workspace)
    for place in places(body):
        for wrong in WRONG:
            sent = json.dumps(replaced(body, place, wrong)).encode()
            reply = stand_in.reply(method, f"/v1/{path}", headers, sent)
            assert reply.status in (200, 400, 404), (place, wrong, reply.body)
            now = Snapshot.of(workspace)
            assert reply.status == 200 or now == before, (place, wrong)
            before = now
    assert author.get(f"pages/{home}").status_code == 200
    assert author.rows(source)["object"] == "list"
    assert author.children(home)
