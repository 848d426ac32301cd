"""Notifies a Slack channel through an incoming webhook: a heading, and a block for each database.

Source: Slack docs, "Sending messages using incoming webhooks" and "Blocks": 50 blocks, 150
characters of a header, 3,000 of a section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from backup.http import Session
from backup.report import links, literal
from backup.report.fitting import cut, within
from backup.report.report import Entry, Report, Section
from backup.report.sending import post_json
from backup.words import counted

NAME = "Slack"
_BLOCKS, _HEADER, _SECTION = 50, 150, 3_000
_NAME, _REASON = 80, 200  # characters of a title and of a reason, before escaping
_NAMES, _LINES = 300, 50  # characters of all names of one kind; entries of a list


@dataclass(frozen=True)
class Slack:
    """An incoming webhook of a channel."""

    url: str = field(repr=False)

    def send(self, report: Report, session: Session) -> None:
        """Send the message. Raises NotifyError."""
        post_json(session, self.url, message(report))


def from_settings(given: Mapping[str, str]) -> Slack | None:
    """None without SLACK_WEBHOOK_URL."""
    url = given.get("SLACK_WEBHOOK_URL", "")
    return Slack(url) if url else None


def message(report: Report) -> dict[str, Any]:
    """The body of the request; `text` is what a notification shows."""
    heading = literal.one_line(report.heading())
    blocks = [{"type": "header", "text": _plain(cut(heading, _HEADER))}, *_blocks(report)]
    last = [{"type": "context", "elements": [_text(_facts(report))]}]
    return {
        "text": literal.slack(cut(heading, _HEADER)),
        "blocks": [*blocks[: _BLOCKS - 1], *last],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(report: Report) -> Iterator[dict[str, Any]]:
    if loose := report.loose():
        lines = [_problem(each.where, each.what) for each in loose[:_LINES]]
        yield {"type": "section", "text": _text(within(lines, _SECTION, count=len(loose)))}
    for section, part in islice(report.parts(), _BLOCKS):
        lines = list(_database(report, section, part))
        yield {"type": "section", "text": _text(within(lines, _SECTION))}


def _database(report: Report, section: Section, part: Report) -> Iterator[str]:
    title, address = _title(section.title), links.database(report, section.folder)
    name = f"<{address}|{title}>" if address and len(address) < 1_000 else title
    pages, files = counted(section.pages, "page"), counted(part.files, "file")
    yield f"*{name}*: {part.headline()} · {pages}, {files}"
    for word in ("new", "updated", "renamed", "removed", "kept"):
        entries: tuple[Entry, ...] = getattr(part, word)
        if entries:
            names = [_title(entry.title) for entry in entries[:_LINES]]
            said = within(names, _NAMES, count=len(entries), glue=", ")
            yield f"{word.capitalize()}: {said}"
    for problem in part.problems[:_LINES]:
        yield _problem(problem.where, problem.what)


def _problem(where: str, what: str) -> str:
    return f":warning: {_title(where)}: {literal.slack(cut(' '.join(what.split()), _REASON))}"


def _title(text: str) -> str:
    return literal.slack(cut(text.strip(), _NAME)) or "Untitled"


def _facts(report: Report) -> str:
    job = report.job
    place = literal.slack(" ".join(filter(None, (job.repository, job.machine))))
    facts = [
        f"{report.seconds:.1f} s",
        f"{counted(report.requests, 'request')} to Notion",
        cut(place, 300),
    ]
    for words, address in (
        ("commit", links.commit(report)),
        ("pull request", literal.slack(report.pull_request)),
        ("log", job.run),
    ):
        facts += [f"<{address}|{words}>"] if address and len(address) < 500 else []
    return " · ".join(filter(None, facts))


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _text(text: str) -> dict[str, Any]:
    # Verbatim: names of channels and people in a title stay words.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
