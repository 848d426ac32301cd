"""Tables, always as pipe tables: one line a row keeps a diff readable. It stands apart as every family of
blocks does."""

from __future__ import annotations

from backup.json_values import as_list, objects
from backup.markdown.blocks.flow import flow, place_of
from backup.markdown.blocks.markup import pipe_table, stacked
from backup.markdown.blocks.register import renders
from backup.markdown.blocks.unsupported import unread
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline
from backup.model import Block, Json


@renders("table", holds_children=True)
def table(block: Block, context: Context) -> str:
    """Rows as wide as the widest; without a column header, an empty one."""
    found = [child for child in block.children if child.type == "table_row"]
    others = tuple(child for child in block.children if child.type != "table_row")
    row_header = block.data.get("has_row_header") is True
    rows = [_cells(row, context, row_header) for row in found]
    if rows and block.data.get("has_column_header") is not True:
        rows.insert(0, [])
    shown = pipe_table(rows, _width(block))
    return stacked(shown, flow(others, context), unread(block, context))


@renders("table_row", holds_anchor=True)
def table_row(block: Block, context: Context) -> str:
    """A row that has lost its table: a table of one row."""
    return pipe_table([[], _cells(block, context, row_header=False)])


def _width(block: Block) -> int:
    width = block.data.get("table_width")
    return min(width, 500) if isinstance(width, int) and width > 0 else 1


def _cells(row: Block, context: Context, row_header: bool) -> list[str]:
    given = row.data.get("cells")
    cells: list[list[Json]] = [objects(cell) for cell in as_list(given)]
    shown = [
        inline(cell, context, Where.CELL, marks="b" if row_header and not column else "")
        for column, cell in enumerate(cells)
    ]
    if place := place_of(row, context):
        shown[:1] = [place + (shown[0] if shown else "")]
    return shown
