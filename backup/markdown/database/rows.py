"""The rows of a database, gathered one by one: of each is kept what its files show, and not its page object,
so that a database of 20,000 rows needs little memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backup.markdown.context import Context
from backup.markdown.database.cells import cell
from backup.markdown.database.sorting import Key, keys_of
from backup.markdown.database.sources import TableRow, TableSource
from backup.markdown.database.values import record
from backup.model import LocalFile, MissingFile
from backup.words import by_title

_COLUMNS = 8  # more would be cut off on most screens; database.csv has all


@dataclass(frozen=True, slots=True)
class Line:
    """A row: `cells` for README.md, `record` for database.csv, and what sorts them."""

    id: str
    title: str
    created: str
    keys: tuple[Key, ...]
    cells: tuple[str, ...]
    record: str


class Rows:
    """The rows of a database's sources. `context` has the targets of the backup and the path of README.md;
    `names` are all columns of database.csv."""

    def __init__(self, sources: Sequence[TableSource], context: Context) -> None:
        self.sources = tuple(sources) or (TableSource({}),)
        self.context = context
        columns = (column for source in self.sources for column in source.columns)
        self.names = list(dict.fromkeys(column.name for column in columns))
        self.shown = [source.shown(_COLUMNS) for source in self.sources]
        self._keys = [keys_of(source, context) for source in self.sources]
        self._lines: list[list[Line]] = [[] for _ in self.sources]
        self._at = {source.id: at for at, source in enumerate(self.sources)}

    @property
    def is_several(self) -> bool:
        """Whether there is more than one source, so that their names are of interest."""
        return len(self.sources) > 1

    def add(self, source_id: str, entry: TableRow) -> None:
        """Take a row. One that names no source of the database counts as one of the first."""
        at = self._at.get(source_id, 0)
        source = self.sources[at]
        files = {key: _as_link(file) for key, file in entry.files.items()}
        context = replace(self.context, files=files) if files else self.context
        line = Line(
            entry.id,
            entry.target.title,
            entry.created,
            tuple(key_of(entry) for key_of, _ in self._keys[at]),
            tuple(cell(entry, column, context) for column in self.shown[at]),
            record(entry, source, self.names, context, is_named=self.is_several),
        )
        self._lines[at].append(line)

    def ordered(self, at: int) -> list[Line]:
        """The rows of a source in the order of its view, else by title; equal ones by title, then by id."""
        found = sorted(self._lines[at], key=lambda line: (by_title(line.title), line.id))
        for number, (_, is_down) in reversed([*enumerate(self._keys[at])]):
            full = [line for line in found if line.keys[number]]
            empty = [line for line in found if not line.keys[number]]
            full.sort(key=lambda line: line.keys[number], reverse=is_down)
            found = [*full, *empty]
        return found

    def by_age(self) -> list[Line]:
        """All rows in the order of their making, so that a new one comes last."""
        lines = (line for part in self._lines for line in part)
        return sorted(lines, key=lambda line: (line.created, line.id))


def _as_link(file: LocalFile | MissingFile) -> LocalFile | MissingFile:
    """An image as a link: a table has no room for it."""
    return replace(file, width=None) if isinstance(file, LocalFile) else file
