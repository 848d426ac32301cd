"""A small stand-in for this repository: entrypoint.py, a lock, and a program that says how it runs."""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """\
import json, os, sys
import small

def start(arguments, environ):
    flags = sys.flags
    print(json.dumps({
        "arguments": arguments, "command": sys.orig_argv, "prefix": sys.prefix, "word": small.WORD,
        "isolated": flags.isolated, "utf8": flags.utf8_mode, "json": json.__file__,
    }))
    return int(environ.get("EXIT_CODE", "0"))
"""


@dataclass
class House:
    """An action folder with its own home; `start` runs its entrypoint.py as a runner would."""

    root: Path
    python: str = sys.executable
    environ: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, root: Path, *, uv: bool = True) -> House:
        """With a folder in the place of an index, and with uv on the PATH (pip takes seconds) unless asked
        not."""
        for name in ("action/backup", "index", "home", "temporary", "path"):
            (root / name).mkdir(parents=True)
        shutil.copy(ROOT / "entrypoint.py", root / "action")
        (root / "action/backup/__main__.py").write_text(PROGRAM)
        house = cls(root)
        house.lock("one")
        if uv:
            (root / "path/uv").symlink_to(Path(sys.executable).with_name("uv"))
        places = {"HOME": "home", "TMPDIR": "temporary", "PATH": "path", "UV_CACHE_DIR": "uv"}
        house.environ = {name: str(root / place) for name, place in places.items()}
        links = dict.fromkeys(("UV_FIND_LINKS", "PIP_FIND_LINKS"), str(house.index))
        house.environ |= links | {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
        return house

    @classmethod
    def carrying(cls, root: Path) -> House:
        """As a release is: the package lies in vendor/, and nothing can be installed."""
        house = cls.build(root, uv=False)
        shutil.rmtree(house.index)
        (house.action / "vendor").mkdir()
        (house.action / "vendor/small.py").write_text("WORD = 'carried'\n")
        return house

    @classmethod
    def furnished(cls, root: Path) -> House:
        """In which the environment has been made already: a copy of one that a start has made."""
        house = cls.build(root)
        shutil.copytree(_started().cache, house.cache, symlinks=True)
        return house

    @property
    def action(self) -> Path:
        return self.root / "action"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def cache(self) -> Path:
        return self.root / "home/.cache/notion-backup"

    def lock(self, word: str) -> None:
        """Lock the package `small` in a version whose WORD is `word`."""
        wheel = _wheel(
            self.index, "small", {"small.py": f"WORD = {word!r}\ndef main(): print(WORD)\n"}
        )
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.action / "requirements.txt").write_text(f"small==1.0 --hash=sha256:{digest}\n")

    def begin(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start it, without waiting."""
        return subprocess.Popen(
            [self.python, str(self.action / "entrypoint.py"), *arguments],
            cwd=self.root,
            env={**self.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def start(self, *arguments: str, **environ: str) -> Start:
        """Start it, and wait for its end."""
        return finish(self.begin(*arguments, **environ))

    def environments(self) -> list[Path]:
        """What lies in the usual place for environments."""
        return sorted(self.cache.iterdir()) if self.cache.exists() else []


@cache
def _started() -> House:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    house = House.build(folder)
    start = house.start()
    assert start.code == 0, start.words
    return house


@dataclass
class Start:
    """How a start ended: `said` is what the program printed ({} when it did not run)."""

    code: int
    said: dict[str, Any]
    words: str  # stderr


def finish(process: subprocess.Popen[str]) -> Start:
    """Wait for the end of what `begin` started."""
    output, words = process.communicate(timeout=600)
    said = json.loads(output) if output.startswith("{") else {}
    return Start(process.returncode, said, words)


def without_ensurepip(root: Path) -> str:
    """A Python like the running one, but with neither ensurepip nor pip; '' if it cannot be made."""
    library = Path(os.__file__).parent
    copy = root / "lib" / library.name
    copy.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in ("ensurepip", "site-packages", "dist-packages"):
            (copy / entry.name).symlink_to(entry)
    python = root / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    python.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), python)
    probe = [str(python), "-I", "-c", "import sys, venv; print(sys.prefix)"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    return str(python) if done.stdout.strip() == str(root) else ""


def _wheel(folder: Path, name: str, modules: dict[str, str]) -> Path:
    about = f"{name}-1.0.dist-info"
    files = {
        **modules,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
        f"{about}/licenses/LICENSE": "MIT\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_record_hash(text)},{len(text)}" for path, text in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*lines, f"{about}/RECORD,,", ""])
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # of no date: the same bytes every time
    return wheel


def _record_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
