"""`python -m demo [--edit] [--restore] [flags]`: backs up the sample workspace into ./notion-demo, without an
account, and restores a page of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from backup.__main__ import alone, main
from backup.settings import SETTINGS
from backup.stop import Stop
from demo import run


def start(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """The demonstration as a process of its own, like any run."""
    return alone(partial(demonstrate, arguments, environ))


def demonstrate(arguments: Sequence[str], environ: Mapping[str, str], stop: Stop) -> int:
    """Serve the sample, edited first with `--edit`, and back it up; with `--restore`, restore a page of it
    afterwards. The exit code of the last.

    Settings come from `arguments` alone: what this machine is set up for is not the demonstration's.
    """
    names = {setting.name for setting in SETTINGS}
    given = {name: value for name, value in environ.items() if name not in names}
    is_new = not (Path.cwd() / run.FOLDER).exists()
    folder = run.repository(Path.cwd(), given)
    flags = [each for each in arguments if each not in ("--demo", "--edit", "--restore")]
    with run.standing_in("--edit" in arguments, print) as settings:
        settings |= {"GITHUB_WORKSPACE": str(folder)}
        code = main(["--env", os.devnull, *flags], {**given, **settings}, stop)
        if "--restore" in arguments and not code:
            return main(["restore", "--env", os.devnull, *flags], {**given, **settings}, stop)
    for line in run.look_around(folder, listed=is_new):
        print(line)
    return code


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:], os.environ))
