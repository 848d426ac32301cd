"""Builders of values in the shape of Notion's API: counted ids, no clock, no chance.

A block in a case file is the API's own object with one more key: `children`, its blocks in order
(and `unread`, where a test wants children that could not be read).
"""

from __future__ import annotations

from typing import Any

from backup.markdown.context import Context, Options
from backup.model import Block, Json, LocalFile, MissingFile, Page, Target

ANNOTATIONS = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}


def text(content: str, link: str | None = None, **annotations: Any) -> Json:
    """One text run."""
    return {
        "type": "text",
        "text": {"content": content, "link": {"url": link} if link else None},
        "annotations": {**ANNOTATIONS, **annotations},
        "plain_text": content,
        "href": link,
    }


def equation(expression: str) -> Json:
    """One inline formula."""
    shown = {"equation": {"expression": expression}, "plain_text": expression, "href": None}
    return {"type": "equation", "annotations": ANNOTATIONS, **shown}


def rich(content: str | Json | list[Json]) -> list[Json]:
    """A rich-text array: of a string, of one run, or as given."""
    if isinstance(content, str):
        return [text(content)] if content else []
    return [content] if isinstance(content, dict) else content


def block(
    type_: str, content: str | Json | list[Json] | None = None, *children: Json, **data: Any
) -> Json:
    """A block object with its children; `content` becomes its rich text. Its id is given later."""
    own = {} if content is None else {"rich_text": rich(content)}
    return {"object": "block", "type": type_, type_: {**own, **data}, "children": list(children)}


def table(*rows: list[str | Json | list[Json]], **data: Any) -> Json:
    """A table block; each row is a list of cells."""
    cells = [block("table_row", None, cells=[rich(cell) for cell in row]) for row in rows]
    width = max(map(len, rows), default=1)
    given = {"table_width": width, "has_column_header": False, "has_row_header": False, **data}
    return block("table", None, *cells, **given)


def numbered(blocks: list[Json], start: int = 1) -> list[Json]:
    """The same blocks, each with an id that is its place in reading order."""
    count = start

    def visit(raw: Json) -> Json:
        nonlocal count
        id_ = raw.get("id") or f"{count:08x}-0000-4000-8000-{count:012x}"
        count += 1
        return {**raw, "id": id_, "children": [visit(child) for child in raw.get("children", [])]}

    return [visit(raw) for raw in blocks]


def tree(raw: Json) -> Block:
    """A block object with `children` (and `unread`) as the value that renderers take."""
    children = tuple(tree(child) for child in raw.get("children", []))
    return Block.from_api(raw, children, raw.get("unread", ""))


def page(title: str, *blocks: Json, **raw: Any) -> Page:
    """A page with this title and body; `raw` adds to its page object."""
    properties = {"Name": {"id": "title", "type": "title", "title": rich(title)}}
    page_id = "0123456789abcdef0123456789abcdef"
    whole = {
        "object": "page",
        "id": page_id,
        "created_time": "2026-01-02T03:04:00.000Z",
        "last_edited_time": "2026-02-03T04:05:00.000Z",
        **raw,
        "properties": {**properties, **raw.get("properties", {})},
    }
    return Page(page_id, whole, tuple(map(tree, numbered(list(blocks)))), raw.get("schema", {}))


def context(case: Json) -> Context:
    """The context that a case file describes; every key may be absent."""
    return Context(
        path=case.get("path", "wiki/page/index.md"),
        page_id=case.get("page_id", "0123456789abcdef0123456789abcdef"),
        targets={id_: Target(**target) for id_, target in case.get("targets", {}).items()},
        files={key: _file(value) for key, value in case.get("files", {}).items()},
        anchors=frozenset(case.get("anchors", ())),
        ancestors=tuple(Target(**parent) for parent in case.get("ancestors", ())),
        options=Options(**case.get("options", {})),
    )


def _file(value: Json) -> LocalFile | MissingFile:
    return MissingFile(**value) if "reason" in value else LocalFile(**value)
