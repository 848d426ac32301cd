"""The job summary: what a run did, as Markdown on the page of the workflow run.

GitHub and Gitea show up to 1 MiB. Gitea does not mask secrets in it, so the report must be free of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from backup.model import Problem
from backup.report import links
from backup.report.answer import Answer
from backup.report.fitting import cut, octets, within
from backup.report.literal import markdown, one_line
from backup.report.redaction import without
from backup.report.report import CHANGES, Entry, Report, Section
from backup.words import UNTITLED, counted

LIMIT = 900 * 1024  # bytes; the hosts' limit is 1 MiB
_RESERVE = 4_096  # bytes for headings and what else has a fixed size
_MOST = 100  # rows of one table
_TITLE, _REASON, _FOLDER = 150, 400, 250  # characters
_COUNTS = (*CHANGES, "failed", "lost")


def render(report: Report) -> str:
    """The Markdown, ending in a newline. Raises nothing, however odd titles are; never longer than
    LIMIT bytes, whatever the report holds."""
    parts = [f"## {one_line(report.heading())}"]
    room = LIMIT - _RESERVE
    for part in (_databases, _not_saved, *_folded_parts()):
        text = part(report, room)
        parts += [text] if text else []
        room -= octets(text)
    return "\n\n".join([*parts, _facts(report)]) + "\n"


def looked(answer: Answer, secrets: Iterable[str]) -> str:
    """The same for a command that only looks."""
    shown, room = without(answer, tuple(secrets)), LIMIT - _RESERVE
    rows = [_row(*(_said(cell, _REASON) for cell in row)) for row in shown.rows[:_MOST]]
    table = _table(shown.head, rows, len(shown.rows), room)
    problems = _problems("What", shown.problems, room - octets(table))
    places = "\n".join(f"- {_link(name, address)}" for name, address in shown.links)
    heading = shown.heading and f"## {_said(shown.heading, _REASON)}"
    notes = [_said(each, _REASON) for each in shown.notes]
    return "\n\n".join(filter(None, (heading, problems, table, places, *notes))) + "\n"


def _databases(report: Report, room: int) -> str:
    """One line a database, and one for all when there are several."""
    words = [word for word in _COUNTS if getattr(report, word)]

    def row(name: str, pages: int, part: Report) -> str:
        counts = [len(getattr(part, word)) for word in words]
        return _row(name, *map(str, (pages, *counts, part.unchanged, part.files)))

    rows = [
        row(_linked(report, section), section.pages, part)
        for section, part in islice(report.parts(), _MOST)
    ]
    several = len(report.sections) > 1
    total = row("all", sum(section.pages for section in report.sections), report)
    head = ("Database", "Pages", *(word.capitalize() for word in words), "Unchanged", "Files")
    return _table(head, [total, *rows] if several else rows, len(report.sections) + several, room)


def _linked(report: Report, section: Section) -> str:
    return _link(section.title or UNTITLED, links.database(report, section.folder))


def _not_saved(report: Report, room: int) -> str:
    if not report.problems:
        return ""
    return "### Not saved\n\n" + _problems("Why", report.problems, room)


def _folded_parts() -> Iterable[Callable[[Report, int], str]]:
    yield lambda report, room: _entries("New", report.new, report, room, ("Page", "Folder"))
    yield lambda report, room: _entries("Updated", report.updated, report, room)
    yield lambda report, room: _entries(
        "Renamed", report.renamed, report, room, ("Page", "Folder", "Was in")
    )
    yield lambda report, room: _entries("Removed", report.removed, report, room, there=False)
    yield lambda report, room: _entries("Kept, though not in Notion", report.kept, report, room)
    yield _warnings


def _entries(
    name: str,
    entries: tuple[Entry, ...],
    report: Report,
    room: int,
    head: tuple[str, ...] = ("Page", "Folder", "Why"),
    *,
    there: bool = True,
) -> str:
    """A folded table; `there` says whether the pages exist at the pushed commit."""

    def row(entry: Entry) -> str:
        page = _link(entry.title or UNTITLED, links.page(report, entry.folder) if there else "")
        texts = (_said(entry.folder, _FOLDER), _said(entry.note, _REASON))
        return _row(page, *texts[: len(head) - 1])

    rows = [row(entry) for entry in entries[:_MOST]]
    return _folded(f"{name}: {len(entries)}", _table(head, rows, len(entries), room))


def _warnings(report: Report, room: int) -> str:
    table = _problems("What", report.warnings, room)
    return _folded(f"Warnings: {len(report.warnings)}", table)


def _folded(title: str, table: str) -> str:
    # The blank lines let both hosts read Markdown inside the element.
    return table and f"<details>\n<summary>{title}</summary>\n\n{table}\n\n</details>"


def _problems(head: str, problems: Sequence[Problem], room: int) -> str:
    rows = [
        _row(_said(problem.where or "?", _TITLE), _said(problem.what, _REASON))
        for problem in problems[:_MOST]
    ]
    return _table(("Where", head), rows, len(problems), room)


def _said(text: str, limit: int) -> str:
    return markdown(cut(one_line(" ".join(text.split())), limit))


def _link(title: str, address: str) -> str:
    said = _said(title, _TITLE)
    return f"[{said}]({address})" if address else said


def _table(head: tuple[str, ...], rows: Sequence[str], count: int, room: int) -> str:
    """'' for no rows; else as many as fit, and how many of all `count` did not."""
    if not rows:
        return ""
    top = f"{_row(*head)}\n{_row(*['---'] * len(head))}\n"

    def more(number: int) -> str:
        return _row(f"… and {number} more", *[""] * (len(head) - 1))

    body = within(rows, room - octets(top), octets, count=count, left_out=more)
    return f"{top}{body or more(count)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _facts(report: Report) -> str:
    """The last lines: the commit, the pull request, what it cost."""
    facts = [*report.costs()]
    if report.asked:
        facts.append(f"{counted(report.asked.requests, 'request')} for image names")
    if report.commit:
        name, address = f"`{report.commit[:10]}`", links.commit(report)
        where = f" on {_said(report.branch, _TITLE)}" if report.branch else ""
        facts.insert(0, f"Commit {f'[{name}]({address})' if address else name}{where}")
    if report.pull_request:
        facts.insert(1, f"[Pull request]({_address(report.pull_request)})")
    return " · ".join(filter(None, [*facts, report.traffic(), *report.remarks()]))


def _address(text: str) -> str:
    return f"<{text}>" if not set("<>\n \\") & set(text) else ""
