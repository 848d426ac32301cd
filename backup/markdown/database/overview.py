"""README.md of a database: what it is, and a table of its rows, with links to their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backup.markdown.blocks.markup import anchor, pipe_table, stacked
from backup.markdown.context import Context, Where
from backup.markdown.database.rows import Line, Rows
from backup.markdown.database.sources import TableSource
from backup.markdown.icons import DATABASE, PAGE
from backup.markdown.inline import inline, literal
from backup.markdown.links import anchor as anchor_name
from backup.markdown.links import file_target
from backup.markdown.runs import joined, one_line, run, titled
from backup.model import Json, Target
from backup.sync.untrusted import part_name

_MARK = "<!-- notion-backup: the pages of a database -->"
_ROWS = 500  # of one file: hosts take long to show more


@dataclass(frozen=True, slots=True)
class Overview:
    """A database as its README.md shows it: `icon` is an emoji or '', `description` a rich text, and
    `inside` are the databases that lie in it."""

    title: str
    icon: str = ""
    description: Sequence[Json] = ()
    inside: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of the source number `at` that stand in one file; `is_first` says that none stands before."""

    at: int
    lines: Sequence[Line]
    is_first: bool


def render(overview: Overview, rows: Rows) -> dict[str, str]:
    """The text of README.md, and of README-2.md and so on where there are too many rows for one file.

    Never raises on odd data.
    """
    files = _divided(rows)
    names = [part_name(number) for number in range(1, len(files) + 1)]
    homes = {
        part.at: name
        for name, parts in zip(names, files, strict=True)
        for part in parts
        if part.is_first
    }
    return {
        name: _file(overview, parts, _links(name, names, rows.sources, homes), rows)
        for name, parts in zip(names, files, strict=True)
    }


def listed(overview: Overview, pages: Sequence[Target], context: Context) -> str:
    """The text of README.md where only the titles of the pages are known: a list, in the order given."""
    heading = _heading("#", overview.icon, overview.title)
    parts = (_items(pages, PAGE, context), _items(overview.inside, DATABASE, context))
    return stacked(heading, *parts, _MARK) + "\n"


def is_ours(text: str) -> bool:
    """Whether `render` wrote this text: no host shows the mark, and nobody would write it."""
    return text.endswith(f"{_MARK}\n")


def _divided(rows: Rows) -> list[list[_Part]]:
    """The tables, or parts of them, of each file."""
    files: list[list[_Part]] = [[]]
    room = _ROWS
    for at in range(len(rows.sources)):
        lines = rows.ordered(at)
        is_first = True
        while lines or is_first:
            if not room:
                files.append([])
                room = _ROWS
            files[-1].append(_Part(at, lines[:room], is_first))
            lines, room, is_first = lines[room:], room - len(lines[:room]), False
    return files


def _links(
    name: str, names: Sequence[str], sources: Sequence[TableSource], homes: dict[int, str]
) -> list[Json]:
    """In README.md the names of the tables, where there are several, and of the further files; in
    these the way back."""
    if name != names[0]:
        return [run("← "), run(names[0], names[0])]
    found: list[list[Json]] = []
    if len(sources) > 1:
        for at, source in enumerate(sources):
            home = homes[at] if homes[at] != name else ""
            aim = anchor_name(source.id)
            found.append([run(titled(source.title), f"{home}#{aim}")])
    found += [[run(each, each)] for each in names[1:]]
    return joined(found, " · ")


def _file(overview: Overview, parts: Sequence[_Part], links: list[Json], rows: Rows) -> str:
    is_top = parts[0].is_first and parts[0].at == 0
    # Of a page that is mentioned nothing updates this file when it is renamed: it has no targets here.
    alone = replace(rows.context, targets={})
    return (
        stacked(
            _heading("#", overview.icon, overview.title),
            inline(overview.description, alone, Where.BLOCK) if is_top else "",
            inline(links, rows.context),
            *(_table(part, rows) for part in parts),
            _items(overview.inside, DATABASE, rows.context) if is_top else "",
            _MARK,
        )
        + "\n"
    )


def _heading(level: str, icon: str, title: str) -> str:
    name = inline([run(titled(title))], Context(), Where.HEADING)
    return " ".join(filter(None, (level, literal(icon, Where.HEADING), name)))


def _table(part: _Part, rows: Rows) -> str:
    columns, source = rows.shown[part.at], rows.sources[part.at]
    head = [inline([run(column.name)], rows.context, Where.CELL) for column in columns]
    place = anchor(source.id) if rows.is_several and part.is_first else ""
    name = _heading("##", "", source.title) if rows.is_several else ""
    cells = [head, *(list(line.cells) for line in part.lines)]
    return stacked(place, name, pipe_table(cells) if part.lines else "")


def _items(targets: Sequence[Target], icon: str, context: Context) -> str:
    """A list of links; `icon` stands before what has none."""
    lines = []
    for each in targets:
        address = file_target(each.path, context)
        runs = [run(f"{one_line(each.icon) or icon} "), run(titled(each.title), address)]
        lines.append(f"- {inline(runs, context, Where.ITEM)}")
    return "\n".join(lines)
