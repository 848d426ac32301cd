"""Runs notion2md over the same workspace, in an environment of its own: it is installed for this case alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_VERSION = "notion2md==2.9.0"
# It takes a page at a time; its client knows another host, its exporter does not.
_EXPORT = """
import sys
from functools import partial
import notion_client, notion2md.notion_api
notion2md.notion_api.Client = partial(notion_client.Client, base_url=sys.argv[1])
from notion2md.exporter.block import MarkdownExporter
for id_ in sys.argv[3:]:
    options = dict(block_id=id_, output_path=sys.argv[2], output_filename=id_, download=True, unzipped=True)
    MarkdownExporter(**options, token="ntn_bench").export()
"""


def install(folder: Path) -> str:
    """The Python of a new environment in `folder` that has notion2md."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin/python")
    command = ["-m", "pip", "install", "-q", "--disable-pip-version-check", _VERSION]
    subprocess.run([python, *command], check=True)
    return python


def export(python: str, url: str, pages: Sequence[str], folder: Path) -> float:
    """Seconds that it takes for these pages, start included; it must end well."""
    folder.mkdir(parents=True)
    started = time.perf_counter()
    command = [python, "-c", _EXPORT, url, str(folder), *pages]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"notion2md failed:\n{ended.stderr}")
    return time.perf_counter() - started
