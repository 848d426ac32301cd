"""A database in which Notion shows nothing: it may be empty, or not be shared, and somebody should look."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.pipeline.summary import empty
from backup.sync.state import Record, State
from backup.sync.steps import Listed
from tests.support.backups import Backup, backing_up, wiki
from tests.support.kitchen import row


def test_an_empty_first_listing_is_a_warning_in_the_log_and_in_the_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    with backing_up(tmp_path / "wiki", wiki(), git=False) as backup:
        ran = backup.run(GITHUB_STEP_SUMMARY=str(summary), GITHUB_ACTIONS="true")
    assert ran.code == 0
    assert "::warning title=Wiki::Notion shows no page of this database." in ran.log
    said = summary.read_text()
    assert "Warnings: 1" in said and "Connections → add the integration" in said


def test_a_dry_run_warns_too(tmp_path: Path) -> None:
    with backing_up(tmp_path / "wiki", wiki(), git=False) as backup:
        assert "warning: Wiki: Notion shows no page" in backup.run("--dry-run").log


def test_of_two_databases_the_empty_one_is_named(kitchen: Backup) -> None:
    kitchen.notion.add_database("Private", {})
    ran = kitchen.run()
    assert "warning: Private: Notion shows no page" in ran.log
    assert ran.log.count("shows no page") == 1


def test_a_database_that_was_emptied_is_not_taken_for_one_that_was_never_seen(
    kitchen: Backup,
) -> None:
    kitchen.run()
    for title in ("Tea", "Milk", "Cups"):
        kitchen.notion.trash(row(kitchen, title))
    assert "shows no page" not in kitchen.run().log


@pytest.mark.parametrize(
    ("listed", "state", "count"),
    [
        (Listed("a", "Wiki", "", "wiki", (), complete=True), State(), 1),
        (Listed("a", "Wiki", "", "wiki", (), complete=False), State(), 0),
        (
            Listed("a", "Wiki", "", "wiki", (), complete=True),
            State({"p": Record("a", "wiki/tea", "Tea")}),
            0,
        ),
        (
            Listed("a", "Wiki", "", "wiki", (), complete=True),
            State({"p": Record("b", "books/tea", "Tea")}),
            1,
        ),
    ],
)
def test_only_a_complete_first_listing_counts(listed: Listed, state: State, count: int) -> None:
    assert len(empty([listed], state)) == count
