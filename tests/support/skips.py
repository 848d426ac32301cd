"""Holds skipped tests to a list: a test that nobody runs any more looks like one that passes."""

from __future__ import annotations

from pathlib import Path

import pytest

LIST = Path(__file__).parents[1] / "expected_skips.txt"


class HeldSkips:
    """A plugin of pytest: tests that skip and are not on the list make the whole run fail."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines())
        entries = (line.partition(" | ") for line in lines if line and not line.startswith("#"))
        self._expected = [(test, reason) for test, _, reason in entries]
        self._unexpected: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has ended, here or on a worker."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module was read; it may skip as a whole."""
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = said.removeprefix("Skipped: ")
        if not any(
            report.nodeid.startswith(test) and reason.startswith(start)
            for test, start in self._expected
        ):
            self._unexpected.append(f"{report.nodeid} | {reason}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """All tests have ended."""
        if self._unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What is printed at the end."""
        if self._unexpected:
            terminalreporter.section(f"skipped, and not in {LIST.name}", red=True)
            for line in sorted(set(self._unexpected)):
                terminalreporter.line(line, red=True)
