"""The report of a run that published several times: each page once, and each number once."""

from __future__ import annotations

import pytest

from backup.model import Problem
from backup.publish.account import published
from backup.publish.compose import PageChange
from backup.publish.message import Mention
from backup.report.report import Report, Section

TEA = "a" * 32


def change(kind: str) -> PageChange:
    return PageChange(TEA, Mention(kind, "Tea"), "wiki/tea", "2026-09-01", {}, [])


@pytest.mark.parametrize(
    "kinds, said", [(("new", "updated"), "new"), (("updated", "removed"), "removed")]
)
def test_a_page_of_several_commits_is_reported_once(kinds: tuple[str, ...], said: str) -> None:
    found = published(Report(), [change(kind) for kind in kinds])
    entries = [(kind, entry.title) for kind, entry in found.details()]
    assert entries == [(said, "Tea")]


def test_a_page_that_moved_and_could_not_be_read_takes_nothing_from_the_unchanged_ones() -> None:
    wiki = Section("d" * 32, "Wiki", "wiki", 2, 1, frozenset({TEA, "b" * 32}))
    failed = (Problem("Tea", "It could not be read.", TEA),)
    found = published(Report(failed=failed, sections=(wiki,), unchanged=1), [change("renamed")])
    assert (len(found.renamed), found.unchanged, found.sections) == (1, 1, (wiki,))
