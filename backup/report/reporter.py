"""Everybody who hears of a run: the log, the job summary, the outputs, the tellers outside."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import TextIO

from backup import ci
from backup.model import Problem
from backup.report import job_summary, runner, summary
from backup.report.log import Log
from backup.report.notifiers import Tellers
from backup.report.report import Report


class Audience:
    """At first only the log, without any secret known; `meet` brings the others.

    `environ` is the runner's environment, `machine` this computer's name.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str], machine: str = "") -> None:
        self.log = Log(stream, host=ci.product(environ))
        self._environ = environ
        self._machine = machine
        self._job = ci.job(environ, machine=machine)
        self._tellers = Tellers({})
        self._began = time.monotonic()

    def meet(self, given: Mapping[str, str], secrets: Iterable[str], *, dry_run: bool) -> None:
        """Learn whom to tell and what to keep secret; a dry run tells nobody outside.

        `given` maps the names of the settings of tellers, and SERVER_URL, to their values.
        """
        self.log.secrets = tuple(secrets)
        self._tellers = Tellers({} if dry_run else given)
        self._job = ci.job(self._environ, given.get("SERVER_URL", ""), machine=self._machine)

    def begin(self) -> None:
        """The run starts."""
        self._began = time.monotonic()
        self._tellers.begin(self.log)

    def end(self, report: Report, *, origin: str = "", folder: str = "") -> None:
        """The run is over: tell everybody. `origin` is the address of the remote, `folder` the
        output folder below the repository's root."""
        repository = ci.repository_of(origin)
        if repository and repository.lower() != self._job.repository.lower():
            self._job = replace(self._job, repository=repository)
        told = self._told(replace(report, job=replace(self._job, folder=folder)))
        for line in summary.lines(told):
            self.log.line(line)
        runner.write_outputs(summary.outputs(told), self._environ)
        self._spread(told)

    def fail(self, problem: Problem, exit_code: int, details: Iterable[str] = ()) -> None:
        """The run ended in an error; `details` are lines for the log alone."""
        for line in details:
            self.log.line(line)
        self.log.error(problem)
        seconds = time.monotonic() - self._began
        broken = Report(errors=(problem,), broken=exit_code, seconds=seconds, job=self._job)
        self._spread(self._told(broken))

    def _told(self, report: Report) -> Report:
        finished = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return replace(report, finished=finished).redacted(self.log.secrets)

    def _spread(self, told: Report) -> None:
        runner.write_summary(job_summary.render(told), self._environ)
        self._tellers.send(told, self.log)
        self.log.end()
