"""Runs a command that only looks at a backup, as somebody does who has nothing but the folder."""

from __future__ import annotations

import io
import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backup.__main__ import main

_FORMAT = (Path(__file__).parents[2] / "docs/format.md").read_text("utf-8")


@dataclass(frozen=True)
class Seen:
    """The exit code, and what was printed to each stream."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The answer to --json."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def named(self) -> set[str]:
        """What the problems are about."""
        return {each["where"] for each in self.json["problems"]}


def look(folder: Path, *arguments: str, **environ: str) -> Seen:
    """Start the program in this process, without a token, DATABASES or an address of Notion."""
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GITHUB_WORKSPACE": str(folder),
        **environ,
    }
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments, given)
    return Seen(code, out.getvalue(), err.getvalue())


def in_format(command: str, kind: str = "") -> set[str]:
    """The keys that docs/format.md gives the answer of a command; `kind` is one of those of a restore."""
    section = _FORMAT.partition("## Answers of")[2].partition("\n## ")[0]
    common, *own = re.split(r"(?m)^`([\w -]+)` adds", section)
    tables = common + dict(zip(own[::2], own[1::2], strict=True))[command]
    rows = re.findall(r"(?m)^\| (`.*?`) \| (.*?) \|", tables)
    kinds = {"plan", "copy", "original"} - {kind}
    said = (names for names, where in rows if kind in where or not kinds & {*where.split(", ")})
    return {key for names in said for key in re.findall(r"`(\w+)`", names)}
