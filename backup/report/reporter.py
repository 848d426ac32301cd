"""Reports a run to the log, the job summary, the outputs and the notifiers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import TextIO

from backup import ci
from backup.model import Problem
from backup.report import job_summary, runner, summary
from backup.report.answer import Answer
from backup.report.log import Log
from backup.report.notifiers import Notifiers
from backup.report.report import Report


class Reporter:
    """Starts with the log alone, without any secret known; `configure` adds the notifiers.

    `environ` is the runner's environment, `machine` this computer's name; `sleep` waits between two tries
    to notify somebody.
    """

    def __init__(
        self,
        stream: TextIO,
        environ: Mapping[str, str],
        machine: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.log = Log(stream, host=ci.product(environ))
        self._environ = environ
        self._machine = machine
        self._job = ci.job(environ, machine=machine)
        self._sleep = sleep
        self._notifiers = Notifiers({}, sleep)
        self._began = time.monotonic()

    def configure(self, given: Mapping[str, str], secrets: Iterable[str], *, dry_run: bool) -> None:
        """Set the notifiers and the secrets to hide. A dry run notifies nobody.

        `given` maps the names of the notification settings, and SERVER_URL, to their values.
        """
        self.log.secrets = tuple(secrets)
        self._notifiers = Notifiers({} if dry_run else given, self._sleep)
        self._job = ci.job(self._environ, given.get("SERVER_URL", ""), machine=self._machine)

    def begin(self) -> None:
        """The run starts."""
        self._began = time.monotonic()
        self._notifiers.begin(self.log)

    def end(self, report: Report, *, origin: str = "", folder: str = "") -> None:
        """Report the end of the run. `origin` is the address of the remote, `folder` the
        output folder below the repository's root."""
        repository = ci.repository_of(origin)
        if repository and repository.lower() != self._job.repository.lower():
            self._job = replace(self._job, repository=repository)
        report = replace(report, job=replace(self._job, folder=folder), finished=_now())
        final = self._final(report)
        for line in summary.lines(final):
            self.log.line(line)
        self._hand(runner.OUTPUTS, runner.outputs(summary.outputs(final)))
        self._send(report)

    def answer(self, answer: Answer) -> None:
        """Report what a command found that only looks; nobody is notified."""
        for line in (*answer.table(), *answer.lines):
            self.log.line(line)
        self.log.problem("errors", *answer.problems)
        links = (f"{name} → {address}" for name, address in answer.links)
        for line in filter(None, (*links, *answer.notes, answer.heading)):
            self.log.line(line)
        counts = summary.outputs(Report(errors=answer.problems))
        counts["restored"] = str(answer.data.get("restored") or "")
        self._hand(runner.OUTPUTS, runner.outputs(counts))
        self._hand(runner.SUMMARY, job_summary.looked(answer, self.log.secrets))
        self.log.end()

    def fail(self, problem: Problem, exit_code: int, details: Iterable[str] = ()) -> None:
        """Report an error that ended the run; `details` are lines for the log alone."""
        for line in details:
            self.log.line(line)
        self.log.mention("errors", problem)
        seconds = time.monotonic() - self._began
        broken = Report(errors=(problem,), broken=exit_code, seconds=seconds, job=self._job)
        self._send(replace(broken, finished=_now()))

    def _final(self, report: Report) -> Report:
        """The report with all that was recorded by now, free of secrets."""
        return self.log.recorded(report).redacted(self.log.secrets)

    def _send(self, report: Report) -> None:
        """To the run's page first: a job may be killed while a service keeps it waiting."""
        self._hand(runner.SUMMARY, job_summary.render(self._final(report)))
        self._notifiers.send(self._final(report), self.log)
        self.log.end()

    def _hand(self, name: str, text: str) -> None:
        """Append to the runner's file `name`. One that cannot be written, as in a container with another
        user, keeps nobody from hearing of the run."""
        try:
            runner.append(name, text, self._environ)
        except OSError as error:
            what = f"the runner's file cannot be written: {error.strerror}."
            self.log.problem("warnings", Problem(name, what))


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
