"""The report in words and numbers."""

from __future__ import annotations

import pytest

from backup.model import Problem
from backup.report import summary
from backup.report.report import Entry, Report

TEA = Entry("Tea", "wiki/tea")


def test_counts_are_said_in_one_line() -> None:
    report = Report(new=(TEA, TEA), removed=(TEA,), unchanged=7)
    assert next(iter(summary.lines(report))) == "2 new, 1 removed · 7 unchanged"
    assert Report().headline() == "nothing changed"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(), 0),
        (Report(warnings=(Problem("a", "b"),)), 0),
        (Report(failed=(Problem("a", "b"),)), 1),
        (Report(lost=(Problem("a", "b"),)), 1),
        (Report(errors=(Problem("a", "b"),)), 1),
    ],
)
def test_the_exit_code_says_whether_something_is_not_saved(report: Report, code: int) -> None:
    assert report.exit_code == code


def test_what_is_not_saved_is_the_last_thing_said() -> None:
    lines = list(summary.lines(Report(new=(TEA,), failed=(Problem("Milk", "gone"),))))
    assert lines[-1].strip() == "not saved: Milk: gone"


def test_a_long_list_is_cut_and_counted() -> None:
    lines = list(summary.lines(Report(new=(TEA,) * 50)))
    assert "  … and 30 more new" in lines and len(lines) < 30


def test_a_dry_run_has_written_nothing() -> None:
    outputs = summary.outputs(Report(new=(TEA,), removed=(TEA,), dry_run=True))
    assert (outputs["changed"], outputs["pages-written"], outputs["pages-removed"]) == (
        "false",
        "0",
        "0",
    )
