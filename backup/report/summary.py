"""The report in words: the last lines of the log, and the outputs for later steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from backup.report.fitting import cut
from backup.report.literal import one_line
from backup.report.report import AiRequests, Entry, Report
from backup.words import UNTITLED, counted

_MOST = 20  # lines of one kind; a first run of thousands of pages was logged page by page already
_MARKS = {"new": "+", "updated": "~", "renamed": "→", "removed": "−", "kept": "="}
_LONGEST = 300  # characters of a title or a reason in an output
_ROOM = 200_000  # characters of `failed-pages`: Gitea drops outputs of more than 1 MiB


def lines(report: Report) -> Iterator[str]:
    """What was done, for a person: one line of counts, what changed, what is not saved, and last what it
    took."""
    would = "Dry run: " if report.dry_run else ""
    yield f"{would}{report.counts()} · {report.unchanged} unchanged"
    yield from _foreseen(report) if report.dry_run else _changes(report)
    yield from (f"{each}." for each in report.remarks())
    if report.asked and report.asked.requests:
        yield _asked(report.asked)
    for problem in report.problems[:_MOST]:
        yield f"  not saved: {problem.where}: {problem.what}"
    if len(report.problems) > _MOST:
        yield f"  … and {len(report.problems) - _MOST} more that are not saved"
    if traffic := report.traffic():
        yield traffic
    yield ", ".join(report.costs())


def _foreseen(report: Report) -> Iterator[str]:
    """Every page that would change, however many there are: nothing else names them."""
    for word, entry in report.details():
        yield f"  {_MARKS[word]} {_told(word, entry)}"
    if report.new:
        yield "  What lies in new pages is found once they are read."


def _changes(report: Report) -> Iterator[str]:
    counts: dict[str, int] = {}
    for word, entry in report.details():
        counts[word] = counts.get(word, 0) + 1
        if counts[word] <= _MOST:
            yield f"  {word}: {_told(word, entry)}"
    for word, count in counts.items():
        if count > _MOST:
            yield f"  … and {count - _MOST} more {word}"


def _told(word: str, entry: Entry) -> str:
    was = "was " if word == "renamed" else ""
    note = f" ({was}{entry.note})" if entry.note else ""
    return f"{entry.title or UNTITLED} → {entry.folder}/{note}"


def _asked(asked: AiRequests) -> str:
    cost = "" if asked.cost is None else f", cost {asked.cost:.4f}"
    return (
        f"AI naming: {counted(asked.requests, 'request')}, {asked.tokens_in:,} tokens in, "
        f"{asked.tokens_out:,} out{cost}"
    )


def outputs(report: Report) -> dict[str, str]:
    """The action's outputs, by name; each is one line, because runners lose others' first one."""
    is_done = not (report.dry_run or (report.unpublished and not report.commit))
    return {
        "changed": str(_changed(report)).lower(),
        "commit": report.commit,
        "pages-written": str(report.written if is_done else 0),
        "pages-removed": str(len(report.removed) if is_done else 0),
        "pages-failed": str(len(report.failed)),
        "pages-unchanged": str(report.unchanged),
        "files-written": str(report.files),
        "failed-pages": _failed_pages(report),
        "problems": str(len(report.problems)),
        "pages": str(report.seen.pages),
        "databases": str(report.seen.databases),
        "linked-views": str(report.seen.views),
        "requests": str(report.requests),
        **{f"requests-{kind}": str(count) for kind, count in asdict(report.spent).items()},
        "pull-request": report.pull_request,
    }


def _changed(report: Report) -> bool:
    """Whether the repository changed: by a commit where one is made, else by what was written."""
    if report.dry_run:
        return False
    return bool(report.commit) if report.branch else report.changed


def _failed_pages(report: Report) -> str:
    """A JSON array with as many of the failed pages as there is room for."""
    found: list[str] = []
    room = _ROOM
    for problem in report.failed:
        texts = {"id": problem.page_id, "title": problem.where, "reason": problem.what}
        short = {key: cut(one_line(text), _LONGEST) for key, text in texts.items()}
        found.append(json.dumps(short, ensure_ascii=False))
        room -= len(found[-1]) + 2
        if room < 0:
            found.pop()
            break
    return f"[{', '.join(found)}]"
