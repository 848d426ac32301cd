"""A database as files of its folder: README.md with a table of its rows, and database.csv; pure.

Both hosts show README.md to whoever opens the folder. See docs/decisions/table.md.
"""

from collections.abc import Collection

from backup.markdown.database.overview import Overview, is_ours, listed, render
from backup.markdown.database.rows import Rows
from backup.markdown.database.sources import TableRow, TableSource, views_used
from backup.markdown.database.spreadsheet import is_our_csv, spreadsheet
from backup.model import CSV

__all__ = [
    "Overview",
    "Rows",
    "TableRow",
    "TableSource",
    "is_our_csv",
    "is_our_list",
    "is_ours",
    "listed",
    "render",
    "spreadsheet",
    "views_used",
]


def is_our_list(path: str, text: str, ids: Collection[str] | None) -> bool:
    """Whether this program wrote a file that shows the pages of a database, some of which have these `ids`;
    None stands for any."""
    name = path.rpartition("/")[2]
    return is_our_csv(text, ids) if name == CSV else is_ours(text)
