"""Notifies a Discord channel: one message, an embed for the run and one for each database.

Source of all limits and fields: Discord developer docs, "Embed Limits" and "Execute Webhook".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backup.model import Problem
from backup.report import links, literal
from backup.report.fitting import cut, units, within
from backup.report.report import CHANGES, Entry, Report, Section
from backup.report.sending import Sending, post_json
from backup.words import UNTITLED, counted

NAME = "Discord"
_ALL = 6_000  # characters of all embeds together
_TITLE, _DESCRIPTION = 256, 4_096
_EMBEDS = 10
_NAME = 80  # characters of a page's title, before escaping
_REASON = 200
_FACT = 200  # characters of a field's value; Discord takes 1,024
_NAMES, _PROBLEMS = 50, 20  # of one kind in one database
_GENERAL = 1_200  # characters of the first embed's description, so that the databases have theirs
_RED, _GREEN, _AMBER, _GREY = 0xD1242F, 0x2DA44E, 0xBF8700, 0x8B949E


@dataclass(frozen=True)
class Discord:
    """`level` is 'errors' or 'always'."""

    url: str = field(repr=False)
    level: str = "always"

    def send(self, report: Report, session: Sending) -> None:
        """Send the message when the level wants it. Raises NotifyError."""
        if self.level == "always" or report.exit_code:
            post_json(session, self.url, message(report))


def from_settings(given: Mapping[str, str]) -> Discord | None:
    """None without DISCORD_WEBHOOK_URL, and with DISCORD_LEVEL=never."""
    url, level = given.get("DISCORD_WEBHOOK_URL", ""), given.get("DISCORD_LEVEL", "always")
    return Discord(url, level) if url and level != "never" else None


def message(report: Report) -> dict[str, Any]:
    """The body of the request. Nothing in it pings anybody, and nothing in a title is Markdown."""
    parts = [*report.parts()]
    first = _general(report, parts)
    kept = [(section, part) for section, part in parts if _has_changes(part)][: _EMBEDS - 1]
    share = (_ALL - _size(first)) // len(kept) if kept else 0
    embeds = [first, *(_database(report, section, part, share) for section, part in kept)]
    return {"embeds": embeds, "allowed_mentions": {"parse": []}}


def _has_changes(part: Report) -> bool:
    return bool(part.changed or part.problems or part.kept)


def _size(embed: Mapping[str, Any]) -> int:
    """What Discord counts: every text but addresses."""
    texts = [embed.get("title", ""), embed.get("description", "")]
    texts += [text for each in embed.get("fields", ()) for text in (each["name"], each["value"])]
    return sum(map(units, [*texts, embed.get("footer", {}).get("text", "")]))


def _general(report: Report, parts: Sequence[tuple[Section, Report]]) -> dict[str, Any]:
    embed: dict[str, Any] = {
        "title": cut(literal.one_line(report.heading()), _TITLE),
        "color": _color(report),
        "fields": [
            {"name": name, "value": cut(value, _FACT), "inline": True}
            for name, value in _facts(report).items()
            if value
        ],
    }
    more = sum(_has_changes(part) for _, part in parts) - _EMBEDS + 1
    lines = [f"{counted(more, 'more database')} with changes: not shown here"] if more > 0 else []
    lines += [*_problems(report.loose()[:_PROBLEMS]), *_quiet(parts)]
    optional = {
        "description": within(lines, _GENERAL),
        "url": report.job.run,
        "timestamp": report.finished,
        "footer": {"text": cut(literal.one_line(_place(report)), 200)} if _place(report) else {},
    }
    return {**embed, **{name: value for name, value in optional.items() if value}}


def _color(report: Report) -> int:
    if report.exit_code:
        return _RED
    if report.warnings:
        return _AMBER
    return _GREEN if report.changed else _GREY


def _facts(report: Report) -> dict[str, str]:
    commit = f"`{report.commit[:10]}`" if report.commit else ""
    address = links.commit(report)
    return {
        "Pages": f"{report.written + len(report.removed)} changed, {report.unchanged} unchanged",
        "Files": str(report.files),
        "Time": f"{report.seconds:.1f} s",
        "Warnings": str(len(report.warnings) or ""),
        "Commit": f"[{commit}]({address})" if address and len(address) < _FACT - 20 else commit,
        "Pull request": report.pull_request,
    }


def _place(report: Report) -> str:
    server = report.job.server.partition("://")[2]
    place = " · ".join(filter(None, (server, report.job.repository, report.job.machine)))
    return place and f"Host: {place}"


def _quiet(parts: Sequence[tuple[Section, Report]]) -> list[str]:
    """One line for each database in which nothing happened."""
    return [
        f"{_title(section.title)}: nothing changed, {counted(section.pages, 'page')}"
        for section, part in parts
        if not _has_changes(part)
    ]


def _database(report: Report, section: Section, part: Report, share: int) -> dict[str, Any]:
    title = cut(_title(section.title), _TITLE)
    room = min(_DESCRIPTION, share - units(title))
    pages, files = counted(section.pages, "page"), counted(part.files, "file")
    counts = f"{part.headline()} · {pages}, {files}"
    lines = [counts, *_problems(part.problems[:_PROBLEMS]), *_named(part, room // 2)]
    embed = {"title": title, "description": within(lines, room), "color": _color(part)}
    address = links.database(report, section.folder)
    return {**embed, **({"url": address} if address else {})}


def _named(part: Report, room: int) -> Iterable[str]:
    """'**New:** Tea, Cups' for each kind of change, together in about `room` characters."""
    named: dict[str, tuple[Entry, ...]] = {word: getattr(part, word) for word in CHANGES}
    share = room // max(sum(map(bool, named.values())), 1)
    for word, entries in named.items():
        if entries:
            titles = [_title(each.title) for each in entries[:_NAMES]]
            names = within(titles, share, count=len(entries), glue=", ")
            yield f"**{word.capitalize()}:** {names}"


def _problems(problems: Iterable[Problem]) -> list[str]:
    return [
        f"⚠️ **{_title(each.where)}**: {literal.discord(cut(' '.join(each.what.split()), _REASON))}"
        for each in problems
    ]


def _title(text: str) -> str:
    return literal.discord(cut(text.strip(), _NAME)) or UNTITLED
