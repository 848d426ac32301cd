"""The report in words and numbers."""

from __future__ import annotations

import json

import pytest

from backup.model import Problem
from backup.report import summary
from backup.report.literal import one_line
from backup.report.report import Entry, Report
from tests.report.hostile import TITLES

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


def test_the_last_line_counts_and_what_is_not_saved_stands_above_it() -> None:
    report = Report(new=(TEA,), failed=(Problem("Milk", "gone"),), read=1, files=1, requests=1)
    lines = list(summary.lines(report))
    assert lines[-2].strip() == "not saved: Milk: gone"
    assert lines[-1] == ("1 page read, 1 image or attachment written, 1 request to Notion, 0.0 s")


def test_a_dry_run_names_every_page_by_a_mark() -> None:
    moved = Entry("Milk", "wiki/milk", "wiki/cream")
    report = Report(new=(TEA,) * 50, updated=(TEA,), renamed=(moved,), removed=(TEA,), dry_run=True)
    lines = list(summary.lines(report))
    assert lines.count("  + Tea → wiki/tea/") == 50
    assert "  ~ Tea → wiki/tea/" in lines and "  − Tea → wiki/tea/" in lines
    assert "  → Milk → wiki/milk/ (was wiki/cream)" in lines


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


@pytest.mark.parametrize("title", TITLES)
def test_failed_pages_are_json_in_one_line(title: str) -> None:
    report = Report(failed=(Problem(title, f"{title}\n{title}", "id-1"), Problem("b", "c", "id-2")))
    said = summary.outputs(report)["failed-pages"]
    assert said.isprintable() or said.translate({0x200C: "", 0x200D: ""}).isprintable()
    first, second = json.loads(said)
    assert (first["id"], first["title"]) == ("id-1", one_line(title))
    assert second == {"id": "id-2", "title": "b", "reason": "c"}


def test_no_number_of_failed_pages_makes_an_output_that_runners_drop() -> None:
    report = Report(failed=(Problem("日本" * 900, "🎉" * 900, "id"),) * 9_000)
    outputs = summary.outputs(report)
    assert outputs["pages-failed"] == "9000"
    assert len(outputs["failed-pages"].encode()) < 1_000_000
    assert 100 < len(json.loads(outputs["failed-pages"])) < 9_000


def test_a_log_does_not_end_in_thousands_of_problems() -> None:
    lines = list(summary.lines(Report(lost=(Problem("Tea", "gone"),) * 5_000)))
    assert lines[-2] == "  … and 4980 more that are not saved" and len(lines) < 40
