"""The log: what stands in it when, for a person, for GitHub and for hosts without annotations."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backup.model import Problem
from backup.report.log import Log
from backup.report.report import Report
from backup.report.reporter import Reporter
from tests.report.hostile import TITLES

HOSTS = pytest.mark.parametrize("host", ["github", "gitea", "forgejo"])
TEA = Problem("Tea", "could not be read")


@contextmanager
def logging(host: str, *secrets: str) -> Iterator[tuple[Log, io.StringIO]]:
    stream = io.StringIO()
    yield Log(stream, host=host, secrets=secrets), stream


@pytest.mark.parametrize("host", ["", "github", "gitea"])
def test_a_phase_in_which_nothing_happens_leaves_no_trace(host: str) -> None:
    with logging(host) as (log, stream):
        with log.group("Reading", lazy=True):
            pass
        assert stream.getvalue() == ""
        with log.group("Reading", lazy=True):
            log.line("one")
            log.line("two")
    lines = stream.getvalue().splitlines()
    title = "::group::Reading" if host else "Reading"
    assert lines == [title, "one", "two", *(["::endgroup::"] if host else [])]


def test_on_github_a_problem_is_a_line_in_its_group_and_an_annotation_behind_it() -> None:
    with logging("github") as (log, stream), log.group("Reading"):
        log.problem("errors", TEA)
        log.line("more")
    assert stream.getvalue().splitlines() == [
        "::group::Reading",
        "error: Tea: could not be read",
        "more",
        "::endgroup::",
        "::error title=Tea::could not be read",
    ]


@pytest.mark.parametrize("host", ["gitea", "forgejo"])
def test_where_there_are_no_annotations_the_same_words_are_plain_text(host: str) -> None:
    with logging(host) as (log, stream):
        with log.group("Reading"):
            log.problem("warnings", TEA)
        log.problem("errors", TEA)
    assert stream.getvalue().splitlines() == [
        "::group::Reading",
        "warning: Tea: could not be read",
        "::endgroup::",
        "warning: Tea: could not be read",
        "error: Tea: could not be read",
    ]


@pytest.mark.parametrize("host", ["gitea", "forgejo"])
def test_where_there_are_no_annotations_the_last_lines_repeat_errors(host: str) -> None:
    with logging(host) as (log, stream), log.group("Reading"):
        log.problem("errors", TEA)
    assert stream.getvalue().count("Tea") == 1


def test_what_was_logged_is_not_logged_again() -> None:
    with logging("gitea") as (log, stream), log.group("Reading"):
        log.problem("warnings", TEA)
        log.problem("warnings", TEA)
        log.problem("warnings", TEA)
    assert stream.getvalue().count("Tea") == 2  # in the group and behind it


def test_outside_ci_a_problem_is_logged_once() -> None:
    with logging("") as (log, stream):
        with log.group("Reading"):
            log.problem("errors", TEA)
        log.end()
    assert stream.getvalue() == "Reading\nerror: Tea: could not be read\n"


@HOSTS
def test_groups_never_nest(host: str) -> None:
    with logging(host) as (log, stream), log.group("one"), log.group("two"):
        log.line("x")
    assert stream.getvalue().splitlines() == ["::group::one", "two", "x", "::endgroup::"]


def test_ten_of_a_kind_are_annotations_and_the_rest_is_counted() -> None:
    with logging("github") as (log, stream):
        with log.group("Reading"):
            for number in range(25):
                log.problem("warnings", Problem(f"page {number}", "odd"))
        for number in range(13):
            log.problem("errors", Problem(f"page {number}", "bad"))
        log.end()
    lines = stream.getvalue().splitlines()
    assert sum(line.startswith("::warning") for line in lines) == 10
    assert sum(line.startswith("::error") for line in lines) == 10
    assert lines[-1] == "… and 3 more errors and 15 more warnings: see the lines above."
    for number in range(25):  # nothing is lost: each stands somewhere as a line
        assert f"warning: page {number}: odd" in lines
    assert "error: page 12: bad" in lines


@HOSTS
def test_ten_or_fewer_need_no_last_line(host: str) -> None:
    with logging(host) as (log, stream):
        for number in range(10):
            log.problem("warnings", Problem(f"Tea {number}", "could not be read"))
        log.end()
    assert "more" not in stream.getvalue()


@HOSTS
def test_errors_stand_outside_of_groups_also_when_the_phase_fails(host: str) -> None:
    with logging(host) as (log, stream), pytest.raises(ValueError), log.group("Reading"):
        log.problem("errors", TEA)
        raise ValueError
    lines = stream.getvalue().splitlines()
    assert "Tea" in lines[lines.index("::endgroup::") + 1]


@pytest.mark.parametrize("host", ["", "github", "gitea", "forgejo"])
@pytest.mark.parametrize("title", TITLES)
def test_no_title_is_a_command(host: str, title: str) -> None:
    ours = ("::group::Reading", "::endgroup::", "::error title=", "::warning title=")
    with logging(host) as (log, stream):
        with log.group("Reading"):
            log.line(title)
            log.page("1/1", title, [title])
            log.problem("errors", Problem(title, title))
        log.problem("warnings", Problem(title, title))
    for line in stream.getvalue().split("\n"):
        assert "##[" not in line.removeprefix("##[") or line.startswith(ours)
        assert not line.lstrip().startswith("::") or line.startswith(ours)
        assert "\x1b" not in line and "\r" not in line and "\u202e" not in line


def test_an_annotation_is_never_longer_than_github_keeps() -> None:
    with logging("github") as (log, stream):
        log.problem("errors", Problem("t" * 5_000, "w" * 50_000))
    line = stream.getvalue().rstrip()
    assert len(line.rpartition("::")[2]) <= 4_096 and len(line) < 5_000


@pytest.mark.parametrize("host", ["", "github", "gitea"])
def test_secrets_never_stand_in_the_log(host: str) -> None:
    secret = "https://hooks.example/services/key-k3y-key"
    token = "ntn_secret_token"
    with logging(host, secret, token) as (log, stream), log.group(token):
        log.page("1/1", token, ["/services/key-k3y-key"])
        log.problem("errors", Problem(secret, f"failed\nwith url: /services/key-k3y-key {secret}"))
    assert "secret_token" not in stream.getvalue() and "k3y-key" not in stream.getvalue()


def test_a_problem_whose_text_holds_a_secret_counts_once(tmp_path: Path) -> None:
    summary, outputs = tmp_path / "summary.md", tmp_path / "outputs"
    environ = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
    reporter = Reporter(io.StringIO(), environ)
    reporter.configure({}, ["planted-secret"], dry_run=True)
    reporter.log.problem("errors", Problem("Kitchen", "no answer from planted-secret"))
    reporter.end(Report())
    assert summary.read_text("utf-8").count("no answer from") == 1
    assert "planted-secret" not in summary.read_text("utf-8") + outputs.read_text("utf-8")
