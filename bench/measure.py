"""Runs the program as its users do, and says what it cost."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.notion import Notion

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """Wall clock and CPU in seconds, of Python and of the `git`s that it started, peak memory in MB, requests to Notion that were answered, and
    answered with 429; `minimum` is the least for the bodies of all pages, `windows` are the requests
    that were answered in each window of the budget."""

    seconds: float
    cpu: float
    git: float
    memory: float
    requests: int
    throttled: int
    minimum: int
    windows: list[int]


# As entrypoint.py starts it: what Python compiles is kept.
_WARM = (sys.executable, "-X", f"pycache_prefix={ROOT / 'build/bench'}", "-m", "backup")


def run(
    notion: Notion,
    folder: Path,
    *flags: str,
    concurrency: int = 8,
    program: Sequence[str] = _WARM,
    home: str = os.environ.get("HOME", ""),
) -> Cost:
    """One backup of every database, in a process of its own; it must end well."""
    notion.send(count=True)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        git("init", "-q", "--initial-branch=main", str(folder))
    started = time.perf_counter()
    process = subprocess.Popen(
        [*program, *flags],
        cwd=folder,
        env=_environ(notion, folder, concurrency, home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    said = process.stdout.read()
    cpu, of_git = _spent(process.pid)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the run failed:\n{said.decode()}")
    counted = notion.send(count=True)
    return Cost(seconds, cpu, of_git, used.ru_maxrss / 1024, **counted)


def _environ(notion: Notion, folder: Path, concurrency: int, home: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "NOTION_TOKEN": "ntn_bench",
        "NOTION_API_URL": notion.url,
        "DATABASES": "\n".join(notion.databases),
        "CONCURRENCY": str(concurrency),
        "GITHUB_WORKSPACE": str(folder),
        "PYTHONPATH": str(ROOT),
    }


def git(*arguments: str) -> None:
    """A command of git that must end well."""
    subprocess.run(["git", *arguments], check=True)


@dataclass(frozen=True)
class Size:
    """Bytes a page: of its files, and of all that git keeps, packed."""

    checkout: float
    pack: float


def taken(folder: Path) -> Size:
    """What a backup takes of the disk after its first run."""
    git("-C", str(folder), "gc", "-q", "--prune=now")
    found = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    pages = sum(path.name == "index.md" for path in found)
    checkout = sum(size for path, size in found.items() if ".git" not in path.parts)
    pack = sum(size for path, size in found.items() if path.suffix == ".pack")
    return Size(checkout / pages, pack / pages)


def _spent(pid: int) -> tuple[float, float]:
    """Seconds of CPU of a process that has ended, and of those that it started (proc(5), stat)."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    user, system, users, systems = (int(each) / os.sysconf("SC_CLK_TCK") for each in fields[11:15])
    return user + system, users + systems


def written(folder: Path) -> dict[str, str]:
    """A digest of every file of the backup, to see that none changed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
