"""Short names for blocks that need more than a type and a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backup.model import Json, dashed_id
from fakenotion.build import Rich, block, emoji, runs


def paragraph(*parts: str | Json, **data: Any) -> Json:
    """A paragraph of strings and runs."""
    return block("paragraph", parts, **data)


def heading(level: int, rich: Rich, **data: Any) -> Json:
    """A heading, 1 to 4; one with children is a toggle."""
    return block(f"heading_{level}", rich, is_toggleable="children" in data, **data)


def bullets(*items: Rich | Json) -> list[Json]:
    """One bulleted item each; a built block goes in as it is."""
    return _items("bulleted_list_item", items)


def numbers(*items: Rich | Json) -> list[Json]:
    """One numbered item each; a built block goes in as it is."""
    return _items("numbered_list_item", items)


def _items(type_: str, items: Iterable[Rich | Json]) -> list[Json]:
    return [
        item if isinstance(item, dict) and item.get("object") == "block" else block(type_, item)
        for item in items
    ]


def to_do(rich: Rich, checked: bool = False, **data: Any) -> Json:
    """A check box with its text."""
    return block("to_do", rich, checked=checked, **data)


def code(source: str, language: str, caption: Rich = ()) -> Json:
    """A code block."""
    return block("code", source, language=language, caption=caption)


def callout(sign: str, rich: Rich, color: str = "gray_background", **data: Any) -> Json:
    """A callout with an emoji as icon."""
    return block("callout", rich, icon=emoji(sign), color=color, **data)


def equation(expression: str) -> Json:
    """An equation that stands alone."""
    return block("equation", expression=expression)


def media(type_: str, file: Json, caption: Rich = (), **data: Any) -> Json:
    """An image, video, audio, pdf or file block; `file` comes from `external` or `hosted`."""
    return block(type_, caption=caption, **file, **data)


def table(
    rows: Sequence[Sequence[Rich]], *, header: bool = True, first_column: bool = False
) -> Json:
    """A table; each row a list of rich texts, all of one length."""
    lines = [block("table_row", cells=[runs(cell) for cell in row]) for row in rows]
    return block(
        "table",
        table_width=len(rows[0]),
        has_column_header=header,
        has_row_header=first_column,
        children=lines,
    )


def columns(*sides: Iterable[Json], ratios: Sequence[float] = ()) -> Json:
    """Columns side by side; `ratios` are their widths, each between 0 and 1."""
    widths: list[Json] = [{"width_ratio": ratio} for ratio in ratios] or [{} for _ in sides]
    made = [
        block("column", children=side, **width) for side, width in zip(sides, widths, strict=True)
    ]
    return block("column_list", children=made)


def tabs(bodies: Mapping[str, Iterable[Json]]) -> Json:
    """Tabs by their labels."""
    labels = [block("paragraph", label, children=body) for label, body in bodies.items()]
    return block("tab", children=labels)


def link_to_page(id_: str, kind: str = "page_id") -> Json:
    """A block that is only a link; `kind`: page_id, database_id or comment_id."""
    data: dict[str, Any] = {"type": kind, kind: dashed_id(id_)}
    return block("link_to_page", **data)


def synced_copy(original: str, children: Iterable[Json] = ()) -> Json:
    """A copy of a synced block; `original` is the id of the block it follows."""
    source = {"type": "block_id", "block_id": dashed_id(original)}
    return block("synced_block", synced_from=source, children=children)


def folder() -> Json:
    """A folder of pages. Assumed: the API calls it unsupported."""
    return block("unsupported", block_type="folder")
