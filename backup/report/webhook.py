"""Sends the report as JSON to any address, for programs.

version        1; raised when a key changes its meaning or goes, not when one is added
ok             whether everything is saved, and `exit_code` of the program
title          the run in one line
dry_run        always false: a dry run notifies nobody
finished       when, ISO 8601 in UTC; `seconds` how long it took
host           "github", "gitea", "forgejo" or ""; `server`, `repository`, `run_url`, `machine`
branch, commit, commit_url, pushed, pull_request        "" and false for none
requests       to Notion; `files` images and attachments written
pages          counts: new, updated, renamed, removed, kept, failed, unchanged; `read` is how many
               were read from Notion, whether they differed or not, `rendered` how many were written
               again without that
databases      [{id, title, folder, pages, files, new, updated, …: counts as above}]
changes        [{what, id, title, folder, note, url}]: what is new, updated, renamed, removed or
               kept; `note` is the reason, or where a renamed page was
problems       [{kind, where, what, page_id}]: kind is error, page, file or warning
left_out       {databases, changes, problems}: how many entries of the lists above were too many
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from backup.model import Problem
from backup.report import links
from backup.report.fitting import cut
from backup.report.literal import one_line
from backup.report.report import CHANGES, Entry, Report, Section
from backup.report.sending import Sending, post_json

NAME = "webhook"
VERSION = 1
_MOST = 500  # entries of a list
_LONGEST, _ADDRESS = 500, 2_000  # characters of a text and of an address
_KINDS = (*CHANGES, "failed")


@dataclass(frozen=True)
class Webhook:
    """An address that takes JSON."""

    url: str = field(repr=False)

    def send(self, report: Report, session: Sending) -> None:
        """Send the report. Raises NotifyError."""
        post_json(session, self.url, message(report))


def from_settings(given: Mapping[str, str]) -> Webhook | None:
    """None without WEBHOOK_URL."""
    url = given.get("WEBHOOK_URL", "")
    return Webhook(url) if url else None


def message(report: Report) -> dict[str, Any]:
    """The report with the keys that this module's own description lists."""
    problems = [*_problems(report)]
    changes = [*report.details()]
    return {
        **_head(report),
        "pages": {**_counts(report), "read": report.read, "rendered": report.rendered},
        "databases": [_database(section, part) for section, part in islice(report.parts(), _MOST)],
        "changes": [_change(report, word, entry) for word, entry in changes[:_MOST]],
        "problems": [_problem(kind, each) for kind, each in problems[:_MOST]],
        "left_out": {
            "databases": max(len(report.sections) - _MOST, 0),
            "changes": max(len(changes) - _MOST, 0),
            "problems": max(len(problems) - _MOST, 0),
        },
    }


def _head(report: Report) -> dict[str, Any]:
    return {
        "version": VERSION,
        "ok": not report.exit_code,
        "exit_code": report.exit_code,
        "title": report.heading(),
        "dry_run": report.dry_run,
        "finished": report.finished,
        "seconds": round(report.seconds, 1),
        "host": report.job.host,
        "server": report.job.server,
        "repository": report.job.repository,
        "run_url": report.job.run,
        "machine": report.job.machine,
        "branch": report.branch,
        "commit": report.commit,
        "commit_url": links.commit(report),
        "pushed": report.pushed,
        "pull_request": report.pull_request,
        "requests": report.requests,
        "files": report.files,
    }


def _counts(part: Report) -> dict[str, int]:
    return {**{word: len(getattr(part, word)) for word in _KINDS}, "unchanged": part.unchanged}


def _database(section: Section, part: Report) -> dict[str, Any]:
    about = {"id": section.id, "title": _short(section.title), "folder": _short(section.folder)}
    return {**about, "pages": section.pages, "files": part.files, **_counts(part)}


def _change(report: Report, word: str, entry: Entry) -> dict[str, str]:
    address = "" if word == "removed" else links.page(report, entry.folder)
    return {
        "what": word,
        "id": entry.page_id,
        "title": _short(entry.title),
        "folder": _short(entry.folder),
        "note": _short(entry.note),
        "url": address if len(address) <= _ADDRESS else "",
    }


def _problems(report: Report) -> Iterator[tuple[str, Problem]]:
    for kind, problems in (
        ("error", report.errors),
        ("page", report.failed),
        ("file", report.lost),
        ("warning", report.warnings),
    ):
        yield from ((kind, each) for each in problems)


def _problem(kind: str, problem: Problem) -> dict[str, str]:
    what, where = _short(problem.what), _short(problem.where)
    return {"kind": kind, "where": where, "what": what, "page_id": problem.page_id}


def _short(text: str) -> str:
    return cut(one_line(text), _LONGEST)
