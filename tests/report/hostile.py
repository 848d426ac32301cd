"""Reports for tests: a plain one, and ones whose titles and sizes are as bad as they can be."""

from __future__ import annotations

from dataclasses import replace

from backup.ci import Job
from backup.model import Problem
from backup.report.report import Entry, Report, Section

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WIKI = "d1".ljust(32, "0")
TITLES = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details></table><h1>Big</h1>",
    "@everyone @here @octocat @org/team <@123> <@&5> <!channel> <#77> </go:1>",
    "closes #12, GH-12, owner/repo#12, !12, ABC-12, owner/repo@0123456789abcdef0123456789abcdef01234567",
    "[a](javascript:alert(1)) ![b](https://e.example/x.png) <https://e.example> [[Wiki|x]] [^1]",
    "https://e.example/?a=b&c=d www.e.example me@e.example ftp://e.example mailto:me@e.example",
    "**bold** _it_ ~~gone~~ `code` ||spoiler|| ==mark== $x^2$ $$y$$ $`z`$",
    "| a | b |\n|---|---|\n| c | d |",
    "::error::x ##[error]x %0A::set-output name=a::b",
    ":tada: :+1: :100: 12:30 &amp; &lt; &#64;",
    "# heading\r\n> quote\n- [ ] task\n1. one\n```\nfence",
    "\u202e\u2066evil\u2069 \u2028 \x1b[31mred\x07 \ud800",
    "deadbeefcafe 0123456789 \\",
    "👩‍👩‍👧 日本語 नमस्ते می‌خواهم",
    "",
)


def entries(prefix: str, count: int = 1) -> tuple[Entry, ...]:
    """Entries of the wiki, with ids 'new0', 'new1' …"""
    return tuple(
        Entry(f"{prefix} {number}", f"wiki/{prefix}-{number}", "why", f"{prefix}{number}", 1)
        for number in range(count)
    )


def report() -> Report:
    """One page of each kind in one database, pushed from a workflow on GitHub."""
    kinds = ("new", "updated", "renamed", "removed", "kept")
    found = {kind: entries(kind) for kind in kinds}
    members = frozenset([*(f"{kind}0" for kind in kinds), "bad", "left"])
    return Report(
        **found,
        failed=(Problem("Bad page", "Notion answered 500", "bad"),),
        lost=(Problem("Left page", "a.png: the server answered 404 (Not Found)", "left"),),
        warnings=(Problem("Some page", "a block of a type that is not known"),),
        errors=(Problem("Other database", "could not be read"),),
        sections=(
            Section(WIKI, "Wiki", "wiki", 9, 3, members),
            Section("e" * 32, "Books", "b", 4, 4),
        ),
        unchanged=7,
        files=4,
        requests=21,
        seconds=12.34,
        finished="2026-11-22T04:17:00+00:00",
        commit=COMMIT,
        branch="main",
        pushed=True,
        job=Job(
            "github",
            "https://github.com",
            "acme/wiki",
            "https://github.com/acme/wiki/actions/runs/77",
            "docs",
            "runner-1",
        ),
    )


def titled(*titles: str) -> Report:
    """The same with each title wherever a text from Notion can stand."""
    plain = report()
    entries = tuple(Entry(title, title, title, "new0", 1) for title in titles)
    problems = tuple(Problem(title, title, "bad") for title in titles)
    first = plain.sections[0]
    return replace(
        plain,
        **dict.fromkeys(("new", "updated", "renamed", "removed", "kept"), entries),
        **dict.fromkeys(("failed", "lost", "warnings"), problems),
        errors=tuple(Problem(title, title) for title in titles),
        sections=tuple(replace(first, title=title, folder=title) for title in titles),
        branch=titles[0],
    )


def huge(title: str, count: int = 600, databases: int = 120) -> Report:
    """The same title hundreds of times: pages of every kind in very many databases."""
    plain = titled(title)
    several = {
        kind: getattr(plain, kind) * count
        for kind in (
            "new",
            "updated",
            "renamed",
            "removed",
            "kept",
            "failed",
            "lost",
            "warnings",
            "errors",
        )
    }
    return replace(plain, **several, sections=plain.sections * databases)
