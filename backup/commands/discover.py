"""What the integration can see, as lines ready to paste: for somebody who has a token and no DATABASES.

It is asked for by `status --discover`, and by a run without `databases`. A search promises to
find what is shared directly, and that is all that a setting needs to name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from backup.json_values import mapping, objects, word
from backup.markdown.links import notion_address
from backup.model import WORKSPACE, Json, Problem, bare_id, plain_text
from backup.notion import children, read
from backup.notion.client import Client
from backup.notion.read import is_trashed
from backup.report.answer import Answer
from backup.report.fitting import cut
from backup.report.literal import one_line
from backup.words import UNTITLED, by_title, counted

_ANSWERS = 10  # of a hundred objects each, for databases and for pages
_LINES = 40  # of what lies at the top, and of what lies in that
_CLIMBS = 20  # pages in columns, toggles and the like, of which it is asked in which page they are
_TITLE = 60
_INDENT = " " * 10  # of a workflow's inputs
# What means something in a .env file, in YAML or in a workflow, wherever it stands in a title.
_MEANING = re.compile(r"[\"\\`${}#]+")
_NOTHING = (
    "This integration sees no page and no database. Open one in Notion, choose ⋯ → Connections, add the "
    "integration, and start again."
)


@dataclass(frozen=True, slots=True)
class _Shared:
    """A page or database. `parent` is the id of what it lies in; '' when that is not shown."""

    id: str
    title: str
    is_database: bool
    parent: str

    @property
    def kind(self) -> str:
        """In a reader's words."""
        return "database" if self.is_database else "page"


@dataclass(frozen=True, slots=True)
class _Search:
    """All that was found, by id. `is_cut`: the search was ended before its end."""

    found: Mapping[str, _Shared]
    is_cut: bool

    def rows(self) -> Counter[str]:
        """How many rows each database has among what was found."""
        pages = (each for each in self.found.values() if not each.is_database)
        return Counter(each.parent for each in pages if self._is_row(each))

    def _is_row(self, each: _Shared) -> bool:
        above = self.found.get(each.parent)
        return not each.is_database and above is not None and above.is_database

    def named(self) -> list[_Shared]:
        """What a setting may name, databases first: a row goes with its database."""
        named = (each for each in self.found.values() if not self._is_row(each))
        return sorted(named, key=lambda each: (not each.is_database, by_title(each.title), each.id))


def run(client: Client) -> Answer:
    """Search for everything that the integration may see, and say how to name it. Raises NotionError."""
    search = _searched(client)
    named = search.named()
    if not named:
        return Answer("", problems=(Problem("Notion", _NOTHING),), data={"shared": []})
    rows = search.rows()
    shared = [
        {
            "id": each.id,
            "kind": each.kind,
            "title": each.title,
            "in": each.parent if each.parent in search.found else None,
            **({"rows": rows[each.id]} if each.is_database else {}),
        }
        for each in named
    ]
    lines = list(_lines(search, named, rows))
    return Answer(
        _heading(search), lines=tuple(_pasted(lines)), data={"shared": shared, "cut": search.is_cut}
    )


def _searched(client: Client) -> _Search:
    found: dict[str, _Shared] = {}
    climbs = iter(range(_CLIMBS))
    is_cut = False
    for kind in ("data_source", "page"):
        body = {"filter": {"property": "object", "value": kind}}
        for number, answer in enumerate(client.search(body)):
            for raw in objects(answer["results"]):
                if not is_trashed(raw) and (seen := _seen(client, raw, climbs)):
                    found.setdefault(seen.id, seen)
            if number + 1 == _ANSWERS:
                is_cut = is_cut or bool(answer.get("has_more"))
                break
    return _Search(found, is_cut)


def _seen(client: Client, raw: Json, climbs: Iterator[int]) -> _Shared | None:
    """One object of an answer; of a database a search shows the data sources."""
    is_page = raw.get("object") == "page"
    parent = mapping(raw, "parent")
    id_ = word(raw, "id") if is_page else word(parent, "database_id")
    if not id_:
        return None
    above = raw if is_page else {"parent": mapping(raw, "database_parent")}
    home = children.stands_in(above)
    if "block_id" in mapping(above, "parent") and next(climbs, None) is not None:
        home = children.home(client, above).id or ""
    is_whole = is_page and isinstance(raw.get("properties"), dict)
    title = read.child(raw, "").title if is_whole else plain_text(raw.get("title"))
    return _Shared(bare_id(id_), title, not is_page, home)


def _heading(search: _Search) -> str:
    databases = sum(each.is_database for each in search.found.values())
    pages = len(search.found) - databases
    seen = f"{counted(databases, 'database')} and {counted(pages, 'page')}"
    return f"The integration sees {'more than ' if search.is_cut else ''}{seen}, rows included."


def _lines(search: _Search, named: Collection[_Shared], rows: Mapping[str, int]) -> Iterator[str]:
    """The value of DATABASES: what lies at the top, and switched off what goes with that."""
    roots = [each for each in named if each.parent not in search.found]
    inside = [each for each in named if each.parent in search.found]
    for mark, listed in (("", roots), ("# ", inside)):
        for each in islice(listed, _LINES):
            yield f"{mark}{notion_address(each.id)}  # {_said(each, search, rows)}"
    more = max(0, len(roots) - _LINES) + max(0, len(inside) - _LINES)
    if more or search.is_cut:
        what = f"{more} more" if more and not search.is_cut else "More"
        yield f"# {what} not shown: one line with the word {WORKSPACE} backs up all of it."


def _said(each: _Shared, search: _Search, rows: Mapping[str, int]) -> str:
    number = counted(rows[each.id], "row") if each.is_database else ""
    above = search.found.get(each.parent)
    place = f"in {_title(above.title)}" if above else ""
    return f"{_title(each.title)} ({', '.join(filter(None, (each.kind, number, place)))})"


def _title(title: str) -> str:
    """A title as a remark: it is pasted into files in which signs have a meaning, and in which what
    looks like an id would be one."""
    plain = " ".join(_MEANING.sub(" ", one_line(title)).split())
    plain = re.sub(r"[0-9a-fA-F-]{32,}", "…", plain)
    return cut(plain, _TITLE) or UNTITLED


def _pasted(lines: Collection[str]) -> Iterator[str]:
    """The lines as they belong into both files."""
    yield "Lines for .env; what lies in a page or database is backed up with it:"
    yield ""
    yield 'DATABASES="'
    yield from lines
    yield '"'
    yield ""
    yield "The same for a workflow:"
    yield ""
    yield f"{_INDENT}databases: |"
    yield from (f"{_INDENT}  {line}" for line in lines)
    yield ""
