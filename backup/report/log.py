"""Tells what happens while it happens: plain lines, and a progress bar on a terminal."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from backup.model import Problem
from backup.report import runner
from backup.report.fitting import cut
from backup.words import counted

if TYPE_CHECKING:
    from tqdm import tqdm

_MOST = 10  # annotations of a kind: GitHub drops the others of a step without a word
_LONGEST = 4_000  # characters of one annotation: GitHub cuts at 4,096
_TITLE = 200


class Log:
    """Prints to `stream`; `host` is 'github', 'gitea' or 'forgejo' when a runner reads it, else ''.

    On a runner phases are groups, and hosts fold those. So a problem is one line where it happens,
    and is told again behind its group: on GitHub as an annotation, on the others, which keep no
    annotations, in the same words as plain text. Beyond ten of a kind they are only counted.
    """

    def __init__(self, stream: TextIO, *, host: str = "", secrets: tuple[str, ...] = ()) -> None:
        self.secrets = secrets
        self._stream = stream
        self._host = host
        self._lock = threading.RLock()
        self._bar: tqdm[Any] | None = None
        self._grouped = False
        self._waiting: list[tuple[str, Problem]] = []
        self._told: Counter[str] = Counter()

    def line(self, text: str) -> None:
        """One line that every reader sees."""
        self._print(runner.safe(text, self.secrets))

    def warning(self, problem: Problem) -> None:
        """Something that somebody should look at, though all is saved."""
        self._problem("warning", problem)

    def error(self, problem: Problem) -> None:
        """Something that is not saved."""
        self._problem("error", problem)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A phase of the run: folded on a runner, a heading elsewhere, and inside another group."""
        if not self._host or self._grouped:
            self.line(title)
            yield
            return
        self._print(runner.command("group", runner.safe(title, self.secrets)))
        self._grouped = True
        try:
            yield
        finally:
            with self._lock:
                self._grouped = False
                self._print(runner.command("endgroup"))
                waiting, self._waiting = self._waiting, []
                for kind, problem in waiting:
                    self._announce(kind, problem)

    @contextmanager
    def progress(self, total: int) -> Iterator[None]:
        """A bar for `total` pages, while somebody watches a terminal."""
        if not self._host and self._stream.isatty() and total > 0:
            from tqdm import tqdm  # on a terminal alone

            self._bar = tqdm(total=total, unit="page", file=self._stream, leave=False)
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

    def end(self) -> None:
        """The last line: how many problems were told only where they happened."""
        more = [
            counted(count - _MOST, f"more {kind}")
            for kind, count in sorted(self._told.items())
            if count > _MOST
        ]
        if more:
            self.line(f"… and {' and '.join(more)}: see the lines above.")

    def _problem(self, kind: str, problem: Problem) -> None:
        with self._lock:
            if self._grouped:
                self._plain(kind, problem)
                self._waiting.append((kind, problem))
            elif not self._host or not self._announce(kind, problem):
                self._plain(kind, problem)

    def _announce(self, kind: str, problem: Problem) -> bool:
        """Tell it outside of groups, as long as there were not many of its kind."""
        self._told[kind] += 1
        if self._told[kind] > _MOST:
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
            if self._bar is not None:
                self._bar.write(text, file=self._stream)
            else:
                print(text, file=self._stream, flush=True)
