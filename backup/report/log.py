"""Tells what happens while it happens: plain lines, and a progress bar on a terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from tqdm import tqdm

from backup.model import Problem
from backup.report import runner


class Log:
    """Prints to `stream`. On a runner, phases are groups, and problems are annotations too."""

    def __init__(
        self, stream: TextIO, *, on_runner: bool = False, secrets: tuple[str, ...] = ()
    ) -> None:
        self._stream = stream
        self._on_runner = on_runner
        self._secrets = secrets
        self._lock = threading.Lock()
        self._bar: tqdm[Any] | None = None

    def line(self, text: str) -> None:
        """One line that every reader sees."""
        self._print(runner.safe(text, self._secrets))

    def warning(self, problem: Problem) -> None:
        """Something that somebody should look at, though all is saved."""
        self._problem("warning", problem)

    def error(self, problem: Problem) -> None:
        """Something that is not saved."""
        self._problem("error", problem)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A phase of the run: folded on a runner, a heading elsewhere."""
        safe = runner.safe(title, self._secrets)
        self._print(runner.command("group", safe) if self._on_runner else safe)
        try:
            yield
        finally:
            if self._on_runner:
                self._print(runner.command("endgroup"))

    @contextmanager
    def progress(self, total: int) -> Iterator[None]:
        """A bar for `total` pages, while somebody watches a terminal."""
        watched = not self._on_runner and self._stream.isatty() and total > 0
        self._bar = (
            tqdm(total=total, unit="page", file=self._stream, leave=False) if watched else None
        )
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

    def _problem(self, kind: str, problem: Problem) -> None:
        where = runner.safe(problem.where, self._secrets)
        what = "\n".join(runner.safe(line, self._secrets) for line in problem.what.splitlines())
        if self._on_runner:
            self._print(runner.command(kind, what, title=where))
        else:
            self._print(f"{kind}: {where}: {what}")

    def _print(self, text: str) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.write(text, file=self._stream)
            else:
                print(text, file=self._stream, flush=True)
