"""The runner's own language: workflow commands, outputs, and text that is safe to print in its log.

Everything that comes from Notion is untrusted: a title may hold a command. Source: GitHub's runner
2.336 and its Gitea and Forgejo counterparts, which read the same commands.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


def safe(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` as one printable line that no runner takes for a command, with secrets blotted out.

    Control characters, line breaks and invisible direction marks become '·'. GitHub's runner reads
    '##[command]' anywhere in a line and '::command' at its start.
    """
    for secret in secrets:
        text = text.replace(secret, "***")
    shown = "".join("·" if _is_unseen(char) else char for char in text)
    shown = re.sub(r"##(?=\[)", "#·#", shown)
    return re.sub(r"^(\s*):(?=:)", r"\1:·", shown)


def _is_unseen(char: str) -> bool:
    # The joiner holds emoji sequences together, and does no harm.
    return char != "\u200d" and unicodedata.category(char) in _UNSEEN


def command(name: str, message: str = "", **properties: str) -> str:
    """A workflow command, every value encoded as the runner decodes it."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' + listed if listed else ''}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def outputs(values: Mapping[str, str]) -> str:
    """Lines for the file that GITHUB_OUTPUT names; no value can end its own entry."""
    lines = []
    for name, value in values.items():
        fence = f"end-{uuid.uuid4().hex}"
        lines.append(f"{name}<<{fence}\n{value}\n{fence}\n")
    return "".join(lines)


def write_outputs(values: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Hand the outputs to the runner; without one, do nothing."""
    if path := environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(outputs(values))


def is_runner(environ: Mapping[str, str]) -> bool:
    """Whether a runner reads the log (GitHub, Gitea and Forgejo set the same name)."""
    return environ.get("GITHUB_ACTIONS") == "true"
