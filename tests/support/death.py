"""kill -9 in one process: from one moment on nothing reaches the disk any more.

Python tells an audit hook before it opens, renames or deletes a file and before it starts a process
(PEP 578). At a chosen one of these moments the run dies: this and every later operation of any of its
threads raises, so the disk stays as it is, as if the process were gone.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_EVENTS = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    *("subprocess.Popen", "open"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_HALF = b'\n{"page": "half'


class Killed(BaseException):
    """What a dead run runs into."""


class Death:
    """Comes at the operation number `at` (from 1), or never (0).

    A `torn` one comes in the middle of a write: the file that was to be opened is there, with half of
    something in it. `operations` counts those that were begun, `came` says whether it struck.
    """

    def __init__(self, folder: Path, at: int = 0, *, torn: bool = False) -> None:
        self.operations = 0
        self.came = False
        self._folder = str(folder)
        self._at = at
        self._torn = torn
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises when the run is dead."""
        if self.came:
            raise Killed

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """One audit event of any thread."""
        if event == "open" and not (isinstance(args[2], int) and args[2] & _WRITING):
            return
        self.check()
        with self._lock:
            self.operations += 1
            self.came = self.operations == self._at
        if self.came and event == "open" and self._torn:
            self._tear(args[0], args[1], args[2])
        self.check()

    def _tear(self, path: Any, mode: Any, flags: int) -> None:
        """Of a file that is opened by the handle of its folder, only the name is heard."""
        if isinstance(path, str) and "/" not in path:
            path = f"{self._folder}/{'.notion-sync.tmp/' * path.endswith('.part')}{path}"
        if isinstance(path, str | Path) and str(path).startswith(self._folder):
            is_added = bool(flags & os.O_APPEND) or str(mode).startswith("a")
            _own.busy = True
            try:
                with Path(path).open("ab" if is_added else "wb") as stream:
                    stream.write(_HALF)
            except OSError:
                pass  # there is no folder yet: nothing could have been written
            finally:
                _own.busy = False


_own = threading.local()
_waiting: list[Death] = []  # of runs inside of each other; the innermost one is at work
_hooked = threading.Event()


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _waiting and event in _EVENTS and not getattr(_own, "busy", False):
        _waiting[-1].hear(event, args)


@contextmanager
def awaiting(death: Death) -> Iterator[None]:
    """Inside, every operation of this process counts."""
    if not _hooked.is_set():
        _hooked.set()
        sys.addaudithook(_hear)
    _waiting.append(death)
    try:
        yield
    finally:
        _waiting.remove(death)
