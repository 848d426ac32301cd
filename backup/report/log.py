"""Logs what happens: plain lines, and a progress bar on a terminal. Records problems for the report."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TextIO

from backup.model import Problem
from backup.report import runner
from backup.report.fitting import cut
from backup.report.report import Report
from backup.words import counted

if TYPE_CHECKING:
    from tqdm import tqdm

_MOST = 10  # annotations of a kind: GitHub drops the others of a step without a word
_LONGEST = 4_000  # characters of one annotation: GitHub cuts at 4,096
_TITLE = 200
_BAR = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} pages [{elapsed}{postfix}]"

Kind = Literal["errors", "failed", "lost", "warnings"]  # the lists of a report


class Log:
    """Prints to `stream`; `host` is 'github', 'gitea' or 'forgejo' when a runner reads it, else ''.

    On a runner phases are groups, which hosts fold. So a problem is one line where it happens, and is
    repeated after its group: on GitHub as an annotation; on the other hosts, which have no annotations,
    a warning as the same plain text (errors stand at the end of the log, too). Beyond ten of a kind
    they are only counted. What was logged before is not logged again.
    """

    def __init__(self, stream: TextIO, *, host: str = "", secrets: tuple[str, ...] = ()) -> None:
        self.secrets = secrets
        self._stream = stream
        self._host = host
        self._lock = threading.RLock()
        self._bar: tqdm[Any] | None = None
        self._grouped = False
        self._title = ""  # of a phase that has said nothing so far
        self._waiting: list[tuple[str, Problem]] = []
        self._announced: Counter[str] = Counter()
        self._logged: set[tuple[str, Problem]] = set()
        self._recorded: dict[Kind, dict[Problem, None]] = {}

    def line(self, text: str) -> None:
        """One line that every reader sees."""
        self._print(runner.safe(text, self.secrets))

    def problem(self, kind: Kind, *problems: Problem) -> None:
        """Log problems of the whole run, and record them for the report, in one call; each once."""
        self.mention(kind, *problems)
        self._recorded.setdefault(kind, {}).update(dict.fromkeys(problems))

    def mention(self, kind: Kind, *problems: Problem) -> None:
        """Log problems that a value brings into the report: what became of pages, those that are kept."""
        for each in problems:
            self._problem("warning" if kind == "warnings" else "error", each)

    def recorded(self, report: Report) -> Report:
        """The report with the recorded problems that it lacks after its own."""
        lists: dict[str, Any] = {}
        for kind, problems in self._recorded.items():
            own = getattr(report, kind)
            lists[kind] = (*own, *(each for each in problems if each not in own))
        return replace(report, **lists)

    @contextmanager
    def group(self, title: str, *, lazy: bool = False) -> Iterator[None]:
        """A phase of the run: folded on a runner, a heading elsewhere, and inside another group. The
        title of a `lazy` one stands before its first line, and nowhere if it has none."""
        text = runner.safe(title, self.secrets)
        is_folded = bool(self._host) and not self._grouped
        self._title = runner.command("group", text) if is_folded else text
        if not lazy:
            self._untitled()
        if not is_folded:
            try:
                yield
            finally:
                self._title = ""
            return
        self._grouped = has_failed = True
        try:
            yield
            has_failed = False
        finally:
            with self._lock:
                self._grouped = False
                if not self._title:
                    self._print(runner.command("endgroup"))
                self._title = ""
                waiting, self._waiting = self._waiting, []
                for kind, problem in waiting:
                    if has_failed or self._host == "github" or kind == "warning":
                        self._announce(kind, problem)

    def _untitled(self) -> None:
        """Print the title of the phase, unless that was done."""
        title, self._title = self._title, ""
        if title:
            self._print(title)

    @contextmanager
    def progress(self, total: int) -> Iterator[None]:
        """A bar for `total` pages, while somebody watches a terminal."""
        if not self._host and self._stream.isatty() and total > 0:
            from tqdm import tqdm  # on a terminal alone

            # Without a time of its own: what is left depends on what Notion allows (see `pace`).
            self._bar = tqdm(total=total, file=self._stream, leave=False, bar_format=_BAR)
        try:
            yield
        finally:
            if self._bar is not None:
                self._bar.close()
            self._bar = None

    def page(self, number: str, title: str, notes: Iterable[str]) -> None:
        """`[12/200] How to … · 3 files`: one more page is done."""
        self.line(" · ".join([f"[{number}] {title}", *filter(None, notes)]))
        if self._bar is not None:
            self._bar.update()

    @property
    def has_bar(self) -> bool:
        """Whether somebody watches a bar."""
        return self._bar is not None

    def pace(self, words: str, *, is_due: bool) -> None:
        """How far the work is: beside the bar of a terminal at any time, else a line when it `is_due`."""
        if self._bar is not None:
            self._bar.set_postfix_str(words, refresh=False)
        elif is_due:
            self.line(words)

    def end(self) -> None:
        """The last line: how many problems were not repeated after their groups."""
        more = [
            counted(count - _MOST, f"more {kind}")
            for kind, count in sorted(self._announced.items())
            if count > _MOST
        ]
        if more:
            self.line(f"… and {' and '.join(more)}: see the lines above.")

    def _problem(self, kind: str, problem: Problem) -> None:
        with self._lock:
            if (kind, problem) in self._logged:
                return
            self._logged.add((kind, problem))
            if self._grouped:
                self._plain(kind, problem)
                self._waiting.append((kind, problem))
            elif not self._host or not self._announce(kind, problem):
                self._plain(kind, problem)

    def _announce(self, kind: str, problem: Problem) -> bool:
        """Repeat it outside of groups, unless there were many of its kind."""
        self._announced[kind] += 1
        if self._announced[kind] > _MOST:
            return False
        if self._host == "github":
            where = cut(runner.safe(problem.where, self.secrets), _TITLE)
            self._print(runner.command(kind, cut(self._what(problem), _LONGEST), title=where))
        else:
            self._plain(kind, problem)
        return True

    def _plain(self, kind: str, problem: Problem) -> None:
        self._print(f"{kind}: {runner.safe(problem.where, self.secrets)}: {self._what(problem)}")

    def _what(self, problem: Problem) -> str:
        return "\n".join(runner.safe(line, self.secrets) for line in problem.what.splitlines())

    def _print(self, text: str) -> None:
        with self._lock:
            self._untitled()
            if self._bar is not None:
                self._bar.write(text, file=self._stream)
            else:
                print(text, file=self._stream, flush=True)
