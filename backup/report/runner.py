"""Talks to the runner: workflow commands, outputs, and text that is safe to print in its log.

Everything that comes from Notion is untrusted: a title may hold a command. Source: GitHub's runner
2.336 and its Gitea and Forgejo counterparts, which read the same commands.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from backup.report.literal import one_line
from backup.report.redaction import redacted

# The variables that name its files: for the outputs, and for the step's part of the job summary.
OUTPUTS, SUMMARY = "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"


def safe(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` as one printable line that no runner takes for a command, with secrets blotted out.

    Control characters, line breaks and invisible direction marks become '·'. GitHub's runner reads
    '##[command]' anywhere in a line and '::command' at its start.
    """
    shown = one_line(redacted(text, secrets))
    shown = re.sub(r"##(?=\[)", "#·#", shown) if "##[" in shown else shown
    return re.sub(r"^(\s*):(?=:)", r"\1:·", shown) if "::" in shown else shown


def command(name: str, message: str = "", **properties: str) -> str:
    """A workflow command, every value encoded as the runner decodes it."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' + listed if listed else ''}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def outputs(values: Mapping[str, str]) -> str:
    """Lines for the file of the OUTPUTS; no value can end its own entry."""
    lines = []
    for name, value in values.items():
        fence = f"end-{uuid.uuid4().hex}"
        lines.append(f"{name}<<{fence}\n{value}\n{fence}\n")
    return "".join(lines)


def append(name: str, text: str, environ: Mapping[str, str]) -> None:
    """Hand `text` to the runner in the file that it calls `name` in `environ`. Where it names none, do nothing.

    Raises OSError where the file cannot be written.
    """
    if path := environ.get(name, ""):
        with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text)
