"""The report in words: the last lines of the log, and the outputs for later steps."""

from __future__ import annotations

from collections.abc import Iterator

from backup.report.report import Asked, Report

_MOST = 20  # lines of one kind; a first run of thousands of pages was told page by page already


def lines(report: Report) -> Iterator[str]:
    """What was done, for a person: one line of counts, then what changed."""
    would = "Would be: " if report.dry_run else ""
    yield f"{would}{report.headline()} · {report.unchanged} unchanged"
    told: dict[str, int] = {}
    for word, entry in report.details():
        told[word] = told.get(word, 0) + 1
        if told[word] <= _MOST:
            note = f" ({entry.note})" if entry.note else ""
            yield f"  {word}: {entry.title or 'Untitled'} → {entry.folder}/{note}"
    for word, count in told.items():
        if count > _MOST:
            yield f"  … and {count - _MOST} more {word}"
    yield (
        f"{report.files} files written, {report.requests} requests to Notion, "
        f"{report.seconds:.1f} s"
    )
    if report.asked and report.asked.requests:
        yield _asked(report.asked)
    for problem in (*report.failed, *report.lost, *report.errors):
        yield f"  not saved: {problem.where}: {problem.what}"


def _asked(asked: Asked) -> str:
    cost = "" if asked.cost is None else f", cost {asked.cost:.4f}"
    plural = "" if asked.requests == 1 else "s"
    return (
        f"AI naming: {asked.requests} request{plural}, {asked.tokens_in:,} tokens in, "
        f"{asked.tokens_out:,} out{cost}"
    )


def outputs(report: Report) -> dict[str, str]:
    """The action's outputs, by name."""
    return {
        "changed": str(report.changed and not report.dry_run).lower(),
        "commit": report.commit,
        "pages-written": str(0 if report.dry_run else report.written),
        "pages-removed": str(0 if report.dry_run else len(report.removed)),
        "pages-failed": str(len(report.failed)),
        "files-written": str(report.files),
    }
